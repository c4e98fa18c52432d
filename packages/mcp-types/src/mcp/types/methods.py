"""The table of methods: who sends them, in which revisions, with which params and results."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal, TypeAlias

from pydantic import BaseModel

from mcp.types import (
    completion,
    elicitation,
    lifecycle,
    logging,
    progress,
    prompts,
    resources,
    roots,
    sampling,
    subscriptions,
    tasks,
    tools,
)
from mcp.types._base import (
    EmptyResult,
    Notification,
    NotificationParams,
    PaginatedRequestParams,
    Request,
    RequestParams,
    Result,
)

__all__ = ["METHODS", "Kind", "Method", "Sender", "Side", "find", "method_of", "register"]

Kind: TypeAlias = Literal["request", "notification"]
Side: TypeAlias = Literal["client", "server"]
Sender: TypeAlias = Literal["client", "server", "both"]
Message: TypeAlias = Request[Any, Any] | Notification[Any, Any]

_FIRST = "2024-11-05"
_ELICITATION = "2025-06-18"
_TASKS = _LAST_LEGACY = "2025-11-25"
_MODERN = "2026-07-28"


@dataclass(frozen=True, slots=True)
class Method:
    """One row of the table.

    Attributes:
        name: the method, as on the wire.
        kind: whether it is answered.
        sender: who may send it.
        model: the class of the whole request or notification.
        params: the class of its params.
        result: the class of its result; None for a notification.
        since: the first revision that has it.
        until: the last revision that has it, if it was removed.
        may_ask: the result may be an `InputRequiredResult`.
        name_param: the member of the params that the header `Mcp-Name` mirrors.
        cacheable: the result carries `ttlMs` and `cacheScope`.
    """

    name: str
    kind: Kind
    sender: Sender
    model: type[Message]
    params: type[BaseModel]
    result: type[Result] | None = None
    since: str = _FIRST
    until: str | None = None
    may_ask: bool = False
    name_param: str | None = None
    cacheable: bool = False

    def exists_in(self, revision: str) -> bool:
        """Whether `revision` has this row."""
        return self.since <= revision and (self.until is None or revision <= self.until)

    def sent_by(self, side: Side) -> bool:
        """Whether `side` may send it."""
        return self.sender in (side, "both")


def _request(
    sender: Sender,
    model: type[Request[Any, Any]],
    params: type[RequestParams],
    result: type[Result],
    **more: Any,
) -> Method:
    return Method(_name_of(model), "request", sender, model, params, result, **more)


def _notification(
    sender: Sender,
    model: type[Notification[Any, Any]],
    params: type[NotificationParams] = NotificationParams,
    **more: Any,
) -> Method:
    return Method(_name_of(model), "notification", sender, model, params, **more)


def _name_of(model: type[Message]) -> str:
    return str(model.model_fields["method"].default)


_PAGE = PaginatedRequestParams

# Specification: basic, schema. The first row of a name is the one in METHODS.
_TABLE = (
    _request(
        "client",
        lifecycle.InitializeRequest,
        lifecycle.InitializeRequestParams,
        lifecycle.InitializeResult,
        until=_LAST_LEGACY,
    ),
    _request("both", lifecycle.PingRequest, RequestParams, EmptyResult, until=_LAST_LEGACY),
    _request(
        "client",
        lifecycle.DiscoverRequest,
        RequestParams,
        lifecycle.DiscoverResult,
        since=_MODERN,
        cacheable=True,
    ),
    _request("client", tools.ListToolsRequest, _PAGE, tools.ListToolsResult, cacheable=True),
    _request(
        "client",
        tools.CallToolRequest,
        tools.CallToolRequestParams,
        tools.CallToolResult,
        may_ask=True,
        name_param="name",
    ),
    _request("client", resources.ListResourcesRequest, _PAGE, resources.ListResourcesResult, cacheable=True),
    _request(
        "client",
        resources.ListResourceTemplatesRequest,
        _PAGE,
        resources.ListResourceTemplatesResult,
        cacheable=True,
    ),
    _request(
        "client",
        resources.ReadResourceRequest,
        resources.ReadResourceRequestParams,
        resources.ReadResourceResult,
        may_ask=True,
        name_param="uri",
        cacheable=True,
    ),
    _request(
        "client",
        resources.SubscribeRequest,
        resources.SubscribeRequestParams,
        EmptyResult,
        until=_LAST_LEGACY,
    ),
    _request(
        "client",
        resources.UnsubscribeRequest,
        resources.UnsubscribeRequestParams,
        EmptyResult,
        until=_LAST_LEGACY,
    ),
    _request("client", prompts.ListPromptsRequest, _PAGE, prompts.ListPromptsResult, cacheable=True),
    _request(
        "client",
        prompts.GetPromptRequest,
        prompts.GetPromptRequestParams,
        prompts.GetPromptResult,
        may_ask=True,
        name_param="name",
    ),
    _request(
        "client", completion.CompleteRequest, completion.CompleteRequestParams, completion.CompleteResult
    ),
    _request(
        "client", logging.SetLevelRequest, logging.SetLevelRequestParams, EmptyResult, until=_LAST_LEGACY
    ),
    _request(
        "client",
        subscriptions.SubscriptionsListenRequest,
        subscriptions.SubscriptionsListenRequestParams,
        subscriptions.SubscriptionsListenResult,
        since=_MODERN,
    ),
    # From the modern era on, these three travel inside an InputRequiredResult only.
    _request(
        "server",
        sampling.CreateMessageRequest,
        sampling.CreateMessageRequestParams,
        sampling.CreateMessageResult,
        until=_LAST_LEGACY,
    ),
    _request("server", roots.ListRootsRequest, RequestParams, roots.ListRootsResult, until=_LAST_LEGACY),
    _request(
        "server",
        elicitation.ElicitRequest,
        elicitation.ElicitRequestFormParams,
        elicitation.ElicitResult,
        since=_ELICITATION,
        until=_LAST_LEGACY,
    ),
    _request(
        "both",
        tasks.GetTaskRequest,
        tasks.GetTaskRequestParams,
        tasks.GetTaskResult,
        since=_TASKS,
        until=_TASKS,
    ),
    _request(
        "both",
        tasks.GetTaskPayloadRequest,
        tasks.GetTaskPayloadRequestParams,
        tasks.GetTaskPayloadResult,
        since=_TASKS,
        until=_TASKS,
    ),
    _request("both", tasks.ListTasksRequest, _PAGE, tasks.ListTasksResult, since=_TASKS, until=_TASKS),
    _request(
        "both",
        tasks.CancelTaskRequest,
        tasks.CancelTaskRequestParams,
        tasks.CancelTaskResult,
        since=_TASKS,
        until=_TASKS,
    ),
    _notification("client", lifecycle.InitializedNotification, until=_LAST_LEGACY),
    _notification("both", lifecycle.CancelledNotification, lifecycle.CancelledNotificationParams),
    _notification(
        "both", progress.ProgressNotification, progress.ProgressNotificationParams, until=_LAST_LEGACY
    ),
    _notification(
        "server", progress.ProgressNotification, progress.ProgressNotificationParams, since=_MODERN
    ),
    _notification("client", roots.RootsListChangedNotification, until=_LAST_LEGACY),
    _notification(
        "both",
        tasks.TaskStatusNotification,
        tasks.TaskStatusNotificationParams,
        since=_TASKS,
        until=_TASKS,
    ),
    _notification("server", logging.LoggingMessageNotification, logging.LoggingMessageNotificationParams),
    _notification(
        "server", resources.ResourceUpdatedNotification, resources.ResourceUpdatedNotificationParams
    ),
    _notification("server", resources.ResourceListChangedNotification),
    _notification("server", tools.ToolListChangedNotification),
    _notification("server", prompts.PromptListChangedNotification),
    _notification(
        "server",
        elicitation.ElicitCompleteNotification,
        elicitation.ElicitCompleteNotificationParams,
        since=_LAST_LEGACY,
        until=_LAST_LEGACY,
    ),
    _notification(
        "server",
        subscriptions.SubscriptionsAcknowledgedNotification,
        subscriptions.SubscriptionsAcknowledgedNotificationParams,
        since=_MODERN,
    ),
)

_rows: dict[str, list[Method]] = {}
_first_rows: dict[str, Method] = {}
_by_model: dict[type[Any], Method] = {}

METHODS: Mapping[str, Method] = MappingProxyType(_first_rows)


def register(method: Method) -> None:
    """Add a row, for an extension.

    Raises:
        ValueError: another row answers for the same method, sender and revision already.
    """
    rows = _rows.setdefault(method.name, [])
    if any(_overlap(row, method) for row in rows):
        raise ValueError(f"method {method.name!r} is in the table already")
    rows.append(method)
    _first_rows.setdefault(method.name, method)
    _by_model.setdefault(method.model, method)


def _overlap(one: Method, other: Method) -> bool:
    if "both" not in (one.sender, other.sender) and one.sender != other.sender:
        return False
    return one.exists_in(max(one.since, other.since)) and other.exists_in(max(one.since, other.since))


def find(name: str, revision: str, sender: Side, kind: Kind) -> Method | None:
    """The row for what `sender` sends as `name` under `revision`; None means unknown method."""
    for row in _rows.get(name, ()):
        if row.kind == kind and row.sent_by(sender) and row.exists_in(revision):
            return row
    return None


def method_of(model: type[Message]) -> Method:
    """The row whose requests or notifications are of this class or one it derives from.

    Raises:
        LookupError: the class is of no method in the table.
    """
    for base in model.__mro__:
        if base in _by_model:
            return _by_model[base]
    raise LookupError(f"{model.__name__} is the model of no method in the table; register() adds a row")


for _row in _TABLE:
    register(_row)
