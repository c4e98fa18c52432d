"""Connections inside the process, from the session to the server and back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import anyio
import pytest

from mcp import types
from mcp.server.fastmcp import FastMCP
from mcp.server.lowlevel import Server
from mcp.shared.exceptions import ConnectionClosed, McpError, RequestTimeout
from mcp.shared.memory import (
    create_client_server_memory_streams,
    create_connected_server_and_client_session as connect,
)
from mcp.shared.message import SessionMessage
from support.timeouts import scaled

pytestmark = pytest.mark.anyio

PING = SessionMessage(types.JSONRPCMessage(types.JSONRPCRequest(jsonrpc="2.0", id=1, method="ping")))


def server_with(handler: Any) -> Server[Any, Any]:
    """Return a server whose prompt is this handler."""
    server: Server[Any, Any] = Server("s")
    server.get_prompt()(handler)
    return server


async def good(name: str, arguments: Any) -> types.GetPromptResult:
    """Be fine."""
    return types.GetPromptResult(description=name, messages=[])


async def bad(name: str, arguments: Any) -> types.GetPromptResult:
    """Fail."""
    raise ValueError("of the handler")


async def refusing(name: str, arguments: Any) -> types.GetPromptResult:
    """Refuse."""
    raise McpError(types.ErrorData(code=7, message="not you"))


async def test_the_two_pairs_are_connected() -> None:
    async with create_client_server_memory_streams() as ((client_read, client_write), (read, write)):
        await client_write.send(PING)
        await write.send(PING)
        assert [await read.receive(), await client_read.receive()] == [PING, PING]
    with pytest.raises(anyio.EndOfStream):
        await read.receive()


@pytest.mark.parametrize("raise_exceptions", [True, False])
async def test_a_session_is_initialized_and_serves(raise_exceptions: bool) -> None:
    async with connect(server_with(good), raise_exceptions=raise_exceptions) as session:
        assert (await session.get_prompt("hello")).description == "hello"
        await session.send_ping()


async def test_a_fastmcp_is_taken_too() -> None:
    fastmcp: FastMCP[Any] = FastMCP("f")

    @fastmcp.tool()
    def add(a: int, b: int) -> int:
        return a + b

    async with connect(fastmcp) as session:
        assert (await session.call_tool("add", {"a": 1, "b": 2})).structuredContent == {"result": 3}


async def test_an_exception_of_a_handler_is_an_error_and_the_session_goes_on() -> None:
    async with connect(server_with(bad)) as session:
        for _ in range(2):
            with pytest.raises(McpError, match="of the handler") as caught:
                await session.get_prompt("p")
            assert caught.value.error.code == types.INTERNAL_ERROR


async def test_an_exception_of_a_handler_comes_out_where_that_was_asked_for() -> None:
    async def use() -> None:
        async with connect(server_with(bad), raise_exceptions=True) as session:
            await session.get_prompt("p")

    with pytest.raises(ValueError, match="of the handler"):
        await use()


async def test_an_error_that_is_an_answer_does_not_come_out() -> None:
    async with connect(server_with(refusing), raise_exceptions=True) as session:
        for _ in range(2):
            with pytest.raises(McpError, match="not you"):
                await session.get_prompt("p")


async def test_what_the_body_raises_comes_out() -> None:
    async def use() -> None:
        async with connect(server_with(good)):
            raise KeyError("of the body")

    with pytest.raises(KeyError, match="of the body"):
        await use()


async def test_a_server_that_cannot_start_says_why() -> None:
    server = server_with(good)

    def fail(*_: Any) -> Any:
        raise RuntimeError("no options")

    server.create_initialization_options = fail  # type: ignore[assignment, method-assign]  # what a subclass might do

    async def use() -> None:
        async with connect(server):
            pass

    with anyio.fail_after(scaled(5)):
        with pytest.raises(RuntimeError, match="no options"):
            await use()


async def test_requests_have_the_limit_that_was_given() -> None:
    async def slow(name: str, arguments: Any) -> types.GetPromptResult:
        await anyio.sleep_forever()
        raise AssertionError

    async with connect(server_with(slow), read_timeout_seconds=timedelta(seconds=scaled(0.5))) as session:
        with pytest.raises(RequestTimeout, match="GetPromptRequest"):
            await session.get_prompt("p")


async def test_a_server_that_dies_is_found_out_at_once() -> None:
    async with create_client_server_memory_streams() as ((read, write), (server_read, server_write)):
        from mcp import ClientSession

        async def die() -> None:
            await server_read.receive()
            await server_write.aclose()
            await server_read.aclose()

        async with anyio.create_task_group() as tasks, ClientSession(read, write) as session:
            tasks.start_soon(die)
            with anyio.fail_after(scaled(5)):
                with pytest.raises(ConnectionClosed):
                    await session.initialize()


async def test_callbacks_are_heard_and_answer() -> None:
    heard: list[str] = []
    fastmcp: FastMCP[Any] = FastMCP("f")

    @fastmcp.tool()
    async def ask() -> str:
        session = fastmcp.get_context().session
        await session.send_log_message("info", "logged")
        return str(len((await session.list_roots()).roots))

    async def roots(_: Any) -> types.ListRootsResult:
        return types.ListRootsResult(roots=[])

    async def log(params: types.LoggingMessageNotificationParams) -> None:
        heard.append(str(params.data))

    async with connect(fastmcp, list_roots_callback=roots, logging_callback=log) as session:
        result = await session.call_tool("ask", {})
    assert isinstance(result.content[0], types.TextContent)
    assert result.content[0].text == "0"
    assert heard == ["logged"]
