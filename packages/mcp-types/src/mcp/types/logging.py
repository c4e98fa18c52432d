"""Log messages to the client. Specification: server/utilities/logging."""

from typing import Any, ClassVar, Literal, TypeAlias

from mcp.types._base import Notification, NotificationParams, Request, RequestParams

__all__ = [
    "LoggingLevel",
    "LoggingMessageNotification",
    "LoggingMessageNotificationParams",
    "SetLevelRequest",
    "SetLevelRequestParams",
]

LoggingLevel: TypeAlias = Literal[
    "debug", "info", "notice", "warning", "error", "critical", "alert", "emergency"
]


class SetLevelRequestParams(RequestParams):
    """The params of `logging/setLevel`."""

    level: LoggingLevel


class SetLevelRequest(Request):
    """Asks for messages of a level and above."""

    method: Literal["logging/setLevel"] = "logging/setLevel"
    params: SetLevelRequestParams


class LoggingMessageNotificationParams(NotificationParams):
    """A log message; `data` is any JSON value, null included."""

    nullable: ClassVar[frozenset[str]] = frozenset({"data"})

    level: LoggingLevel
    logger: str | None = None
    data: Any


class LoggingMessageNotification(Notification):
    """A log message."""

    method: Literal["notifications/message"] = "notifications/message"
    params: LoggingMessageNotificationParams
