"""A server out to harm: the client stays within its bounds, and every call of its user comes to an end."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, cast

import anyio
import pytest
from anyio.lowlevel import checkpoint

import mcp.types as types
from mcp.client._outputs import PAGES
from mcp.client.answers import MAX_QUESTIONS, MAX_ROUNDS
from mcp.client.session import ClientSession
from mcp.shared.exceptions import McpError, RequestTimeout
from mcp.shared.link import ROOM
from support.scripted import ScriptedServer, both
from support.sessions import FORM, both_eras, elicitation, opened
from support.timeouts import scaled

pytestmark = pytest.mark.anyio

SERVED = 256
DONE: dict[str, Any] = {"resultType": "complete", "content": []}


async def fails(session: ClientSession) -> McpError:
    """Call a tool, and return why that failed."""
    with pytest.raises(McpError) as caught:
        await session.call_tool("t", read_timeout_seconds=timedelta(seconds=scaled(5)))
    return caught.value


def question(state: str | None = None, count: int = 1) -> dict[str, Any]:
    """Return a result that asks."""
    each = {"method": "elicitation/create", "params": {"mode": "form", **FORM}}
    asked = {"resultType": "input_required", "inputRequests": {str(key): each for key in range(count)}}
    return asked if state is None else {**asked, "requestState": state}


async def test_a_server_that_asks_for_ever_is_given_up_with_its_large_state_sent_back() -> None:
    state, rounds = "x" * 1_000_000, 0
    async with opened(True, elicitation_callback=elicitation) as (session, server):

        async def ask() -> None:
            nonlocal rounds
            while rounds <= MAX_ROUNDS:
                request = await server.expect("tools/call")
                assert rounds == 0 or (request.params or {})["requestState"] == state
                rounds += 1
                server.reply(request, question(state))

        error = await both(ask(), fails(session))
        assert "asked for more input" in str(error)


@pytest.mark.parametrize("count", [MAX_QUESTIONS, MAX_QUESTIONS + 1])
async def test_questions_at_once_are_bounded(count: int) -> None:
    asked: list[object] = []

    async def count_up(params: types.ElicitRequestParams) -> types.ElicitResult:
        asked.append(params)
        return types.ElicitResult(action="decline")

    async with opened(True, elicitation_callback=count_up) as (session, server):

        async def ask() -> None:
            server.reply(await server.expect("tools/call"), question(count=count))
            if count <= MAX_QUESTIONS:
                server.fail(await server.expect("tools/call"), -32602)

        error = await both(ask(), fails(session))
        assert len(asked) == (count if count <= MAX_QUESTIONS else 0)
        assert ("questions at once" in str(error)) is (count > MAX_QUESTIONS)


@pytest.mark.parametrize("cursors", [["a"] * 3, ["a", "b", "a"]], ids=["one page", "two pages"])
@both_eras
async def test_a_list_that_goes_in_circles_is_read_once(modern: bool, cursors: list[str]) -> None:
    async with opened(modern) as (session, server):

        async def serve() -> None:
            server.reply(await server.expect("tools/call"), DONE)
            page: dict[str, Any] = {
                "resultType": "complete",
                "tools": [],
                "ttlMs": 0,
                "cacheScope": "private",
            }
            for cursor in cursors[: len(set(cursors)) + 1]:
                server.reply(await server.expect("tools/list"), {**page, "nextCursor": cursor})

        result = await both(serve(), session.call_tool("t"))
        assert result.content == []


async def test_a_list_that_never_ends_is_given_up() -> None:
    async with opened(False) as (session, server):

        async def serve() -> None:
            server.reply(await server.expect("tools/call"), {"content": []})
            for page in range(PAGES):
                tools: list[Any] = [{"name": f"{page}-{each}", "inputSchema": {}} for each in range(2_000)]
                frame = await server.receive()
                if getattr(frame, "method", None) == "ping":
                    assert page < 10
                    server.reply(frame, {})  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  # it has a method
                    return
                server.reply(cast(Any, frame), {"tools": tools, "nextCursor": str(page)})

        async def call() -> None:
            await session.call_tool("t")
            await session.send_ping()

        await both(serve(), call())


@pytest.mark.parametrize("method", ["ping", "roots/list", "no/such", "elicitation/create"])
async def test_answers_to_who_never_reads_are_bounded(method: str) -> None:
    async with opened(False) as (session, server):
        for number in range(10 * ROOM):
            server.link.send(b'{"jsonrpc":"2.0","id":%d,"method":"%b"}' % (number, method.encode()))
        for _ in range(2_000):
            await checkpoint()
        assert len(vars(server.link)["_inbox"]) <= ROOM + SERVED + 1
        assert not vars(server.client_link)["_inbox"]
        assert not session.closed


@both_eras
async def test_a_flood_of_what_is_no_answer_costs_nothing_but_time(modern: bool) -> None:
    async with opened(modern) as (session, server):
        for number in range(1_000):
            server.notify("notifications/tools/list_changed")
            server.notify("notifications/progress", {"progressToken": number, "progress": "x"})
            server.notify("notifications/message", {"level": 5, "data": number})
            server.notify("notifications/cancelled", {"requestId": [number]})
            server.link.send(b'{"jsonrpc":"2.0","id":%d,"result":{}}' % (number + 50))
            server.link.send(b"garbage \x00")

        async def serve() -> None:
            request: Any = await server.receive()
            server.reply(request, DONE)
            server.reply(request, DONE)

        await both(serve(), session.send_request(types.ClientRequest(types.ListToolsRequest()), types.Result))
        assert session._peer.conversation.asked == 0  # pyright: ignore[reportPrivateUsage]  # nothing is left


@pytest.mark.parametrize("result", [{"resultType": "new"}, {"resultType": 5}, {"resultType": ["complete"]}])
async def test_a_result_of_an_unknown_kind_ends_the_call(result: dict[str, Any]) -> None:
    async with opened(True) as (session, server):

        async def serve() -> None:
            server.reply(await server.expect("tools/call"), result)

        error = await both(serve(), fails(session))
        assert "unknown type" in str(error)


async def test_a_server_that_never_answers_the_question_of_a_callback_delays_nobody_beyond_his_time() -> None:
    async def ask_back(message: object) -> None:
        await session.list_tools()

    server = ScriptedServer()
    async with ClientSession(*server.streams, message_handler=ask_back) as session:
        await both(server.handshake(), session.initialize())
        server.notify("notifications/tools/list_changed")
        await server.expect("tools/list")

        async def serve() -> None:
            server.reply(await server.expect("ping"), {})

        with anyio.fail_after(scaled(5)):
            ping = types.ClientRequest(types.PingRequest())
            short = timedelta(seconds=scaled(0.1))
            await both(serve(), session.send_request(ping, types.EmptyResult, short))
            with pytest.raises(RequestTimeout):
                await session.send_request(ping, types.EmptyResult, short)
