"""Client and server over stdio, each with the other: what happens to calls when something goes wrong between them."""

from __future__ import annotations

import io
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta

import anyio
import pytest

from mcp.client.session import ClientSession
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp.shared.exceptions import ConnectionClosed, RequestTimeout
from mcp.types import TextContent
from support.stdio_process import PROGRAM
from support.timeouts import scaled

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.skipif(sys.platform == "win32", reason="the processes of POSIX"),
]


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@asynccontextmanager
async def connected() -> AsyncGenerator[ClientSession]:
    parameters = StdioServerParameters(command=sys.executable, args=[str(PROGRAM), "own"])
    with anyio.fail_after(scaled(60)):
        async with (
            stdio_client(parameters, io.StringIO()) as (read, write),
            ClientSession(read, write) as session,
        ):
            await session.initialize()
            yield session


async def call(session: ClientSession, tool: str, **arguments: object) -> str:
    [content] = (await session.call_tool(tool, dict(arguments))).content
    assert isinstance(content, TextContent)
    return content.text


async def test_calls_run_side_by_side_and_answers_find_their_way() -> None:
    answers: dict[int, str] = {}
    async with connected() as session, anyio.create_task_group() as tasks:

        async def ask(number: int) -> None:
            answers[number] = await call(session, "echo", text=str(number))

        for number in range(200):
            tasks.start_soon(ask, number)
    assert answers == {number: str(number) for number in range(200)}


async def test_prints_disturb_nobody() -> None:
    async with connected() as session:
        assert await call(session, "prints") == "printed"
        assert await call(session, "floods") == "flooded"


async def test_a_big_answer_to_a_big_question() -> None:
    text = "ü" * 2_000_000
    async with connected() as session:
        assert await call(session, "echo", text=text) == text


async def test_a_server_that_dies_in_a_call_ends_it_at_once() -> None:
    async with connected() as session:
        with pytest.raises(ConnectionClosed):
            await call(session, "dies")
        with pytest.raises(ConnectionClosed):
            await call(session, "echo")


async def test_a_server_that_never_answers_is_not_waited_for() -> None:
    async with connected() as session:
        with pytest.raises(RequestTimeout):
            await session.call_tool("sleeps", {"seconds": 60}, timedelta(seconds=0.2))
        assert await call(session, "echo", text="a") == "a"


async def test_calls_cancelled_at_once_leave_the_connection_alive() -> None:
    async with connected() as session:
        for _ in range(300):
            with anyio.move_on_after(0):
                await call(session, "sleeps", seconds=60)
        assert await call(session, "echo", text="a") == "a"


async def test_a_command_that_is_no_server_is_a_closed_connection() -> None:
    parameters = StdioServerParameters(command=sys.executable, args=["-c", "print('hello')"])
    with anyio.fail_after(scaled(20)), pytest.raises(ConnectionClosed):
        async with stdio_client(parameters) as (read, write), ClientSession(read, write) as session:
            await session.initialize()
