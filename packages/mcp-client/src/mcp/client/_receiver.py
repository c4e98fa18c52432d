"""What a client does with what arrives and is no answer: requests, notifications, and what is neither."""

from __future__ import annotations

from mcp.shared import _loop
from mcp.shared.exceptions import InternalError, McpError
from mcp.shared.exchange import PeerExchange
from mcp.shared.session import DrivenReceiver
from mcp.shared.typed import typed_request
from mcp.types.jsonrpc import NotificationFrame
from mcp.types.wire import dump_result

__all__ = ["ClientReceiver"]

TOOLS_CHANGED = "notifications/tools/list_changed"


class ClientReceiver(DrivenReceiver):
    """Has the callbacks answer requests, each in a task of its own, and hear notifications in order.

    A session whose hooks are overridden is driven by these instead.
    """

    def on_request(self, exchange: PeerExchange) -> None:
        """Serve a request of the server, in the era that has such requests."""
        session = self._session
        if session.self_contained:
            session._peer.conversation.cancel(exchange.request_id)  # nobody is to answer it
            session._peer.log_once("request", "Ignored a request of the server (%r)", exchange.method)
        elif session._hooked:
            super().on_request(exchange)
        else:
            serving = _loop.spawn(self._serve, exchange, name=f"mcp client {exchange.method}")
            exchange.when_cancelled(serving.cancel)

    async def _serve(self, exchange: PeerExchange) -> None:
        try:
            await self._session._peer.link.drain()  # or the answers to who never reads would fill the memory
            exchange.reply(await self._answer(exchange))
        except McpError as error:
            exchange.fail(error)
        except BaseException as error:
            if _loop.being_cancelled(error):
                raise
            exchange.fail(InternalError(str(error) or type(error).__name__))

    async def _answer(self, exchange: PeerExchange) -> bytes:
        revision = self._session._revision()
        method, request = typed_request(exchange.method, exchange.params, revision, "server")
        return dump_result(method, await self._session._answer(request, exchange.request_id), revision)

    def on_notification(self, frame: NotificationFrame) -> None:
        """Hand a notification to the subscription that it names, or to the callbacks."""
        subscriptions = self._session._subscriptions
        if not subscriptions.take(frame):
            subscriptions.push(frame)
            self.deliver(frame)

    def deliver(self, frame: NotificationFrame) -> None:
        """Hand a notification to the callbacks."""
        session = self._session
        if frame.method == TOOLS_CHANGED:
            session.tools_changed = True
        if session._hooked or session.hears:
            super().on_notification(frame)

    def on_malformed(self, error: Exception) -> None:
        """Hand what is no legal message to the message handler; a client does not answer it."""
        self._session._peer.log_once(
            "malformed", "Ignored what is no message (did the server print it?): %s", error
        )
        super().on_malformed(error)
