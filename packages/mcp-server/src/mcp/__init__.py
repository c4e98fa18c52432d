"""The Model Context Protocol: one import package, assembled from several distributions.

This file stands, the same, in the source tree of each of them, because type checkers want it there; only the
wheel of `mcp-types` ships it.
"""

from pkgutil import extend_path
from typing import TYPE_CHECKING

__path__ = extend_path(__path__, __name__)

if TYPE_CHECKING:
    from mcp import client as client, server as server, shared as shared, types as types
    from mcp.client.client import Client as Client
    from mcp.client.session import ClientSession as ClientSession
    from mcp.client.session_group import ClientSessionGroup as ClientSessionGroup
    from mcp.client.stdio import StdioServerParameters as StdioServerParameters, stdio_client as stdio_client
    from mcp.server.session import ServerSession as ServerSession
    from mcp.server.stdio import stdio_server as stdio_server
    from mcp.shared.exceptions import (
        McpError as McpError,
        UrlElicitationRequiredError as UrlElicitationRequiredError,
    )
    from mcp.types import (
        CallToolRequest as CallToolRequest,
        ClientCapabilities as ClientCapabilities,
        ClientNotification as ClientNotification,
        ClientRequest as ClientRequest,
        ClientResult as ClientResult,
        CompleteRequest as CompleteRequest,
        CreateMessageRequest as CreateMessageRequest,
        CreateMessageResult as CreateMessageResult,
        CreateMessageResultWithTools as CreateMessageResultWithTools,
        ErrorData as ErrorData,
        GetPromptRequest as GetPromptRequest,
        GetPromptResult as GetPromptResult,
        Implementation as Implementation,
        IncludeContext as IncludeContext,
        InitializedNotification as InitializedNotification,
        InitializeRequest as InitializeRequest,
        InitializeResult as InitializeResult,
        JSONRPCError as JSONRPCError,
        JSONRPCRequest as JSONRPCRequest,
        JSONRPCResponse as JSONRPCResponse,
        ListPromptsRequest as ListPromptsRequest,
        ListPromptsResult as ListPromptsResult,
        ListResourcesRequest as ListResourcesRequest,
        ListResourcesResult as ListResourcesResult,
        ListToolsResult as ListToolsResult,
        LoggingLevel as LoggingLevel,
        LoggingMessageNotification as LoggingMessageNotification,
        Notification as Notification,
        PingRequest as PingRequest,
        ProgressNotification as ProgressNotification,
        PromptsCapability as PromptsCapability,
        ReadResourceRequest as ReadResourceRequest,
        ReadResourceResult as ReadResourceResult,
        Resource as Resource,
        ResourcesCapability as ResourcesCapability,
        ResourceUpdatedNotification as ResourceUpdatedNotification,
        Role as _Role,
        RootsCapability as RootsCapability,
        SamplingCapability as SamplingCapability,
        SamplingContent as SamplingContent,
        SamplingContextCapability as SamplingContextCapability,
        SamplingMessage as SamplingMessage,
        SamplingMessageContentBlock as SamplingMessageContentBlock,
        SamplingToolsCapability as SamplingToolsCapability,
        ServerCapabilities as ServerCapabilities,
        ServerNotification as ServerNotification,
        ServerRequest as ServerRequest,
        ServerResult as ServerResult,
        SetLevelRequest as SetLevelRequest,
        StopReason as StopReason,
        SubscribeRequest as SubscribeRequest,
        Tool as Tool,
        ToolChoice as ToolChoice,
        ToolResultContent as ToolResultContent,
        ToolsCapability as ToolsCapability,
        ToolUseContent as ToolUseContent,
        UnsubscribeRequest as UnsubscribeRequest,
    )

    SamplingRole = _Role
else:
    from mcp import _api

    __all__ = sorted(_api.NAMES)
    __getattr__, __dir__ = _api.front_door(__name__, _api.NAMES)
