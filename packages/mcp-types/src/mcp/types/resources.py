"""Resources: listed, read, watched. Specification: server/resources."""

from typing import Any, Literal

from pydantic import Field

from mcp.types._base import (
    AnyUrl,
    BaseMetadata,
    CacheableResult,
    Icon,
    InputResponseRequestParams,
    Notification,
    NotificationParams,
    PaginatedRequest,
    PaginatedResult,
    Request,
    RequestParams,
)
from mcp.types.content import Annotations, BlobResourceContents, Resource, TextResourceContents

__all__ = [
    "ListResourceTemplatesRequest",
    "ListResourceTemplatesResult",
    "ListResourcesRequest",
    "ListResourcesResult",
    "ReadResourceRequest",
    "ReadResourceRequestParams",
    "ReadResourceResult",
    "ResourceListChangedNotification",
    "ResourceTemplate",
    "ResourceUpdatedNotification",
    "ResourceUpdatedNotificationParams",
    "SubscribeRequest",
    "SubscribeRequestParams",
    "UnsubscribeRequest",
    "UnsubscribeRequestParams",
]


class ResourceTemplate(BaseMetadata):
    """A family of resources; `uriTemplate` as in RFC 6570."""

    uriTemplate: str
    description: str | None = None
    mimeType: str | None = None
    icons: list[Icon] | None = None
    annotations: Annotations | None = None
    meta: dict[str, Any] | None = Field(alias="_meta", default=None)


class ListResourcesRequest(PaginatedRequest):
    """Asks for the resources of a server."""

    method: Literal["resources/list"] = "resources/list"


class ListResourcesResult(PaginatedResult, CacheableResult):
    """One page of the resources of a server."""

    resources: list[Resource]


class ListResourceTemplatesRequest(PaginatedRequest):
    """Asks for the resource templates of a server."""

    method: Literal["resources/templates/list"] = "resources/templates/list"


class ListResourceTemplatesResult(PaginatedResult, CacheableResult):
    """One page of the resource templates of a server."""

    resourceTemplates: list[ResourceTemplate]


class ReadResourceRequestParams(InputResponseRequestParams):
    """The params of `resources/read`."""

    uri: AnyUrl


class ReadResourceRequest(Request):
    """Reads a resource."""

    method: Literal["resources/read"] = "resources/read"
    params: ReadResourceRequestParams


class ReadResourceResult(CacheableResult):
    """The contents of a resource."""

    contents: list[TextResourceContents | BlobResourceContents]


class ResourceListChangedNotification(Notification):
    """The resources of the server have changed."""

    method: Literal["notifications/resources/list_changed"] = "notifications/resources/list_changed"
    params: NotificationParams | None = None


class SubscribeRequestParams(RequestParams):
    """The params of `resources/subscribe`."""

    uri: AnyUrl


class SubscribeRequest(Request):
    """Asks to be told when a resource changes."""

    method: Literal["resources/subscribe"] = "resources/subscribe"
    params: SubscribeRequestParams


class UnsubscribeRequestParams(RequestParams):
    """The params of `resources/unsubscribe`."""

    uri: AnyUrl


class UnsubscribeRequest(Request):
    """Ends a subscription to a resource."""

    method: Literal["resources/unsubscribe"] = "resources/unsubscribe"
    params: UnsubscribeRequestParams


class ResourceUpdatedNotificationParams(NotificationParams):
    """Which resource has changed; it may lie below the one subscribed to."""

    uri: AnyUrl


class ResourceUpdatedNotification(Notification):
    """A resource has changed."""

    method: Literal["notifications/resources/updated"] = "notifications/resources/updated"
    params: ResourceUpdatedNotificationParams
