"""The hub of change events: what a server tells of, who listens, and the handler of `subscriptions/listen`.

Specification: basic/patterns/subscriptions.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from mcp.shared._loop import Home, Slot
from mcp.shared.channel import AnyNotification
from mcp.shared.exceptions import InvalidParams
from mcp.types import (
    SUBSCRIPTION_ID_KEY,
    NotificationParams,
    PromptListChangedNotification,
    RequestId,
    ResourceListChangedNotification,
    ResourceUpdatedNotification,
    ResourceUpdatedNotificationParams,
    ServerCapabilities,
    SubscriptionFilter,
    SubscriptionsAcknowledgedNotification,
    SubscriptionsAcknowledgedNotificationParams,
    SubscriptionsListenRequest,
    SubscriptionsListenResult,
    ToolListChangedNotification,
)

__all__ = [
    "PROMPTS",
    "QUEUE_LIMIT",
    "RESOURCES",
    "TOOLS",
    "Change",
    "Changes",
    "Subscription",
    "honoured",
    "listen",
    "resource_updated",
]

QUEUE_LIMIT: Final = 1_000
"""Events that may wait for a slow listener; one more ends its subscription."""
URIS: Final = 1_000
"""Resources that one subscription may name."""
URI_LENGTH: Final = 8_192
"""Characters that the URI of a subscription may have."""


@dataclass(frozen=True, slots=True)
class Change:
    """Something that clients may want to know.

    Args:
        method: the notification that tells of it.
        uri: the resource that has changed, if it is one.
    """

    method: str
    uri: str | None = None


TOOLS: Final = Change("notifications/tools/list_changed")
PROMPTS: Final = Change("notifications/prompts/list_changed")
RESOURCES: Final = Change("notifications/resources/list_changed")


def resource_updated(uri: str) -> Change:
    """Return the change of one resource."""
    return Change("notifications/resources/updated", uri)


class Session(Protocol):
    """A connection that changes are pushed to."""

    def push_change(self, change: Change) -> None:
        """Tell the client, if it is to be told."""
        ...


class ListenContext(Protocol):
    """What `listen` needs of its request."""

    @property
    def request_id(self) -> RequestId:
        """Names the subscription."""
        ...

    @property
    def server_capabilities(self) -> ServerCapabilities:
        """What the server declares."""
        ...

    @property
    def connection(self) -> object | None:
        """What the subscription ends with."""
        ...

    def tell(self, notification: AnyNotification) -> Awaitable[None]:
        """Send a notification on the stream of the request, whatever its kind."""
        ...


class Subscription:
    """The changes that one listener wants, in order; bounded."""

    def __init__(self, wanted: SubscriptionFilter, connection: object | None = None) -> None:
        self.connection = connection
        self._uris = tuple(wanted.resourceSubscriptions or ())
        self._methods = {
            change.method
            for change, flag in (
                (TOOLS, wanted.toolsListChanged),
                (PROMPTS, wanted.promptsListChanged),
                (RESOURCES, wanted.resourcesListChanged),
            )
            if flag
        }
        self._queue: deque[Change] = deque()
        self._arrived: Slot[None] | None = None
        self._ended = False

    def wants(self, change: Change) -> bool:
        """Return whether a change was asked for: its kind, or its URI or one that contains it."""
        if change.uri is None:
            return change.method in self._methods
        uri = change.uri
        return any(uri == each or uri.startswith(each.rstrip("/") + "/") for each in self._uris)

    def offer(self, change: Change) -> None:
        """Queue a change if it is wanted; a full queue ends the subscription."""
        if self._ended or not self.wants(change):
            return
        if len(self._queue) >= QUEUE_LIMIT:
            self.close()
            return
        self._queue.append(change)
        self._wake()

    def close(self) -> None:
        """End the subscription, after what is queued."""
        self._ended = True
        self._wake()

    def _wake(self) -> None:
        if self._arrived is not None:
            self._arrived.set(None)

    async def next(self) -> Change | None:
        """Return the next change, or None at the end."""
        while not self._queue:
            if self._ended:
                return None
            self._arrived = Slot()
            await self._arrived.wait()
        return self._queue.popleft()


class Changes:
    """Takes changes from anywhere in the server, and gives them to everybody who listens."""

    def __init__(self) -> None:
        self._home: Home | None = None
        self._sessions: set[Session] = set()
        self._subscriptions: set[Subscription] = set()

    @property
    def listeners(self) -> int:
        """How many subscriptions are open."""
        return len(self._subscriptions)

    def publish(self, change: Change, *, sessions: bool = True) -> None:
        """Tell everybody who listens of a change; may be called from any thread, never blocks.

        Args:
            change: what has changed.
            sessions: tell the connections that are told without having asked, too.
        """
        if self._home is not None:
            self._home.post(lambda: self._tell(change, sessions))

    def _tell(self, change: Change, sessions: bool) -> None:
        for subscription in list(self._subscriptions):
            subscription.offer(change)
        if sessions:
            for session in list(self._sessions):
                session.push_change(change)

    def attach(self, session: Session) -> None:
        """Push changes to a connection from now on."""
        self._home = Home()
        self._sessions.add(session)

    def detach(self, session: Session) -> None:
        """Push no more changes to a connection."""
        self._sessions.discard(session)

    def subscribe(self, wanted: SubscriptionFilter, connection: object | None = None) -> Subscription:
        """Begin to queue changes for a listener, who must `unsubscribe`.

        Args:
            wanted: which changes.
            connection: what the listener came in on.
        """
        self._home = Home()
        subscription = Subscription(wanted, connection)
        self._subscriptions.add(subscription)
        return subscription

    def unsubscribe(self, subscription: Subscription) -> None:
        """Forget a listener."""
        self._subscriptions.discard(subscription)

    def close(self, connection: object | None = None) -> None:
        """End subscriptions, each with its graceful last message.

        Args:
            connection: only those that came in on it; all if absent.
        """
        for subscription in list(self._subscriptions):
            if connection is None or subscription.connection is connection:
                subscription.close()


def honoured(wanted: SubscriptionFilter, capabilities: ServerCapabilities) -> SubscriptionFilter:
    """Return the part of the wishes that a server with these capabilities can honour."""
    return SubscriptionFilter(
        toolsListChanged=(wanted.toolsListChanged and capabilities.tools is not None) or None,
        promptsListChanged=(wanted.promptsListChanged and capabilities.prompts is not None) or None,
        resourcesListChanged=(wanted.resourcesListChanged and capabilities.resources is not None) or None,
        resourceSubscriptions=wanted.resourceSubscriptions if capabilities.resources is not None else None,
    )


def _check_uris(uris: Sequence[str]) -> None:
    if len(uris) > URIS:
        raise InvalidParams(f"A subscription to {len(uris)} resources: {URIS} are allowed")
    if any(len(uri) > URI_LENGTH for uri in uris):
        raise InvalidParams(f"A URI of a subscription is longer than {URI_LENGTH} characters")


async def listen(
    context: ListenContext, request: SubscriptionsListenRequest, changes: Changes
) -> SubscriptionsListenResult:
    """Serve `subscriptions/listen`: acknowledge, then tell of changes until the subscription ends.

    Raises:
        InvalidParams: it names too many resources, or one by a URI that is too long.
    """
    meta = {SUBSCRIPTION_ID_KEY: context.request_id}
    _check_uris(request.params.notifications.resourceSubscriptions or ())
    wanted = honoured(request.params.notifications, context.server_capabilities)
    subscription = changes.subscribe(wanted, context.connection)
    try:
        params = SubscriptionsAcknowledgedNotificationParams.model_validate(
            {"notifications": wanted, "_meta": meta}
        )
        await context.tell(SubscriptionsAcknowledgedNotification(params=params))
        while (change := await subscription.next()) is not None:
            await context.tell(_notification(change, meta))
    finally:
        changes.unsubscribe(subscription)
    return SubscriptionsListenResult.model_validate({"_meta": meta})


_LISTS: Final[dict[str, Any]] = {
    TOOLS.method: ToolListChangedNotification,
    PROMPTS.method: PromptListChangedNotification,
    RESOURCES.method: ResourceListChangedNotification,
}


def _notification(change: Change, meta: dict[str, Any]) -> AnyNotification:
    if change.uri is not None:
        params = ResourceUpdatedNotificationParams.model_validate({"uri": change.uri, "_meta": meta})
        return ResourceUpdatedNotification(params=params)
    notification: AnyNotification = _LISTS[change.method](
        params=NotificationParams.model_validate({"_meta": meta})
    )
    return notification
