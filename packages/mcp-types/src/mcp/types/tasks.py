"""Tasks: requests whose result is fetched later. Specification: basic/utilities/tasks."""

from datetime import datetime
from typing import ClassVar, Literal, TypeAlias

from mcp.types._base import (
    Integer,
    Notification,
    NotificationParams,
    PaginatedRequest,
    PaginatedResult,
    Request,
    RequestParams,
    Result,
    TaskMetadata,
    WireModel,
)

__all__ = [
    "MODEL_IMMEDIATE_RESPONSE_KEY",
    "RELATED_TASK_KEY",
    "TASK_STATUS_CANCELLED",
    "TASK_STATUS_COMPLETED",
    "TASK_STATUS_FAILED",
    "TASK_STATUS_INPUT_REQUIRED",
    "TASK_STATUS_WORKING",
    "CancelTaskRequest",
    "CancelTaskRequestParams",
    "CancelTaskResult",
    "CreateTaskResult",
    "GetTaskPayloadRequest",
    "GetTaskPayloadRequestParams",
    "GetTaskPayloadResult",
    "GetTaskRequest",
    "GetTaskRequestParams",
    "GetTaskResult",
    "ListTasksRequest",
    "ListTasksResult",
    "RelatedTaskMetadata",
    "Task",
    "TaskMetadata",
    "TaskStatus",
    "TaskStatusNotification",
    "TaskStatusNotificationParams",
]

# Keys of `_meta`.
RELATED_TASK_KEY = "io.modelcontextprotocol/related-task"
MODEL_IMMEDIATE_RESPONSE_KEY = "io.modelcontextprotocol/model-immediate-response"

TaskStatus: TypeAlias = Literal["working", "input_required", "completed", "failed", "cancelled"]
TASK_STATUS_WORKING: Literal["working"] = "working"
TASK_STATUS_INPUT_REQUIRED: Literal["input_required"] = "input_required"
TASK_STATUS_COMPLETED: Literal["completed"] = "completed"
TASK_STATUS_FAILED: Literal["failed"] = "failed"
TASK_STATUS_CANCELLED: Literal["cancelled"] = "cancelled"


class RelatedTaskMetadata(WireModel):
    """Names the task that a message belongs to."""

    taskId: str


class Task(WireModel):
    """A task; `ttl` (null: without limit) and `pollInterval` in milliseconds."""

    nullable: ClassVar[frozenset[str]] = frozenset({"ttl"})

    taskId: str
    status: TaskStatus
    statusMessage: str | None = None
    createdAt: datetime
    lastUpdatedAt: datetime
    ttl: Integer | None
    pollInterval: Integer | None = None


class CreateTaskResult(Result):
    """The request will be run as this task."""

    task: Task


class GetTaskRequestParams(RequestParams):
    """The params of `tasks/get`."""

    taskId: str


class GetTaskRequest(Request):
    """Asks how a task stands."""

    method: Literal["tasks/get"] = "tasks/get"
    params: GetTaskRequestParams


class GetTaskResult(Result, Task):
    """How a task stands."""


class GetTaskPayloadRequestParams(RequestParams):
    """The params of `tasks/result`."""

    taskId: str


class GetTaskPayloadRequest(Request):
    """Asks for the result of a task, and waits for it."""

    method: Literal["tasks/result"] = "tasks/result"
    params: GetTaskPayloadRequestParams


class GetTaskPayloadResult(Result):
    """The result of the request that became a task: its fields are unknown fields here."""


class CancelTaskRequestParams(RequestParams):
    """The params of `tasks/cancel`."""

    taskId: str


class CancelTaskRequest(Request):
    """Cancels a task."""

    method: Literal["tasks/cancel"] = "tasks/cancel"
    params: CancelTaskRequestParams


class CancelTaskResult(Result, Task):
    """How the cancelled task stands."""


class ListTasksRequest(PaginatedRequest):
    """Asks for the tasks of a peer."""

    method: Literal["tasks/list"] = "tasks/list"


class ListTasksResult(PaginatedResult):
    """One page of the tasks of a peer."""

    tasks: list[Task]


class TaskStatusNotificationParams(NotificationParams, Task):
    """How a task stands."""


class TaskStatusNotification(Notification):
    """A task has changed."""

    method: Literal["notifications/tasks/status"] = "notifications/tasks/status"
    params: TaskStatusNotificationParams
