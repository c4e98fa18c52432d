"""The 1.x face of a Peer: BaseSession and RequestResponder, with the hooks that subclasses override.

A subclass that overrides a hook (`_received_request`, `_received_notification`, `_handle_incoming`, `_send_response`)
is driven as in 1.x: one message after the other, each request in a RequestResponder. Nobody else pays for that.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from types import TracebackType
from typing import Any, Generic, Literal, Protocol, Self, TypeVar, cast

from pydantic import BaseModel

from mcp.shared import _loop
from mcp.shared.exceptions import InternalError, McpError
from mcp.shared.exchange import PeerExchange, Room
from mcp.shared.link import Link, ReadStream, WriteStream, link_of
from mcp.shared.message import MessageMetadata, ServerMessageMetadata
from mcp.shared.peer import Peer, Receiver
from mcp.shared.response_router import ResponseRouter
from mcp.shared.typed import encode_params, typed_notification, typed_request
from mcp.types import (
    CONNECTION_CLOSED,
    INVALID_PARAMS,
    ErrorData,
    ProgressNotification,
    ProgressNotificationParams,
    RequestId,
    RequestParams,
    Result,
)
from mcp.types.jsonrpc import MalformedMessage, NotificationFrame
from mcp.types.methods import METHODS, Method
from mcp.types.versions import LATEST_PROTOCOL_VERSION
from mcp.types.wire import dump_result

__all__ = [
    "CONNECTION_CLOSED",
    "INVALID_PARAMS",
    "BaseSession",
    "DrivenReceiver",
    "ProgressFnT",
    "ReceiveNotificationT",
    "ReceiveRequestT",
    "ReceiveResultT",
    "RequestId",
    "RequestResponder",
    "SendNotificationT",
    "SendRequestT",
    "SendResultT",
]

SendRequestT = TypeVar("SendRequestT", bound=BaseModel)
SendResultT = TypeVar("SendResultT", bound=BaseModel)
SendNotificationT = TypeVar("SendNotificationT", bound=BaseModel)
ReceiveRequestT = TypeVar("ReceiveRequestT", bound=BaseModel)
ReceiveResultT = TypeVar("ReceiveResultT", bound=BaseModel)
ReceiveNotificationT = TypeVar("ReceiveNotificationT", bound=BaseModel)

logger = logging.getLogger(__name__)

HOOKS = ("_received_request", "_received_notification", "_handle_incoming", "_send_response")


class ProgressFnT(Protocol):
    """Gets the progress that the peer reports on a request."""

    async def __call__(self, progress: float, total: float | None, message: str | None, /) -> None:
        """Take note of progress."""
        ...


class RequestResponder(Generic[ReceiveRequestT, SendResultT]):
    """A request to be answered, once, inside `with responder:`.

    Args:
        request_id: its JSON-RPC id.
        request_meta: its `_meta`.
        request: the request itself.
        session: the session it came in on.
        on_complete: called when it is answered or cancelled.
        message_metadata: what the transport knows of it.
    """

    def __init__(
        self,
        request_id: RequestId,
        request_meta: RequestParams.Meta | None,
        request: ReceiveRequestT,
        session: BaseSession[Any, Any, Any, Any, Any],
        on_complete: Callable[[RequestResponder[ReceiveRequestT, SendResultT]], Any],
        message_metadata: MessageMetadata = None,
    ) -> None:
        self.request_id = request_id
        self.request_meta = request_meta
        self.request = request
        self.message_metadata = message_metadata
        self.exchange: PeerExchange | None = None
        self._session = session
        self._completed = False
        self._cancelled = False
        self._entered = False
        self._on_complete = on_complete
        self._when_cancelled: Callable[[], None] | None = None

    def __enter__(self) -> RequestResponder[ReceiveRequestT, SendResultT]:
        self._entered = True
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_val: BaseException | None,
        exc_tb: TracebackType | None,
    ) -> None:
        self._entered = False
        if self._completed:
            self._on_complete(self)

    async def respond(self, response: SendResultT | ErrorData) -> None:
        """Send the answer; without effect if the peer has cancelled the request.

        Raises:
            RuntimeError: outside `with responder:`, or answered before.
        """
        if not self._entered:
            raise RuntimeError("RequestResponder must be used as a context manager")
        if self._completed and not self._cancelled:
            raise RuntimeError("Request already responded to")
        if not self._cancelled:
            self._completed = True
            await self._session._send_response(self.request_id, response)  # pyright: ignore[reportPrivateUsage]  # the hook of 1.x

    async def cancel(self) -> None:
        """Stop serving the request; nothing is answered."""
        self.mark_cancelled()

    def mark_cancelled(self) -> None:
        """Take note that the peer no longer wants an answer."""
        self._cancelled = True
        self._completed = True
        if self._when_cancelled is not None:
            self._when_cancelled()
        self._on_complete(self)

    def when_cancelled(self, function: Callable[[], None]) -> None:
        """Say what to do if the peer cancels the request."""
        self._when_cancelled = function
        if self._cancelled:
            function()

    @property
    def in_flight(self) -> bool:
        """Whether the answer is still owed."""
        return not self._completed and not self.cancelled

    @property
    def cancelled(self) -> bool:
        """Whether the peer no longer wants an answer."""
        return self._cancelled


def overrides(instance: object, names: tuple[str, ...]) -> bool:
    """Return whether a class outside this project replaces one of these methods of ours."""
    owners = (getattr(getattr(type(instance), name), "__module__", "") for name in names)
    return any(owner != "mcp" and not owner.startswith("mcp.") for owner in owners)


class BaseSession(
    Generic[SendRequestT, SendNotificationT, SendResultT, ReceiveRequestT, ReceiveNotificationT],
):
    """One end of a connection: sends requests and notifications, and gets those of the other end.

    Args:
        read_stream: delivers messages.
        write_stream: takes messages.
        receive_request_type: the union of the requests that the other end may send.
        receive_notification_type: the union of its notifications.
        read_timeout_seconds: how long a request of ours may take; no limit if absent.
    """

    #: Who asks whom: "client" sends client requests and serves the server's; set by the two subclasses.
    _side: Literal["client", "server"] = "client"

    def __init__(
        self,
        read_stream: ReadStream,
        write_stream: WriteStream,
        receive_request_type: type[ReceiveRequestT],
        receive_notification_type: type[ReceiveNotificationT],
        read_timeout_seconds: timedelta | None = None,
    ) -> None:
        self._read_stream = read_stream
        self._write_stream = write_stream
        self._link: Link = link_of(read_stream, write_stream)
        self._receive_request_type = receive_request_type
        self._receive_notification_type = receive_notification_type
        self._session_read_timeout_seconds = read_timeout_seconds
        self._in_flight: dict[RequestId, RequestResponder[ReceiveRequestT, SendResultT]] = {}
        self._open_peer: Peer | None = None
        self._routers: list[ResponseRouter] = []
        self._hooked = overrides(self, HOOKS)

    async def __aenter__(self) -> Self:
        self._open_peer = Peer(self._link, self._receiver(), patient=self._side == "server")
        self._open_peer.routers = self._routers
        self._open_peer.open()
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc_val: BaseException | None,
        exc_tb: TracebackType | None,
    ) -> bool | None:
        await self._peer.aclose()
        return None

    @property
    def _peer(self) -> Peer:
        if self._open_peer is None:
            raise RuntimeError(
                f"{type(self).__name__} is not open: use it as 'async with {type(self).__name__}(...)'"
            )
        return self._open_peer

    @property
    def _request_id(self) -> int:
        return 0 if self._open_peer is None else self._open_peer.conversation.next_id

    def add_response_router(self, router: ResponseRouter) -> None:
        """Let somebody take answers before the session does: those to requests that it has sent by other ways."""
        self._routers.append(router)

    # Sending

    async def send_request(
        self,
        request: SendRequestT,
        result_type: type[ReceiveResultT],
        request_read_timeout_seconds: timedelta | None = None,
        metadata: MessageMetadata = None,
        progress_callback: ProgressFnT | None = None,
    ) -> ReceiveResultT:
        """Send a request and return its result.

        Args:
            request: the request, bare or in its union.
            result_type: what the result is to be validated as.
            request_read_timeout_seconds: how long it may take; the session's limit if absent.
            metadata: for the transport.
            progress_callback: gets the progress that the peer reports.

        Raises:
            McpError: the peer answered with an error; RequestTimeout and ConnectionClosed where it did not answer.
            pydantic.ValidationError: the result has not the form of `result_type`.
        """
        root: Any = getattr(request, "root", request)
        limit = request_read_timeout_seconds or self._session_read_timeout_seconds
        timeout = None if limit is None else limit.total_seconds()
        raw = await self._ask(root, timeout, metadata, progress_callback)
        return result_type.model_validate(raw, by_alias=True, by_name=False)

    async def _ask(
        self, request: Any, timeout: float | None, metadata: MessageMetadata, progress: ProgressFnT | None
    ) -> dict[str, Any]:
        """Send a request and return its raw result."""
        meta = self._outgoing_meta()

        def encode(request_id: int) -> bytes | None:
            extra = meta if progress is None else {**meta, "progressToken": request_id}
            return encode_params(request, self._revision(), extra)

        return await self._peer.request(
            request.method,
            encode,
            label=type(request).__name__,
            timeout=timeout,
            progress=progress,
            cancellable=request.method != "initialize",
            metadata=metadata,
        )

    async def send_notification(
        self, notification: SendNotificationT, related_request_id: RequestId | None = None
    ) -> None:
        """Send a notification, and wait for room.

        Args:
            notification: the notification, bare or in its union.
            related_request_id: the request of the peer that it belongs to, for the transport.
        """
        await self._notify(getattr(notification, "root", notification), related_request_id)

    def _notify(self, notification: Any, related_request_id: RequestId | None = None) -> Room:
        metadata = None
        if related_request_id is not None:
            metadata = ServerMessageMetadata(related_request_id=related_request_id)
        params = encode_params(notification, self._revision(), {})
        return self._peer.notify(notification.method, params, metadata)

    async def send_progress_notification(
        self,
        progress_token: str | int,
        progress: float,
        total: float | None = None,
        message: str | None = None,
    ) -> None:
        """Report progress on a request of the peer; nothing is sent where that peer sends no requests.

        Args:
            progress_token: the token of the peer's request.
            progress: how far it is; increases from one report to the next.
            total: how far it will go, if known.
            message: what is going on, for people.
        """
        params = ProgressNotificationParams(
            progressToken=progress_token, progress=progress, total=total, message=message
        )
        await self.send_notification(cast("SendNotificationT", ProgressNotification(params=params)))

    # What the two ends fill in

    def _revision(self) -> str:
        """Return the revision that this end speaks now."""
        return LATEST_PROTOCOL_VERSION

    def _outgoing_meta(self) -> dict[str, Any]:
        """Return what the `_meta` of each request of ours carries."""
        return {}

    def _receiver(self) -> Receiver:
        """Return who gets what arrives; by default the hooks of this class, in order."""
        return DrivenReceiver(self)

    def _revision_of(self, exchange: PeerExchange) -> str:
        """Return the revision that an arriving request speaks.

        Raises:
            McpError: the request cannot be served at this point.
        """
        return self._revision()

    def _dump_result(self, exchange: PeerExchange, method: Method, result: Result) -> bytes:
        """Return the JSON of a result of ours."""
        return dump_result(method, result, self._revision_of(exchange))

    def _ended(self) -> None:
        """Take note that nothing arrives any more."""

    # The hooks of 1.x

    async def _received_request(self, responder: RequestResponder[ReceiveRequestT, SendResultT]) -> None:
        """Called with each request, before anything else is done with it; may answer it."""

    async def _received_notification(self, notification: ReceiveNotificationT) -> None:
        """Called with each notification."""

    async def _handle_incoming(
        self, req: RequestResponder[ReceiveRequestT, SendResultT] | ReceiveNotificationT | Exception
    ) -> None:
        """Called with each request that is not answered yet, each notification and each transport error."""

    async def _send_response(self, request_id: RequestId, response: SendResultT | ErrorData) -> None:
        """Send the answer to a request."""
        responder = self._in_flight.pop(request_id, None)
        exchange = None if responder is None else responder.exchange
        if exchange is None:
            return
        if isinstance(response, ErrorData):
            exchange.fail(McpError(response))
            return
        result: Any = getattr(response, "root", response)
        try:
            data = self._dump_result(exchange, METHODS[exchange.method], result)
        except Exception as error:
            exchange.fail(InternalError(f"The result of {exchange.method} cannot be sent: {error}"))
        else:
            exchange.reply(data)

    async def _drive(self, exchange: PeerExchange) -> None:
        try:
            asker: Literal["client", "server"] = "client" if self._side == "server" else "server"
            revision = self._revision_of(exchange)
            _, request = typed_request(exchange.method, exchange.params, revision, asker)
            responder = self._responder(exchange, self._receive_request_type.model_construct(root=request))
            await self._received_request(responder)
            if responder.in_flight:
                await self._handle_incoming(responder)
        except McpError as error:
            self._in_flight.pop(exchange.request_id, None)
            exchange.fail(error)
        except BaseException as error:  # whatever a hook raises ends in one answer
            if _loop.being_cancelled(error):
                raise
            self._in_flight.pop(exchange.request_id, None)
            exchange.fail(InternalError(str(error) or type(error).__name__))

    def _responder(self, exchange: PeerExchange, request: Any) -> RequestResponder[Any, Any]:
        params = request.root.params
        responder: RequestResponder[Any, Any] = RequestResponder(
            exchange.request_id,
            None if params is None else params.meta,
            request,
            self,
            lambda done: self._in_flight.pop(done.request_id, None),
            exchange.metadata,
        )
        responder.exchange = exchange
        self._in_flight[exchange.request_id] = responder
        exchange.when_cancelled(responder.mark_cancelled)
        if exchange.cancelled:
            responder.mark_cancelled()
        return responder

    async def _drive_notification(self, frame: NotificationFrame) -> None:
        notification = typed_notification(frame, self._revision(), self._side)
        if notification is None:
            self._peer.log_once(
                "notification", "Ignored the unknown or malformed notification %r", frame.method
            )
            return
        union: Any = self._receive_notification_type
        wrapped = union.model_construct(root=notification)
        await self._received_notification(wrapped)
        await self._handle_incoming(wrapped)


class DrivenReceiver:
    """Drives the hooks of a session, one message after the other."""

    takes_batches = False

    def __init__(self, session: BaseSession[Any, Any, Any, Any, Any]) -> None:
        self._session: Any = session  # its hooks are private to everybody but this module

    def on_request(self, exchange: PeerExchange) -> None:
        """Give a request to the hooks, in a RequestResponder."""
        session = self._session
        session._peer.post(lambda: session._drive(exchange))

    def on_notification(self, frame: NotificationFrame) -> None:
        """Give a notification to the hooks; an unknown or malformed one is logged once."""
        session = self._session
        session._peer.post(lambda: session._drive_notification(frame), needed=False)

    def on_malformed(self, error: Exception) -> None:
        """Answer what is no legal message if this is a server, and give the error to the hooks."""
        session = self._session
        if session._side == "server" and isinstance(error, MalformedMessage):
            session._peer.refuse(error)
        session._peer.post(lambda: session._handle_incoming(error), needed=False)

    def on_end(self) -> None:
        """Tell the session that nothing arrives any more."""
        self._session._ended()
