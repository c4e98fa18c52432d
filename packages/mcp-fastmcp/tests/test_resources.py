"""Resources of all kinds, templates, and the table that finds them by URI."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import BaseModel, ValidationError

from mcp.server.fastmcp import Context
from mcp.server.fastmcp.exceptions import InvalidArgumentsError, ResourceFailure, UnknownResourceError
from mcp.server.fastmcp.resources import (
    BinaryResource,
    DirectoryResource,
    FileResource,
    FunctionResource,
    HttpResource,
    Resource,
    ResourceManager,
    ResourceTemplate,
    TextResource,
)
from mcp.types import AnyUrl

URI = AnyUrl("a://b")


class Model(BaseModel):
    a: int = 1


@pytest.mark.anyio
async def test_text_and_bytes() -> None:
    assert await TextResource(uri=URI, text="t").read() == "t"
    assert await BinaryResource(uri=URI, data=b"b").read() == b"b"


def test_names() -> None:
    assert TextResource(uri=URI, text="").name == "a://b"
    assert TextResource(uri=URI, text="", name="n").name == "n"
    with pytest.raises(ValidationError, match="Either name or uri must be provided"):
        TextResource(uri="", text="")  # type: ignore[arg-type]  # the case tested


@pytest.mark.parametrize(
    "mime_type", ["text/plain", "image/svg+xml", "text/plain; charset=utf-8", 'a/b;c="d e"']
)
def test_mime_types(mime_type: str) -> None:
    assert TextResource(uri=URI, text="", mime_type=mime_type).mime_type == mime_type


@pytest.mark.parametrize("mime_type", ["", "text", "text/", "text/plain; charset", "a/b c"])
def test_mime_types_that_are_none(mime_type: str) -> None:
    with pytest.raises(ValidationError, match="is no MIME type"):
        TextResource(uri=URI, text="", mime_type=mime_type)


@pytest.mark.anyio
@pytest.mark.parametrize("later", [False, True])
@pytest.mark.parametrize(
    ("result", "content"),
    [
        ("text", "text"),
        (b"bytes", b"bytes"),
        ({"a": 1}, '{\n  "a": 1\n}'),
        (Model(), '{\n  "a": 1\n}'),
        (TextResource(uri=URI, text="inner"), "inner"),
        (None, "null"),
    ],
)
async def test_functions(result: Any, content: str | bytes, later: bool) -> None:
    async def promise() -> Any:
        return result

    fn: Callable[[], Any] = promise if later else lambda: result
    assert await FunctionResource(uri=URI, name="n", fn=fn).read() == content


@pytest.mark.anyio
@pytest.mark.parametrize("error", [ValueError("boom"), SystemExit("boom")])
async def test_functions_that_fail(error: BaseException) -> None:
    def fn() -> str:
        raise error

    with pytest.raises(ResourceFailure, match=r"^Error reading resource a://b: .*boom$") as raised:
        await FunctionResource.from_function(fn, "a://b").read()
    assert raised.value.__cause__ is error


def test_from_function() -> None:
    def fn() -> str:
        """Doc."""
        return ""

    made = FunctionResource.from_function(fn, "a://b", title="T")
    assert (str(made.uri), made.name, made.title) == ("a://b", "fn", "T")
    assert (made.description, made.mime_type) == ("Doc.", "text/plain")
    with pytest.raises(ValueError, match="You must provide a name for lambda functions"):
        FunctionResource.from_function(lambda: "", "a://b")


@pytest.mark.anyio
async def test_a_function_may_take_the_context() -> None:
    def fn(ctx: Context) -> str:
        return type(ctx).__name__

    manager = ResourceManager()
    kept = manager.add_resource(FunctionResource.from_function(fn, "a://b"))
    found = await manager.get_resource("a://b", Context())
    assert found is not None
    assert found is not kept
    assert await found.read() == "Context"


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("mime_type", "is_binary"),
    [
        ("text/html", False),
        ("application/json", False),
        ("image/svg+xml", False),
        ("application/json; charset=utf-8", False),
        ("image/png", True),
        ("application/octet-stream", True),
    ],
)
async def test_files(tmp_path: Path, mime_type: str, is_binary: bool) -> None:
    path = tmp_path / "file"
    path.write_bytes("é".encode())
    resource = FileResource(uri=URI, path=path, mime_type=mime_type)
    assert resource.is_binary is is_binary
    assert await resource.read() == ("é".encode() if is_binary else "é")


@pytest.mark.anyio
async def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"Error reading file .*missing"):
        await FileResource(uri=URI, path=tmp_path / "missing").read()
    with pytest.raises(ValidationError, match="Path must be absolute"):
        FileResource(uri=URI, path=Path("relative"))


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("options", "files"),
    [
        ({}, {"a.txt", "b.md"}),
        ({"pattern": "*.md"}, {"b.md"}),
        ({"recursive": True}, {"a.txt", "b.md", "inner/c.md"}),
        ({"recursive": True, "pattern": "*.md"}, {"b.md", "inner/c.md"}),
    ],
)
async def test_directories(tmp_path: Path, options: dict[str, Any], files: set[str]) -> None:
    (tmp_path / "inner").mkdir()
    for name in ("a.txt", "b.md", "inner/c.md"):
        (tmp_path / name).touch()
    resource = DirectoryResource(uri=URI, path=tmp_path, **options)
    assert set(json.loads(await resource.read())["files"]) == files


@pytest.mark.anyio
async def test_directories_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ValueError, match="Directory not found"):
        await DirectoryResource(uri=URI, path=tmp_path / "missing").read()
    with pytest.raises(ValueError, match="Not a directory"):
        await DirectoryResource(uri=URI, path=tmp_path / "file").read()
    with pytest.raises(ValidationError, match="Path must be absolute"):
        DirectoryResource(uri=URI, path=Path("relative"))


@pytest.mark.anyio
async def test_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200 if request.url.path == "/found" else 404, text="page")

    client = httpx.AsyncClient
    monkeypatch.setattr(httpx, "AsyncClient", lambda: client(transport=httpx.MockTransport(answer)))
    assert await HttpResource(uri=URI, url="http://host/found").read() == "page"
    with pytest.raises(httpx.HTTPStatusError):
        await HttpResource(uri=URI, url="http://host/missing").read()


def echo(x: str) -> str:
    return x


def profile(user: int, ctx: Context | None = None) -> dict[str, Any]:
    """A profile."""
    return {"user": user, "context": ctx is not None}


@pytest.mark.anyio
async def test_templates() -> None:
    template = ResourceTemplate.from_function(profile, "users://{user}", mime_type="application/json")
    assert (template.name, template.description) == ("profile", "A profile.")
    assert list(template.parameters["properties"]) == ["user"]
    assert template.matches("users://7") == {"user": "7"}
    assert template.matches("users://7/8") is None
    resource = await template.create_resource("users://7", {"user": "7"}, Context())
    assert (str(resource.uri), resource.mime_type) == ("users://7", "application/json")
    assert json.loads(await resource.read()) == {"user": 7, "context": True}


@pytest.mark.anyio
async def test_templates_that_fail() -> None:
    async def fn(name: str) -> str:
        raise KeyError(name)

    template = ResourceTemplate.from_function(fn, "a://{name}")
    with pytest.raises(ResourceFailure, match=r"^Error creating resource from template: 'x'$"):
        await template.create_resource("a://x", {"name": "x"})
    template = ResourceTemplate.from_function(profile, "users://{user}")
    with pytest.raises(
        InvalidArgumentsError, match=r"^Error creating resource from template: 1 validation error"
    ):
        await template.create_resource("users://x", {"user": "x"})
    with pytest.raises(ValueError, match="You must provide a name for lambda functions"):
        ResourceTemplate.from_function(lambda: "", "a://b")


@pytest.mark.anyio
async def test_templates_made_by_hand() -> None:
    template = ResourceTemplate(uri_template="a://{x}", name="n", description=None, fn=echo, parameters={})
    assert await (await template.create_resource("a://1", {"x": "1"})).read() == "1"


def text(uri: str) -> Resource:
    return TextResource(uri=AnyUrl(uri), text=uri)


@pytest.mark.anyio
async def test_manager(caplog: pytest.LogCaptureFixture) -> None:
    manager = ResourceManager()
    first = manager.add_resource(text("a://b"))
    template = manager.add_template(echo, "a://{x}", name="t")
    assert manager.add_resource(text("a://b")) is first
    assert manager.add_template(echo, "a://{x}", name="again") is template
    assert [record.getMessage() for record in caplog.records] == [
        "Resource already exists: a://b",
        "Resource template already exists: a://{x}",
    ]
    assert manager.list_resources() == [first]
    assert manager.list_templates() == [template]
    assert await manager.get_resource("a://b") is first
    made = await manager.get_resource(AnyUrl("a://other"))
    assert made is not None
    assert await made.read() == "other"
    with pytest.raises(UnknownResourceError, match=r"^Unknown resource: c://d$"):
        await manager.get_resource("c://d")


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("registered", "asked"),
    [("http://host", "http://host/"), ("http://host/", "http://host"), ("HTTP://Host/a", "http://host/a")],
)
async def test_a_uri_is_found_in_its_normal_form(registered: str, asked: str) -> None:
    manager = ResourceManager()
    first = manager.add_resource(text(registered))
    assert str(first.uri) == registered
    assert await manager.get_resource(asked) is first


@pytest.mark.anyio
async def test_a_template_is_found_in_the_normal_form() -> None:
    manager = ResourceManager()
    manager.add_template(echo, "http://host/{x}", name="t")
    made = await manager.get_resource("http://HOST/1")
    assert made is not None
    assert await made.read() == "1"


@pytest.mark.anyio
async def test_text_that_is_no_uri_is_unknown() -> None:
    with pytest.raises(UnknownResourceError):
        await ResourceManager().get_resource("no uri")


def test_duplicates_unannounced(caplog: pytest.LogCaptureFixture) -> None:
    manager = ResourceManager(warn_on_duplicate_resources=False)
    manager.add_resource(text("a://b"))
    manager.add_resource(text("a://b"))
    assert not caplog.records
