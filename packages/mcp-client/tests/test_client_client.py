"""Client: opened and closed from any task, over each kind of target."""

from __future__ import annotations

import contextvars
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any, cast

import anyio
import pytest

import mcp.types as types
from mcp.client.client import Client
from mcp.client.connection import dialer
from mcp.client.eras import NoCommonRevision
from mcp.client.stdio import StdioServerParameters
from mcp.shared.exceptions import ConnectionClosed, McpError, RequestTimeout
from mcp.shared.link import ReadStream, WriteStream, link_of
from support.scripted import ScriptedServer, both, discovered, initialized
from support.sessions import FORM, TOOL, elicitation
from support.timeouts import scaled

pytestmark = pytest.mark.anyio

MODERN = "2026-07-28"


class Target:
    """A server object in the eyes of a client: it answers until its link ends."""

    def __init__(self, *, old: bool = False, dies_of_probe: bool = False, fails: bool = False) -> None:
        self.old = old
        self.dies_of_probe = dies_of_probe
        self.fails = fails
        self.runs = 0
        self.ended = 0

    def create_initialization_options(self) -> str:
        return "options"

    async def run(self, read: ReadStream, write: WriteStream, options: str) -> None:
        assert options == "options"
        self.runs += 1
        if self.fails:
            raise ValueError("no database")
        server = ScriptedServer()
        server.link = cast(Any, link_of(read, write))
        try:
            while (frame := await server.link.receive()) is not None:
                request: Any = frame
                if request.method == "server/discover":
                    if self.dies_of_probe:
                        return
                    if self.old:
                        server.fail(request, -32601)
                    else:
                        server.reply(request, discovered(tools={}))
                elif request.method == "initialize":
                    server.reply(request, initialized(tools={}))
                elif request.method == "tools/list":
                    server.reply(request, {"tools": [TOOL]})
                elif request.method == "tools/call":
                    if request.params["name"] == "die":
                        return
                    if request.params["name"] == "ask":
                        server.ask("elicitation/create", FORM)
        finally:
            self.ended += 1


class FastFace:
    """A server object that keeps the one to be run inside."""

    def __init__(self, target: Target) -> None:
        self._mcp_server = target


async def test_a_server_object() -> None:
    target = Target()
    async with Client(target) as client:
        assert client.protocol_version == MODERN
        assert client.server_info == types.Implementation(name="scripted", version="1")
        assert client.server_capabilities is not None
        assert client.instructions is None
        assert (await client.list_tools()).tools[0].name == "add"
        assert target.ended == 0
    assert (target.runs, target.ended) == (1, 1)


async def test_a_server_object_inside_another() -> None:
    async with Client(FastFace(Target(old=True))) as client:
        assert client.protocol_version == "2025-11-25"


async def test_a_mode_that_the_server_cannot_serve() -> None:
    target = Target(old=True)
    with pytest.raises(NoCommonRevision, match="mode='auto'"):
        await Client(target, mode="modern").open()
    assert target.ended == 1
    async with Client(Target(), mode="legacy") as client:
        assert client.protocol_version == "2025-11-25"


async def test_a_server_that_dies_of_the_probe_is_started_again() -> None:
    target = Target(dies_of_probe=True)
    client = Client(target)
    async with client:
        assert client.protocol_version == "2025-11-25"
    assert target.runs == 2
    async with client:  # what was learnt is kept
        assert client.protocol_version == "2025-11-25"
    assert target.runs == 3
    with pytest.raises(ConnectionClosed):
        await Client(Target(dies_of_probe=True), mode="modern").open()


async def test_a_server_object_that_fails_is_the_cause(caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(ConnectionClosed) as caught:
        await Client(Target(fails=True)).open()
    assert isinstance(caught.value.__cause__, ValueError)
    assert "The server in this process failed" in caplog.text


async def test_a_pair_of_streams() -> None:
    server = ScriptedServer()
    client = Client(server.streams)

    async def script() -> None:
        await server.discover()
        server.reply(await server.expect("tools/list"), {"tools": []})
        assert await server.link.receive() is None

    async def use() -> None:
        async with client:
            await client.list_tools()

    await both(script(), use())


async def test_a_context_manager_that_yields_a_pair_and_more() -> None:
    steps: list[str] = []
    server = ScriptedServer()

    @asynccontextmanager
    async def transport() -> AsyncGenerator[tuple[Any, ...]]:
        async with anyio.create_task_group():  # entered and left in one task, or this raises
            steps.append("opened")
            yield (*server.streams, lambda: "session id")
            steps.append("closed")

    client = Client(transport())

    async def use() -> None:
        await client.open()
        async with anyio.create_task_group() as group:
            group.start_soon(client.close)

    await both(server.discover(), use())
    assert steps == ["opened", "closed"]


async def test_a_failure_in_a_group_comes_out_alone() -> None:
    @asynccontextmanager
    async def transport() -> AsyncGenerator[tuple[Any, ...]]:
        async with anyio.create_task_group():
            raise OSError("no route")
        yield ()

    with pytest.raises(OSError, match="no route"):
        await Client(transport()).open()


@pytest.mark.parametrize(
    ("target", "error", "text"),
    [
        ("http://127.0.0.1/mcp", NotImplementedError, "HTTP is not available yet"),
        (7, TypeError, "not int"),
        ((1, 2, 3), TypeError, "not tuple"),
    ],
)
def test_what_is_no_target(target: Any, error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text):
        Client(target)


async def test_a_command_that_is_not_there() -> None:
    with pytest.raises(OSError, match="no-such-command"):
        await Client(StdioServerParameters(command="no-such-command")).open()


async def test_a_process_that_says_nothing() -> None:
    silent = StdioServerParameters(command=sys.executable, args=["-c", "import sys; sys.stdin.read()"])
    with pytest.raises(RequestTimeout, match="while connecting"):
        await Client(silent, connect_timeout=0.2, probe_timeout=0.1).open()


async def test_a_process_that_is_no_server() -> None:
    brief = StdioServerParameters(command=sys.executable, args=["-c", ""])
    with pytest.raises(ConnectionClosed):
        await Client(brief).open()


async def test_opened_and_closed_from_different_tasks_in_any_order() -> None:
    target = Target()
    client = Client(target)
    await client.close()  # nothing is open
    with pytest.raises(RuntimeError, match="not open"):
        _ = client.session
    async with anyio.create_task_group() as group:
        for _ in range(3):
            group.start_soon(client.open)
    assert target.runs == 1
    assert await client.open() is client
    async with anyio.create_task_group() as group:
        for _ in range(3):
            group.start_soon(client.close)
    assert target.ended == 1
    with pytest.raises(RuntimeError, match="not open"):
        await client.list_tools()
    async with client:
        await client.list_tools()
    assert target.runs == 2


async def test_closed_while_it_is_being_opened() -> None:
    server = ScriptedServer()
    client = Client(server.streams)

    async def script() -> None:
        await server.expect("server/discover")
        await client.close()

    async def use() -> None:
        with pytest.raises(ConnectionClosed, match="while it was being opened"):
            await client.open()

    await both(script(), use())


async def test_an_opening_that_is_cancelled_leaves_nothing_behind() -> None:
    server = ScriptedServer()
    client = Client(server.streams)
    async with anyio.create_task_group() as group:
        group.start_soon(client.open)
        await server.expect("server/discover")
        group.cancel_scope.cancel()
    with anyio.fail_after(scaled(5)):
        assert await server.link.receive() is None


async def test_a_server_that_dies_ends_calls_at_once_and_may_be_opened_again() -> None:
    target = Target()
    async with Client(target) as client:
        with pytest.raises(ConnectionClosed):
            await client.call_tool("die")
        with pytest.raises(ConnectionClosed):
            await client.list_tools()
        await client.open()
        assert len((await client.list_tools()).tools) == 1
    assert (target.runs, target.ended) == (2, 2)


async def test_callbacks_run_in_the_context_of_open() -> None:
    variable = contextvars.ContextVar("variable", default="outside")
    seen: list[str] = []
    called = anyio.Event()

    async def ask(params: types.ElicitRequestParams) -> types.ElicitResult:
        seen.append(variable.get())
        called.set()
        return await elicitation(params)

    client = Client(Target(old=True), elicitation_callback=ask)

    async def open_it() -> None:
        variable.set("of open")
        await client.open()

    async with anyio.create_task_group() as group:
        group.start_soon(open_it)
    async with anyio.create_task_group() as group:
        group.start_soon(client.call_tool, "ask")
        with anyio.fail_after(scaled(5)):
            await called.wait()
        group.cancel_scope.cancel()
    assert seen == ["of open"]
    await client.close()


async def test_limits_of_a_client() -> None:
    async with Client(Target(), idle_timeout=0.02) as client:
        with pytest.raises(RequestTimeout):
            await client.call_tool("never")
    async with Client(Target(), timeout=0.02) as client:
        with pytest.raises(RequestTimeout):
            await client.call_tool("never")
    async with Client(Target()) as client:
        with pytest.raises(RequestTimeout):
            await client.call_tool("never", timeout=0.02)


ANSWERS: list[tuple[str, dict[str, Any]]] = [
    ("server/discover", discovered()),
    ("resources/list", {"resources": []}),
    ("resources/templates/list", {"resourceTemplates": []}),
    ("resources/read", {"contents": []}),
    ("prompts/list", {"prompts": []}),
    ("prompts/get", {"messages": []}),
    ("completion/complete", {"completion": {"values": []}}),
]


async def test_every_verb_reaches_the_server() -> None:
    server = ScriptedServer()
    client = Client(server.streams)

    async def script() -> None:
        await server.discover()
        for method, result in ANSWERS:
            server.reply(await server.expect(method), result)
        request = await server.expect("subscriptions/listen")
        server.fail(request, -32601)

    async def use() -> None:
        async with client:
            await client.ping()
            await client.list_resources()
            await client.list_resource_templates()
            await client.read_resource("a:b")
            await client.set_logging_level("info")
            await client.list_prompts()
            await client.get_prompt("p")
            await client.complete(
                types.PromptReference(type="ref/prompt", name="p"), {"name": "a", "value": ""}
            )
            with pytest.raises(McpError):
                await client.listen(tools=True).open()

    await both(script(), use())


def test_a_dialer_is_made_before_anything_runs() -> None:
    assert callable(dialer(Target()))
