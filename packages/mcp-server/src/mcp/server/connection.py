"""Serves one duplex connection: stdio, memory, or any pair of 1.x streams; both eras, request by request."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from mcp.server.changes import URI_LENGTH, Change, Changes
from mcp.server.channels import CallChannel, LiveChannel, ServerChannel, Sink
from mcp.server.dispatch import Registry, begin
from mcp.server.eras import Handshake, is_self_contained, server_info
from mcp.server.inbound import Inbound
from mcp.server.models import InitializationOptions
from mcp.server.session import ServerSession
from mcp.shared import _loop
from mcp.shared.exceptions import InvalidParams, McpError
from mcp.shared.exchange import PeerExchange
from mcp.shared.link import Link
from mcp.shared.peer import Peer
from mcp.shared.typed import typed_notification
from mcp.types import (
    PROTOCOL_VERSION_KEY,
    InitializedNotification,
    ServerCapabilities,
    SetLevelRequest,
    SubscribeRequest,
)
from mcp.types.jsonrpc import MalformedMessage, NotificationFrame, dump_json
from mcp.types.methods import METHODS
from mcp.types.versions import takes_batches
from mcp.types.wire import dump_result

__all__ = ["DRAIN_SECONDS", "Connection", "Served", "hear"]

logger = logging.getLogger(__name__)

DRAIN_SECONDS = 5.0
"""How long calls in flight may take to end once the client sends nothing any more."""

HEARING = 256
"""Notifications of one client that may be with their handlers at once; further ones are dropped."""
SUBSCRIBED = 1_000
"""Resources that one client may have subscribed to."""


class Served(Registry, Protocol):
    """What a connection needs of a server."""

    notification_handlers: dict[type[Any], Any]
    changes: Changes


class Connection:
    """One client, connected.

    Args:
        server: answers the requests.
        link: carries the messages.
        options: what the server says of itself.
        lifespan_context: what the server's lifespan yielded.
        raise_exceptions: end the connection with the first exception that a handler raises.
        stateless: serve without `initialize`.
    """

    def __init__(
        self,
        server: Served,
        link: Link,
        options: InitializationOptions,
        lifespan_context: Any,
        *,
        raise_exceptions: bool = False,
        stateless: bool = False,
    ) -> None:
        self._server = server
        self._options = options
        self._server_info = server_info(options)
        self._lifespan_context = lifespan_context
        self._raise_exceptions = raise_exceptions
        self._raised: Exception | None = None
        self._subscribed: set[str] = set()
        self._hearing = 0
        self._untold: dict[Change, None] = {}
        self._telling = False
        self._handshake = Handshake(options, stateless=stateless)
        self._peer = Peer(link, self, patient=True, name="mcp server")
        live = LiveChannel(self._peer, self._handshake, self._publish)
        self._session = ServerSession.on_connection(self._peer, self._handshake, live)

    async def serve(self) -> None:
        """Serve until the client is gone; the calls then in flight get a few seconds to be answered.

        Raises:
            Exception: what a handler raised, where that was asked for.
        """
        self._server.changes.attach(self)
        try:
            await self._peer.serve()
            await self._peer.finish(DRAIN_SECONDS)
        finally:
            self._server.changes.detach(self)
            await self._peer.aclose()
        if self._raised is not None:
            raise self._raised

    # What arrives

    @property
    def takes_batches(self) -> bool:
        """Whether the revision agreed on knows arrays of messages."""
        return self._handshake.client_params is not None and takes_batches(self._handshake.revision)

    def on_request(self, exchange: PeerExchange) -> None:
        """Serve a request."""
        try:
            if exchange.method == "initialize" and not _names_revision(exchange):
                self._initialize(exchange)
            else:
                begin(self._server, self._inbound(exchange))
        except McpError as error:
            exchange.fail(error)

    def _initialize(self, exchange: PeerExchange) -> None:
        result = self._handshake.initialize(exchange)
        exchange.reply(dump_result(METHODS["initialize"], result, self._handshake.revision), result)

    def _inbound(self, exchange: PeerExchange) -> Inbound:
        envelope = self._handshake.envelope(exchange)
        alone = is_self_contained(envelope)
        if not alone:
            self._note(exchange)

        def open_channel(call: Sink) -> ServerChannel:
            if alone:
                return CallChannel(call, self._publish)
            return LiveChannel(self._peer, self._handshake, self._publish, exchange)

        return Inbound(
            method=exchange.method,
            params=exchange.params,
            envelope=envelope,
            open_channel=open_channel,
            exchange=exchange,
            options=self._options,
            server_info=self._server_info,
            lifespan_context=self._lifespan_context,
            session=None if alone else self._session,
            raised=self._stop_with if self._raise_exceptions else None,
            connection=self,
        )

    def _note(self, exchange: PeerExchange) -> None:
        """Keep what a request says about those to come: log level and subscriptions belong to the connection."""
        params, handlers = exchange.params or {}, self._server.request_handlers
        if exchange.method == "logging/setLevel" and SetLevelRequest in handlers:
            if params.get("level") is not None:
                self._handshake.set_log_level(params["level"])
        elif exchange.method == "resources/subscribe" and SubscribeRequest in handlers:
            self._subscribe(str(params.get("uri")))
        elif exchange.method == "resources/unsubscribe":
            self._subscribed.discard(str(params.get("uri")))

    def _subscribe(self, uri: str) -> None:
        if len(uri) > URI_LENGTH:
            raise InvalidParams(f"A URI of {len(uri)} characters: {URI_LENGTH} are allowed")
        if len(self._subscribed) >= SUBSCRIBED and uri not in self._subscribed:
            raise InvalidParams(f"{SUBSCRIBED} resources are subscribed to: unsubscribe from one first")
        self._subscribed.add(uri)

    def on_notification(self, frame: NotificationFrame) -> None:
        """Take note of a notification; an unknown or malformed one is logged once."""
        if frame.method == "notifications/cancelled":
            self._peer.log_once("cancel", "Ignored the cancellation of a request that is not in flight")
            return
        notification = typed_notification(frame, self._handshake.revision, "server")
        if notification is None:
            self._peer.log_once(
                "notification", "Ignored the unknown or malformed notification %r", frame.method
            )
            return
        if isinstance(notification, InitializedNotification):
            self._handshake.initialized()
        handler = self._server.notification_handlers.get(notification.__class__)
        if handler is None:
            return
        if self._hearing >= HEARING:
            self._peer.log_once("hearing", "Dropped %r: %d handlers have not ended", frame.method, HEARING)
            return
        self._hearing += 1  # in a task of its own: answers that a call waits for must not wait for it
        _loop.spawn(self._hear, handler, notification, name=f"mcp {frame.method}")

    async def _hear(self, handler: Callable[[Any], Awaitable[None]], notification: Any) -> None:
        try:
            await hear(handler, notification)
        finally:
            self._hearing -= 1

    def on_malformed(self, error: Exception) -> None:
        """Answer what is no legal message."""
        if isinstance(error, MalformedMessage):
            self._peer.refuse(error)
        else:
            logger.warning("The transport reported: %s", error)
            self._stop_with(error)

    def on_end(self) -> None:
        """Nothing arrives any more: those who only listen are not waited for."""
        self._server.changes.close(self)

    # What the server tells

    def _publish(self, change: Change) -> None:
        self._server.changes.publish(change, sessions=False)

    def push_change(self, change: Change) -> None:
        """Tell this client of a change that the server published, if it declared to tell such changes."""
        if self._handshake.client_params is None or not self._tells(change):
            return
        if self._peer.link.has_room and not self._telling:
            self._tell(change)
            return
        self._untold[change] = None  # once, however often: it says that something has changed, not what
        if not self._telling:
            self._telling = True
            _loop.spawn(self._tell_later, name="mcp changes")

    async def _tell_later(self) -> None:
        """Tell of changes as fast as the client reads."""
        try:
            while self._untold:
                await self._peer.link.drain()
                change = next(iter(self._untold))
                del self._untold[change]
                self._tell(change)
        finally:
            self._telling = False

    def _tell(self, change: Change) -> None:
        params = None if change.uri is None else b'{"uri":' + _quoted(change.uri) + b"}"
        self._peer.notify(change.method, params)

    def _tells(self, change: Change) -> bool:
        if change.uri is not None:
            return change.uri in self._subscribed
        capabilities: ServerCapabilities = self._options.capabilities
        feature = getattr(capabilities, change.method.split("/")[1])
        return feature is not None and bool(feature.listChanged)

    def _stop_with(self, error: Exception) -> None:
        if self._raise_exceptions and self._raised is None:
            self._raised = error
            _loop.spawn(self._peer.aclose, name="mcp server stops")


def _names_revision(exchange: PeerExchange) -> bool:
    """Return whether a request names its revision itself, which decides its era before its method does."""
    meta = (exchange.params or {}).get("_meta")
    return isinstance(meta, dict) and PROTOCOL_VERSION_KEY in meta


async def hear(handler: Callable[[Any], Awaitable[None]], notification: Any) -> None:
    """Give a notification to its handler; what that raises is logged."""
    try:
        await handler(notification)
    except BaseException as error:  # whatever it raises ends here: it is user code
        if _loop.being_cancelled(error):
            raise
        show = logger.isEnabledFor(logging.DEBUG)
        logger.error(
            "The handler of %s failed: %r", notification.method, error, exc_info=error if show else None
        )


def _quoted(text: str) -> bytes:
    return dump_json(text)
