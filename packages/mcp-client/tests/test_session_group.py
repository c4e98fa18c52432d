"""Several servers behind one face: names, doubles, connections that come and go."""

import sys
from contextlib import AsyncExitStack
from typing import Any

import anyio
import pytest

from mcp import ClientSessionGroup, StdioServerParameters, types
from mcp.client.session import ClientSession
from mcp.client.session_group import ClientSessionParameters, SseServerParameters, StreamableHttpParameters
from mcp.server import Server
from mcp.server.fastmcp import FastMCP
from mcp.shared.exceptions import ConnectionClosed, InvalidParams
from mcp.shared.memory import create_connected_server_and_client_session as connected
from support.scripted import both
from support.sessions import opened

pytestmark = pytest.mark.anyio

PROGRAM = """
from mcp.server.fastmcp import FastMCP
mcp = FastMCP("{name}")
@mcp.tool()
def {tool}(a: int, b: int) -> int:
    return a + b
mcp.run()
"""


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def server(name: str) -> FastMCP:
    """Return a server with one of each kind, all called alike in every server."""
    made = FastMCP(name)

    @made.tool()
    def who() -> str:
        return name

    @made.prompt()
    def ask() -> str:
        return name

    @made.resource("where://here", name="here")
    def here() -> str:
        return name

    assert callable(who)
    assert callable(ask)
    assert callable(here)
    return made


def process(name: str, tool: str) -> StdioServerParameters:
    return StdioServerParameters(command=sys.executable, args=["-c", PROGRAM.format(name=name, tool=tool)])


def info(name: str) -> types.Implementation:
    return types.Implementation(name=name, version="1")


def by_server(name: str, who: types.Implementation) -> str:
    return f"{who.name}.{name}"


def texts(result: types.CallToolResult) -> list[str]:
    return [block.text for block in result.content if isinstance(block, types.TextContent)]


async def test_names_are_told_apart_by_the_hook() -> None:
    async with (
        connected(server("one")) as one,
        connected(server("two")) as two,
        ClientSessionGroup(component_name_hook=by_server) as group,
    ):
        assert await group.connect_with_session(info("one"), one) is one
        await group.connect_with_session(info("two"), two)
        assert group.sessions == [one, two]
        assert set(group.tools) == {"one.who", "two.who"}
        assert set(group.prompts) == {"one.ask", "two.ask"}
        assert set(group.resources) == {"one.here", "two.here"}
        assert texts(await group.call_tool("two.who")) == ["two"]


async def test_doubles_are_refused() -> None:
    async with connected(server("one")) as one, connected(server("two")) as two:
        group = ClientSessionGroup()
        await group.connect_with_session(info("one"), one)
        with pytest.raises(InvalidParams, match=r"tools of these names .* \['who'\]; .* component_name_hook"):
            await group.connect_with_session(info("two"), two)
        assert group.sessions == [one]


async def test_a_session_leaves_with_what_it_offered() -> None:
    async with connected(server("one")) as one, ClientSessionGroup() as group:
        await group.connect_with_session(info("one"), one)
        await group.disconnect_from_server(one)
        assert (group.sessions, group.tools, group.prompts, group.resources) == ([], {}, {}, {})
        assert (await one.list_tools()).tools
        with pytest.raises(InvalidParams, match="not in the group"):
            await group.disconnect_from_server(one)


async def test_an_unknown_tool() -> None:
    async with connected(server("one")) as one, ClientSessionGroup() as group:
        await group.connect_with_session(info("one"), one)
        with pytest.raises(InvalidParams, match=r"'nope'; there are \['who'\]"):
            await group.call_tool("nope")


async def test_a_server_is_asked_for_what_it_has(caplog: pytest.LogCaptureFixture) -> None:
    async with connected(Server("bare")) as bare, ClientSessionGroup() as group:
        await group.connect_with_session(info("bare"), bare)
        assert (group.sessions, group.tools) == ([bare], {})
    assert [record for record in caplog.records if record.name.endswith("group")] == []


async def test_a_server_that_refuses_to_list(caplog: pytest.LogCaptureFixture) -> None:
    group = ClientSessionGroup()

    async with opened(False, offers={"tools": {}}) as (session, scripted):

        async def refuse() -> None:
            scripted.fail(await scripted.expect("tools/list"), -32603, "out of order")

        await both(refuse(), group.connect_with_session(info("strict"), session))
    assert (group.sessions, group.tools) == ([session], {})
    assert "does not list its tools: out of order" in caplog.text


async def test_connections_are_closed_by_another_task_than_opened_them() -> None:
    group = ClientSessionGroup()
    async with anyio.create_task_group() as opening:
        opening.start_soon(group.connect_to_server, process("one", "add"))
        opening.start_soon(group.connect_to_server, process("two", "plus"))
    assert set(group.tools) == {"add", "plus"}
    sessions = group.sessions
    async with group:
        assert texts(await group.call_tool("plus", {"a": 4, "b": 3})) == ["7"]
    assert [await ended(session) for session in sessions] == [True, True]


@pytest.mark.parametrize(
    ("parameters", "error"),
    [
        (StdioServerParameters(command="no-such-command-anywhere"), FileNotFoundError),
        (StdioServerParameters(command=sys.executable, args=["-c", "pass"]), ConnectionClosed),
    ],
)
async def test_a_server_that_fails_leaves_nothing(
    parameters: StdioServerParameters, error: type[Exception]
) -> None:
    async with ClientSessionGroup() as group:
        with pytest.raises(error):
            await group.connect_to_server(parameters)
        assert (group.sessions, group.tools) == ([], {})


async def test_every_page_is_read() -> None:
    paged: Server[Any, Any] = Server("paged")

    @paged.list_tools()
    async def list_tools(request: types.ListToolsRequest) -> types.ListToolsResult:
        page = int(request.params.cursor or 0) if request.params else 0
        tool = types.Tool(name=f"tool{page}", inputSchema={"type": "object"})
        return types.ListToolsResult(tools=[tool], nextCursor=str(page + 1) if page < 2 else None)

    assert callable(list_tools)
    async with connected(paged) as session, ClientSessionGroup() as group:
        await group.connect_with_session(info("paged"), session)
        assert list(group.tools) == ["tool0", "tool1", "tool2"]


async def test_a_connection_that_breaks_is_an_error() -> None:
    async with opened(False, offers={"tools": {}}) as (session, scripted):
        group = ClientSessionGroup()
        await scripted.close()
        with pytest.raises(ConnectionClosed):
            await group.connect_with_session(info("gone"), session)
        assert group.sessions == []


async def test_processes_are_started_and_ended() -> None:
    async with ClientSessionGroup() as group:
        one = await group.connect_to_server(process("one", "add"))
        options = ClientSessionParameters(client_info=info("host"))
        two = await group.connect_to_server(process("two", "plus"), options)
        assert group.sessions == [one, two]
        with pytest.warns(DeprecationWarning, match="say arguments"):
            assert texts(await group.call_tool("add", args={"a": 2, "b": 3})) == ["5"]
        await group.disconnect_from_server(one)
        assert texts(await group.call_tool("plus", {"a": 4, "b": 3})) == ["7"]
        with pytest.raises(InvalidParams, match=r"\['plus'\]"):
            await group.connect_to_server(process("three", "plus"))
    assert group.sessions == []
    assert await ended(one)
    assert await ended(two)


async def test_a_given_exit_stack_closes() -> None:
    async with AsyncExitStack() as stack:
        async with ClientSessionGroup(stack) as group:
            session = await group.connect_to_server(process("one", "add"))
        assert texts(await group.call_tool("add", {"a": 1, "b": 1})) == ["2"]
    assert await ended(session)


async def ended(session: ClientSession) -> bool:
    with pytest.raises(ConnectionClosed):
        await session.list_tools()
    return True


@pytest.mark.parametrize(
    "parameters", [SseServerParameters(url="http://x"), StreamableHttpParameters(url="http://x")]
)
async def test_http_comes_later(parameters: SseServerParameters | StreamableHttpParameters) -> None:
    async with ClientSessionGroup() as group:
        with pytest.raises(NotImplementedError, match=r"'http://x'.*HTTP is not available yet"):
            await group.connect_to_server(parameters)
