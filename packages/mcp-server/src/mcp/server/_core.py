"""What a server session has beneath its verbs: its connection or its call, its client, and the hooks of 1.x."""

from __future__ import annotations

from contextlib import suppress
from types import TracebackType
from typing import Any, Self, cast

import anyio
from anyio.streams.memory import MemoryObjectReceiveStream

from mcp.server.channels import LiveChannel, ServerChannel
from mcp.server.eras import Handshake, server_info
from mcp.server.models import InitializationOptions
from mcp.shared.envelope import Envelope
from mcp.shared.exchange import PeerExchange
from mcp.shared.link import ReadStream, WriteStream, streams_of
from mcp.shared.peer import Peer
from mcp.shared.session import BaseSession, DrivenReceiver, RequestResponder
from mcp.types import (
    ClientCapabilities,
    ClientNotification,
    ClientRequest,
    Implementation,
    InitializedNotification,
    InitializeRequest,
    InitializeRequestParams,
    Result,
    ServerNotification,
    ServerRequest,
    ServerResult,
    SetLevelRequest,
)
from mcp.types.methods import Method
from mcp.types.versions import takes_batches
from mcp.types.wire import dump_result

__all__ = ["ServerRequestResponder", "SessionCore"]

ServerRequestResponder = RequestResponder[ClientRequest, ServerResult] | ClientNotification | Exception

UNSEEN = 1_000
"""Messages that may wait in `incoming_messages`."""


def _publish_nowhere(change: object) -> None:
    """A session that was built by hand belongs to no server's hub."""


class SessionCore(
    BaseSession[ServerRequest, ServerNotification, ServerResult, ClientRequest, ClientNotification],
):
    """A server's way to one client, without verbs; the parameters are described at `ServerSession`."""

    _side = "server"

    def __init__(
        self,
        read_stream: ReadStream,
        write_stream: WriteStream,
        init_options: InitializationOptions,
        stateless: bool = False,
    ) -> None:
        super().__init__(read_stream, write_stream, ClientRequest, ClientNotification)
        self._init_options = init_options
        self._handshake: Handshake | None = Handshake(init_options, stateless=stateless)
        self._envelope: Envelope | None = None
        self._channel: ServerChannel | None = None
        self._ears = DrivenReceiver(self)

    @classmethod
    def on_connection(cls, peer: Peer, handshake: Handshake, channel: ServerChannel) -> Self:
        """Return the session of a connection that somebody else reads."""
        session = cls.__new__(cls)
        session._init_options = handshake.options
        session._handshake, session._envelope, session._channel = handshake, None, channel
        session._open_peer, session._link = peer, peer.link
        session._read_stream, session._write_stream = streams_of(peer.link)
        session._routers = peer.routers
        session._session_read_timeout_seconds = None
        return session

    @classmethod
    def of_call(cls, envelope: Envelope, options: InitializationOptions, channel: ServerChannel) -> Self:
        """Return the session of one call, which knows of its client what the request says."""
        session = cls.__new__(cls)
        session._init_options = options
        session._handshake, session._envelope, session._channel = None, envelope, channel
        session._open_peer = None
        session._routers = []
        session._session_read_timeout_seconds = None
        return session

    async def __aenter__(self) -> Self:
        self._incoming_writer, self._incoming_reader = anyio.create_memory_object_stream[
            ServerRequestResponder
        ](UNSEEN)
        await super().__aenter__()
        self._channel = LiveChannel(self._peer, self.agreement, _publish_nowhere)
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc_val: BaseException | None,
        exc_tb: TracebackType | None,
    ) -> bool | None:
        self._incoming_writer.close()
        self._incoming_reader.close()
        return await super().__aexit__(exc_type, exc_val, exc_tb)

    @property
    def peer(self) -> Peer:
        """The connection."""
        return self._peer

    @property
    def agreement(self) -> Handshake:
        """What the connection has agreed on.

        Raises:
            RuntimeError: this is the session of one call.
        """
        if self._handshake is None:
            raise RuntimeError("The session of one call has agreed on nothing with its client")
        return self._handshake

    @property
    def _talk(self) -> ServerChannel:
        if self._channel is None:
            raise RuntimeError("ServerSession is not open: use it as 'async with ServerSession(...)'")
        return self._channel

    # What is known of the client

    @property
    def client_params(self) -> InitializeRequestParams | None:
        """What the client said of itself: in `initialize`, or with the request at hand; None before either."""
        if self._envelope is None:
            return self.agreement.client_params
        info = self._envelope.client_info or Implementation(name="unknown", version="unknown")
        return InitializeRequestParams(
            protocolVersion=self._envelope.revision, capabilities=self._envelope.capabilities, clientInfo=info
        )

    @property
    def _client_params(self) -> InitializeRequestParams | None:
        return self.client_params

    def check_client_capability(self, capability: ClientCapabilities) -> bool:
        """Return whether the client declared every capability named in `capability`."""
        params = self.client_params
        if params is None:
            return False
        declared = params.capabilities.model_dump(by_alias=True, exclude_none=True)
        return _covers(declared, capability.model_dump(by_alias=True, exclude_none=True))

    # Driven as in 1.x

    @property
    def incoming_messages(self) -> MemoryObjectReceiveStream[ServerRequestResponder]:
        """What arrives at a session built by hand: requests to be answered, notifications, and transport errors.

        Raises:
            RuntimeError: somebody else reads this connection, or it is not open.
        """
        try:
            return self._incoming_reader
        except AttributeError:
            raise RuntimeError(
                "incoming_messages needs a ServerSession built by hand, inside 'async with'"
            ) from None

    def _revision(self) -> str:
        return self.agreement.revision if self._envelope is None else self._envelope.revision

    def _revision_of(self, exchange: PeerExchange) -> str:
        if exchange.method == "initialize":
            return self._revision()
        return self.agreement.envelope(exchange).revision

    def _dump_result(self, exchange: PeerExchange, method: Method, result: Result) -> bytes:
        return dump_result(method, result, self._revision_of(exchange), server_info(self._init_options))

    async def _received_request(self, responder: RequestResponder[ClientRequest, ServerResult]) -> None:
        request = responder.request.root
        exchange = responder.exchange
        if isinstance(request, InitializeRequest) and exchange is not None:
            result = self.agreement.initialize(exchange)
            self._ears.takes_batches = takes_batches(self._revision())
            with responder:
                await responder.respond(ServerResult.model_construct(root=result))
        elif isinstance(request, SetLevelRequest):
            self.agreement.log_level = request.params.level

    async def _received_notification(self, notification: ClientNotification) -> None:
        if isinstance(notification.root, InitializedNotification):
            self.agreement.initialized()

    async def _handle_incoming(
        self, req: RequestResponder[ClientRequest, ServerResult] | ClientNotification | Exception
    ) -> None:
        with suppress(anyio.ClosedResourceError, anyio.BrokenResourceError):  # nobody iterates any more
            await self._incoming_writer.send(req)

    def _receiver(self) -> DrivenReceiver:
        return self._ears

    def _ended(self) -> None:
        async def close() -> None:
            self._incoming_writer.close()

        self._peer.post(close)  # after what was received before


def _covers(declared: Any, wanted: Any) -> bool:
    if not isinstance(wanted, dict):
        return bool(declared == wanted)
    if not isinstance(declared, dict):
        return False
    known = cast("dict[str, Any]", declared)
    return all(
        key in known and _covers(known[key], each) for key, each in cast("dict[str, Any]", wanted).items()
    )
