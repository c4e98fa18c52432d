"""Tools: listed and called. Specification: server/tools."""

from typing import Annotated, Any, ClassVar, Literal, TypeAlias

from pydantic import Field

from mcp.types._base import (
    BaseMetadata,
    CacheableResult,
    Icon,
    InputResponseRequestParams,
    Notification,
    NotificationParams,
    PaginatedRequest,
    PaginatedResult,
    Request,
    Result,
    WireModel,
)
from mcp.types.content import ContentBlock

__all__ = [
    "TASK_FORBIDDEN",
    "TASK_OPTIONAL",
    "TASK_REQUIRED",
    "CallToolRequest",
    "CallToolRequestParams",
    "CallToolResult",
    "ListToolsRequest",
    "ListToolsResult",
    "TaskExecutionMode",
    "Tool",
    "ToolAnnotations",
    "ToolExecution",
    "ToolListChangedNotification",
]

TaskExecutionMode: TypeAlias = Literal["forbidden", "optional", "required"]
TASK_FORBIDDEN: Literal["forbidden"] = "forbidden"
TASK_OPTIONAL: Literal["optional"] = "optional"
TASK_REQUIRED: Literal["required"] = "required"


class ToolAnnotations(WireModel):
    """What a tool says of itself; not to be trusted unless the server is."""

    title: str | None = None
    readOnlyHint: bool | None = None
    destructiveHint: bool | None = None
    idempotentHint: bool | None = None
    openWorldHint: bool | None = None


class ToolExecution(WireModel):
    """Whether a call of the tool can or must be run as a task."""

    taskSupport: TaskExecutionMode | None = None


class Tool(BaseMetadata):
    """A tool; `inputSchema` is a JSON schema of type object, `outputSchema` any JSON schema."""

    description: str | None = None
    inputSchema: dict[str, Any]
    outputSchema: dict[str, Any] | None = None
    icons: list[Icon] | None = None
    annotations: ToolAnnotations | None = None
    meta: dict[str, Any] | None = Field(alias="_meta", default=None)
    execution: ToolExecution | None = None


class ListToolsRequest(PaginatedRequest):
    """Asks for the tools of a server."""

    method: Literal["tools/list"] = "tools/list"


class ListToolsResult(PaginatedResult, CacheableResult):
    """One page of the tools of a server."""

    tools: list[Tool]


class CallToolRequestParams(InputResponseRequestParams):
    """The params of `tools/call`."""

    name: str
    arguments: dict[str, Any] | None = None


class CallToolRequest(Request):
    """Calls a tool."""

    method: Literal["tools/call"] = "tools/call"
    params: CallToolRequestParams


class CallToolResult(Result):
    """What a tool gave; `structuredContent` is any JSON value, null included, and absent unless set."""

    nullable: ClassVar[frozenset[str]] = frozenset({"structuredContent"})

    content: list[Annotated[ContentBlock, Field(discriminator="type")]]
    structuredContent: Any = None
    isError: bool = False


class ToolListChangedNotification(Notification):
    """The tools of the server have changed."""

    method: Literal["notifications/tools/list_changed"] = "notifications/tools/list_changed"
    params: NotificationParams | None = None
