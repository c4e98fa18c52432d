"""The other end is out to harm: it floods, it never reads, it never answers what a callback asks."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import anyio
import pytest
from anyio.lowlevel import checkpoint

from mcp.shared import courier as couriers
from mcp.shared.exchange import PeerExchange
from mcp.shared.link import ROOM, MemoryLink, memory_links
from mcp.shared.peer import Peer
from mcp.types.jsonrpc import NotificationFrame, RequestFrame, ResponseFrame, encode_frame
from support.timeouts import scaled

pytestmark = pytest.mark.anyio

SERVED = 256


class Ears:
    """Serves nothing, and has a callback for each notification."""

    takes_batches = False

    def __init__(self) -> None:
        self.peer: Any = None
        self.callback: Any = checkpoint

    def on_request(self, exchange: PeerExchange) -> None:
        """Keep it."""

    def on_notification(self, frame: NotificationFrame) -> None:
        """Have the callback told."""
        self.peer.post(self.callback, needed=False)

    def on_malformed(self, error: Exception) -> None:
        """Nothing."""

    def on_end(self) -> None:
        """Nothing."""


@asynccontextmanager
async def connected() -> AsyncGenerator[tuple[Peer, Ears, MemoryLink]]:
    """Yield an open peer, its ears, and the bare link at the other end."""
    near, far = memory_links()
    ears = Ears()
    ears.peer = peer = Peer(near, ears)
    peer.open()
    try:
        with anyio.fail_after(scaled(10)):
            yield peer, ears, far
    finally:
        await peer.aclose()


async def settle() -> None:
    """Let everything happen that can."""
    for _ in range(100):
        await checkpoint()


def unread(link: Any) -> int:
    """Return how many messages wait for the reader of a link in memory."""
    return len(link._inbox)


def plain(_: int) -> bytes | None:
    """Encode no parameters."""
    return None


TOLD = encode_frame(NotificationFrame("n", None))


async def test_requests_of_who_never_reads_are_not_even_refused_for_ever() -> None:
    async with connected() as (peer, _, far):
        for number in range(20 * ROOM):
            far.send(encode_frame(RequestFrame(number, "wait", None)))
        while unread(peer.link):
            await checkpoint()
        assert peer.conversation.served == SERVED
        assert unread(far) <= ROOM


async def test_a_deadline_is_kept_though_a_callback_holds_the_answers_back() -> None:
    async with connected() as (peer, ears, far):
        ears.callback = anyio.sleep_forever

        async def answer() -> None:
            frame: Any = await far.receive()
            far.send(TOLD)
            far.send(encode_frame(ResponseFrame(frame.id, {"here": 1})))

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(answer)
            assert await peer.request("m", plain, timeout=scaled(0.1)) == {"here": 1}


async def test_callbacks_behind_one_that_waits_for_an_answer_are_bounded(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(couriers, "QUEUED_CALLBACKS", 2)
    monkeypatch.setattr(couriers, "MOST_CALLBACKS", 10)
    ran: list[int] = []
    async with connected() as (peer, ears, far):

        async def ask() -> None:
            ran.append(1)
            if len(ran) == 1:
                await peer.request("m", plain)

        ears.callback = ask
        far.send(TOLD)
        frame: Any = await far.receive()
        for _ in range(1_000):
            far.send(TOLD)
        far.send(encode_frame(ResponseFrame(frame.id, {})))
        while len(ran) < 10:
            await checkpoint()
        await settle()
        assert len(ran) == 10
    assert "Dropped" in caplog.text


async def test_what_a_callback_left_running_does_not_lift_the_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(couriers, "QUEUED_CALLBACKS", 2)
    async with connected() as (peer, ears, far), anyio.create_task_group() as tasks:

        async def ask_later() -> None:
            tasks.start_soon(peer.request, "m", plain)
            ears.callback = anyio.sleep_forever

        ears.callback = ask_later
        far.send(TOLD)
        await far.receive()
        for _ in range(1_000):
            far.send(TOLD)
        await settle()
        assert unread(peer.link) > 900
        tasks.cancel_scope.cancel()


@pytest.mark.parametrize("number", [10**400, True, "1", None, [1]])
async def test_progress_that_is_no_number(number: object, caplog: pytest.LogCaptureFixture) -> None:
    reports: list[tuple[float, float | None, str | None]] = []

    async def report(value: float, total: float | None, message: str | None) -> None:
        reports.append((value, total, message))

    async with connected() as (peer, _, far), anyio.create_task_group() as tasks:
        tasks.start_soon(lambda: peer.request("m", plain, progress=report))
        frame: Any = await far.receive()
        for params in ({"progress": number}, {"progress": 1, "total": number, "message": number}):
            params["progressToken"] = frame.id
            far.send(encode_frame(NotificationFrame("notifications/progress", params)))
        while not reports:
            await checkpoint()
        far.send(encode_frame(ResponseFrame(frame.id, {})))
    assert reports == [(1.0, None, number if number == "1" else None)]
    assert not caplog.records
