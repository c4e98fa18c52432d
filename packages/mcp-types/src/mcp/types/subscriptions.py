"""Subscriptions: one request that listens for changes. Specification: basic/patterns/subscriptions."""

from typing import Literal

from mcp.types._base import Notification, NotificationParams, Request, RequestParams, Result, WireModel

__all__ = [
    "SUBSCRIPTION_ID_KEY",
    "SubscriptionFilter",
    "SubscriptionsAcknowledgedNotification",
    "SubscriptionsAcknowledgedNotificationParams",
    "SubscriptionsListenRequest",
    "SubscriptionsListenRequestParams",
    "SubscriptionsListenResult",
]

SUBSCRIPTION_ID_KEY = "io.modelcontextprotocol/subscriptionId"


class SubscriptionFilter(WireModel):
    """Which changes are wanted, or will be told; URIs as they were given."""

    toolsListChanged: bool | None = None
    promptsListChanged: bool | None = None
    resourcesListChanged: bool | None = None
    resourceSubscriptions: list[str] | None = None


class SubscriptionsListenRequestParams(RequestParams):
    """The params of `subscriptions/listen`."""

    notifications: SubscriptionFilter


class SubscriptionsListenRequest(Request):
    """Asks to be told of changes until the request ends."""

    method: Literal["subscriptions/listen"] = "subscriptions/listen"
    params: SubscriptionsListenRequestParams


class SubscriptionsListenResult(Result):
    """The server ends a subscription; `_meta` names it."""


class SubscriptionsAcknowledgedNotificationParams(NotificationParams):
    """The part of the wishes that the server will honour."""

    notifications: SubscriptionFilter


class SubscriptionsAcknowledgedNotification(Notification):
    """A subscription has begun; `_meta` names it."""

    method: Literal["notifications/subscriptions/acknowledged"] = "notifications/subscriptions/acknowledged"
    params: SubscriptionsAcknowledgedNotificationParams
