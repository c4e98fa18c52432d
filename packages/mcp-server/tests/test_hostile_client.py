"""A client out to harm: the server stays within its bounds, answers a ping afterwards, and keeps nothing."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Any

import anyio
import pytest
from anyio.lowlevel import checkpoint

from mcp.server.calls import PARKED
from mcp.server.changes import URI_LENGTH, URIS, resource_updated
from mcp.server.connection import HEARING, SUBSCRIBED
from mcp.server.lowlevel import Server
from mcp.shared.link import ROOM, MemoryLink, memory_links, streams_of
from mcp.types import RootsListChangedNotification, TextContent, Tool
from mcp.types.jsonrpc import ErrorFrame, NotificationFrame, ResponseFrame, dump_json
from support.timeouts import scaled

pytestmark = pytest.mark.anyio

SERVED = 256
META: dict[str, Any] = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientCapabilities": {"elicitation": {}},
}
HELLO: dict[str, Any] = {
    "protocolVersion": "2025-11-25",
    "capabilities": {},
    "clientInfo": {"name": "x", "version": "1"},
}


class Attack:
    """A bare link to a server, and the server."""

    def __init__(self, server: Server[Any, Any], link: MemoryLink) -> None:
        self.server = server
        self.link = link

    def send(self, method: str, params: Any = None, id: Any = None) -> None:
        """Send a request, or a notification."""
        message: dict[str, Any] = {"jsonrpc": "2.0", "method": method, "params": params or {}}
        self.link.send(dump_json(message if id is None else {**message, "id": id}))

    def call(self, id: Any, name: str, /, **params: Any) -> None:
        """Call a tool, in the era that has no handshake."""
        self.send("tools/call", {"name": name, "arguments": {}, "_meta": META, **params}, id)

    async def answer(self, id: Any) -> Any:
        """Return the answer to a request, past everything else."""
        while True:
            frame: Any = await self.link.receive()
            assert frame is not None, "the server has gone"
            if not isinstance(frame, NotificationFrame) and getattr(frame, "id", None) == id:
                return frame

    async def alive(self) -> None:
        """Assert that the server still answers, and that nothing is left of what was asked before."""
        self.send("ping", {"_meta": {}}, "alive")
        assert isinstance(await self.answer("alive"), ResponseFrame)
        assert not self.server.calls.running


def hostile_server() -> Server[Any, Any]:
    """Return a server whose tools ask, in words of all kinds."""
    server: Server[Any, Any] = Server("attacked")

    async def list_tools() -> list[Tool]:
        return [Tool(name=name, inputSchema={"type": "object"}) for name in ("ask", "surrogate", "echo")]

    async def call_tool(name: str, arguments: dict[str, Any]) -> list[TextContent]:
        if name != "echo":
            text = "\ud800" if name == "surrogate" else "which?"
            await server.request_context.elicit(text, {"type": "object", "properties": {}})
        return [TextContent(type="text", text=str(len(arguments)))]

    async def note(uri: object) -> None:
        """Take note."""

    async def list_resources() -> list[Any]:
        return []

    server.list_tools()(list_tools)
    server.call_tool()(call_tool)
    server.list_resources()(list_resources)
    server.subscribe_resource()(note)
    return server


@asynccontextmanager
async def attacked(server: Server[Any, Any] | None = None) -> AsyncGenerator[Attack]:
    """Yield the client's end of a connection; afterwards nothing may be left in the server."""
    server = server or hostile_server()
    near, far = memory_links()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(server.run, *streams_of(far), server.create_initialization_options())
        with anyio.fail_after(scaled(20)):
            yield Attack(server, near)
        await near.aclose()
    assert (server.calls.parked, len(server.calls.running), server.changes.listeners) == (0, 0, 0)


def pings(attack: Attack, number: int) -> None:
    """Ask for a sign of life."""
    attack.send("ping", id=number)


def unknown_answers(attack: Attack, number: int) -> None:
    """Answer what nobody asked."""
    attack.link.send(b'{"jsonrpc":"2.0","id":%d,"result":{}}' % number)


def unknown_notifications(attack: Attack, number: int) -> None:
    """Tell of nothing."""
    attack.send(f"notifications/{number}")


def cancels(attack: Attack, number: int) -> None:
    """Cancel what nobody asked."""
    attack.send("notifications/cancelled", {"requestId": number})


def calls_and_cancels(attack: Attack, number: int) -> None:
    """Ask, and take it back."""
    attack.call(number, "ask")
    attack.send("notifications/cancelled", {"requestId": number})


def garbage(attack: Attack, number: int) -> None:
    """Send no message."""
    attack.link.send(b"\x00\xef\xbb\xbf{%d" % number)


def listens(attack: Attack, number: int) -> None:
    """Listen, and never stop."""
    attack.send("subscriptions/listen", {"_meta": META, "notifications": {"toolsListChanged": True}}, number)


FLOODS: list[Callable[[Attack, int], None]] = [
    pings,
    unknown_answers,
    unknown_notifications,
    cancels,
    calls_and_cancels,
    garbage,
    listens,
]


@pytest.mark.parametrize("flood", FLOODS)
async def test_a_flood_is_held_back_while_nobody_reads_and_survived(
    flood: Callable[[Attack, int], None],
) -> None:
    async with attacked() as attack:
        for number in range(4_000):
            flood(attack, number)
        for _ in range(500):
            await checkpoint()
        unread = vars(attack.link)["_inbox"]
        assert len(unread) <= ROOM + SERVED
        attack.send("notifications/cancelled", {"requestId": 0})  # where the flood fills the connection
        attack.send("ping", id="alive")
        assert isinstance(await attack.answer("alive"), ResponseFrame)
        assert len(attack.server.calls.running) <= SERVED
        tracemalloc.start()
        for number in range(4_000, 5_000):
            flood(attack, number)
        attack.send("ping", id="again")
        await attack.answer("again")
        size, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert size < 20_000_000


async def test_parked_questions_are_bounded() -> None:
    async with attacked() as attack:
        for number in range(PARKED + 200):
            attack.call(number, "ask")
            assert (await attack.answer(number)).result["resultType"] == "input_required"
        await checkpoint()
        assert attack.server.calls.parked == PARKED


async def test_a_question_that_json_cannot_hold_fails_its_call_at_once() -> None:
    async with attacked() as attack:
        attack.call(1, "surrogate")
        answer = await attack.answer(1)
        assert "cannot be sent" in repr(answer)
        assert attack.server.calls.parked == 0
        await attack.alive()


async def test_handlers_of_notifications_are_bounded(caplog: pytest.LogCaptureFixture) -> None:
    server, begun, release = hostile_server(), [0], anyio.Event()

    async def hear(_: object) -> None:
        begun[0] += 1
        await release.wait()

    server.notification_handlers[RootsListChangedNotification] = hear
    async with attacked(server) as attack:
        for _ in range(2 * HEARING):
            attack.send("notifications/roots/list_changed")
        await attack.alive()
        assert begun[0] == HEARING
        release.set()
        while begun[0] == HEARING:
            await checkpoint()
            attack.send("notifications/roots/list_changed")
    assert "Dropped" in caplog.text


async def test_subscribed_resources_are_bounded() -> None:
    async with attacked() as attack:
        attack.send("initialize", HELLO, "init")
        await attack.answer("init")
        for number in range(SUBSCRIBED + 1):
            attack.send("resources/subscribe", {"uri": f"memo://{number}"}, number)
            answer = await attack.answer(number)
            assert isinstance(answer, ErrorFrame if number == SUBSCRIBED else ResponseFrame)
        attack.send("resources/unsubscribe", {"uri": "memo://0"}, "less")
        await attack.answer("less")
        attack.send("resources/subscribe", {"uri": "memo://" + "x" * URI_LENGTH}, "long")
        assert isinstance(await attack.answer("long"), ErrorFrame)


@pytest.mark.parametrize("uris", [["memo://1"] * (URIS + 1), ["memo://" + "x" * URI_LENGTH]])
async def test_what_one_listener_names_is_bounded(uris: list[str]) -> None:
    async with attacked() as attack:
        params = {"_meta": META, "notifications": {"resourceSubscriptions": uris}}
        attack.send("subscriptions/listen", params, 1)
        assert (await attack.answer(1)).error.code == -32602
        await attack.alive()


async def test_changes_are_told_once_to_who_does_not_read() -> None:
    async with attacked() as attack:
        attack.send("initialize", HELLO, "init")
        await attack.answer("init")
        for number in range(2):
            attack.send("resources/subscribe", {"uri": f"memo://{number}"}, number)
            await attack.answer(number)
        for number in range(4 * ROOM):
            attack.server.changes.publish(resource_updated(f"memo://{number % 2}"))
        unread = vars(attack.link)["_inbox"]
        assert len(unread) == ROOM
        frames: list[Any] = [await attack.link.receive() for _ in range(ROOM + 2)]
        told = [frame.params["uri"] for frame in frames]
        assert set(told[-2:]) == {"memo://0", "memo://1"}
        await attack.alive()


DEEP: Any = json.loads("[" * 190 + "]" * 190)
HUGE = "x" * 1_000_000


@pytest.mark.parametrize(
    "params",
    [
        {"_meta": {**META, "progressToken": HUGE}},
        {"_meta": {**META, "progressToken": 2**64}},
        {"_meta": {**META, "progressToken": True}},
        {"_meta": {**META, "io.modelcontextprotocol/protocolVersion": ["2026-07-28"]}},
        {"_meta": {**META, "io.modelcontextprotocol/clientCapabilities": DEEP}},
        {"_meta": {**META, "io.modelcontextprotocol/clientInfo": DEEP}},
        {"_meta": {**META, "io.modelcontextprotocol/logLevel": DEEP}},
        {"_meta": DEEP},
        {"requestState": DEEP},
        {"requestState": HUGE},
        {"requestState": "mcp1.é.é.é"},
        {"requestState": "mcp1..."},
        {"inputResponses": DEEP},
        {"inputResponses": {"elicit-1": DEEP}},
        {"name": DEEP},
        {"arguments": DEEP},
    ],
    ids=lambda params: next(iter(params)),
)
async def test_a_field_of_the_wrong_kind_is_refused_and_named_in_few_words(params: dict[str, Any]) -> None:
    async with attacked() as attack:
        attack.call(1, "ask", **params)
        answer = await attack.answer(1)
        assert answer.error.code in (-32602, -32022)
        assert len(answer.error.message) < 2_000
        await attack.alive()


@pytest.mark.parametrize("value", [DEEP, HUGE, {str(number): 1 for number in range(100_000)}])
async def test_any_arguments_may_come(value: Any) -> None:
    async with attacked() as attack:
        attack.call(
            1,
            "echo",
            arguments=value if isinstance(value, dict) else {"a": value},
            inputResponses={"x": {"y": value}},
        )
        assert isinstance(await attack.answer(1), ResponseFrame)
        await attack.alive()
