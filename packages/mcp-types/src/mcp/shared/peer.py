"""The actor that drives a Conversation over a link: it reads and routes, asks and waits, and ends both in order."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from typing import Any, Protocol

import anyio

from mcp.shared import _loop
from mcp.shared._pending import Pending, Progress
from mcp.shared.conversation import Admission, Conversation
from mcp.shared.courier import Courier
from mcp.shared.exceptions import (
    ConnectionClosed,
    InternalError,
    InvalidRequest,
    LocalError,
    McpError,
    RequestTimeout,
    error_of,
)
from mcp.shared.exchange import Batch, PeerExchange, Room
from mcp.shared.link import Delivery, Incoming, Link
from mcp.shared.message import MessageMetadata
from mcp.shared.response_router import ResponseRouter
from mcp.types import INVALID_REQUEST, ErrorData
from mcp.types.jsonrpc import (
    ErrorFrame,
    Frame,
    MalformedMessage,
    NotificationFrame,
    RequestFrame,
    ResponseFrame,
    dump_json,
    encode_error,
    encode_notification,
    encode_request,
)

__all__ = ["Peer", "Progress", "Receiver"]

logger = logging.getLogger(__name__)

CANCELLED = "notifications/cancelled"
PROGRESS = "notifications/progress"

FRAMES_A_TURN = 32
"""Frames routed before the other tasks get a turn, however fast the link delivers."""

CLOSE_SECONDS = 5.0
"""How long the link may take to close."""


class Receiver(Protocol):
    """Who gets what arrives and is not an answer; none of its methods may block or raise."""

    @property
    def takes_batches(self) -> bool:
        """Whether an array of messages is legal now."""
        ...

    def on_request(self, exchange: PeerExchange) -> None:
        """Serve a request, and answer it through its exchange."""
        ...

    def on_notification(self, frame: NotificationFrame) -> None:
        """Take note of a notification other than cancellation of a request and progress of ours."""
        ...

    def on_malformed(self, error: Exception) -> None:
        """Take note of what is no legal message."""
        ...

    def on_end(self) -> None:
        """Take note that nothing arrives any more."""
        ...


class Peer:
    """One end of a duplex connection.

    Args:
        link: carries the messages.
        receiver: gets what arrives and is not an answer.
        patient: stop reading while the other end does not read what we send. For servers: a client must always
            read, or the two could wait for each other.
        name: shown by debuggers.
    """

    def __init__(
        self, link: Link, receiver: Receiver, *, patient: bool = False, name: str = "mcp peer"
    ) -> None:
        self.link = link
        self.home = _loop.Home()
        self.conversation: Conversation[Pending, PeerExchange] = Conversation()
        self.routers: list[ResponseRouter] = []
        self._receiver = receiver
        self._patient = patient
        self._name = name
        self._reader: _loop.Task | None = None
        self._courier = Courier(f"{name} callbacks")
        self._held_back: set[Pending] = set()
        self._resting = 0
        self._logged: set[str] = set()
        self._quiet: _loop.Slot[None] | None = None
        self._closed = False

    # Opening, reading, closing

    def open(self) -> None:
        """Begin to read, in a task of its own."""
        self._reader = _loop.spawn(self.serve, name=f"{self._name} reader")

    async def serve(self) -> None:
        """Read and route until the link ends; those who wait for an answer then get ConnectionClosed."""
        routed = 0
        try:
            while (incoming := await self.link.receive()) is not None:
                self._route_safely(incoming)
                routed += 1
                if self._patient:
                    await self.link.drain()
                if routed % FRAMES_A_TURN == 0:
                    await _loop.checkpoint()
                await self._courier.room()
        finally:
            why = getattr(self.link, "ended_because", "the other end is gone")
            for pending in self.conversation.end_of_input():
                pending.settle(ConnectionClosed(f"Connection closed: {why}"))
            self._receiver.on_end()

    async def finish(self, grace: float) -> None:
        """Give the requests being served `grace` seconds to be answered, cancel the others, and close."""
        if self.conversation.served:
            self._quiet = _loop.Slot()
            with anyio.move_on_after(grace):
                await self._quiet.wait()
        await self.aclose()

    async def aclose(self) -> None:
        """End the connection: nobody waits any more, nothing is served any more; may be called from any task."""
        if self._closed:
            return
        self._closed = True
        waiting, serving = self.conversation.close()
        for pending in waiting:
            pending.settle(ConnectionClosed("Connection closed by this side"))
        for pending in list(self._held_back):
            self._release(pending)
        for exchange in serving:
            exchange.cancel()
        if self._reader is not None:
            self._reader.cancel()
        self._courier.close()
        with anyio.move_on_after(CLOSE_SECONDS, shield=True):
            await self.link.aclose()

    # Asking and telling

    async def request(
        self,
        method: str,
        encode: Callable[[int], bytes | None],
        *,
        label: str | None = None,
        timeout: float | None = None,
        idle: float | None = None,
        progress: Progress | None = None,
        cancellable: bool = True,
        metadata: MessageMetadata = None,
    ) -> dict[str, Any]:
        """Ask the other end and return the raw result.

        Args:
            method: the method.
            encode: given the id (and progress token), returns the parameters as JSON.
            label: what error texts call the request; the method if absent.
            timeout: seconds in all.
            idle: seconds without a sign of life (progress is one).
            progress: called, in order, with what the other end reports.
            cancellable: tell the other end if the caller is cancelled or the time is up.
            metadata: for the transport.

        Raises:
            RequestTimeout: no answer in time.
            ConnectionClosed: the connection ended before the answer.
            McpError: the other end answered with an error.
        """
        if self.conversation.closed or self._closed:
            raise ConnectionClosed("Connection closed: the request was not sent", sent=False)
        nested = self._courier.in_callback
        pending = Pending(label or method, progress, nested)
        request_id = self.conversation.ask(pending)
        try:
            data = encode_request(request_id, method, encode(request_id))
        except BaseException:  # nothing was sent, so nothing is to be cancelled
            self.conversation.give_up(request_id)
            raise
        self.link.send(data, metadata)
        try:
            for seconds, renewable in ((timeout, False), (idle, True)):
                if seconds is not None:
                    pending.limit(seconds, renewable, lambda: self.resting)
            with self._courier.asking(nested):
                return await pending.slot.wait()
        except BaseException as error:
            if self.conversation.give_up(request_id) and cancellable:
                self._tell_cancelled(request_id, error)
            raise
        finally:
            pending.in_time()

    def _tell_cancelled(self, request_id: int, error: BaseException) -> None:
        reason = str(error) if isinstance(error, RequestTimeout) else "the caller no longer waits"
        self.notify(CANCELLED, dump_json({"requestId": request_id, "reason": reason}))

    def notify(self, method: str, params: bytes | None, metadata: MessageMetadata = None) -> Room:
        """Send a notification, from any thread; await what is returned to wait for room."""
        data = encode_notification(method, params)
        self.home.post(lambda: self.link.send(data, metadata))
        return Room(self.link)

    @property
    def resting(self) -> bool:
        """Whether deadlines rest, because a person is being asked."""
        return self._resting > 0

    @contextmanager
    def rest(self) -> Generator[None]:
        """Let the deadlines of our requests rest."""
        self._resting += 1
        try:
            yield
        finally:
            self._resting -= 1

    def post(self, callback: Callable[[], Awaitable[None]], *, needed: bool = True) -> None:
        """Run a callback after those that came before it; answers that arrive later wait for it.

        Args:
            callback: a coroutine function.
            needed: not to be dropped, however many wait.
        """
        if not self._courier.post(callback, needed=needed):
            self.log_once("callbacks", "Dropped what arrived: too many callbacks wait for one that runs")

    # Routing

    def _route_safely(self, incoming: Incoming) -> None:
        try:
            self._route(incoming)
        except Exception as error:  # a receiver that raises costs its message, not the connection
            logger.error("A message could not be handled: %r", error, exc_info=error)

    def _route(self, incoming: Incoming) -> None:
        if isinstance(incoming, Exception):
            self._route_malformed(incoming)
        elif isinstance(incoming, list):
            self._route_batch(incoming)
        elif isinstance(incoming, Delivery):
            self._route_frame(incoming.frame, incoming.metadata, None)
        else:
            self._route_frame(incoming, None, None)

    def _route_malformed(self, error: Exception) -> None:
        if isinstance(error, MalformedMessage) and error.is_answer:
            pending = self.conversation.answered(error.id)
            if pending is not None:
                text = f"The answer to {pending.label} is no legal message: {error}"
                self._settle(pending, LocalError(ErrorData(code=error.code, message=text)))
        self._receiver.on_malformed(error)

    def _route_frame(self, frame: Frame, metadata: MessageMetadata, batch: Batch | None) -> None:
        if isinstance(frame, RequestFrame):
            self._route_request(frame, metadata, batch)
        elif isinstance(frame, NotificationFrame):
            self._route_notification(frame)
        else:
            self._route_answer(frame)

    def _route_request(self, frame: RequestFrame, metadata: MessageMetadata, batch: Batch | None) -> None:
        exchange = PeerExchange(
            frame, self.link, self.home, self.conversation, metadata, batch, self._one_less
        )
        if batch is not None:
            batch.expect()
        admission = self.conversation.receive(frame.id, exchange)
        if admission is Admission.ADMITTED:
            self._serve_safely(exchange)
        elif not (self._patient or self.link.has_room):  # or a flood of them would fill the memory
            self.log_once("refused", "Requests go unanswered: the other end sends them and does not read")
        else:
            exchange.refuse(InvalidRequest(f"Request {frame.id!r} refused: {admission.value}"))

    def _serve_safely(self, exchange: PeerExchange) -> None:
        try:
            self._receiver.on_request(exchange)
        except Exception as error:  # a receiver that raises costs its request, not the connection
            logger.error("A request of %r could not be served: %r", exchange.method, error, exc_info=error)
            exchange.fail(InternalError(f"{exchange.method} failed"))

    def _route_batch(self, frames: list[Frame | MalformedMessage]) -> None:
        if not frames or not self._receiver.takes_batches:
            what = "an empty array" if not frames else "an array, which this revision does not know"
            self._receiver.on_malformed(MalformedMessage(INVALID_REQUEST, f"Not a legal message: {what}"))
            return
        batch = Batch(self.link)
        for frame in frames:
            if isinstance(frame, MalformedMessage) and (frame.is_answer or frame.is_notification):
                self._route_malformed(frame)
            elif isinstance(frame, MalformedMessage):
                batch.expect()
                batch.settle(encode_error(frame.id, ErrorData(code=frame.code, message=str(frame))))
            else:
                self._route_frame(frame, None, batch)
        batch.settle(None)

    def _route_notification(self, frame: NotificationFrame) -> None:
        params = frame.params or {}
        if frame.method == CANCELLED:
            exchange = self.conversation.cancel(params.get("requestId"))
            if exchange is not None:
                exchange.cancel()
                return
        elif frame.method == PROGRESS:
            pending = self.conversation.progressing(params.get("progressToken"))
            if pending is not None:
                self._report(pending, params)
                return
        self._receiver.on_notification(frame)

    def _report(self, pending: Pending, params: dict[str, Any]) -> None:
        pending.sign_of_life()
        value, total, message = _number(params, "progress"), _number(params, "total"), params.get("message")
        if pending.progress is None or value is None:
            return
        progress = pending.progress
        text = message if isinstance(message, str) else None
        self.post(lambda: progress(value, total, text), needed=False)

    def _route_answer(self, frame: ResponseFrame | ErrorFrame) -> None:
        if any(_routed(router, frame) for router in self.routers):
            return
        pending = self.conversation.answered(frame.id)
        if pending is None:
            self.log_once("answer", "Ignored an answer that nobody waits for (id %r)", frame.id)
            return
        self._settle(pending, error_of(frame.error) if isinstance(frame, ErrorFrame) else frame.result)

    def _settle(self, pending: Pending, outcome: dict[str, Any] | McpError) -> None:
        """Give a waiter its answer, after the callbacks that came before it."""
        pending.answer = outcome
        self._held_back.add(pending)

        async def release() -> None:
            self._release(pending)

        if not (self._courier.idle or pending.nested):
            self.post(release)
        else:
            self._release(pending)

    def _release(self, pending: Pending) -> None:
        if pending.answer is not None and pending in self._held_back:
            self._held_back.discard(pending)
            pending.in_time()
            pending.settle(pending.answer)

    def _one_less(self) -> None:
        if self._quiet is not None and not self.conversation.served:
            self._quiet.set(None)

    def refuse(self, error: MalformedMessage) -> None:
        """Answer what is no legal message, unless it is a notification."""
        if error.is_notification:
            self.log_once("notification params", "Ignored a notification: %s", error)
            return
        # The id of an answer would pass for that of a request of theirs.
        answered = None if error.is_answer else error.id
        self.link.send(encode_error(answered, ErrorData(code=error.code, message=str(error))))

    def log_once(self, kind: str, text: str, *args: object) -> None:
        """Log the first of its kind on this connection."""
        if kind not in self._logged:
            self._logged.add(kind)
            logger.warning(text, *args)


def _routed(router: ResponseRouter, frame: ResponseFrame | ErrorFrame) -> bool:
    """Return whether an answer was one for this router."""
    if frame.id is None:
        return False
    if isinstance(frame, ErrorFrame):
        return router.route_error(frame.id, frame.error)
    return router.route_response(frame.id, frame.result)


def _number(params: dict[str, Any], key: str) -> float | None:
    value = params.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return float(value)
    except OverflowError:
        return None
