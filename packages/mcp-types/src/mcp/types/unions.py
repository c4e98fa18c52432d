"""The 1.x unions of all that one side can say."""

from typing import Annotated, TypeAlias

from pydantic import Field, RootModel

from mcp.types._base import EmptyResult
from mcp.types.completion import CompleteRequest, CompleteResult
from mcp.types.elicitation import ElicitCompleteNotification, ElicitRequest, ElicitResult
from mcp.types.lifecycle import (
    CancelledNotification,
    DiscoverRequest,
    DiscoverResult,
    InitializedNotification,
    InitializeRequest,
    InitializeResult,
    PingRequest,
)
from mcp.types.logging import LoggingMessageNotification, SetLevelRequest
from mcp.types.mrtr import InputRequiredResult
from mcp.types.progress import ProgressNotification
from mcp.types.prompts import (
    GetPromptRequest,
    GetPromptResult,
    ListPromptsRequest,
    ListPromptsResult,
    PromptListChangedNotification,
)
from mcp.types.resources import (
    ListResourcesRequest,
    ListResourcesResult,
    ListResourceTemplatesRequest,
    ListResourceTemplatesResult,
    ReadResourceRequest,
    ReadResourceResult,
    ResourceListChangedNotification,
    ResourceUpdatedNotification,
    SubscribeRequest,
    UnsubscribeRequest,
)
from mcp.types.roots import ListRootsRequest, ListRootsResult, RootsListChangedNotification
from mcp.types.sampling import CreateMessageRequest, CreateMessageResult, CreateMessageResultWithTools
from mcp.types.subscriptions import (
    SubscriptionsAcknowledgedNotification,
    SubscriptionsListenRequest,
    SubscriptionsListenResult,
)
from mcp.types.tasks import (
    CancelTaskRequest,
    CancelTaskResult,
    CreateTaskResult,
    GetTaskPayloadRequest,
    GetTaskPayloadResult,
    GetTaskRequest,
    GetTaskResult,
    ListTasksRequest,
    ListTasksResult,
    TaskStatusNotification,
)
from mcp.types.tools import (
    CallToolRequest,
    CallToolResult,
    ListToolsRequest,
    ListToolsResult,
    ToolListChangedNotification,
)

__all__ = [
    "ClientNotification",
    "ClientNotificationType",
    "ClientRequest",
    "ClientRequestType",
    "ClientResult",
    "ClientResultType",
    "ServerNotification",
    "ServerNotificationType",
    "ServerRequest",
    "ServerRequestType",
    "ServerResult",
    "ServerResultType",
]

ClientRequestType: TypeAlias = (
    PingRequest
    | InitializeRequest
    | CompleteRequest
    | SetLevelRequest
    | GetPromptRequest
    | ListPromptsRequest
    | ListResourcesRequest
    | ListResourceTemplatesRequest
    | ReadResourceRequest
    | SubscribeRequest
    | UnsubscribeRequest
    | CallToolRequest
    | ListToolsRequest
    | GetTaskRequest
    | GetTaskPayloadRequest
    | ListTasksRequest
    | CancelTaskRequest
    | DiscoverRequest
    | SubscriptionsListenRequest
)

ClientNotificationType: TypeAlias = (
    CancelledNotification
    | ProgressNotification
    | InitializedNotification
    | RootsListChangedNotification
    | TaskStatusNotification
)

ClientResultType: TypeAlias = (
    EmptyResult
    | CreateMessageResult
    | CreateMessageResultWithTools
    | ListRootsResult
    | ElicitResult
    | GetTaskResult
    | GetTaskPayloadResult
    | ListTasksResult
    | CancelTaskResult
    | CreateTaskResult
)

ServerRequestType: TypeAlias = (
    PingRequest
    | CreateMessageRequest
    | ListRootsRequest
    | ElicitRequest
    | GetTaskRequest
    | GetTaskPayloadRequest
    | ListTasksRequest
    | CancelTaskRequest
)

ServerNotificationType: TypeAlias = (
    CancelledNotification
    | ProgressNotification
    | LoggingMessageNotification
    | ResourceUpdatedNotification
    | ResourceListChangedNotification
    | ToolListChangedNotification
    | PromptListChangedNotification
    | ElicitCompleteNotification
    | TaskStatusNotification
    | SubscriptionsAcknowledgedNotification
)

ServerResultType: TypeAlias = (
    EmptyResult
    | InitializeResult
    | CompleteResult
    | GetPromptResult
    | ListPromptsResult
    | ListResourcesResult
    | ListResourceTemplatesResult
    | ReadResourceResult
    | CallToolResult
    | ListToolsResult
    | GetTaskResult
    | GetTaskPayloadResult
    | ListTasksResult
    | CancelTaskResult
    | CreateTaskResult
    | DiscoverResult
    | SubscriptionsListenResult
    | InputRequiredResult
)


class ClientRequest(RootModel[Annotated[ClientRequestType, Field(discriminator="method")]]):
    """Any request of a client."""


class ClientNotification(RootModel[Annotated[ClientNotificationType, Field(discriminator="method")]]):
    """Any notification of a client."""


class ClientResult(RootModel[ClientResultType]):
    """Any result of a client."""


class ServerRequest(RootModel[Annotated[ServerRequestType, Field(discriminator="method")]]):
    """Any request of a server."""


class ServerNotification(RootModel[Annotated[ServerNotificationType, Field(discriminator="method")]]):
    """Any notification of a server."""


class ServerResult(RootModel[ServerResultType]):
    """Any result of a server."""
