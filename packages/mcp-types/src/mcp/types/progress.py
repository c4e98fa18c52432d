"""Progress of a request. Specification: basic/patterns/progress."""

from typing import Literal

from mcp.types._base import Notification, NotificationParams, Number, ProgressToken

__all__ = ["ProgressNotification", "ProgressNotificationParams"]


class ProgressNotificationParams(NotificationParams):
    """How far the request with this token has come; `progress` grows from one to the next."""

    progressToken: ProgressToken
    progress: Number
    total: Number | None = None
    message: str | None = None


class ProgressNotification(Notification):
    """How far a request has come."""

    method: Literal["notifications/progress"] = "notifications/progress"
    params: ProgressNotificationParams
