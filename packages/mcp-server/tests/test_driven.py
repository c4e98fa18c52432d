"""Servers that override what 1.x let them override work: in both eras, over memory and over stdio."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import anyio
import pytest

import support.driven_server
from mcp.server.session import ServerSession
from mcp.shared.link import memory_links, streams_of
from mcp.shared.session import RequestResponder
from support.driven_server import SERVERS, Hooked, OwnRun
from support.stdio_process import Program
from support.wire import Message, Wire, initialize, initialized, modern, request, serving

pytestmark = pytest.mark.anyio

ABLE: dict[str, Any] = {"elicitation": {"form": {}}}
ANN: dict[str, Any] = {"action": "accept", "content": {"name": "Ann"}}

Make = Callable[..., Message]

kinds = pytest.mark.parametrize("kind", SERVERS)


def able(request_id: object, method: str, /, **params: Any) -> Message:
    """Return a self-contained request of a client that can be asked."""
    return modern(request_id, method, ABLE, **params)


both_eras = pytest.mark.parametrize("make", [request, able], ids=["request", "self-contained request"])


def text(answer: Message) -> str:
    """Return the text of a tool's result."""
    found: str = answer["result"]["content"][0]["text"]
    return found


@kinds
@both_eras
async def test_requests_are_served(kind: str, make: Make) -> None:
    async with serving(SERVERS[kind](kind)) as wire:
        opened = await wire.open(capabilities=ABLE)
        assert opened["serverInfo"]["name"] == kind
        assert text(await wire.ask(make(1, "tools/call", name="echo", arguments={"text": "hi"}))) == "hi"
        names = [tool["name"] for tool in (await wire.result(make(2, "tools/list")))["tools"]]
        assert names[:4] == ["echo", "ask", "wait", "seen"]
        assert ("added" in names) is (kind == "own run")
        assert await wire.result(request(3, "ping")) == {}


@kinds
async def test_both_eras_are_spoken_on_one_connection(kind: str) -> None:
    async with serving(SERVERS[kind](kind)) as wire:
        discovered = await wire.result(modern(1, "server/discover"))
        assert discovered["resultType"] == "complete"
        await wire.open()
        listed = await wire.result(request(2, "tools/list"))
        assert "resultType" not in listed
        assert (await wire.result(modern(3, "tools/list")))["resultType"] == "complete"


@kinds
async def test_what_is_wrong_is_answered_and_the_connection_lives(kind: str) -> None:
    async with serving(SERVERS[kind](kind)) as wire:
        assert await wire.error(request(1, "tools/list")) == (-32600, 1)
        await wire.open()
        for message, expected in [
            (b"nonsense", (-32700, None)),
            ([request(2, "ping")], (-32600, None)),
            (request(3, "no/such"), (-32601, 3)),
            (request(4, "resources/list"), (-32601, 4)),
            (request(5, "tools/call"), (-32602, 5)),
            (initialize(6), (-32600, 6)),
            (request(7, "ping", _meta=5), (-32602, 7)),
        ]:
            assert await wire.error(message) == expected
            assert await wire.result(request("alive?", "ping")) == {}


@kinds
async def test_questions_are_asked_on_the_connection(kind: str) -> None:
    async with serving(SERVERS[kind](kind)) as wire:
        await wire.open(capabilities=ABLE)
        question = await wire.ask(request(1, "tools/call", name="ask", arguments={}))
        assert question["method"] == "elicitation/create"
        assert text(await wire.ask({"jsonrpc": "2.0", "id": question["id"], "result": ANN})) == "Ann"


@kinds
async def test_questions_end_an_exchange_and_the_retry_goes_on(kind: str) -> None:
    async with serving(SERVERS[kind](kind)) as wire:
        asked = await wire.result(able(1, "tools/call", name="ask", arguments={}))
        [key] = asked["inputRequests"]
        retry = able(
            2,
            "tools/call",
            name="ask",
            arguments={},
            requestState=asked["requestState"],
            inputResponses={key: ANN},
        )
        assert text(await wire.ask(retry)) == "Ann"


@kinds
@both_eras
async def test_a_call_can_be_cancelled(kind: str, make: Make) -> None:
    server = SERVERS[kind](kind)
    async with serving(server) as wire:
        await wire.open()
        wire.send(make(1, "tools/call", name="wait", arguments={}))
        await anyio.wait_all_tasks_blocked()
        wire.send({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 1}})
        assert await wire.result(request(2, "ping")) == {}
        await anyio.wait_all_tasks_blocked()
        assert server.cleaned == 1
        assert server.calls.running == set()


@kinds
async def test_calls_cancelled_at_once_are_not_answered(kind: str) -> None:
    server = SERVERS[kind](kind)
    async with serving(server) as wire:
        await wire.open()
        for number in range(50):
            wire.send(request(number, "tools/call", name="wait", arguments={}))
            wire.send(
                {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": number}}
            )
        assert await wire.result(request("alive?", "ping")) == {}
        await anyio.wait_all_tasks_blocked()
        assert server.calls.running == set()


@kinds
async def test_at_the_end_of_input_what_was_read_is_answered(kind: str) -> None:
    async with serving(SERVERS[kind](kind)) as wire:
        wire.send(initialize(0), initialized(), request(1, "tools/list"), request(2, "ping"))
        wire.link.end_output()
        ids = {(await wire.next())["id"] for _ in range(3)}
        assert ids == {0, 1, 2}
        await wire.end()


async def test_hooks_of_a_session_see_everything() -> None:
    server = OwnRun("own run")
    async with serving(server) as wire:
        await wire.open()
        await wire.result(request(1, "ping"))
        assert await wire.error(request(2, "resources/list")) == (-32601, 2)
        seen = text(await wire.ask(request(3, "tools/call", name="seen", arguments={}))).split("\n")
    assert seen == [
        "request initialize",
        "answer open InitializeResult",
        "notification notifications/initialized",
        "request ping",
        "answer 1 EmptyResult",
        "request resources/list",
        "answer 2 error",
        "request tools/call",
    ]


async def test_whatever_a_hook_raises_fails_its_request_alone() -> None:
    async with serving(OwnRun("own run")) as wire:
        await wire.open()
        assert await wire.error(request(1, "prompts/list")) == (-32603, 1)
        assert await wire.result(request(2, "ping")) == {}


async def test_overridden_methods_of_a_server_see_each_message() -> None:
    server = Hooked("hooked")
    async with serving(server) as wire:
        await wire.open()
        await wire.result(request(1, "ping"))
        wire.send(b"nonsense")
        await wire.next()
        await wire.result(request(2, "ping"))
    assert server.seen == [
        "ClientNotification",
        "request ping",
        "handles ping",
        "MalformedMessage",
        "request ping",
        "handles ping",
    ]


async def test_a_hand_written_loop_answers_by_itself() -> None:
    async with serving(SERVERS["hand-written"]("by hand")) as wire:
        await wire.open()
        assert await wire.error(request(1, "prompts/list")) == (-1, 1)


async def test_an_array_is_answered_in_the_revision_that_has_them() -> None:
    async with serving(OwnRun("own run")) as wire:
        await wire.open("2025-03-26")
        wire.send([request(1, "ping"), request(2, "no/such"), initialized()])
        assert {each["id"] for each in await wire.batch()} == {1, 2}


async def test_a_result_that_a_hook_made_unfit_fails_its_request_alone() -> None:
    near, far = memory_links()
    options = OwnRun("unfit").create_initialization_options()
    wire = Wire(near)
    async with ServerSession(*streams_of(far), options) as session:
        wire.send(initialize(0), initialized(), request(1, "ping"))
        await wire.next()
        result: Any = {"text": "\ud800"}
        async for message in session.incoming_messages:
            if isinstance(message, RequestResponder):
                with message:
                    await message.respond(result)
                break
        assert (await wire.next())["error"]["code"] == -32603


@kinds
def test_over_stdio_in_both_eras(kind: str) -> None:
    with Program((Path(support.driven_server.__file__), kind)) as program:

        def ask(message: object) -> Message:
            program.send(message)
            return program.message()

        assert ask(modern(1, "tools/list"))["result"]["resultType"] == "complete"
        assert ask(initialize(2, capabilities=ABLE))["result"]["serverInfo"]["name"] == kind
        program.send(initialized())
        assert text(ask(request(3, "tools/call", name="echo", arguments={}))) == "echo"
        question = ask(request(4, "tools/call", name="ask", arguments={}))
        assert text(ask({"jsonrpc": "2.0", "id": question["id"], "result": ANN})) == "Ann"
        asked = ask(able(5, "tools/call", name="ask", arguments={}))["result"]
        [key] = asked["inputRequests"]
        answered = {"requestState": asked["requestState"], "inputResponses": {key: ANN}}
        assert text(ask(able(6, "tools/call", name="ask", arguments={}, **answered))) == "Ann"
        program.send(request(7, "tools/call", name="wait", arguments={}))
        program.send({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 7}})
        assert ask(request(8, "ping"))["id"] == 8
        program.close_stdin()
        assert program.ended() == 0
        assert program.rest() == b""
