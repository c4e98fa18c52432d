"""Roots: the folders a client opens to a server. Specification: client/roots."""

from typing import Any, Literal

from pydantic import Field

from mcp.types._base import (
    FileUrl,
    Notification,
    NotificationParams,
    Request,
    RequestParams,
    Result,
    WireModel,
)

__all__ = ["ListRootsRequest", "ListRootsResult", "Root", "RootsListChangedNotification"]


class ListRootsRequest(Request):
    """Asks for the roots of a client."""

    method: Literal["roots/list"] = "roots/list"
    params: RequestParams | None = None


class Root(WireModel):
    """A root; its URI begins with `file://`."""

    uri: FileUrl
    name: str | None = None
    meta: dict[str, Any] | None = Field(alias="_meta", default=None)


class ListRootsResult(Result):
    """The roots of a client."""

    roots: list[Root]


class RootsListChangedNotification(Notification):
    """The roots of the client have changed."""

    method: Literal["notifications/roots/list_changed"] = "notifications/roots/list_changed"
    params: NotificationParams | None = None
