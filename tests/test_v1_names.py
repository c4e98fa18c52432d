"""What programs written for 1.x import and call is there, and takes the arguments that they pass."""

import importlib
import inspect
from collections.abc import Callable, Mapping

import pytest

from mcp.client.session import ClientSession
from mcp.server.fastmcp import FastMCP
from mcp.server.lowlevel.server import Server
from mcp.server.models import InitializationOptions
from mcp.server.session import ServerSession
from mcp.shared.memory import create_client_server_memory_streams
from mcp.shared.session import BaseSession, RequestResponder
from mcp.types import ServerCapabilities

NAMES = {
    "mcp": "ClientNotification ClientRequest ClientSession ClientSessionGroup CreateMessageResult ErrorData "
    "GetPromptResult Implementation ListToolsResult LoggingLevel McpError Resource SamplingCapability "
    "SamplingRole ServerCapabilities ServerSession StdioServerParameters Tool UrlElicitationRequiredError "
    "server stdio_client stdio_server types",
    "mcp.client.session": "ClientSession ElicitationFnT ListRootsFnT LoggingFnT MessageHandlerFnT ProgressFnT "
    "SamplingFnT",
    "mcp.client.session_group": "ClientSessionGroup ClientSessionParameters ServerParameters "
    "SseServerParameters StreamableHttpParameters",
    "mcp.client.stdio": "StdioServerParameters get_default_environment stdio_client",
    "mcp.server": "FastMCP InitializationOptions NotificationOptions Server",
    "mcp.server.elicitation": "AcceptedElicitation CancelledElicitation DeclinedElicitation "
    "ElicitSchemaModelT ElicitationResult elicit_url elicit_with_validation",
    "mcp.server.fastmcp": "Audio Context FastMCP Icon Image __version__",
    "mcp.server.fastmcp.exceptions": "FastMCPError InvalidSignature ResourceError ToolError ValidationError",
    "mcp.server.fastmcp.prompts": "Prompt PromptManager",
    "mcp.server.fastmcp.prompts.base": "AssistantMessage Message Prompt PromptArgument TextContent UserMessage",
    "mcp.server.fastmcp.resources": "BinaryResource DirectoryResource FileResource FunctionResource "
    "HttpResource Resource ResourceManager ResourceTemplate TextResource",
    "mcp.server.fastmcp.server": "Context FastMCP Settings StreamableHTTPASGIApp",
    "mcp.server.fastmcp.tools": "Tool ToolManager",
    "mcp.server.fastmcp.utilities.func_metadata": "ArgModelBase FuncMetadata func_metadata",
    "mcp.server.fastmcp.utilities.logging": "configure_logging get_logger",
    "mcp.server.fastmcp.utilities.types": "Audio Image",
    "mcp.server.lowlevel": "NotificationOptions Server",
    "mcp.server.lowlevel.func_inspection": "create_call_wrapper",
    "mcp.server.lowlevel.helper_types": "ReadResourceContents",
    "mcp.server.lowlevel.server": "LifespanResultT NotificationOptions ReadResourceContents RequestT Server "
    "lifespan request_ctx",
    "mcp.server.models": "InitializationOptions",
    "mcp.server.session": "InitializationState ServerSession ServerSessionT",
    "mcp.server.stdio": "stdio_server",
    "mcp.server.validation": "check_sampling_tools_capability validate_sampling_tools "
    "validate_tool_use_result_messages",
    "mcp.shared._httpx_utils": "McpHttpClientFactory create_mcp_http_client",
    "mcp.shared.auth": "InvalidRedirectUriError OAuthClientInformationFull OAuthClientMetadata OAuthMetadata "
    "OAuthToken ProtectedResourceMetadata",
    "mcp.shared.auth_utils": "check_resource_allowed resource_url_from_server_url",
    "mcp.shared.context": "LifespanContextT RequestContext",
    "mcp.shared.exceptions": "McpError UrlElicitationRequiredError",
    "mcp.shared.memory": "MessageStream create_client_server_memory_streams "
    "create_connected_server_and_client_session",
    "mcp.shared.message": "ClientMessageMetadata MessageMetadata ServerMessageMetadata SessionMessage",
    "mcp.shared.metadata_utils": "get_display_name",
    "mcp.shared.progress": "Progress ProgressContext progress",
    "mcp.shared.response_router": "ResponseRouter",
    "mcp.shared.session": "BaseSession ProgressFnT ReceiveNotificationT ReceiveResultT RequestId "
    "RequestResponder SendResultT",
    "mcp.shared.tool_name_validation": "validate_and_warn_tool_name validate_tool_name",
    "mcp.shared.version": "LATEST_PROTOCOL_VERSION SUPPORTED_PROTOCOL_VERSIONS",
    "mcp.types": "Annotations AnyFunction AnyUrl AudioContent BaseModel BlobResourceContents "
    "CONNECTION_CLOSED CallToolRequest CallToolRequestParams CallToolResult CancelTaskRequest "
    "CancelTaskRequestParams CancelTaskResult CancelledNotification CancelledNotificationParams "
    "ClientCapabilities ClientNotification CompleteRequest CompleteRequestParams Completion ConfigDict "
    "ContentBlock CreateMessageRequest CreateMessageRequestParams CreateMessageResult "
    "CreateMessageResultWithTools ElicitRequest ElicitRequestFormParams ElicitRequestParams "
    "ElicitRequestURLParams ElicitRequestedSchema ElicitResult ElicitationRequiredErrorData EmbeddedResource "
    "EmptyResult ErrorData Field FileUrl GetPromptRequest GetPromptRequestParams GetPromptResult "
    "GetTaskPayloadRequest GetTaskPayloadRequestParams GetTaskPayloadResult GetTaskRequest "
    "GetTaskRequestParams GetTaskResult INTERNAL_ERROR INVALID_PARAMS INVALID_REQUEST Icon ImageContent "
    "Implementation InitializeRequestParams InitializeResult InputRequiredResult JSONRPCError JSONRPCMessage "
    "JSONRPCRequest JSONRPCResponse ListPromptsRequest ListPromptsResult ListResourceTemplatesResult "
    "ListResourcesRequest ListResourcesResult ListRootsRequest ListRootsResult ListTasksRequest "
    "ListTasksResult ListToolsRequest ListToolsResult LoggingLevel LoggingMessageNotificationParams "
    "METHOD_NOT_FOUND ModelHint ModelPreferences NotificationParams PARSE_ERROR PaginatedRequestParams "
    "PingRequest Prompt PromptArgument PromptListChangedNotification PromptMessage ReadResourceRequest "
    "ReadResourceRequestParams ReadResourceResult Request RequestParams Resource ResourceContents ResourceLink "
    "ResourceListChangedNotification ResourceReference ResourceTemplate Result Role Root RootModel "
    "SamplingCapability SamplingMessage SamplingMessageContentBlock SamplingToolsCapability "
    "ServerCapabilities ServerNotification ServerRequest ServerResult ServerTasksCapability "
    "ServerTasksRequestsCapability SetLevelRequest SetLevelRequestParams StopReason SubscribeRequest "
    "SubscribeRequestParams TASK_OPTIONAL TASK_REQUIRED TASK_STATUS_CANCELLED TASK_STATUS_COMPLETED "
    "TASK_STATUS_FAILED TaskStatusNotification TaskStatusNotificationParams TasksCallCapability "
    "TasksCancelCapability TasksListCapability TasksToolsCapability TextContent TextResourceContents Tool "
    "ToolAnnotations ToolChoice ToolExecution ToolListChangedNotification ToolResultContent ToolUseContent "
    "UnsubscribeRequest UnsubscribeRequestParams",
    "mcp.cli": "app",
    "mcp.cli.cli": "app",
}

LATER = {
    "mcp.client.auth": "OAuthClientProvider TokenStorage",
    "mcp.client.auth.extensions.client_credentials": "ClientCredentialsOAuthProvider",
    "mcp.client.sse": "sse_client",
    "mcp.client.streamable_http": "GetSessionIdCallback MCP_SESSION_ID create_mcp_http_client "
    "streamable_http_client streamablehttp_client",
    "mcp.client.websocket": "websocket_client",
    "mcp.server.auth.handlers.authorize": "AuthorizationErrorResponse AuthorizationHandler",
    "mcp.server.auth.handlers.metadata": "MetadataHandler",
    "mcp.server.auth.handlers.token": "TokenErrorResponse TokenHandler",
    "mcp.server.auth.json_response": "PydanticJSONResponse",
    "mcp.server.auth.middleware.auth_context": "AuthContextMiddleware AuthenticatedUser auth_context_var "
    "get_access_token",
    "mcp.server.auth.middleware.bearer_auth": "AuthenticatedUser BearerAuthBackend RequireAuthMiddleware",
    "mcp.server.auth.middleware.client_auth": "AuthenticationError ClientAuthenticator",
    "mcp.server.auth.provider": "AccessToken AuthorizationCode AuthorizationParams AuthorizeError "
    "OAuthAuthorizationServerProvider RefreshToken RegistrationError TokenError TokenVerifier "
    "construct_redirect_uri",
    "mcp.server.auth.routes": "build_metadata build_resource_metadata_url cors_middleware create_auth_routes "
    "create_protected_resource_routes",
    "mcp.server.auth.settings": "AuthSettings ClientRegistrationOptions RevocationOptions",
    "mcp.server.fastmcp.server": "AuthSettings",
    "mcp.server.sse": "SseServerTransport",
    "mcp.server.streamable_http": "EventCallback EventId EventMessage EventStore StreamId "
    "StreamableHTTPServerTransport",
    "mcp.server.streamable_http_manager": "EventStore StreamableHTTPSessionManager",
    "mcp.server.transport_security": "RequestBodyLimitMiddleware TransportSecurityMiddleware "
    "TransportSecuritySettings",
    "mcp.server.websocket": "websocket_server",
}
"""Names that wait for the HTTP and websocket transports and for authorization; until then they say so."""

HOOKS: Mapping[type, str] = {
    ClientSession: "_tool_output_schemas",
    ServerSession: "_client_params _read_stream _received_notification _received_request _send_response "
    "_write_stream",
    Server: "_handle_message",
    FastMCP: "_mcp_server _prompt_manager _resource_manager _tool_manager",
}
"""Names with an underscore that published packages use all the same."""

TASKS = {
    Server: "experimental",
    ServerSession: "experimental",
}
"""What waits for the experimental tasks of 1.x."""

DECORATORS = (
    *(
        "list_prompts",
        "get_prompt",
        "list_resources",
        "list_resource_templates",
        "read_resource",
        "list_tools",
    ),
    *(
        "set_logging_level",
        "subscribe_resource",
        "unsubscribe_resource",
        "progress_notification",
        "completion",
    ),
)
"""Of `Server`, those without arguments."""

WITHOUT_ARGUMENTS = (
    *("list_tools", "list_resources", "list_resource_templates", "list_prompts"),
    *("run_stdio_async", "run_streamable_http_async", "streamable_http_app", "get_context", "completion"),
)
"""Methods of `FastMCP`."""

CLIENT_SESSION = {
    "__init__": "self, read_stream, write_stream, read_timeout_seconds=None, sampling_callback=None, "
    "elicitation_callback=None, list_roots_callback=None, logging_callback=None, message_handler=None, "
    "client_info=None, *, sampling_capabilities=None, experimental_task_handlers=None",
    "initialize": "self",
    "get_server_capabilities": "self",
    "send_ping": "self",
    "send_progress_notification": "self, progress_token, progress, total=None, message=None",
    "set_logging_level": "self, level",
    "list_resources": "self, cursor=None, *, params=None",
    "list_resource_templates": "self, cursor=None, *, params=None",
    "read_resource": "self, uri",
    "subscribe_resource": "self, uri",
    "unsubscribe_resource": "self, uri",
    "call_tool": "self, name, arguments=None, read_timeout_seconds=None, progress_callback=None, *, meta=None",
    "list_prompts": "self, cursor=None, *, params=None",
    "get_prompt": "self, name, arguments=None",
    "complete": "self, ref, argument, context_arguments=None",
    "list_tools": "self, cursor=None, *, params=None",
    "send_roots_list_changed": "self",
}

SERVER = {
    "__init__": "self, name, version=None, instructions=None, website_url=None, icons=None, lifespan=...",
    "create_initialization_options": "self, notification_options=None, experimental_capabilities=None",
    "get_capabilities": "self, notification_options, experimental_capabilities",
    **dict.fromkeys(DECORATORS, "self"),
    "call_tool": "self, *, validate_input=True",
    "run": "self, read_stream, write_stream, initialization_options, raise_exceptions=False, stateless=False",
}

SERVER_SESSION = {
    "__init__": "self, read_stream, write_stream, init_options, stateless=False",
    "check_client_capability": "self, capability",
    "send_log_message": "self, level, data, logger=None, related_request_id=None",
    "send_resource_updated": "self, uri",
    "create_message": "self, messages, *, max_tokens, system_prompt=None, include_context=None, "
    "temperature=None, stop_sequences=None, metadata=None, model_preferences=None, tools=None, "
    "tool_choice=None, related_request_id=None",
    "list_roots": "self",
    "elicit": "self, message, requestedSchema, related_request_id=None",
    "elicit_form": "self, message, requestedSchema, related_request_id=None",
    "elicit_url": "self, message, url, elicitation_id, related_request_id=None",
    "send_ping": "self",
    "send_progress_notification": "self, progress_token, progress, total=None, message=None, "
    "related_request_id=None",
    "send_resource_list_changed": "self",
    "send_tool_list_changed": "self",
    "send_prompt_list_changed": "self",
    "send_elicit_complete": "self, elicitation_id, related_request_id=None",
    "send_message": "self, message",
}

BASE_SESSION = {
    "__init__": "self, read_stream, write_stream, receive_request_type, receive_notification_type, "
    "read_timeout_seconds=None",
    "send_request": "self, request, result_type, request_read_timeout_seconds=None, metadata=None, "
    "progress_callback=None",
    "send_notification": "self, notification, related_request_id=None",
    "add_response_router": "self, router",
    "send_progress_notification": "self, progress_token, progress, total=None, message=None",
}

RESPONDER = {
    "__init__": "self, request_id, request_meta, request, session, on_complete, message_metadata=None",
    "respond": "self, response",
    "cancel": "self",
}

FASTMCP_CLASS = {
    "__init__": "self, name=None, instructions=None, website_url=None, icons=None, auth_server_provider=None, "
    "token_verifier=None, event_store=None, retry_interval=None, *, tools=None, debug=False, log_level='INFO', "
    "host='127.0.0.1', port=8000, mount_path='/', sse_path='/sse', message_path='/messages/', "
    "streamable_http_path='/mcp', json_response=False, stateless_http=False, max_request_body_size=4194304, "
    "session_idle_timeout=1800, max_sessions=10000, warn_on_duplicate_resources=True, "
    "warn_on_duplicate_tools=True, warn_on_duplicate_prompts=True, dependencies=(), lifespan=None, auth=None, "
    "transport_security=None",
    "run": "self, transport='stdio', mount_path=None",
    "call_tool": "self, name, arguments",
    "read_resource": "self, uri",
    "add_tool": "self, fn, name=None, title=None, description=None, annotations=None, icons=None, meta=None, "
    "structured_output=None",
    "remove_tool": "self, name",
    "tool": "self, name=None, title=None, description=None, annotations=None, icons=None, meta=None, "
    "structured_output=None",
    "add_resource": "self, resource",
    "resource": "self, uri, *, name=None, title=None, description=None, mime_type=None, icons=None, "
    "annotations=None, meta=None",
    "add_prompt": "self, prompt",
    "prompt": "self, name=None, title=None, description=None, icons=None",
    "custom_route": "self, path, methods, name=None, include_in_schema=True",
    "sse_app": "self, mount_path=None",
    "run_sse_async": "self, mount_path=None",
    **dict.fromkeys(WITHOUT_ARGUMENTS, "self"),
    "get_prompt": "self, name, arguments=None",
}

PROPERTIES: Mapping[type, str] = {
    ClientSession: "experimental",
    Server: "request_context",
    ServerSession: "client_params incoming_messages",
    RequestResponder: "cancelled in_flight",
    FastMCP: "icons instructions name session_manager website_url",
}

CLASSES: Mapping[type, Mapping[str, str]] = {
    ClientSession: CLIENT_SESSION,
    Server: SERVER,
    ServerSession: SERVER_SESSION,
    BaseSession: BASE_SESSION,
    RequestResponder: RESPONDER,
    FastMCP: FASTMCP_CLASS,
}


@pytest.mark.parametrize("module", NAMES)
def test_names(module: str) -> None:
    place = importlib.import_module(module)
    assert [name for name in NAMES[module].split() if not hasattr(place, name)] == []


@pytest.mark.parametrize(("module", "name"), [(m, name) for m in LATER for name in LATER[m].split()])
def test_a_name_that_comes_later_says_so(module: str, name: str) -> None:
    with pytest.raises(ImportError, match="not available yet"):
        getattr(importlib.import_module(module), name)


@pytest.mark.parametrize(
    ("owner", "name"), [(owner, name) for owner in PROPERTIES for name in PROPERTIES[owner].split()]
)
def test_properties(owner: type, name: str) -> None:
    assert isinstance(inspect.getattr_static(owner, name), property)


@pytest.mark.parametrize("owner", TASKS)
def test_the_experimental_tasks_come_later(owner: type) -> None:
    assert not hasattr(owner, TASKS[owner])


@pytest.mark.anyio
async def test_hooks() -> None:
    options = InitializationOptions(server_name="a", server_version="1", capabilities=ServerCapabilities())
    async with (
        create_client_server_memory_streams() as (client_streams, server_streams),
        ServerSession(*server_streams, options) as server_session,
    ):
        objects = [ClientSession(*client_streams), server_session, Server[object]("a"), FastMCP("a")]
        missing = [
            (type(one).__name__, name)
            for one in objects
            for name in HOOKS[type(one)].split()
            if not hasattr(one, name)
        ]
    assert missing == []


def expected(parameters: str) -> Mapping[str, inspect.Parameter]:
    """Return the parameters of 1.x, typed as in a `def`."""
    namespace: dict[str, Callable[..., object]] = {}
    exec(f"def function({parameters}): ...", namespace)
    return inspect.signature(namespace["function"]).parameters


@pytest.mark.parametrize(("owner", "name"), [(owner, name) for owner in CLASSES for name in CLASSES[owner]])
def test_signatures(owner: type, name: str) -> None:
    ours = inspect.signature(getattr(owner, name)).parameters
    theirs = expected(CLASSES[owner][name])
    for position, (parameter, wanted) in enumerate(theirs.items()):
        assert parameter in ours
        given = ours[parameter]
        assert given.kind is wanted.kind or given.kind is given.POSITIONAL_OR_KEYWORD
        if wanted.kind is wanted.POSITIONAL_OR_KEYWORD:
            assert list(ours)[position] == parameter
        assert wanted.default is ... or given.default == wanted.default
    # What 1.x did not have must not be asked of its programs.
    for parameter in set(ours) - set(theirs):
        more = ours[parameter]
        assert more.default is not more.empty or more.kind in (more.VAR_POSITIONAL, more.VAR_KEYWORD)
