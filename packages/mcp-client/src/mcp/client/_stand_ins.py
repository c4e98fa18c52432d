"""What the verbs of 1.x do where the protocol no longer has their requests.

Specification: changelog; basic/patterns/subscriptions, server/utilities/logging.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from mcp.client.subscriptions import Subscription
from mcp.shared import _loop
from mcp.shared.exceptions import LocalError, McpError
from mcp.types import METHOD_NOT_FOUND, ErrorData, LoggingLevel, SubscriptionFilter
from mcp.types.jsonrpc import NotificationFrame

__all__ = ["NotOffered", "StandIns"]

Sink = Callable[[NotificationFrame], None]


class NotOffered(LocalError):
    """The server does not offer what the request asks for."""

    def __init__(self, message: str) -> None:
        super().__init__(ErrorData(code=METHOD_NOT_FOUND, message=message))


class Host(Protocol):
    """The session, as far as it is needed here."""

    @property
    def log_level(self) -> LoggingLevel | None:
        """The least level of log messages that each request asks for."""
        ...

    @log_level.setter
    def log_level(self, level: LoggingLevel | None) -> None: ...

    async def sign_of_life(self) -> None:
        """Make a round trip to the server."""
        ...

    def subscription(self, wanted: SubscriptionFilter, sink: Sink) -> Subscription:
        """Return a subscription whose changes go to `sink`."""
        ...

    def deliver(self, frame: NotificationFrame) -> None:
        """Hand a notification to the callbacks."""
        ...


class StandIns:
    """Serves the dropped requests of one session.

    Args:
        host: the session.
    """

    def __init__(self, host: Host) -> None:
        self._host = host
        self._kept: dict[str, Subscription] = {}
        self._serving: dict[str, Callable[[Any], Any]] = {
            "ping": self._ping,
            "logging/setLevel": self._set_level,
            "resources/subscribe": self._subscribe,
            "resources/unsubscribe": self._unsubscribe,
        }

    def serves(self, method: str) -> bool:
        """Return whether a request is served here."""
        return method in self._serving

    async def serve(self, request: Any) -> dict[str, Any]:
        """Do what a dropped request did, and return its result, which is empty.

        Raises:
            McpError: the server did not play its part.
        """
        await self._serving[request.method](request.params)
        return {}

    async def _ping(self, params: object) -> None:
        await self._host.sign_of_life()

    async def _set_level(self, params: Any) -> None:
        self._host.log_level = params.level

    async def _subscribe(self, params: Any) -> None:
        uri = str(params.uri)
        if uri in self._kept and not self._kept[uri].ended:
            return
        subscription = self._host.subscription(
            SubscriptionFilter(resourceSubscriptions=[uri]), self._host.deliver
        )
        await subscription.open()
        if uri not in (subscription.acknowledged.resourceSubscriptions or ()):
            await subscription.aclose()
            raise NotOffered(f"The server does not tell when the resource {uri} changes")
        self._kept[uri] = subscription

    async def _unsubscribe(self, params: Any) -> None:
        subscription = self._kept.pop(str(params.uri), None)
        if subscription is not None:
            await subscription.aclose()

    def hear(self, wanted: SubscriptionFilter) -> None:
        """Have the callbacks told of changes of lists, in the background, as servers did unasked."""
        if any((wanted.toolsListChanged, wanted.promptsListChanged, wanted.resourcesListChanged)):
            subscription = self._host.subscription(wanted, self._host.deliver)
            _loop.spawn(self._open, subscription, name="mcp client changes")

    @staticmethod
    async def _open(subscription: Subscription) -> None:
        try:
            await subscription.open()
        except McpError:
            return  # it said that it would; there is nobody to be told
