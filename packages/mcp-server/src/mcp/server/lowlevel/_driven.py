"""Serves requests that a ServerSession hands out one by one, as subclasses of 1.x do with `_handle_message`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextvars import Context
from typing import Any, cast

from mcp.server.channels import CallChannel, LiveChannel, Publish, ServerChannel, Sink
from mcp.server.dispatch import Registry, begin
from mcp.server.eras import is_self_contained, server_info
from mcp.server.inbound import Inbound
from mcp.server.session import ServerSession
from mcp.shared import _loop
from mcp.shared.exceptions import McpError
from mcp.shared.exchange import PeerExchange, Room
from mcp.shared.session import RequestResponder
from mcp.types import ClientRequest, ErrorData, RequestId, Result, ServerResult

__all__ = ["respond_to"]

Responder = RequestResponder[ClientRequest, ServerResult]


class _ResponderExchange:
    """An exchange that ends in a RequestResponder, so that whoever wrapped `respond` sees the result."""

    def __init__(self, responder: Responder) -> None:
        self._responder = responder
        self.request_id: RequestId = responder.request_id
        self.context: Context | None = None
        self.metadata = responder.message_metadata
        self.request: object | None = getattr(self.metadata, "request_context", None)
        self.outcome: _loop.Slot[Result | McpError | None] = _loop.Slot()
        responder.when_cancelled(lambda: self.outcome.set(None))

    def reply(self, data: bytes, result: Result) -> None:
        self.outcome.set(result)

    def fail(self, error: McpError) -> None:
        self.outcome.set(error)

    def notify(self, method: str, params: bytes | None) -> Awaitable[None]:
        exchange = self._responder.exchange
        return Room(None) if exchange is None else exchange.notify(method, params)

    def when_cancelled(self, function: Callable[[], None] | None) -> None:
        def cancelled() -> None:
            self.outcome.set(None)
            if function is not None:
                function()

        self._responder.when_cancelled(cancelled)


async def respond_to(
    server: Registry,
    responder: Responder,
    session: ServerSession,
    lifespan_context: Any,
    publish: Publish,
    raised: Callable[[Exception], None] | None,
) -> None:
    """Serve one request and respond to it; the caller is inside `with responder:`."""
    source = responder.exchange
    if source is None:
        raise RuntimeError("This RequestResponder did not come from a session of this library")
    exchange = _ResponderExchange(responder)
    try:
        begin(server, _inbound(exchange, source, session, lifespan_context, publish, raised))
    except McpError as error:
        exchange.fail(error)
    outcome = await exchange.outcome.wait()
    if isinstance(outcome, McpError):
        await responder.respond(ErrorData(**outcome.error.model_dump(exclude_none=True)))
    elif outcome is not None:
        await responder.respond(cast("Any", ServerResult).model_construct(root=outcome))


def _inbound(
    exchange: _ResponderExchange,
    source: PeerExchange,
    session: ServerSession,
    lifespan_context: Any,
    publish: Publish,
    raised: Callable[[Exception], None] | None,
) -> Inbound:
    agreement, peer = session.agreement, session.peer
    envelope = agreement.envelope(source)
    alone = is_self_contained(envelope)

    def open_channel(call: Sink) -> ServerChannel:
        return CallChannel(call, publish) if alone else LiveChannel(peer, agreement, publish, source)

    return Inbound(
        method=source.method,
        params=source.params,
        envelope=envelope,
        open_channel=open_channel,
        exchange=exchange,
        options=agreement.options,
        server_info=server_info(agreement.options),
        lifespan_context=lifespan_context,
        session=None if alone else session,
        raised=raised,
        connection=session,
    )
