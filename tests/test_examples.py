"""The examples: the servers answer a client in either era, and the snippets do what they say."""

from __future__ import annotations

import base64
import importlib.util
import sqlite3
import subprocess
import sys
from io import BytesIO
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest
from PIL import Image

from mcp.client.client import Client
from mcp.client.stdio import StdioServerParameters
from mcp.types import GetPromptResult, TextContent, TextResourceContents
from support.raw_client import ERAS, connected
from support.timeouts import scaled

ROOT = Path(__file__).parent.parent / "examples"
SNIPPETS = ROOT / "snippets"
SERVERS = {"simple-prompt": "mcp_simple_prompt", "simple-resource": "mcp_simple_resource"}
SERVERS["simple-tool"] = "mcp_simple_tool"

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    """Programs are driven on asyncio; the servers' own tests know both loops."""
    return "asyncio"


def snippet(name: str, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.setattr(sys, "path", [str(SNIPPETS), *sys.path])
    spec = importlib.util.spec_from_file_location(f"snippet_{name}", SNIPPETS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, spec.name, module)
    spec.loader.exec_module(module)
    return module


def server(name: str) -> StdioServerParameters:
    return StdioServerParameters(
        command=sys.executable, args=["-m", SERVERS[name]], cwd=ROOT / "servers" / name
    )


def texts(result: GetPromptResult) -> list[str]:
    return [each.content.text for each in result.messages if isinstance(each.content, TextContent)]


@pytest.mark.parametrize("mode", ERAS)
async def test_simple_prompt(mode: Any) -> None:
    async with Client(server("simple-prompt"), mode=mode) as client:
        [prompt] = (await client.list_prompts()).prompts
        assert prompt.name == "simple"
        assert [(each.name, each.required) for each in prompt.arguments or ()] == [
            ("context", False),
            ("topic", False),
        ]
        alone = await client.get_prompt("simple")
        full = await client.get_prompt("simple", {"context": "c", "topic": "t"})
    assert texts(alone) == ["Please help me with whatever questions I may have."]
    assert texts(full) == ["Here is some relevant context: c", "Please help me with the following topic: t"]


@pytest.mark.parametrize("mode", ERAS)
async def test_simple_resource(mode: Any) -> None:
    async with Client(server("simple-resource"), mode=mode) as client:
        listed = (await client.list_resources()).resources
        assert [str(each.uri) for each in listed] == [
            f"file:///{n}.txt" for n in ("greeting", "help", "about")
        ]
        [contents] = (await client.read_resource(listed[0].uri)).contents
        assert isinstance(contents, TextResourceContents)
        assert contents.text.startswith("Hello!")
        with pytest.raises(Exception, match=r"Unknown resource: file:///other.txt"):
            await client.read_resource("file:///other.txt")


@pytest.mark.parametrize("mode", ERAS)
async def test_simple_tool(mode: Any) -> None:
    async with Client(server("simple-tool"), mode=mode) as client:
        [tool] = (await client.list_tools()).tools
        assert (tool.name, tool.inputSchema["required"]) == ("fetch", ["url"])
        failed = await client.call_tool("fetch", {"url": "nothing://to.fetch"})
    assert failed.isError


@pytest.mark.parametrize("name", SERVERS)
def test_the_sse_transport_comes_later(name: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", SERVERS[name], "--transport", "sse", "--port", "1"],
        cwd=ROOT / "servers" / name,
        capture_output=True,
        text=True,
        check=False,
        timeout=scaled(30),
    )
    assert done.returncode == 1
    assert done.stderr.startswith("Error: the SSE transport (port 1) is not available")


@pytest.mark.parametrize("era", ERAS)
async def test_lifespan(era: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async with connected(snippet("lifespan", monkeypatch).mcp, era) as client:
        assert await client.text("query_db") == "Ada\nGrace\nKatherine"


async def test_lowlevel_lifespan(monkeypatch: pytest.MonkeyPatch) -> None:
    async with connected(snippet("lowlevel_lifespan", monkeypatch).server, "modern") as client:
        assert await client.text("query_db", query="users") == "Ada\nGrace\nKatherine"


async def test_lowlevel_basic(monkeypatch: pytest.MonkeyPatch) -> None:
    async with connected(snippet("lowlevel_basic", monkeypatch).server, "legacy") as client:
        assert (await client.request("prompts/list"))["prompts"][0]["name"] == "example-prompt"
        prompt = await client.request("prompts/get", name="example-prompt", arguments={"arg1": "x"})
    assert prompt["messages"][0]["content"]["text"] == "Example prompt text"


async def test_resources(monkeypatch: pytest.MonkeyPatch) -> None:
    async with connected(snippet("resources", monkeypatch).mcp, "modern") as client:
        for uri, text in {
            "config://app": "App configuration here",
            "users://7/profile": "Profile data for user 7",
        }.items():
            assert (await client.request("resources/read", uri=uri))["contents"][0]["text"] == text


async def test_tools(monkeypatch: pytest.MonkeyPatch) -> None:
    module = snippet("tools", monkeypatch)
    transport = httpx.MockTransport(lambda request: httpx.Response(200, text=f"sun over {request.url.path}"))
    client_type = httpx.AsyncClient
    monkeypatch.setattr(module.httpx, "AsyncClient", lambda: client_type(transport=transport))
    async with connected(module.mcp, "modern") as client:
        assert await client.text("calculate_bmi", weight_kg=50, height_m=2) == "12.5"
        assert await client.text("fetch_weather", city="Bern") == "sun over /Bern"


async def test_prompts(monkeypatch: pytest.MonkeyPatch) -> None:
    async with connected(snippet("prompts", monkeypatch).mcp, "modern") as client:
        review = await client.request("prompts/get", name="review_code", arguments={"code": "x"})
        assert review["messages"][0]["content"]["text"] == "Please review this code:\n\nx"
        debug = await client.request("prompts/get", name="debug_error", arguments={"error": "e"})
    assert [each["role"] for each in debug["messages"]] == ["user", "user", "assistant"]


async def test_images(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    Image.new("RGB", (400, 200)).save(tmp_path / "large.png")
    async with connected(snippet("images", monkeypatch).mcp, "legacy") as client:
        result = await client.call("create_thumbnail", image_path=str(tmp_path / "large.png"))
    [block] = result["content"]
    assert block["mimeType"] == "image/png"
    with Image.open(BytesIO(base64.b64decode(block["data"]))) as thumbnail:
        assert thumbnail.size == (100, 50)


async def test_context(monkeypatch: pytest.MonkeyPatch) -> None:
    async with connected(snippet("context", monkeypatch).mcp, "legacy") as client:
        text = await client.text("long_task", files=["context.py", "..%2F..%2Fechoes", "tools.py"])
        assert text.startswith("Error executing tool long_task: ")
        client.notifications.clear()
        text = await client.text("long_task", files=["context.py", "tools.py"])
    assert text.startswith("Processing complete: ")
    assert len(client.notifications) == 2


@pytest.mark.parametrize("era", ERAS)
async def test_echo(era: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async with connected(snippet("echo", monkeypatch).mcp, era) as client:
        assert await client.text("echo_tool", message="hi") == "Tool echo: hi"
        resource = await client.request("resources/read", uri="echo://hi")
        assert resource["contents"][0]["text"] == "Resource echo: hi"
        prompt = await client.request("prompts/get", name="echo_prompt", arguments={"message": "hi"})
    assert prompt["messages"][0]["content"]["text"] == "Please process this message: hi"


async def test_sqlite_explorer(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    database = sqlite3.connect("database.db")
    database.execute("CREATE TABLE numbers (n)")
    database.execute("INSERT INTO numbers VALUES (1), (2)")
    database.commit()
    database.close()
    async with connected(snippet("sqlite_explorer", monkeypatch).mcp, "modern") as client:
        schema = await client.request("resources/read", uri="schema://main")
        assert schema["contents"][0]["text"] == "CREATE TABLE numbers (n)"
        assert await client.text("query_data", sql="SELECT n FROM numbers") == "(1,)\n(2,)"
        assert "readonly database" in await client.text("query_data", sql="DELETE FROM numbers")


@pytest.mark.parametrize("name", ["direct_execution", "quickstart", "resources", "prompts", "echo"])
async def test_servers_that_are_commands(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    module = snippet(name, monkeypatch)
    async with connected(module.mcp, "modern") as client:
        assert client.server["_meta"]["io.modelcontextprotocol/serverInfo"]["name"] == module.mcp.name


def test_client() -> None:
    done = subprocess.run(
        [sys.executable, SNIPPETS / "client.py"],
        capture_output=True,
        text=True,
        check=True,
        timeout=scaled(30),
    )
    assert "prompts: example-prompt\n" in done.stdout
    assert "text='Hello, world! from model'" in done.stdout
