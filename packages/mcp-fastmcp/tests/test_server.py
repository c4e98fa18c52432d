"""FastMCP on the wire, in both eras, and what it says before it is started."""

import asyncio
import logging
import re
import threading
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import pytest
from pydantic import BaseModel

from mcp.server.fastmcp import Context, FastMCP, Icon, Image
from mcp.server.fastmcp.exceptions import ResourceError, ToolError
from mcp.server.fastmcp.prompts import Prompt
from mcp.server.fastmcp.resources import TextResource
from mcp.server.fastmcp.tools import Tool
from mcp.shared.exceptions import McpError
from mcp.types import (
    AnyUrl,
    CallToolResult,
    Completion,
    CompletionArgument,
    CompletionContext,
    GetPromptResult,
    PromptReference,
    ResourceTemplateReference,
    TextContent,
    ToolAnnotations,
)
from support.raw_client import ERAS, connected
from support.timeouts import scaled

pytestmark = pytest.mark.anyio


class Point(BaseModel):
    x: int
    y: int


def demo(**options: Any) -> FastMCP:
    mcp = FastMCP("Demo", instructions="Add.", **options)

    @mcp.tool(title="Add", annotations=ToolAnnotations(readOnlyHint=True), meta={"m": 1})
    def add(a: int, b: int) -> int:
        """Add two numbers"""
        return a + b

    @mcp.tool()
    async def point(x: int) -> Point:
        return Point(x=x, y=0)

    @mcp.tool()
    def nothing() -> None: ...

    @mcp.tool(structured_output=False)
    def picture() -> Any:
        return ["see", Image(data=b"i")]

    @mcp.tool()
    async def own() -> CallToolResult:
        return CallToolResult(content=[TextContent(type="text", text="own")], isError=True)

    @mcp.resource("config://app", title="Config", icons=[Icon(src="data:,")], meta={"m": 1})
    def config() -> str:
        """Configuration"""
        return "on"

    @mcp.resource("bytes://all", mime_type="image/png")
    def raw() -> bytes:
        return b"i"

    @mcp.resource("greeting://{name}")
    def greeting(name: str, ctx: Context) -> str:
        return f"Hello, {name}! {bool(ctx.request_id)}"

    @mcp.prompt(title="Review")
    def review(code: str, ctx: Context) -> str:
        """Review code"""
        return f"Review {code} {bool(ctx.request_id)}"

    return mcp


@pytest.mark.parametrize("era", ERAS)
async def test_what_is_listed(era: str) -> None:
    async with connected(demo(), era) as client:
        tools = {each["name"]: each for each in (await client.request("tools/list"))["tools"]}
        resources = (await client.request("resources/list"))["resources"]
        templates = (await client.request("resources/templates/list"))["resourceTemplates"]
        prompts = (await client.request("prompts/list"))["prompts"]
    assert list(tools) == ["add", "point", "nothing", "picture", "own"]
    assert tools["add"] == {
        "name": "add",
        "title": "Add",
        "description": "Add two numbers",
        "inputSchema": {
            "properties": {"a": {"title": "A", "type": "integer"}, "b": {"title": "B", "type": "integer"}},
            "required": ["a", "b"],
            "title": "addArguments",
            "type": "object",
        },
        "outputSchema": {
            "properties": {"result": {"title": "Result", "type": "integer"}},
            "required": ["result"],
            "title": "addOutput",
            "type": "object",
        },
        "annotations": {"readOnlyHint": True},
        "_meta": {"m": 1},
    }
    assert resources[0] == {
        "uri": "config://app",
        "name": "config",
        "title": "Config",
        "description": "Configuration",
        "mimeType": "text/plain",
        "icons": [{"src": "data:,"}],
        "_meta": {"m": 1},
    }
    assert templates == [
        {"uriTemplate": "greeting://{name}", "name": "greeting", "description": "", "mimeType": "text/plain"}
    ]
    assert prompts == [
        {
            "name": "review",
            "title": "Review",
            "description": "Review code",
            "arguments": [{"name": "code", "required": True}],
        }
    ]


@pytest.mark.parametrize("era", ERAS)
async def test_what_the_server_says_of_itself(era: str) -> None:
    mcp = demo()
    async with connected(mcp, era) as client:
        assert client.server["capabilities"].keys() >= {"experimental", "prompts", "resources", "tools"}
        assert "completions" not in client.server["capabilities"]
        assert client.server["instructions"] == "Add."
        if era == "legacy":
            assert client.server["capabilities"] == {
                "experimental": {},
                "prompts": {"listChanged": False},
                "resources": {"subscribe": False, "listChanged": False},
                "tools": {"listChanged": False},
            }

    @mcp.completion()
    async def complete(
        ref: PromptReference | ResourceTemplateReference,
        argument: CompletionArgument,
        context: CompletionContext | None,
    ) -> Completion | None:
        return Completion(values=[argument.value + "!"])

    async with connected(mcp, era) as client:
        assert client.server["capabilities"]["completions"] == {}
        result = await client.request(
            "completion/complete",
            ref={"type": "ref/prompt", "name": "review"},
            argument={"name": "code", "value": "x"},
        )
    assert result["completion"]["values"] == ["x!"]


@pytest.mark.parametrize("era", ERAS)
async def test_results(era: str) -> None:
    async with connected(demo(), era) as client:
        add = await client.call("add", a=2, b="3")
        assert (add["content"], add["structuredContent"]) == ([{"type": "text", "text": "5"}], {"result": 5})
        assert not add["isError"]
        assert (await client.call("point", x=1))["structuredContent"] == {"x": 1, "y": 0}
        nothing = await client.call("nothing")
        assert (nothing["content"], nothing["structuredContent"]) == ([], {"result": None})
        picture = await client.call("picture")
        assert [each["type"] for each in picture["content"]] == ["text", "image"]
        assert "structuredContent" not in picture
        assert (await client.call("own"))["isError"] is True


@pytest.mark.parametrize("era", ERAS)
async def test_resources_and_prompts(era: str) -> None:
    async with connected(demo(), era) as client:
        text = (await client.request("resources/read", uri="config://app"))["contents"]
        assert text == [{"uri": "config://app", "mimeType": "text/plain", "text": "on", "_meta": {"m": 1}}]
        raw = (await client.request("resources/read", uri="bytes://all"))["contents"]
        assert raw == [{"uri": "bytes://all", "mimeType": "image/png", "blob": "aQ=="}]
        made = (await client.request("resources/read", uri="greeting://World"))["contents"]
        assert made[0]["text"] == "Hello, World! True"
        prompt = await client.request("prompts/get", name="review", arguments={"code": "x"})
    assert prompt["description"] == "Review code"
    assert prompt["messages"] == [{"role": "user", "content": {"type": "text", "text": "Review x True"}}]


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize(
    ("method", "params", "codes", "text"),
    [
        ("tools/call", {"name": "nope"}, (-32602, -32602), "Unknown tool: nope"),
        ("prompts/get", {"name": "nope"}, (-32602, -32602), "Unknown prompt: nope"),
        ("prompts/get", {"name": "review"}, (-32602, -32602), "Missing required arguments: {'code'}"),
        ("resources/read", {"uri": "a://b"}, (-32002, -32602), "Unknown resource: a://b"),
    ],
)
async def test_what_is_not_there(
    era: str, method: str, params: dict[str, Any], codes: tuple[int, int], text: str
) -> None:
    async with connected(demo(), era) as client:
        with pytest.raises(McpError) as raised:
            await client.request(method, **params)
    assert (raised.value.error.code, raised.value.error.message) == (codes[ERAS.index(era)], text)


async def test_direct_calls_raise_as_in_1x() -> None:
    mcp = demo()
    with pytest.raises(ToolError, match=r"^Unknown tool: nope$"):
        await mcp.call_tool("nope", {})
    with pytest.raises(ValueError, match=r"^Unknown prompt: nope$"):
        await mcp.get_prompt("nope")
    with pytest.raises(ResourceError, match=r"^Unknown resource: a://b$"):
        await mcp.read_resource("a://b")
    added: Any = await mcp.call_tool("add", {"a": 1, "b": 2})
    assert added == (
        [TextContent(type="text", text="3")],
        {"result": 3},
    )
    assert isinstance(await mcp.call_tool("own", {}), CallToolResult)
    [contents] = await mcp.read_resource("config://app")
    assert (contents.content, contents.mime_type, contents.meta) == ("on", "text/plain", {"m": 1})


def failing(**options: Any) -> FastMCP:
    mcp = FastMCP(**options)

    @mcp.tool()
    def secret() -> str:
        raise RuntimeError("password 123\nline two")

    @mcp.tool()
    def spoken() -> str:
        raise ToolError("try again")

    @mcp.tool()
    def picky(a: int) -> None: ...

    @mcp.tool()
    def leaves() -> str:
        raise SystemExit(3)

    @mcp.tool()
    async def unfit() -> int:
        return "no"  # type: ignore[return-value]  # pyright: ignore[reportReturnType]  # the case tested

    @mcp.tool()
    async def surrogate() -> str:
        return "\ud800"

    @mcp.resource("fail://static")
    def static() -> str:
        raise RuntimeError("password 123")

    @mcp.resource("fail://{number}")
    def template(number: int) -> str:
        raise RuntimeError("password 123")

    @mcp.resource("spoken://static")
    def speaks() -> str:
        raise ResourceError("not today")

    @mcp.prompt()
    def prompt() -> str:
        raise RuntimeError("password 123")

    return mcp


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize(
    ("tool", "text"),
    [
        ("secret", "Error executing tool secret: password 123\nline two"),
        ("spoken", "Error executing tool spoken: try again"),
        ("picky", "Error executing tool picky: 1 validation error for pickyArguments\na\n  Field required"),
        ("leaves", "Error executing tool leaves: SystemExit: 3"),
        ("unfit", "Error executing tool unfit: 1 validation error for unfitOutput"),
        ("surrogate", "Error executing tool surrogate: the text returned cannot be sent"),
    ],
)
async def test_a_tool_that_fails_says_so_in_its_result(era: str, tool: str, text: str) -> None:
    async with connected(failing(), era) as client:
        result = await client.call(tool)
        assert result["isError"] is True
        assert result["content"][0]["text"].startswith(text)
        assert (await client.call("spoken"))["isError"] is True


@pytest.mark.parametrize(
    ("method", "params", "code", "text"),
    [
        (
            "resources/read",
            {"uri": "fail://static"},
            -32603,
            "Error reading resource fail://static: password",
        ),
        (
            "resources/read",
            {"uri": "fail://1"},
            -32603,
            "Error creating resource from template: password 123",
        ),
        (
            "resources/read",
            {"uri": "fail://x"},
            -32602,
            "Error creating resource from template: 1 validation",
        ),
        ("resources/read", {"uri": "spoken://static"}, -32603, "Error reading resource spoken://static: not"),
        ("prompts/get", {"name": "prompt"}, -32603, "Error rendering prompt prompt: password 123"),
    ],
)
async def test_other_failures_are_errors(method: str, params: dict[str, Any], code: int, text: str) -> None:
    async with connected(failing(), "legacy") as client:
        with pytest.raises(McpError) as raised:
            await client.request(method, **params)
    assert raised.value.error.code == code
    assert raised.value.error.message.startswith(text)


@pytest.mark.parametrize(
    ("tool", "told", "masked"),
    [
        ("secret", "Error executing tool secret: internal error (reference ", True),
        ("leaves", "Error executing tool leaves: internal error (reference ", True),
        ("spoken", "Error executing tool spoken: try again", False),
        ("picky", "Error executing tool picky: 1 validation error", False),
    ],
)
async def test_masked_tools(tool: str, told: str, masked: bool, caplog: pytest.LogCaptureFixture) -> None:
    async with connected(failing(mask_errors=True), "legacy") as client:
        text = await client.text(tool)
    assert text.startswith(told)
    assert "password" not in text
    assert [record.levelname for record in caplog.records] == (["ERROR"] if masked else [])
    if masked:
        assert text.rpartition("(")[2] in caplog.records[0].getMessage()


async def test_masked_resources_and_prompts() -> None:
    async with connected(failing(mask_errors=True), "legacy") as client:
        for method, params in [
            ("resources/read", {"uri": "fail://static"}),
            ("resources/read", {"uri": "fail://1"}),
            ("prompts/get", {"name": "prompt"}),
        ]:
            with pytest.raises(McpError, match=r"internal error \(reference [0-9a-f]{8}\)$"):
                await client.request(method, **params)
        with pytest.raises(McpError, match="not today"):
            await client.request("resources/read", uri="spoken://static")


@pytest.mark.parametrize("level", [logging.INFO, logging.DEBUG])
async def test_a_failure_is_logged_once_on_one_line(level: int, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(level, "mcp.server.fastmcp")
    async with connected(failing(), "legacy") as client:
        await client.call("secret")
        await client.call("spoken")
    [record] = [each for each in caplog.records if each.levelno >= logging.ERROR]
    text, _, place = record.getMessage().rpartition(" ")
    assert text == r"Error executing tool secret: RuntimeError: 'password 123\nline two'"
    assert re.fullmatch(rf"\({re.escape(__file__)}:\d+\)", place)
    assert bool(record.exc_info) is (level == logging.DEBUG)


@pytest.mark.parametrize("decorator", ["tool", "resource", "prompt"])
async def test_decorators_used_without_a_call(decorator: str) -> None:
    call = {"tool": "tool()", "resource": "resource('uri')", "prompt": "prompt()"}[decorator]
    with pytest.raises(TypeError) as raised:
        getattr(FastMCP(), decorator)(lambda: 1)
    assert str(raised.value) == (
        f"The @{decorator} decorator was used incorrectly. "
        f"Did you forget to call it? Use @{call} instead of @{decorator}"
    )


@pytest.mark.parametrize(
    ("uri", "text"),
    [
        ("a://{x}", "Mismatch between URI parameters {'x'} and function parameters {'name'}"),
        ("a://b", "Mismatch between URI parameters set() and function parameters {'name'}"),
    ],
)
async def test_templates_and_functions_have_the_same_parameters(uri: str, text: str) -> None:
    def fn(name: str, ctx: Context) -> str: ...  # type: ignore[empty-body]  # only its signature counts

    with pytest.raises(ValueError, match="Mismatch") as raised:
        FastMCP().resource(uri)(fn)
    assert str(raised.value) == text


async def test_tools_come_and_go() -> None:
    mcp = FastMCP(tools=[Tool.from_function(lambda: 1, name="given")])
    mcp.add_tool(lambda: 2, name="added")
    mcp.add_resource(TextResource(uri=AnyUrl("a://b"), text="t"))
    async with connected(mcp, "legacy") as client:
        assert await client.text("added") == "2"
        mcp.remove_tool("added")
        mcp.add_tool(lambda: 3, name="third")
        assert [each["name"] for each in (await client.request("tools/list"))["tools"]] == ["given", "third"]
    with pytest.raises(ToolError, match=r"^Unknown tool: added$"):
        mcp.remove_tool("added")


@pytest.mark.parametrize("era", ERAS)
async def test_lifespan(era: str) -> None:
    steps: list[str] = []

    @asynccontextmanager
    async def lifespan(app: FastMCP[str]) -> AsyncGenerator[str]:
        steps.append(f"open {app.name}")
        yield "state"
        steps.append("close")

    mcp = FastMCP("Named", lifespan=lifespan)

    @mcp.tool()
    def state(ctx: Context[Any, str, Any]) -> str:
        return ctx.request_context.lifespan_context

    async with connected(mcp, era) as client:
        assert await client.text("state") == "state"
        assert await client.text("state") == "state"
    assert steps == ["open Named", "close"]


async def test_settings() -> None:
    mcp = FastMCP(
        "n",
        website_url="https://e.example",
        icons=[Icon(src="data:,")],
        port=9,
        debug=True,
        dependencies=("a", "b"),
    )
    assert (mcp.name, mcp.instructions, mcp.website_url, mcp.icons) == (
        "n",
        None,
        "https://e.example",
        [Icon(src="data:,")],
    )
    assert (mcp.settings.port, mcp.settings.debug, mcp.settings.host) == (9, True, "127.0.0.1")
    assert mcp.dependencies == mcp.settings.dependencies == ["a", "b"]
    mcp.settings.mount_path = "/github"
    assert mcp.settings.mount_path == "/github"


async def test_the_environment_has_no_say(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("FASTMCP_PORT", "9999")
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text("FASTMCP_PORT=9998")
    assert FastMCP().settings.port == 8000


async def test_unknown_arguments_are_refused() -> None:
    with pytest.raises(TypeError):
        FastMCP(colour="red")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]  # the case tested


@pytest.mark.parametrize(
    ("options", "error", "text"),
    [
        ({"auth_server_provider": object()}, ValueError, "without auth settings"),
        ({"auth": object()}, ValueError, "exactly one"),
        ({"auth": object(), "token_verifier": 1, "auth_server_provider": 1}, ValueError, "exactly one"),
        ({"auth": object(), "token_verifier": 1}, NotImplementedError, "authorization is not available yet"),
    ],
)
async def test_authorization_comes_later(options: dict[str, Any], error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text):
        FastMCP(**options)


async def test_http_comes_later() -> None:
    mcp = FastMCP()
    mcp.custom_route("/health", methods=["GET"])(lambda: None)
    for use in (
        mcp.sse_app,
        mcp.streamable_http_app,
        lambda: mcp.run("sse"),
        lambda: mcp.run("streamable-http"),
    ):
        with pytest.raises(NotImplementedError, match="not available in this version"):
            use()
    for run in (mcp.run_sse_async, mcp.run_streamable_http_async):
        with pytest.raises(NotImplementedError, match="not available in this version"):
            await run()
    with pytest.raises(RuntimeError, match="session manager"):
        _ = mcp.session_manager


async def test_unknown_transports_are_refused() -> None:
    with pytest.raises(ValueError, match="Unknown transport: pigeon"):
        FastMCP().run("pigeon")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  # the case tested


def test_run_inside_a_loop_is_refused() -> None:
    async def main() -> None:
        FastMCP().run()

    with pytest.raises(RuntimeError, match=r"one is running: await run_stdio_async\(\) instead"):
        asyncio.run(main())


def test_a_lifespan_must_be_a_context_manager() -> None:
    async def life(_: object) -> AsyncGenerator[None]:
        yield

    with pytest.raises(TypeError, match="lifespan=life: it needs the decorator @asynccontextmanager"):
        FastMCP(lifespan=life)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  # the case tested


async def test_a_subclass_is_asked() -> None:
    class Own(FastMCP[Any]):
        async def call_tool(self, name: str, arguments: dict[str, Any]) -> Any:
            return {"called": name}

        async def get_prompt(self, name: str, arguments: dict[str, Any] | None = None) -> GetPromptResult:
            return GetPromptResult(description="own", messages=[])

    async with connected(Own(), "legacy") as client:
        result = await client.call("anything")
        assert result["structuredContent"] == {"called": "anything"}
        assert result["content"] == [{"type": "text", "text": '{\n  "called": "anything"\n}'}]
        assert (await client.request("prompts/get", name="p"))["description"] == "own"


async def test_plain_functions_run_where_they_are_told() -> None:
    here = threading.current_thread().name
    mcp = FastMCP(run_in="thread")

    def where() -> str:
        return threading.current_thread().name

    mcp.tool(name="default")(where)
    mcp.tool(name="loop", run_in="loop")(where)
    async with connected(mcp, "legacy") as client:
        assert await client.text("default") != here
        assert await client.text("loop") == here


async def test_registering_configures_no_logging() -> None:
    root = logging.getLogger()
    before = (list(root.handlers), root.level)
    demo(log_level="DEBUG")
    assert (list(root.handlers), root.level) == before


async def test_a_call_is_cancelled_with_its_clean_up() -> None:
    started, cleaned = anyio.Event(), anyio.Event()
    mcp = FastMCP()

    @mcp.tool()
    async def forever() -> str:
        started.set()
        try:
            await anyio.sleep_forever()
        finally:
            cleaned.set()
        return ""

    async with connected(mcp, "legacy") as client, anyio.create_task_group() as tasks:
        tasks.start_soon(client.call, "forever")
        await started.wait()
        client.link.send(b'{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":2}}')
        with anyio.fail_after(scaled(10)):
            await cleaned.wait()
        tasks.cancel_scope.cancel()


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_leaked_cancellations_fail_one_call() -> None:
    mcp = FastMCP()

    @mcp.tool()
    async def leaky() -> str:
        other = asyncio.ensure_future(asyncio.sleep(60))
        other.cancel()
        await other
        return ""

    async with connected(mcp, "modern") as client:
        result = await client.call("leaky")
    assert result["isError"] is True
    assert "CancelledError" in result["content"][0]["text"]


async def test_clients_that_listen_are_told_of_changes() -> None:
    mcp = demo()
    async with connected(mcp, "modern") as client, anyio.create_task_group() as tasks:
        filters = {"toolsListChanged": True, "promptsListChanged": True, "resourcesListChanged": True}

        async def listen() -> None:
            await client.request("subscriptions/listen", notifications=filters)

        tasks.start_soon(listen)
        with anyio.fail_after(scaled(10)):
            await client.until("notifications/subscriptions/acknowledged")
            mcp.add_tool(lambda: 1, name="new")
            await client.until("notifications/tools/list_changed")
            mcp.add_prompt(Prompt.from_function(lambda: "", name="new"))
            await client.until("notifications/prompts/list_changed")
            mcp.add_resource(TextResource(uri=AnyUrl("a://b"), text="t"))
            await client.until("notifications/resources/list_changed")
        tasks.cancel_scope.cancel()
