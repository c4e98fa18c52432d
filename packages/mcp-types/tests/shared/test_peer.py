"""The actor of a connection: asks and waits, reads and routes, and leaves nobody waiting at the end."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Any

import anyio
import anyio.to_thread
import pytest

from mcp.shared import courier as couriers, peer as peers
from mcp.shared.exceptions import ConnectionClosed, InvalidParams, LocalError, McpError, RequestTimeout
from mcp.shared.exchange import PeerExchange
from mcp.shared.link import ROOM, MemoryLink, memory_links
from mcp.shared.peer import Peer
from mcp.types import ErrorData
from mcp.types.jsonrpc import (
    ErrorFrame,
    MalformedMessage,
    NotificationFrame,
    RequestFrame,
    ResponseFrame,
    encode_error,
    encode_frame,
)
from support.timeouts import scaled

pytestmark = pytest.mark.anyio

RESULT: dict[str, Any] = {"fine": None}


class Ears:
    """Keeps what arrives and is no answer."""

    def __init__(self) -> None:
        self.takes_batches = False
        self.requests: list[PeerExchange] = []
        self.notifications: list[NotificationFrame] = []
        self.malformed: list[Exception] = []
        self.ended = anyio.Event()
        self.arrived = anyio.Event()

    def on_request(self, exchange: PeerExchange) -> None:
        """Keep a request; some are answered, some make trouble."""
        self.requests.append(exchange)
        self._note()
        if exchange.method == "ping":
            exchange.reply(b"{}")
        elif exchange.method == "refuse":
            exchange.fail(InvalidParams("no"))
        elif exchange.method == "trouble":
            raise RuntimeError("in the receiver")

    def on_notification(self, frame: NotificationFrame) -> None:
        """Keep a notification."""
        self.notifications.append(frame)
        self._note()
        if frame.method == "trouble":
            raise RuntimeError("in the receiver")

    def on_malformed(self, error: Exception) -> None:
        """Keep what is no message."""
        self.malformed.append(error)
        self._note()

    def on_end(self) -> None:
        """Take note of the end."""
        self.ended.set()

    def _note(self) -> None:
        self.arrived.set()
        self.arrived = anyio.Event()


class Ends:
    """A peer, and the bare link at the other end."""

    def __init__(self, peer: Peer, ears: Ears, far: MemoryLink) -> None:
        self.peer = peer
        self.ears = ears
        self.far = far

    async def next(self) -> Any:
        """Return the next frame that the peer sent."""
        with anyio.fail_after(scaled(5)):
            return await self.far.receive()

    def answer(self, request_id: int, result: dict[str, Any] | None = None) -> None:
        """Answer a request of the peer's."""
        self.far.send(encode_frame(ResponseFrame(request_id, RESULT if result is None else result)))

    def tell(self, method: str, **params: Any) -> None:
        """Send a notification."""
        self.far.send(encode_frame(NotificationFrame(method, params or None)))

    def ask(self, request_id: str | int, method: str = "wait") -> None:
        """Send a request."""
        self.far.send(encode_frame(RequestFrame(request_id, method, None)))

    def progress(self, token: object, value: object, **more: object) -> None:
        """Report progress."""
        self.tell("notifications/progress", progressToken=token, progress=value, **more)


@asynccontextmanager
async def connected(*, patient: bool = False) -> AsyncGenerator[Ends]:
    """Yield the two ends of an open connection."""
    near, far = memory_links()
    ears = Ears()
    peer = Peer(near, ears, patient=patient)
    peer.open()
    try:
        yield Ends(peer, ears, far)
    finally:
        await peer.aclose()
        await far.aclose()


def plain(_: int) -> bytes | None:
    """Encode no parameters."""
    return None


class Asked:
    """A request of the peer's, made in a task of its own."""

    def __init__(self) -> None:
        self.outcome: Any = None
        self.scope = anyio.CancelScope()
        self.over = anyio.Event()

    async def run(self, peer: Peer, **options: Any) -> None:
        """Ask, and keep what comes of it."""
        with self.scope:
            try:
                self.outcome = await peer.request("m", plain, **options)
            except McpError as error:
                self.outcome = error
        self.over.set()

    async def wait(self) -> Any:
        """Return what came of it."""
        with anyio.fail_after(scaled(5)):
            await self.over.wait()
        return self.outcome


@asynccontextmanager
async def asking(ends: Ends, **options: Any) -> AsyncGenerator[Asked]:
    """Yield a request that has been sent."""
    async with anyio.create_task_group() as tasks:
        asked = Asked()
        tasks.start_soon(lambda: asked.run(ends.peer, **options))
        frame = await ends.next()
        assert isinstance(frame, RequestFrame)
        yield asked
        asked.scope.cancel()


async def test_an_answer_reaches_who_asked() -> None:
    async with connected() as ends, asking(ends) as first, asking(ends) as second:
        ends.answer(1, {"n": 2})
        ends.answer(0, {"n": 1})
        assert [await first.wait(), await second.wait()] == [{"n": 1}, {"n": 2}]


async def test_the_parameters_are_encoded_for_their_request() -> None:
    async with connected() as ends, anyio.create_task_group() as tasks:

        async def ask() -> None:
            await ends.peer.request("a/b", lambda number: b'{"n":%d}' % number)

        tasks.start_soon(ask)
        assert await ends.next() == RequestFrame(0, "a/b", {"n": 0})
        ends.answer(0)


async def test_an_error_is_raised_typed() -> None:
    async with connected() as ends, asking(ends) as asked:
        ends.far.send(encode_error(0, ErrorData(code=-32602, message="bad", data=[1])))
        error = await asked.wait()
        assert isinstance(error, InvalidParams)
        assert error.error == ErrorData(code=-32602, message="bad", data=[1])


async def test_answers_that_belong_to_nobody_are_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    async with connected() as ends, asking(ends) as asked:
        for stray in (
            ResponseFrame("0", {}),
            ResponseFrame(7, {}),
            ErrorFrame(None, ErrorData(code=1, message="m")),
        ):
            ends.far.send(encode_frame(stray))
        ends.answer(0)
        ends.answer(0)
        assert await asked.wait() == RESULT
        ends.ask(1, "ping")
        await ends.next()
    assert caplog.text.count("nobody waits for") == 1


@pytest.mark.parametrize(
    "raw", [b'{"jsonrpc":"2.0","id":0,"result":5}', b'{"jsonrpc":"2.0","id":0,"error":"x"}']
)
async def test_a_malformed_answer_fails_its_request_at_once(raw: bytes) -> None:
    async with connected() as ends, asking(ends) as asked:
        ends.far.send(raw)
        error = await asked.wait()
        assert isinstance(error, LocalError)
        assert "no legal message" in str(error)
        assert len(ends.ears.malformed) == 1


async def test_a_cancelled_request_is_taken_back() -> None:
    async with connected() as ends, asking(ends) as asked:
        asked.scope.cancel()
        await asked.wait()
        frame = await ends.next()
        assert (frame.method, frame.params["requestId"]) == ("notifications/cancelled", 0)
        assert ends.peer.conversation.asked == 0


async def test_a_request_that_must_not_be_cancelled_is_not() -> None:
    async with connected() as ends, asking(ends, cancellable=False) as asked:
        asked.scope.cancel()
        await asked.wait()
        ends.ask(1, "ping")
        assert await ends.next() == ResponseFrame(1, {})


async def test_a_request_that_cannot_be_encoded_was_never_made() -> None:
    def fail(_: int) -> bytes:
        raise ValueError("no JSON")

    async with connected() as ends:
        with pytest.raises(ValueError, match="no JSON"):
            await ends.peer.request("m", fail)
        assert ends.peer.conversation.asked == 0
        ends.ask(1, "ping")
        assert await ends.next() == ResponseFrame(1, {})


# Time


@pytest.mark.parametrize("limit", ["timeout", "idle"])
async def test_one_that_never_answers_times_out_and_is_told(limit: str) -> None:
    async with connected() as ends, asking(ends, label="Slow", **{limit: 0.01}) as asked:
        error = await asked.wait()
        assert isinstance(error, RequestTimeout)
        assert str(error) == "Timed out while waiting for response to Slow. Waited 0.01 seconds."
        frame = await ends.next()
        assert frame.params == {"requestId": 0, "reason": str(error)}


async def test_progress_is_a_sign_of_life_but_no_more_time_in_all(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    monkeypatch.setattr("mcp.shared._loop.call_later", clock.call_later)
    async with connected() as ends, asking(ends, timeout=10.0, idle=4.0) as asked:
        for step in range(3):
            clock.advance(3.0)
            ends.progress(0, step)
            await ends_reads(ends)
            assert not asked.over.is_set()
        clock.advance(1.0)
        error = await asked.wait()
        assert "Waited 10.0 seconds" in str(error)
        assert clock.pending == 0


async def test_without_progress_the_time_is_up_earlier(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    monkeypatch.setattr("mcp.shared._loop.call_later", clock.call_later)
    async with connected() as ends, asking(ends, timeout=10.0, idle=4.0) as asked:
        clock.advance(3.9)
        ends.progress("0", 1)
        await ends_reads(ends)
        clock.advance(0.2)
        assert "Waited 4.0 seconds" in str(await asked.wait())


async def test_time_rests_while_a_person_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    monkeypatch.setattr("mcp.shared._loop.call_later", clock.call_later)
    async with connected() as ends, asking(ends, timeout=10.0, idle=4.0) as asked:
        with ends.peer.rest(), ends.peer.rest():
            clock.advance(100.0)
            assert ends.peer.resting
        assert not ends.peer.resting
        assert not asked.over.is_set()
        clock.advance(4.0)
        assert isinstance(await asked.wait(), RequestTimeout)


async def test_an_answer_in_time_may_wait_for_the_callbacks_before_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = Clock()
    monkeypatch.setattr("mcp.shared._loop.call_later", clock.call_later)
    release = anyio.Event()
    async with connected() as ends, asking(ends, timeout=1.0) as asked:
        ends.peer.post(release.wait)
        ends.answer(0)
        await ends_reads(ends)
        clock.advance(5.0)
        assert not asked.over.is_set()
        release.set()
        assert await asked.wait() == RESULT


async def ends_reads(ends: Ends) -> None:
    """Return when the peer has read what was sent so far."""
    ends.ask("read?", "ping")
    assert await ends.next() == ResponseFrame("read?", {})
    await anyio.wait_all_tasks_blocked()


class Clock:
    """Time that passes when the test says so."""

    def __init__(self) -> None:
        self.now = 0.0
        self._timers: list[tuple[float, Callable[[], None], Clock.Timer]] = []

    class Timer:
        """A call that is due later."""

        def __init__(self) -> None:
            self.cancelled = False

        def cancel(self) -> None:
            """Forget it."""
            self.cancelled = True

    @property
    def pending(self) -> int:
        """How many calls are due."""
        return sum(not timer.cancelled for _, _, timer in self._timers)

    def call_later(self, seconds: float, function: Callable[[], None]) -> Timer:
        """Note a call."""
        timer = Clock.Timer()
        self._timers.append((self.now + seconds, function, timer))
        return timer

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self.now += seconds
        due = [each for each in self._timers if each[0] <= self.now]
        self._timers = [each for each in self._timers if each[0] > self.now]
        for _, function, timer in due:
            if not timer.cancelled:
                function()


# Progress and callbacks


async def test_progress_comes_in_order_and_before_the_result() -> None:
    order: list[Any] = []

    async def heard(progress: float, total: float | None, message: str | None) -> None:
        await anyio.lowlevel.checkpoint()
        order.append((progress, total, message))

    async with connected() as ends, asking(ends, progress=heard) as asked:
        ends.progress(0, 1)
        ends.progress(0, 2.5, total=4, message="on the way")
        bads: list[Any] = ["3", None, True, []]
        for bad in bads:
            ends.progress(0, bad)
        ends.progress(0, 3, total="many", message=5)
        ends.answer(0)
        ends.progress(0, 4)
        await asked.wait()
        order.append("result")
        await ends_reads(ends)
    assert order == [(1.0, None, None), (2.5, 4.0, "on the way"), (3.0, None, None), "result"]
    assert [each.params for each in ends.ears.notifications] == [{"progressToken": 0, "progress": 4}]


async def test_callbacks_run_one_after_the_other() -> None:
    order: list[str] = []
    release, over = anyio.Event(), anyio.Event()

    async def slow() -> None:
        await release.wait()
        order.append("slow")

    async def quick() -> None:
        order.append("quick")
        over.set()

    async with connected() as ends:
        ends.peer.post(slow)
        ends.peer.post(quick)
        await ends_reads(ends)
        assert order == []
        release.set()
        with anyio.fail_after(scaled(5)):
            await over.wait()
    assert order == ["slow", "quick"]


async def test_a_slow_callback_does_not_hold_the_reader() -> None:
    release = anyio.Event()
    async with connected() as ends, asking(ends) as asked:
        ends.peer.post(release.wait)
        for number in range(100):
            ends.ask(number, "ping")
            assert await ends.next() == ResponseFrame(number, {})
        ends.answer(0)
        await ends_reads(ends)
        assert not asked.over.is_set(), "an answer does not overtake what came before it"
        release.set()
        assert await asked.wait() == RESULT


@pytest.mark.parametrize(
    "error", [ValueError("of a callback"), SystemExit("of a callback"), KeyboardInterrupt()]
)
async def test_whatever_a_callback_raises_the_next_one_runs(
    error: BaseException, caplog: pytest.LogCaptureFixture
) -> None:
    ran = anyio.Event()

    async def fail() -> None:
        raise error

    async def run() -> None:
        ran.set()

    async with connected() as ends:
        ends.peer.post(fail)
        ends.peer.post(run)
        with anyio.fail_after(scaled(5)):
            await ran.wait()
        await ends_reads(ends)
    assert "A callback failed" in caplog.text


async def test_a_callback_may_ask_and_gets_its_answer() -> None:
    found: list[Any] = []
    over = anyio.Event()

    async def ask() -> None:
        found.append(await ends.peer.request("inner", plain))
        over.set()

    async with connected() as ends, asking(ends) as outer:
        ends.peer.post(ask)
        inner = await ends.next()
        ends.answer(0, {"outer": 1})
        await ends_reads(ends)
        assert not outer.over.is_set()
        ends.answer(inner.id, {"inner": 1})
        with anyio.fail_after(scaled(5)):
            await over.wait()
        assert await outer.wait() == {"outer": 1}
    assert found == [{"inner": 1}]


async def test_a_callback_may_ask_while_the_reader_waits_for_callbacks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(couriers, "QUEUED_CALLBACKS", 2)
    begin, over = anyio.Event(), anyio.Event()
    heard: list[float] = []

    async def ask() -> None:
        await begin.wait()
        await ends.peer.request("inner", plain)
        over.set()

    async def hear(progress: float, total: float | None, message: str | None) -> None:
        heard.append(progress)

    async with connected() as ends, asking(ends, progress=hear):
        ends.peer.post(ask)
        for number in range(20):
            ends.progress(0, number)
        await anyio.wait_all_tasks_blocked()
        begin.set()
        inner = await ends.next()
        ends.answer(inner.id)
        with anyio.fail_after(scaled(5)):
            await over.wait()
        await ends_reads(ends)
        await anyio.wait_all_tasks_blocked()
    assert heard == [float(number) for number in range(20)]


# The end


async def test_the_other_ends_death_is_told_to_all_who_wait() -> None:
    async with connected() as ends, asking(ends) as first, asking(ends) as second:
        await ends.far.aclose()
        for asked in (first, second):
            error = await asked.wait()
            assert isinstance(error, ConnectionClosed)
            assert error.sent
        with anyio.fail_after(scaled(5)):
            await ends.ears.ended.wait()
        with pytest.raises(ConnectionClosed) as caught:
            await ends.peer.request("m", plain)
        assert not caught.value.sent


async def test_closing_is_told_to_all_who_wait_even_if_the_answer_waits_for_a_callback() -> None:
    async with connected() as ends, asking(ends) as answered, asking(ends) as not_answered:
        ends.peer.post(anyio.sleep_forever)
        ends.answer(0)
        await ends_reads(ends)
        await ends.peer.aclose()
        assert await answered.wait() == RESULT
        assert isinstance(await not_answered.wait(), ConnectionClosed)


async def test_closing_may_be_done_by_anybody_and_again() -> None:
    async with connected() as ends:
        async with anyio.create_task_group() as tasks:
            for _ in range(3):
                tasks.start_soon(ends.peer.aclose)
        await ends.peer.aclose()
        assert await ends.far.receive() is None


async def test_a_callback_may_close() -> None:
    closed = anyio.Event()
    later: list[str] = []

    async def close() -> None:
        await ends.peer.aclose()
        closed.set()

    async def more() -> None:
        later.append("ran")

    async with connected() as ends, asking(ends) as asked:
        ends.peer.post(close)
        ends.peer.post(more)
        with anyio.fail_after(scaled(5)):
            await closed.wait()
        assert isinstance(await asked.wait(), ConnectionClosed)
        with anyio.fail_after(scaled(5)):
            await ends.ears.ended.wait()
    assert later == []


async def test_closing_cancels_what_is_served() -> None:
    cancelled: list[str] = []
    async with connected() as ends:
        ends.ask(1)
        await ends_reads(ends)
        exchange = ends.ears.requests[0]
        exchange.when_cancelled(lambda: cancelled.append("yes"))
        await ends.peer.aclose()
        exchange.reply(b"{}")
        exchange.notify("n", None)
        assert cancelled == ["yes"]
        assert await ends.far.receive() is None


@pytest.mark.parametrize("answers", [True, False])
async def test_finishing_waits_for_what_is_served_but_not_for_ever(answers: bool) -> None:
    async with connected() as ends:
        ends.ask(1)
        await ends_reads(ends)
        exchange = ends.ears.requests[0]
        with anyio.fail_after(scaled(5)):
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(ends.peer.finish, 60.0 if answers else 0.01)
                if answers:
                    await anyio.wait_all_tasks_blocked()
                    exchange.reply(b"{}")
        assert exchange.cancelled is not answers
        assert await ends.far.receive() == (ResponseFrame(1, {}) if answers else None)


# What arrives


async def test_requests_are_answered_refused_or_cancelled() -> None:
    async with connected() as ends:
        ends.ask("a", "refuse")
        assert (await ends.next()).error.code == -32602
        ends.ask(1)
        ends.ask(1)
        duplicate = await ends.next()
        assert (duplicate.id, duplicate.error.code) == (1, -32600)
        ends.tell("notifications/cancelled", requestId=1, reason="enough")
        await ends_reads(ends)
        exchange = ends.ears.requests[1]
        assert exchange.cancelled
        exchange.reply(b"{}")
        exchange.fail(InvalidParams("late"))
        ends.ask(1, "ping")
        assert await ends.next() == ResponseFrame(1, {})


@pytest.mark.parametrize("params", [{"requestId": "1"}, {"requestId": True}, {"requestId": None}, {}])
async def test_what_cancels_nothing_is_a_notification_like_any_other(params: dict[str, Any]) -> None:
    async with connected() as ends:
        ends.ask(1)
        ends.tell("notifications/cancelled", **params)
        await ends_reads(ends)
        assert not ends.ears.requests[0].cancelled
        assert [each.method for each in ends.ears.notifications] == ["notifications/cancelled"]


async def test_what_a_receiver_raises_costs_its_message_alone(caplog: pytest.LogCaptureFixture) -> None:
    async with connected() as ends:
        ends.ask(1, "trouble")
        answer = await ends.next()
        assert (answer.id, answer.error.code) == (1, -32603)
        ends.tell("trouble")
        await ends_reads(ends)
    assert "could not be served" in caplog.text
    assert "could not be handled" in caplog.text


async def test_malformed_messages_are_the_receivers() -> None:
    async with connected() as ends:
        ends.far.send(b"nonsense")
        ends.far.send(b'[{"jsonrpc":"2.0","id":1,"method":"ping"}]')
        await ends_reads(ends)
        assert [type(each) for each in ends.ears.malformed] == [MalformedMessage] * 2


async def test_a_batch_is_answered_as_one() -> None:
    async with connected() as ends, asking(ends) as asked:
        ends.ears.takes_batches = True
        members = [
            encode_frame(RequestFrame(1, "ping", None)),
            encode_frame(RequestFrame(2, "refuse", None)),
            encode_frame(ResponseFrame(0, RESULT)),
            encode_frame(NotificationFrame("n", None)),
            b'{"jsonrpc":"2.0","id":7,"result":5}',
            b"5",
        ]
        ends.far.send(b"[" + b",".join(members) + b"]")
        answers = await ends.next()
        assert [each.id for each in answers] == [1, 2, None]
        assert await asked.wait() == RESULT
        assert len(ends.ears.notifications) == 1
        assert len(ends.ears.malformed) == 1


async def test_notifications_leave_at_once_or_when_there_is_room_and_from_any_thread() -> None:
    async with connected() as ends:
        ends.peer.notify("now", None)
        await ends.peer.notify("with room", b'{"a":1}')
        await anyio.to_thread.run_sync(ends.peer.notify, "from a thread", None)
        assert [(await ends.next()).method for _ in range(3)] == ["now", "with room", "from a thread"]


async def test_a_patient_peer_reads_no_more_than_is_taken_from_it() -> None:
    async with connected(patient=True) as ends:
        for number in range(2 * ROOM):
            ends.ask(number, "ping")
        await anyio.wait_all_tasks_blocked()
        assert len(ends.ears.requests) <= ROOM
        for number in range(2 * ROOM):
            assert await ends.next() == ResponseFrame(number, {})


async def test_the_other_tasks_get_their_turn_however_much_arrives() -> None:
    turns: list[int] = []
    async with connected() as ends, anyio.create_task_group() as tasks:
        for number in range(10 * peers.FRAMES_A_TURN):
            ends.ask(number, "wait" if number < 200 else "ping")

        async def watch() -> None:
            for _ in range(5):
                turns.append(len(ends.ears.requests))
                await anyio.lowlevel.checkpoint()

        tasks.start_soon(watch)
    assert turns[0] < 10 * peers.FRAMES_A_TURN
