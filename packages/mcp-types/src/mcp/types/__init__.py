"""The protocol's types in one flat namespace, each loaded with its module when it is first named."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pydantic import (
        BaseModel as BaseModel,
        ConfigDict as ConfigDict,
        Field as Field,
        RootModel as RootModel,
    )

    from mcp.types._base import (
        AnyFunction as AnyFunction,
        AnyUrl as AnyUrl,
        BaseMetadata as BaseMetadata,
        CacheableResult as CacheableResult,
        Cursor as Cursor,
        EmptyResult as EmptyResult,
        FileUrl as FileUrl,
        Icon as Icon,
        InputResponseRequestParams as InputResponseRequestParams,
        InputResponses as InputResponses,
        MethodT as MethodT,
        Notification as Notification,
        NotificationParams as NotificationParams,
        NotificationParamsT as NotificationParamsT,
        PaginatedRequest as PaginatedRequest,
        PaginatedRequestParams as PaginatedRequestParams,
        PaginatedResult as PaginatedResult,
        ProgressToken as ProgressToken,
        Request as Request,
        RequestId as RequestId,
        RequestParams as RequestParams,
        RequestParamsT as RequestParamsT,
        Result as Result,
        ResultType as ResultType,
        Role as Role,
        TaskMetadata as TaskMetadata,
    )
    from mcp.types.completion import (
        CompleteRequest as CompleteRequest,
        CompleteRequestParams as CompleteRequestParams,
        CompleteResult as CompleteResult,
        Completion as Completion,
        CompletionArgument as CompletionArgument,
        CompletionContext as CompletionContext,
        PromptReference as PromptReference,
        ResourceReference as ResourceReference,
        ResourceTemplateReference as ResourceTemplateReference,
    )
    from mcp.types.content import (
        Annotations as Annotations,
        AudioContent as AudioContent,
        BlobResourceContents as BlobResourceContents,
        Content as Content,
        ContentBlock as ContentBlock,
        EmbeddedResource as EmbeddedResource,
        ImageContent as ImageContent,
        Resource as Resource,
        ResourceContents as ResourceContents,
        ResourceLink as ResourceLink,
        SamplingContent as SamplingContent,
        SamplingMessageContentBlock as SamplingMessageContentBlock,
        TextContent as TextContent,
        TextResourceContents as TextResourceContents,
        ToolResultContent as ToolResultContent,
        ToolUseContent as ToolUseContent,
    )
    from mcp.types.elicitation import (
        BooleanSchema as BooleanSchema,
        ElicitationRequiredErrorData as ElicitationRequiredErrorData,
        ElicitCompleteNotification as ElicitCompleteNotification,
        ElicitCompleteNotificationParams as ElicitCompleteNotificationParams,
        ElicitRequest as ElicitRequest,
        ElicitRequestedSchema as ElicitRequestedSchema,
        ElicitRequestFormParams as ElicitRequestFormParams,
        ElicitRequestParams as ElicitRequestParams,
        ElicitRequestURLParams as ElicitRequestURLParams,
        ElicitResult as ElicitResult,
        EnumOption as EnumOption,
        EnumSchema as EnumSchema,
        LegacyTitledEnumSchema as LegacyTitledEnumSchema,
        MultiSelectEnumSchema as MultiSelectEnumSchema,
        NumberSchema as NumberSchema,
        PrimitiveSchemaDefinition as PrimitiveSchemaDefinition,
        SingleSelectEnumSchema as SingleSelectEnumSchema,
        StringSchema as StringSchema,
        TitledMultiSelectEnumSchema as TitledMultiSelectEnumSchema,
        TitledMultiSelectItems as TitledMultiSelectItems,
        TitledSingleSelectEnumSchema as TitledSingleSelectEnumSchema,
        UntitledMultiSelectEnumSchema as UntitledMultiSelectEnumSchema,
        UntitledMultiSelectItems as UntitledMultiSelectItems,
        UntitledSingleSelectEnumSchema as UntitledSingleSelectEnumSchema,
    )
    from mcp.types.jsonrpc import (
        CONNECTION_CLOSED as CONNECTION_CLOSED,
        HEADER_MISMATCH as HEADER_MISMATCH,
        INTERNAL_ERROR as INTERNAL_ERROR,
        INVALID_PARAMS as INVALID_PARAMS,
        INVALID_REQUEST as INVALID_REQUEST,
        METHOD_NOT_FOUND as METHOD_NOT_FOUND,
        MISSING_CLIENT_CAPABILITY as MISSING_CLIENT_CAPABILITY,
        PARSE_ERROR as PARSE_ERROR,
        RESOURCE_NOT_FOUND as RESOURCE_NOT_FOUND,
        UNSUPPORTED_PROTOCOL_VERSION as UNSUPPORTED_PROTOCOL_VERSION,
        URL_ELICITATION_REQUIRED as URL_ELICITATION_REQUIRED,
        ErrorData as ErrorData,
        JSONRPCError as JSONRPCError,
        JSONRPCMessage as JSONRPCMessage,
        JSONRPCNotification as JSONRPCNotification,
        JSONRPCRequest as JSONRPCRequest,
        JSONRPCResponse as JSONRPCResponse,
    )
    from mcp.types.lifecycle import (
        CLIENT_CAPABILITIES_KEY as CLIENT_CAPABILITIES_KEY,
        CLIENT_INFO_KEY as CLIENT_INFO_KEY,
        LOG_LEVEL_KEY as LOG_LEVEL_KEY,
        PROTOCOL_VERSION_KEY as PROTOCOL_VERSION_KEY,
        SERVER_INFO_KEY as SERVER_INFO_KEY,
        CancelledNotification as CancelledNotification,
        CancelledNotificationParams as CancelledNotificationParams,
        ClientCapabilities as ClientCapabilities,
        ClientTasksCapability as ClientTasksCapability,
        ClientTasksRequestsCapability as ClientTasksRequestsCapability,
        CompletionsCapability as CompletionsCapability,
        DiscoverRequest as DiscoverRequest,
        DiscoverResult as DiscoverResult,
        ElicitationCapability as ElicitationCapability,
        FormElicitationCapability as FormElicitationCapability,
        Implementation as Implementation,
        InitializedNotification as InitializedNotification,
        InitializeRequest as InitializeRequest,
        InitializeRequestParams as InitializeRequestParams,
        InitializeResult as InitializeResult,
        LoggingCapability as LoggingCapability,
        MissingRequiredClientCapabilityErrorData as MissingRequiredClientCapabilityErrorData,
        PingRequest as PingRequest,
        PromptsCapability as PromptsCapability,
        ResourcesCapability as ResourcesCapability,
        RootsCapability as RootsCapability,
        SamplingCapability as SamplingCapability,
        SamplingContextCapability as SamplingContextCapability,
        SamplingToolsCapability as SamplingToolsCapability,
        ServerCapabilities as ServerCapabilities,
        ServerTasksCapability as ServerTasksCapability,
        ServerTasksRequestsCapability as ServerTasksRequestsCapability,
        TasksCallCapability as TasksCallCapability,
        TasksCancelCapability as TasksCancelCapability,
        TasksCreateElicitationCapability as TasksCreateElicitationCapability,
        TasksCreateMessageCapability as TasksCreateMessageCapability,
        TasksElicitationCapability as TasksElicitationCapability,
        TasksListCapability as TasksListCapability,
        TasksSamplingCapability as TasksSamplingCapability,
        TasksToolsCapability as TasksToolsCapability,
        ToolsCapability as ToolsCapability,
        UnsupportedProtocolVersionErrorData as UnsupportedProtocolVersionErrorData,
        UrlElicitationCapability as UrlElicitationCapability,
    )
    from mcp.types.logging import (
        LoggingLevel as LoggingLevel,
        LoggingMessageNotification as LoggingMessageNotification,
        LoggingMessageNotificationParams as LoggingMessageNotificationParams,
        SetLevelRequest as SetLevelRequest,
        SetLevelRequestParams as SetLevelRequestParams,
    )
    from mcp.types.mrtr import (
        InputRequest as InputRequest,
        InputRequests as InputRequests,
        InputRequiredResult as InputRequiredResult,
        InputResponse as InputResponse,
    )
    from mcp.types.progress import (
        ProgressNotification as ProgressNotification,
        ProgressNotificationParams as ProgressNotificationParams,
    )
    from mcp.types.prompts import (
        GetPromptRequest as GetPromptRequest,
        GetPromptRequestParams as GetPromptRequestParams,
        GetPromptResult as GetPromptResult,
        ListPromptsRequest as ListPromptsRequest,
        ListPromptsResult as ListPromptsResult,
        Prompt as Prompt,
        PromptArgument as PromptArgument,
        PromptListChangedNotification as PromptListChangedNotification,
        PromptMessage as PromptMessage,
    )
    from mcp.types.resources import (
        ListResourcesRequest as ListResourcesRequest,
        ListResourcesResult as ListResourcesResult,
        ListResourceTemplatesRequest as ListResourceTemplatesRequest,
        ListResourceTemplatesResult as ListResourceTemplatesResult,
        ReadResourceRequest as ReadResourceRequest,
        ReadResourceRequestParams as ReadResourceRequestParams,
        ReadResourceResult as ReadResourceResult,
        ResourceListChangedNotification as ResourceListChangedNotification,
        ResourceTemplate as ResourceTemplate,
        ResourceUpdatedNotification as ResourceUpdatedNotification,
        ResourceUpdatedNotificationParams as ResourceUpdatedNotificationParams,
        SubscribeRequest as SubscribeRequest,
        SubscribeRequestParams as SubscribeRequestParams,
        UnsubscribeRequest as UnsubscribeRequest,
        UnsubscribeRequestParams as UnsubscribeRequestParams,
    )
    from mcp.types.roots import (
        ListRootsRequest as ListRootsRequest,
        ListRootsResult as ListRootsResult,
        Root as Root,
        RootsListChangedNotification as RootsListChangedNotification,
    )
    from mcp.types.sampling import (
        CreateMessageRequest as CreateMessageRequest,
        CreateMessageRequestParams as CreateMessageRequestParams,
        CreateMessageResult as CreateMessageResult,
        CreateMessageResultWithTools as CreateMessageResultWithTools,
        IncludeContext as IncludeContext,
        ModelHint as ModelHint,
        ModelPreferences as ModelPreferences,
        SamplingMessage as SamplingMessage,
        StopReason as StopReason,
        ToolChoice as ToolChoice,
    )
    from mcp.types.subscriptions import (
        SUBSCRIPTION_ID_KEY as SUBSCRIPTION_ID_KEY,
        SubscriptionFilter as SubscriptionFilter,
        SubscriptionsAcknowledgedNotification as SubscriptionsAcknowledgedNotification,
        SubscriptionsAcknowledgedNotificationParams as SubscriptionsAcknowledgedNotificationParams,
        SubscriptionsListenRequest as SubscriptionsListenRequest,
        SubscriptionsListenRequestParams as SubscriptionsListenRequestParams,
        SubscriptionsListenResult as SubscriptionsListenResult,
    )
    from mcp.types.tasks import (
        MODEL_IMMEDIATE_RESPONSE_KEY as MODEL_IMMEDIATE_RESPONSE_KEY,
        RELATED_TASK_KEY as RELATED_TASK_KEY,
        TASK_STATUS_CANCELLED as TASK_STATUS_CANCELLED,
        TASK_STATUS_COMPLETED as TASK_STATUS_COMPLETED,
        TASK_STATUS_FAILED as TASK_STATUS_FAILED,
        TASK_STATUS_INPUT_REQUIRED as TASK_STATUS_INPUT_REQUIRED,
        TASK_STATUS_WORKING as TASK_STATUS_WORKING,
        CancelTaskRequest as CancelTaskRequest,
        CancelTaskRequestParams as CancelTaskRequestParams,
        CancelTaskResult as CancelTaskResult,
        CreateTaskResult as CreateTaskResult,
        GetTaskPayloadRequest as GetTaskPayloadRequest,
        GetTaskPayloadRequestParams as GetTaskPayloadRequestParams,
        GetTaskPayloadResult as GetTaskPayloadResult,
        GetTaskRequest as GetTaskRequest,
        GetTaskRequestParams as GetTaskRequestParams,
        GetTaskResult as GetTaskResult,
        ListTasksRequest as ListTasksRequest,
        ListTasksResult as ListTasksResult,
        RelatedTaskMetadata as RelatedTaskMetadata,
        Task as Task,
        TaskStatus as TaskStatus,
        TaskStatusNotification as TaskStatusNotification,
        TaskStatusNotificationParams as TaskStatusNotificationParams,
    )
    from mcp.types.tools import (
        TASK_FORBIDDEN as TASK_FORBIDDEN,
        TASK_OPTIONAL as TASK_OPTIONAL,
        TASK_REQUIRED as TASK_REQUIRED,
        CallToolRequest as CallToolRequest,
        CallToolRequestParams as CallToolRequestParams,
        CallToolResult as CallToolResult,
        ListToolsRequest as ListToolsRequest,
        ListToolsResult as ListToolsResult,
        TaskExecutionMode as TaskExecutionMode,
        Tool as Tool,
        ToolAnnotations as ToolAnnotations,
        ToolExecution as ToolExecution,
        ToolListChangedNotification as ToolListChangedNotification,
    )
    from mcp.types.unions import (
        ClientNotification as ClientNotification,
        ClientNotificationType as ClientNotificationType,
        ClientRequest as ClientRequest,
        ClientRequestType as ClientRequestType,
        ClientResult as ClientResult,
        ClientResultType as ClientResultType,
        ServerNotification as ServerNotification,
        ServerNotificationType as ServerNotificationType,
        ServerRequest as ServerRequest,
        ServerRequestType as ServerRequestType,
        ServerResult as ServerResult,
        ServerResultType as ServerResultType,
    )
    from mcp.types.versions import (
        DEFAULT_NEGOTIATED_VERSION as DEFAULT_NEGOTIATED_VERSION,
        LATEST_PROTOCOL_VERSION as LATEST_PROTOCOL_VERSION,
    )

_MODULES: dict[str, str] = {
    "pydantic": "BaseModel ConfigDict Field RootModel",
    "mcp.types._base": (
        "AnyFunction AnyUrl BaseMetadata CacheableResult Cursor EmptyResult FileUrl Icon InputResponseRequestParams "
        "InputResponses MethodT Notification NotificationParams NotificationParamsT PaginatedRequest "
        "PaginatedRequestParams PaginatedResult ProgressToken Request RequestId RequestParams "
        "RequestParamsT Result ResultType Role TaskMetadata"
    ),
    "mcp.types.completion": (
        "CompleteRequest CompleteRequestParams CompleteResult Completion CompletionArgument "
        "CompletionContext PromptReference ResourceReference ResourceTemplateReference"
    ),
    "mcp.types.content": (
        "Annotations AudioContent BlobResourceContents Content ContentBlock EmbeddedResource "
        "ImageContent Resource ResourceContents ResourceLink SamplingContent SamplingMessageContentBlock "
        "TextContent TextResourceContents ToolResultContent ToolUseContent"
    ),
    "mcp.types.elicitation": (
        "BooleanSchema ElicitCompleteNotification ElicitCompleteNotificationParams ElicitRequest "
        "ElicitRequestFormParams ElicitRequestParams ElicitRequestURLParams ElicitRequestedSchema "
        "ElicitResult ElicitationRequiredErrorData EnumOption EnumSchema LegacyTitledEnumSchema "
        "MultiSelectEnumSchema NumberSchema PrimitiveSchemaDefinition SingleSelectEnumSchema "
        "StringSchema TitledMultiSelectEnumSchema TitledMultiSelectItems TitledSingleSelectEnumSchema "
        "UntitledMultiSelectEnumSchema UntitledMultiSelectItems UntitledSingleSelectEnumSchema"
    ),
    "mcp.types.jsonrpc": (
        "CONNECTION_CLOSED ErrorData HEADER_MISMATCH INTERNAL_ERROR INVALID_PARAMS INVALID_REQUEST "
        "JSONRPCError JSONRPCMessage JSONRPCNotification JSONRPCRequest JSONRPCResponse METHOD_NOT_FOUND "
        "MISSING_CLIENT_CAPABILITY PARSE_ERROR RESOURCE_NOT_FOUND UNSUPPORTED_PROTOCOL_VERSION "
        "URL_ELICITATION_REQUIRED"
    ),
    "mcp.types.lifecycle": (
        "CLIENT_CAPABILITIES_KEY CLIENT_INFO_KEY CancelledNotification CancelledNotificationParams "
        "ClientCapabilities ClientTasksCapability ClientTasksRequestsCapability CompletionsCapability "
        "DiscoverRequest DiscoverResult ElicitationCapability FormElicitationCapability Implementation "
        "InitializeRequest InitializeRequestParams InitializeResult InitializedNotification "
        "LOG_LEVEL_KEY LoggingCapability MissingRequiredClientCapabilityErrorData PROTOCOL_VERSION_KEY "
        "PingRequest PromptsCapability ResourcesCapability RootsCapability SERVER_INFO_KEY "
        "SamplingCapability SamplingContextCapability SamplingToolsCapability ServerCapabilities "
        "ServerTasksCapability ServerTasksRequestsCapability TasksCallCapability TasksCancelCapability "
        "TasksCreateElicitationCapability TasksCreateMessageCapability TasksElicitationCapability "
        "TasksListCapability TasksSamplingCapability TasksToolsCapability ToolsCapability "
        "UnsupportedProtocolVersionErrorData UrlElicitationCapability"
    ),
    "mcp.types.logging": (
        "LoggingLevel LoggingMessageNotification LoggingMessageNotificationParams SetLevelRequest "
        "SetLevelRequestParams"
    ),
    "mcp.types.mrtr": "InputRequest InputRequests InputRequiredResult InputResponse",
    "mcp.types.progress": "ProgressNotification ProgressNotificationParams",
    "mcp.types.prompts": (
        "GetPromptRequest GetPromptRequestParams GetPromptResult ListPromptsRequest ListPromptsResult "
        "Prompt PromptArgument PromptListChangedNotification PromptMessage"
    ),
    "mcp.types.resources": (
        "ListResourceTemplatesRequest ListResourceTemplatesResult ListResourcesRequest "
        "ListResourcesResult ReadResourceRequest ReadResourceRequestParams ReadResourceResult "
        "ResourceListChangedNotification ResourceTemplate ResourceUpdatedNotification "
        "ResourceUpdatedNotificationParams SubscribeRequest SubscribeRequestParams UnsubscribeRequest "
        "UnsubscribeRequestParams"
    ),
    "mcp.types.roots": "ListRootsRequest ListRootsResult Root RootsListChangedNotification",
    "mcp.types.sampling": (
        "CreateMessageRequest CreateMessageRequestParams CreateMessageResult "
        "CreateMessageResultWithTools IncludeContext ModelHint ModelPreferences SamplingMessage "
        "StopReason ToolChoice"
    ),
    "mcp.types.subscriptions": (
        "SUBSCRIPTION_ID_KEY SubscriptionFilter SubscriptionsAcknowledgedNotification "
        "SubscriptionsAcknowledgedNotificationParams SubscriptionsListenRequest "
        "SubscriptionsListenRequestParams SubscriptionsListenResult"
    ),
    "mcp.types.tasks": (
        "CancelTaskRequest CancelTaskRequestParams CancelTaskResult CreateTaskResult "
        "GetTaskPayloadRequest GetTaskPayloadRequestParams GetTaskPayloadResult GetTaskRequest "
        "GetTaskRequestParams GetTaskResult ListTasksRequest ListTasksResult "
        "MODEL_IMMEDIATE_RESPONSE_KEY RELATED_TASK_KEY RelatedTaskMetadata TASK_STATUS_CANCELLED "
        "TASK_STATUS_COMPLETED TASK_STATUS_FAILED TASK_STATUS_INPUT_REQUIRED TASK_STATUS_WORKING Task "
        "TaskStatus TaskStatusNotification TaskStatusNotificationParams"
    ),
    "mcp.types.tools": (
        "CallToolRequest CallToolRequestParams CallToolResult ListToolsRequest ListToolsResult "
        "TASK_FORBIDDEN TASK_OPTIONAL TASK_REQUIRED TaskExecutionMode Tool ToolAnnotations ToolExecution "
        "ToolListChangedNotification"
    ),
    "mcp.types.unions": (
        "ClientNotification ClientNotificationType ClientRequest ClientRequestType ClientResult "
        "ClientResultType ServerNotification ServerNotificationType ServerRequest ServerRequestType "
        "ServerResult ServerResultType"
    ),
    "mcp.types.versions": "DEFAULT_NEGOTIATED_VERSION LATEST_PROTOCOL_VERSION",
}
_HOMES = {name: module for module, names in _MODULES.items() for name in names.split()}

__all__ = sorted(_HOMES)  # pyright: ignore[reportUnsupportedDunderAll] the table above is checked by a test


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(_HOMES[name]), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
