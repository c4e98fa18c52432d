"""Who speaks and what it can do: implementations, capabilities, `initialize`, `server/discover`, `ping`."""

from typing import Any, Literal, TypeAlias

from pydantic import Field

from mcp.types._base import (
    BaseMetadata,
    CacheableResult,
    Icon,
    Integer,
    Notification,
    NotificationParams,
    Request,
    RequestId,
    RequestParams,
    Result,
    WireModel,
    is_none,
)

__all__ = [
    "CLIENT_CAPABILITIES_KEY",
    "CLIENT_INFO_KEY",
    "LOG_LEVEL_KEY",
    "PROTOCOL_VERSION_KEY",
    "SERVER_INFO_KEY",
    "CancelledNotification",
    "CancelledNotificationParams",
    "ClientCapabilities",
    "ClientTasksCapability",
    "ClientTasksRequestsCapability",
    "CompletionsCapability",
    "DiscoverRequest",
    "DiscoverResult",
    "ElicitationCapability",
    "FormElicitationCapability",
    "Implementation",
    "InitializeRequest",
    "InitializeRequestParams",
    "InitializeResult",
    "InitializedNotification",
    "LoggingCapability",
    "MissingRequiredClientCapabilityErrorData",
    "PingRequest",
    "PromptsCapability",
    "ResourcesCapability",
    "RootsCapability",
    "SamplingCapability",
    "SamplingContextCapability",
    "SamplingToolsCapability",
    "ServerCapabilities",
    "ServerTasksCapability",
    "ServerTasksRequestsCapability",
    "TasksCallCapability",
    "TasksCancelCapability",
    "TasksCreateElicitationCapability",
    "TasksCreateMessageCapability",
    "TasksElicitationCapability",
    "TasksListCapability",
    "TasksSamplingCapability",
    "TasksToolsCapability",
    "ToolsCapability",
    "UnsupportedProtocolVersionErrorData",
    "UrlElicitationCapability",
]

# Keys of `_meta`. Specification: basic.
PROTOCOL_VERSION_KEY = "io.modelcontextprotocol/protocolVersion"
CLIENT_CAPABILITIES_KEY = "io.modelcontextprotocol/clientCapabilities"
CLIENT_INFO_KEY = "io.modelcontextprotocol/clientInfo"
LOG_LEVEL_KEY = "io.modelcontextprotocol/logLevel"
SERVER_INFO_KEY = "io.modelcontextprotocol/serverInfo"

_Settings: TypeAlias = dict[str, dict[str, Any]]


class Implementation(BaseMetadata):
    """Name and version of a client or server; said, not proved."""

    version: str
    websiteUrl: str | None = None
    icons: list[Icon] | None = None
    description: str | None = Field(default=None, exclude_if=is_none)


class RootsCapability(WireModel):
    """The client has roots, and may say when they change."""

    listChanged: bool | None = None


class SamplingContextCapability(WireModel):
    """The client can put context of servers into a sampling request."""


class SamplingToolsCapability(WireModel):
    """The client lets its model use tools given in a sampling request."""


class FormElicitationCapability(WireModel):
    """The client can show a form."""


class UrlElicitationCapability(WireModel):
    """The client can send the user to a URL."""


class ElicitationCapability(WireModel):
    """The client can ask its user; without any mode named, by form."""

    form: FormElicitationCapability | None = None
    url: UrlElicitationCapability | None = None


class SamplingCapability(WireModel):
    """The client can ask a model."""

    context: SamplingContextCapability | None = None
    tools: SamplingToolsCapability | None = None


class TasksListCapability(WireModel):
    """Tasks can be listed."""


class TasksCancelCapability(WireModel):
    """Tasks can be cancelled."""


class TasksCreateMessageCapability(WireModel):
    """Sampling can be run as a task."""


class TasksSamplingCapability(WireModel):
    """Which sampling requests can be run as tasks."""

    createMessage: TasksCreateMessageCapability | None = None


class TasksCreateElicitationCapability(WireModel):
    """Elicitation can be run as a task."""


class TasksElicitationCapability(WireModel):
    """Which elicitation requests can be run as tasks."""

    create: TasksCreateElicitationCapability | None = None


class ClientTasksRequestsCapability(WireModel):
    """Which requests the client can run as tasks."""

    sampling: TasksSamplingCapability | None = None
    elicitation: TasksElicitationCapability | None = None


class ClientTasksCapability(WireModel):
    """What the client can do with tasks."""

    list: TasksListCapability | None = None
    cancel: TasksCancelCapability | None = None
    requests: ClientTasksRequestsCapability | None = None


class ClientCapabilities(WireModel):
    """What a client can do; an open set. `extensions` maps extension identifiers to their settings."""

    experimental: _Settings | None = None
    sampling: SamplingCapability | None = None
    elicitation: ElicitationCapability | None = None
    roots: RootsCapability | None = None
    tasks: ClientTasksCapability | None = None
    extensions: _Settings | None = Field(default=None, exclude_if=is_none)


class PromptsCapability(WireModel):
    """The server has prompts."""

    listChanged: bool | None = None


class ResourcesCapability(WireModel):
    """The server has resources."""

    subscribe: bool | None = None
    listChanged: bool | None = None


class ToolsCapability(WireModel):
    """The server has tools."""

    listChanged: bool | None = None


class LoggingCapability(WireModel):
    """The server sends log messages."""


class CompletionsCapability(WireModel):
    """The server completes arguments."""


class TasksCallCapability(WireModel):
    """Tool calls can be run as tasks."""


class TasksToolsCapability(WireModel):
    """Which tool requests can be run as tasks."""

    call: TasksCallCapability | None = None


class ServerTasksRequestsCapability(WireModel):
    """Which requests the server can run as tasks."""

    tools: TasksToolsCapability | None = None


class ServerTasksCapability(WireModel):
    """What the server can do with tasks."""

    list: TasksListCapability | None = None
    cancel: TasksCancelCapability | None = None
    requests: ServerTasksRequestsCapability | None = None


class ServerCapabilities(WireModel):
    """What a server can do; an open set. `extensions` maps extension identifiers to their settings."""

    experimental: _Settings | None = None
    logging: LoggingCapability | None = None
    prompts: PromptsCapability | None = None
    resources: ResourcesCapability | None = None
    tools: ToolsCapability | None = None
    completions: CompletionsCapability | None = None
    tasks: ServerTasksCapability | None = None
    extensions: _Settings | None = Field(default=None, exclude_if=is_none)


class InitializeRequestParams(RequestParams):
    """The params of `initialize`."""

    protocolVersion: str | Integer
    capabilities: ClientCapabilities
    clientInfo: Implementation


class InitializeRequest(Request):
    """Opens a session. Specification: basic/lifecycle."""

    method: Literal["initialize"] = "initialize"
    params: InitializeRequestParams


class InitializeResult(Result):
    """The revision that the session will use, and who serves it."""

    protocolVersion: str | Integer
    capabilities: ServerCapabilities
    serverInfo: Implementation
    instructions: str | None = None


class InitializedNotification(Notification):
    """The client is ready."""

    method: Literal["notifications/initialized"] = "notifications/initialized"
    params: NotificationParams | None = None


class PingRequest(Request):
    """Asks for a sign of life. Specification: basic/utilities/ping."""

    method: Literal["ping"] = "ping"
    params: RequestParams | None = None


class DiscoverRequest(Request):
    """Asks which revisions and capabilities a server has. Specification: server/discover."""

    method: Literal["server/discover"] = "server/discover"
    params: RequestParams | None = None


class DiscoverResult(CacheableResult):
    """The revisions and capabilities of a server; who it is stands in `_meta`."""

    supportedVersions: list[str]
    capabilities: ServerCapabilities
    instructions: str | None = None


class CancelledNotificationParams(NotificationParams):
    """Which request is cancelled, and why."""

    requestId: RequestId | None = None
    reason: str | None = None


class CancelledNotification(Notification):
    """Nobody waits for this request any more. Specification: basic/patterns/cancellation."""

    method: Literal["notifications/cancelled"] = "notifications/cancelled"
    params: CancelledNotificationParams


class UnsupportedProtocolVersionErrorData(WireModel):
    """`data` of the error UNSUPPORTED_PROTOCOL_VERSION. Specification: basic/versioning."""

    supported: list[str]
    requested: str


class MissingRequiredClientCapabilityErrorData(WireModel):
    """`data` of the error MISSING_CLIENT_CAPABILITY: what the client would have had to declare."""

    requiredCapabilities: ClientCapabilities
