"""Being told of changes: subscriptions as async iterators, and which of them a notification belongs to.

Specification: basic/patterns/subscriptions.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from types import TracebackType
from typing import Any, Protocol, Self, TypeAlias, cast

import anyio
from pydantic import ValidationError

from mcp.client.eras import FIRST_ASKED
from mcp.shared import _loop
from mcp.shared.exceptions import ConnectionClosed, LocalError, McpError, RequestTimeout
from mcp.shared.peer import Peer
from mcp.types import (
    INTERNAL_ERROR,
    SUBSCRIPTION_ID_KEY,
    ErrorData,
    PromptListChangedNotification,
    RequestId,
    ResourceListChangedNotification,
    ResourceUpdatedNotification,
    ServerCapabilities,
    SubscriptionFilter,
    SubscriptionsAcknowledgedNotificationParams,
    SubscriptionsListenRequest,
    SubscriptionsListenRequestParams,
    ToolListChangedNotification,
)
from mcp.types.jsonrpc import NotificationFrame
from mcp.types.methods import METHODS
from mcp.types.wire import parse_notification

__all__ = [
    "QUEUE",
    "Change",
    "Listen",
    "ListenerTooSlow",
    "Pushed",
    "Subscription",
    "Subscriptions",
    "offered",
]

QUEUE = 1_000
"""Changes that may wait to be taken before a subscription is ended."""

ACKNOWLEDGED = "notifications/subscriptions/acknowledged"
CANCELLED = "notifications/cancelled"

Change: TypeAlias = (
    ToolListChangedNotification
    | PromptListChangedNotification
    | ResourceListChangedNotification
    | ResourceUpdatedNotification
)

LISTS = {
    "notifications/tools/list_changed": "toolsListChanged",
    "notifications/prompts/list_changed": "promptsListChanged",
    "notifications/resources/list_changed": "resourcesListChanged",
}
UPDATED = "notifications/resources/updated"


class ListenerTooSlow(LocalError):
    """Changes came faster than they were taken, so the subscription was ended: what follows is unknown."""

    def __init__(self) -> None:
        text = f"The subscription was ended: more than {QUEUE} changes waited to be taken"
        super().__init__(ErrorData(code=INTERNAL_ERROR, message=text))


class Subscription(ABC):
    """Changes that a server tells of.

    Use it as `async with session.listen(tools=True) as changes:`, then
    `async for change in changes:` in one task.
    The iteration ends when the server ends the subscription or it is closed here; it raises if the connection
    is lost (ConnectionClosed) or changes were not taken in time (ListenerTooSlow).

    Args:
        wanted: what to be told of.
        sink: gets each change instead of the iterator.
        timeout: seconds that the server may take to acknowledge; no limit if absent.
    """

    def __init__(
        self,
        wanted: SubscriptionFilter,
        sink: Callable[[NotificationFrame], None] | None = None,
        timeout: float | None = None,
    ) -> None:
        self.wanted = wanted
        self._sink = sink
        self._timeout = timeout
        self._acknowledged: SubscriptionFilter | None = None
        self._waiting: deque[Change] = deque()
        self._bell: _loop.Slot[None] | None = None
        self._ended = False
        self._error: McpError | None = None

    @property
    def acknowledged(self) -> SubscriptionFilter:
        """What the server agreed to tell of; nobody should wait for the rest of what was wanted.

        Raises:
            RuntimeError: the subscription is not open.
        """
        if self._acknowledged is None:
            raise RuntimeError("The subscription is not open: use it as 'async with session.listen(...)'")
        return self._acknowledged

    @property
    def ended(self) -> bool:
        """Whether no further change arrives."""
        return self._ended

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc_val: BaseException | None,
        exc_tb: TracebackType | None,
    ) -> None:
        await self.aclose()

    @abstractmethod
    async def open(self) -> None:
        """Subscribe, and return when the server has acknowledged.

        Raises:
            McpError: the server refused; RequestTimeout and ConnectionClosed where it did not answer.
        """

    @abstractmethod
    async def aclose(self) -> None:
        """Tell the server that it need not go on; from any task, more than once."""

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Change:
        while not self._waiting:
            if self._error is not None:
                raise self._error
            if self._ended:
                raise StopAsyncIteration
            self._bell = _loop.Slot()
            await self._bell.wait()
        return self._waiting.popleft()

    def offer(self, frame: NotificationFrame) -> None:
        """Take a change that has arrived."""
        if self._ended:
            return
        if self._sink is not None:
            self._sink(frame)
        elif len(self._waiting) == QUEUE:
            self.finish(ListenerTooSlow())
        else:
            with suppress(ValidationError):  # what is malformed tells nothing
                change = parse_notification(METHODS[frame.method], frame.params, FIRST_ASKED)
                self._waiting.append(cast(Change, change))
                self._ring()

    def finish(self, error: McpError | None) -> None:
        """Take note that nothing further arrives; `error` says why, unless the end was orderly."""
        if not self._ended:
            self._ended, self._error = True, error
            self._ring()

    def _ring(self) -> None:
        if self._bell is not None:
            self._bell.set(None)


class Subscriptions:
    """The subscriptions of one connection."""

    def __init__(self) -> None:
        self.by_id: dict[RequestId, Listen] = {}
        self.pushed: set[Pushed] = set()

    def take(self, frame: NotificationFrame) -> bool:
        """Hand a notification to the subscription that it names; False if it names none."""
        params = frame.params or {}
        if frame.method == CANCELLED:
            subscription = self._named(params.get("requestId"))
            if subscription is not None:
                subscription.cancelled_by_server()
            return True
        meta: Any = params.get("_meta")
        if not isinstance(meta, dict) or SUBSCRIPTION_ID_KEY not in meta:
            return False
        subscription = self._named(cast("dict[str, Any]", meta)[SUBSCRIPTION_ID_KEY])
        if subscription is not None:
            subscription.receive(frame)
        return True

    def _named(self, request_id: object) -> Listen | None:
        if isinstance(request_id, bool) or not isinstance(request_id, int | str):
            return None
        return self.by_id.get(request_id)

    def push(self, frame: NotificationFrame) -> None:
        """Offer a notification that names no subscription to those that it concerns."""
        for subscription in tuple(self.pushed):
            if concerns(frame, subscription.wanted):
                subscription.offer(frame)

    def end(self) -> None:
        """The connection is gone."""
        for subscription in tuple(self.pushed):
            subscription.finish(ConnectionClosed("Connection closed: the other end is gone"))


def concerns(frame: NotificationFrame, wanted: SubscriptionFilter) -> bool:
    """Return whether a notification is of the changes wanted; what is below a URI belongs to it."""
    if frame.method in LISTS:
        return bool(getattr(wanted, LISTS[frame.method]))
    uri = (frame.params or {}).get("uri")
    if frame.method != UPDATED or not isinstance(uri, str):
        return False
    return any(
        uri == each or uri.startswith(each.rstrip("/") + "/") for each in wanted.resourceSubscriptions or ()
    )


def offered(wanted: SubscriptionFilter, capabilities: ServerCapabilities | None) -> SubscriptionFilter:
    """Return the part of what is wanted that a server with these capabilities tells of."""
    tools, prompts, resources = (
        (None, None, None)
        if capabilities is None
        else (capabilities.tools, capabilities.prompts, capabilities.resources)
    )
    updates = resources is not None and resources.subscribe
    return SubscriptionFilter(
        toolsListChanged=(wanted.toolsListChanged and tools and tools.listChanged) or None,
        promptsListChanged=(wanted.promptsListChanged and prompts and prompts.listChanged) or None,
        resourcesListChanged=(wanted.resourcesListChanged and resources and resources.listChanged) or None,
        resourceSubscriptions=wanted.resourceSubscriptions if updates else None,
    )


Encode: TypeAlias = Callable[[SubscriptionsListenRequest, int], bytes | None]


class Listen(Subscription):
    """A subscription that is a request of its own, open as long as it lasts."""

    def __init__(
        self,
        wanted: SubscriptionFilter,
        sink: Callable[[NotificationFrame], None] | None,
        timeout: float | None,
        *,
        hub: Subscriptions,
        peer: Peer,
        encode: Encode,
    ) -> None:
        super().__init__(wanted, sink, timeout)
        self._hub = hub
        self._peer = peer
        self._encode = encode
        self._id: int | None = None
        self._opened: _loop.Slot[SubscriptionFilter] | None = None
        self._task: _loop.Task | None = None
        self._over = False  # the server has said so itself

    async def open(self) -> None:
        """Subscribe, and return when the server has acknowledged."""
        self._opened = _loop.Slot()
        self._task = _loop.spawn(self._run, name="mcp subscription")
        try:
            with anyio.move_on_after(self._timeout):
                self._acknowledged = await self._opened.wait()
        finally:
            if self._acknowledged is None:
                await self.aclose()
        if self._acknowledged is None:
            raise RequestTimeout(
                f"Timed out while waiting for a subscription. Waited {self._timeout} seconds."
            )

    async def _run(self) -> None:
        request = SubscriptionsListenRequest(
            params=SubscriptionsListenRequestParams(notifications=self.wanted)
        )

        def encode(request_id: int) -> bytes | None:
            self._id = request_id
            self._hub.by_id[request_id] = self
            return self._encode(request, request_id)

        try:
            await self._peer.request(request.method, encode)
            self.finish(None)
        except McpError as error:
            self.finish(error)
        finally:
            self.finish(None)
            if self._id is not None:
                self._hub.by_id.pop(self._id, None)

    def finish(self, error: McpError | None) -> None:
        """Take note of the end; who waits for the acknowledgement is told."""
        super().finish(error)
        if self._opened is not None:
            self._opened.fail(error or ConnectionClosed("The server ended the subscription before it began"))
        if isinstance(error, ListenerTooSlow) and self._task is not None:
            self._task.cancel()

    def receive(self, frame: NotificationFrame) -> None:
        """Take a notification that names this subscription."""
        if frame.method != ACKNOWLEDGED:
            if frame.method == UPDATED or frame.method in LISTS:
                self.offer(frame)
            return
        with suppress(ValidationError):
            params = SubscriptionsAcknowledgedNotificationParams.model_validate(frame.params)
            if self._opened is not None:
                self._opened.set(params.notifications)

    def cancelled_by_server(self) -> None:
        """The server ends it; its result, which ends it too, may come before, after, or not at all."""
        self._over = True
        self.finish(None)

    async def aclose(self) -> None:
        """Tell the server that it need not go on; from any task, more than once."""
        self.finish(None)
        if self._over and self._id is not None:
            self._peer.conversation.give_up(self._id)  # nothing is left to be cancelled
        if self._task is not None:
            self._task.cancel()
            await self._task.wait()


class Subscriber(Protocol):
    """Sends what the handshake era has instead: one request per URI."""

    def __call__(self, uri: str) -> Awaitable[Any]:
        """Send the request for one URI."""
        ...


class Pushed(Subscription):
    """A subscription to what a server pushes to its sessions anyway, and to single resources."""

    def __init__(
        self,
        wanted: SubscriptionFilter,
        timeout: float | None,
        *,
        hub: Subscriptions,
        capabilities: ServerCapabilities | None,
        subscribe: Subscriber,
        unsubscribe: Subscriber,
    ) -> None:
        super().__init__(wanted, None, timeout)
        self._hub = hub
        self._offered = offered(wanted, capabilities)
        self._subscribe = subscribe
        self._unsubscribe = unsubscribe
        self._subscribed: list[str] = []

    async def open(self) -> None:
        """Subscribe to each URI."""
        self._hub.pushed.add(self)
        try:
            for uri in self._offered.resourceSubscriptions or ():
                await self._subscribe(uri)
                self._subscribed.append(uri)
            self._acknowledged = self._offered
        finally:
            if self._acknowledged is None:
                await self.aclose()

    async def aclose(self) -> None:
        """Unsubscribe from each URI that no other subscription of this session needs."""
        self.finish(None)
        self._hub.pushed.discard(self)
        uris, self._subscribed = self._subscribed, []
        needed = {uri for other in self._hub.pushed for uri in other.wanted.resourceSubscriptions or ()}
        for uri in uris:
            if uri not in needed:
                try:
                    await self._unsubscribe(uri)
                except McpError:
                    return  # the connection is gone, or the server does not care
