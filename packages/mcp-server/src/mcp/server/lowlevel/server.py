"""The low-level server: a registry of handlers, filled by decorators, and `run`."""

from __future__ import annotations

import base64
import logging
import warnings
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, Generic, cast

import anyio
from pydantic import AnyUrl
from typing_extensions import TypeVar

from mcp.server.calls import Calls
from mcp.server.changes import Changes, listen
from mcp.server.connection import DRAIN_SECONDS, Connection, hear
from mcp.server.context import RequestContext, request_ctx
from mcp.server.dispatch import Handler, Middleware
from mcp.server.eras import discover
from mcp.server.lowlevel._driven import Responder, respond_to
from mcp.server.lowlevel._lifespan import SharedLifespan
from mcp.server.lowlevel._tools import ToolFailure, check_input, error_result, to_result
from mcp.server.lowlevel.func_inspection import create_call_wrapper
from mcp.server.lowlevel.helper_types import ReadResourceContents
from mcp.server.models import InitializationOptions
from mcp.server.session import ServerSession
from mcp.server.state import KeyRing
from mcp.shared._distribution import distribution_version
from mcp.shared.exceptions import MissingClientCapability, UrlElicitationRequiredError
from mcp.shared.link import ReadStream, WriteStream, link_of
from mcp.shared.session import RequestResponder, overrides
from mcp.types import (
    BlobResourceContents,
    CallToolRequest,
    CallToolResult,
    ClientNotification,
    CompleteRequest,
    CompleteResult,
    Completion,
    CompletionArgument,
    CompletionContext,
    CompletionsCapability,
    ContentBlock,
    CreateTaskResult,
    DiscoverRequest,
    EmptyResult,
    GetPromptRequest,
    GetPromptResult,
    Icon,
    InputRequiredResult,
    ListPromptsRequest,
    ListPromptsResult,
    ListResourcesRequest,
    ListResourcesResult,
    ListResourceTemplatesRequest,
    ListResourceTemplatesResult,
    ListToolsRequest,
    ListToolsResult,
    LoggingCapability,
    LoggingLevel,
    PingRequest,
    ProgressNotification,
    PromptReference,
    PromptsCapability,
    ReadResourceRequest,
    ReadResourceResult,
    ResourcesCapability,
    ResourceTemplate,
    ResourceTemplateReference,
    ServerCapabilities,
    ServerResult,
    SetLevelRequest,
    SubscribeRequest,
    SubscriptionsListenRequest,
    TextResourceContents,
    Tool,
    ToolsCapability,
    UnsubscribeRequest,
)

__all__ = [
    "LifespanResultT",
    "NotificationOptions",
    "ReadResourceContents",
    "RequestT",
    "Server",
    "lifespan",
    "request_ctx",
]

logger = logging.getLogger(__name__)

LifespanResultT = TypeVar("LifespanResultT", default=Any)
RequestT = TypeVar("RequestT", default=Any)

_F = TypeVar("_F", bound=Callable[..., Any])
Decorator = Callable[[_F], _F]

ToolReturn = (
    Iterable[ContentBlock]
    | dict[str, Any]
    | tuple[Iterable[ContentBlock], dict[str, Any]]
    | CallToolResult
    | CreateTaskResult
    | InputRequiredResult
)


class NotificationOptions:
    """Which lists the server declares to tell changes of.

    Args:
        prompts_changed: of prompts.
        resources_changed: of resources.
        tools_changed: of tools.
    """

    def __init__(
        self, prompts_changed: bool = False, resources_changed: bool = False, tools_changed: bool = False
    ) -> None:
        self.prompts_changed = prompts_changed
        self.resources_changed = resources_changed
        self.tools_changed = tools_changed


@asynccontextmanager
async def lifespan(_: Server[Any, Any]) -> AsyncGenerator[dict[str, Any]]:
    """The lifespan of a server that needs none."""
    yield {}


_no_lifespan: Any = lifespan  # a parameter of the same name hides it below


class Server(Generic[LifespanResultT, RequestT]):
    """A server of the Model Context Protocol, every revision.

    Args:
        name: what it is called.
        version: its version; that of this library if absent.
        instructions: how its features are to be used, for the model.
        website_url: where to read about it.
        icons: to show it with.
        lifespan: makes the context manager that is entered once while the server serves; what it yields is
            `request_context.lifespan_context`.
        state_keys: sign what is handed to clients between the rounds of a call; see `KeyRing`.
        extensions: extension identifiers with their settings, to be declared as capabilities.

    Attributes:
        request_handlers: the registry: request type -> handler; may be changed at any time.
        notification_handlers: notification type -> handler.
        middleware: wraps every handler, outermost first: `async (context, request, call_next)`.
        changes: the hub of changes that clients listen to.
        calls: the calls that run or wait for answers.
    """

    def __init__(
        self,
        name: str,
        version: str | None = None,
        instructions: str | None = None,
        website_url: str | None = None,
        icons: list[Icon] | None = None,
        lifespan: Callable[
            [Server[LifespanResultT, RequestT]], AbstractAsyncContextManager[LifespanResultT]
        ] = _no_lifespan,
        *,
        state_keys: Sequence[str | bytes] | None = None,
        extensions: dict[str, dict[str, Any]] | None = None,
    ) -> None:
        self.name = name
        self.version = version
        self.instructions = instructions
        self.website_url = website_url
        self.icons = icons
        self.lifespan = lifespan
        self.extensions = extensions or {}
        self.notification_handlers: dict[type[Any], Callable[[Any], Awaitable[None]]] = {}
        self.middleware: list[Middleware] = []
        self.changes = Changes()
        self.calls = Calls(KeyRing(state_keys))
        self._shared_lifespan = SharedLifespan(lambda: self.lifespan(self), self._end_calls)
        self._tool_cache: dict[str, Tool] = {}
        self.request_handlers: dict[type[Any], Handler] = {
            PingRequest: self._ping,
            DiscoverRequest: self._discover,
            SubscriptionsListenRequest: self._listen,
        }

    # What the server says of itself

    def create_initialization_options(
        self,
        notification_options: NotificationOptions | None = None,
        experimental_capabilities: dict[str, dict[str, Any]] | None = None,
    ) -> InitializationOptions:
        """Return what `run` needs to know.

        Args:
            notification_options: which lists it declares to tell changes of.
            experimental_capabilities: to be declared besides.
        """
        return InitializationOptions(
            server_name=self.name,
            server_version=self.version or distribution_version(),
            capabilities=self.get_capabilities(
                notification_options or NotificationOptions(), experimental_capabilities or {}
            ),
            instructions=self.instructions,
            website_url=self.website_url,
            icons=self.icons,
        )

    def get_capabilities(
        self, notification_options: NotificationOptions, experimental_capabilities: dict[str, dict[str, Any]]
    ) -> ServerCapabilities:
        """Return what the server can do, by the handlers that are registered.

        Args:
            notification_options: which lists it declares to tell changes of.
            experimental_capabilities: to be declared besides.
        """
        has = self.request_handlers.__contains__
        return ServerCapabilities(
            prompts=PromptsCapability(listChanged=notification_options.prompts_changed)
            if has(ListPromptsRequest)
            else None,
            resources=ResourcesCapability(
                subscribe=has(SubscribeRequest), listChanged=notification_options.resources_changed
            )
            if has(ListResourcesRequest)
            else None,
            tools=ToolsCapability(listChanged=notification_options.tools_changed)
            if has(ListToolsRequest)
            else None,
            logging=LoggingCapability() if has(SetLevelRequest) else None,
            completions=CompletionsCapability() if has(CompleteRequest) else None,
            experimental=experimental_capabilities,
            extensions=self.extensions or None,
        )

    @property
    def request_context(self) -> RequestContext[ServerSession, LifespanResultT, RequestT]:
        """The request being served.

        Raises:
            LookupError: none is.
        """
        return request_ctx.get()

    # Decorators

    def list_prompts(self) -> Decorator[Any]:
        """Register `async () -> list[Prompt]`, or `async (request: ListPromptsRequest) -> ListPromptsResult`."""
        return self._lister(ListPromptsRequest, ListPromptsResult, "prompts")

    def list_resources(self) -> Decorator[Any]:
        """Register `async () -> list[Resource]`, or `async (request: ListResourcesRequest) -> ListResourcesResult`."""
        return self._lister(ListResourcesRequest, ListResourcesResult, "resources")

    def list_resource_templates(self) -> Decorator[Callable[[], Awaitable[list[ResourceTemplate]]]]:
        """Register `async () -> list[ResourceTemplate]`."""
        return self._lister(ListResourceTemplatesRequest, ListResourceTemplatesResult, "resourceTemplates")

    def list_tools(self) -> Decorator[Any]:
        """Register `async () -> list[Tool]`, or `async (request: ListToolsRequest) -> ListToolsResult`."""

        def remember(result: ListToolsResult) -> None:
            self._tool_cache = {tool.name: tool for tool in result.tools}

        return self._lister(ListToolsRequest, ListToolsResult, "tools", remember)

    def _lister(
        self,
        request_type: type[Any],
        result_type: type[Any],
        field: str,
        then: Callable[[Any], None] | None = None,
    ) -> Decorator[Any]:
        def register(function: _F) -> _F:
            call = create_call_wrapper(function, request_type)

            async def handler(request: Any) -> ServerResult:
                listed = await call(request)
                result = listed if isinstance(listed, result_type) else result_type(**{field: list(listed)})
                if then is not None:
                    then(result)
                return ServerResult.model_construct(root=result)

            self.request_handlers[request_type] = handler
            return function

        return register

    def get_prompt(self) -> Decorator[Callable[[str, dict[str, str] | None], Awaitable[GetPromptResult]]]:
        """Register `async (name, arguments) -> GetPromptResult`."""

        async def serve(function: Any, request: GetPromptRequest) -> Any:
            return await function(request.params.name, request.params.arguments)

        return self._registrar(GetPromptRequest, serve)

    def read_resource(
        self,
    ) -> Decorator[Callable[[Any], Awaitable[str | bytes | Iterable[ReadResourceContents]]]]:
        """Register `async (uri) -> Iterable[ReadResourceContents]`; text or bytes alone is deprecated."""

        async def serve(function: Any, request: ReadResourceRequest) -> Any:
            returned = await function(request.params.uri)
            if isinstance(returned, str | bytes):
                warnings.warn(
                    "Returning str or bytes from read_resource is deprecated. "
                    "Use Iterable[ReadResourceContents] instead.",
                    DeprecationWarning,
                    stacklevel=2,
                )
                returned = [ReadResourceContents(content=returned)]
            if isinstance(returned, ReadResourceResult | InputRequiredResult):
                return returned
            uri = request.params.uri
            return ReadResourceResult(contents=[_contents(uri, each) for each in returned])

        return self._registrar(ReadResourceRequest, serve)

    def call_tool(
        self, *, validate_input: bool = True
    ) -> Decorator[Callable[[str, dict[str, Any]], Awaitable[ToolReturn]]]:
        """Register `async (name, arguments)` for all tools; what it raises becomes a result that says so.

        It may return content blocks, a dict (structured content), both as a pair, or a CallToolResult.

        Args:
            validate_input: validate the arguments against the tool's input schema first.
        """

        async def serve(function: Any, request: CallToolRequest) -> Any:
            try:
                arguments = request.params.arguments or {}
                tool = await self._get_cached_tool_definition(request.params.name)
                if validate_input and tool is not None:
                    check_input(tool, arguments)
                return to_result(await function(request.params.name, arguments), tool)
            except (UrlElicitationRequiredError, MissingClientCapability):
                raise
            except ToolFailure as error:
                return error_result(str(error))
            except Exception as error:
                show = logger.isEnabledFor(logging.DEBUG)
                logger.error(
                    "Tool %r failed: %r", request.params.name, error, exc_info=error if show else None
                )
                return error_result(str(error))

        return self._registrar(CallToolRequest, serve)

    async def _get_cached_tool_definition(self, tool_name: str) -> Tool | None:
        if tool_name not in self._tool_cache and (list_tools := self.request_handlers.get(ListToolsRequest)):
            listed = await list_tools(ListToolsRequest())
            result = cast("ListToolsResult", getattr(listed, "root", listed))
            self._tool_cache = {tool.name: tool for tool in result.tools}
            if tool_name not in self._tool_cache:
                logger.warning("Tool %r is not listed: its input and output are not validated", tool_name)
        return self._tool_cache.get(tool_name)

    def set_logging_level(self) -> Decorator[Callable[[LoggingLevel], Awaitable[None]]]:
        """Register `async (level)`; it also declares that the server sends log messages."""

        async def serve(function: Any, request: SetLevelRequest) -> Any:
            await function(request.params.level)
            return EmptyResult()

        return self._registrar(SetLevelRequest, serve)

    def subscribe_resource(self) -> Decorator[Callable[[Any], Awaitable[None]]]:
        """Register `async (uri)`, called when a client wants to be told of changes of a resource."""
        return self._registrar(SubscribeRequest, _with_uri)

    def unsubscribe_resource(self) -> Decorator[Callable[[Any], Awaitable[None]]]:
        """Register `async (uri)`, called when a client no longer wants to be told."""
        return self._registrar(UnsubscribeRequest, _with_uri)

    def completion(
        self,
    ) -> Decorator[
        Callable[
            [PromptReference | ResourceTemplateReference, CompletionArgument, CompletionContext | None],
            Awaitable[Completion | None],
        ]
    ]:
        """Register `async (ref, argument, context) -> Completion | None`."""

        async def serve(function: Any, request: CompleteRequest) -> Any:
            params = request.params
            completion = await function(params.ref, params.argument, params.context)
            return CompleteResult(completion=completion or Completion(values=[]))

        return self._registrar(CompleteRequest, serve)

    def progress_notification(
        self,
    ) -> Decorator[Callable[[str | int, float, float | None, str | None], Awaitable[None]]]:
        """Register `async (token, progress, total, message)`, called when a client reports progress."""

        def register(function: Any) -> Any:
            async def handler(notification: ProgressNotification) -> None:
                params = notification.params
                await function(params.progressToken, params.progress, params.total, params.message)

            self.notification_handlers[ProgressNotification] = handler
            return function

        return register

    def _registrar(
        self, request_type: type[Any], serve: Callable[[Any, Any], Awaitable[Any]]
    ) -> Decorator[Any]:
        def register(function: _F) -> _F:
            async def handler(request: Any) -> ServerResult:
                return ServerResult.model_construct(root=await serve(function, request))

            self.request_handlers[request_type] = handler
            return function

        return register

    # Handlers of our own

    async def _ping(self, request: PingRequest) -> EmptyResult:
        return EmptyResult()

    async def _discover(self, request: DiscoverRequest) -> Any:
        return discover(request_ctx.get().options)

    async def _listen(self, request: SubscriptionsListenRequest) -> Any:
        return await listen(request_ctx.get(), request, self.changes)

    # Running

    async def run(
        self,
        read_stream: ReadStream,
        write_stream: WriteStream,
        initialization_options: InitializationOptions,
        raise_exceptions: bool = False,
        stateless: bool = False,
    ) -> None:
        """Serve one client until it is gone.

        Args:
            read_stream: delivers its messages.
            write_stream: takes ours.
            initialization_options: what the server says of itself; see `create_initialization_options`.
            raise_exceptions: raise what a handler raises, and end; for tests.
            stateless: serve without `initialize`.
        """
        async with self._shared_lifespan.joined() as context:
            if overrides(self, ("_handle_message", "_handle_request", "_handle_notification")):
                await self._run_driven(
                    read_stream, write_stream, initialization_options, context, raise_exceptions, stateless
                )
                return
            connection = Connection(
                self,
                link_of(read_stream, write_stream),
                initialization_options,
                context,
                raise_exceptions=raise_exceptions,
                stateless=stateless,
            )
            await connection.serve()

    async def _end_calls(self) -> None:
        self.changes.close()
        await self.calls.aclose()

    # As subclasses of 1.x drive it

    async def _run_driven(
        self,
        read_stream: ReadStream,
        write_stream: WriteStream,
        options: InitializationOptions,
        context: LifespanResultT,
        raise_exceptions: bool,
        stateless: bool,
    ) -> None:
        async with (
            ServerSession(read_stream, write_stream, options, stateless=stateless) as session,
            anyio.create_task_group() as tasks,
        ):
            async for message in session.incoming_messages:
                tasks.start_soon(self._handle_message, message, session, context, raise_exceptions)
            await session.peer.finish(DRAIN_SECONDS)

    async def _handle_message(
        self,
        message: RequestResponder[Any, ServerResult] | ClientNotification | Exception,
        session: ServerSession,
        lifespan_context: LifespanResultT,
        raise_exceptions: bool = False,
    ) -> None:
        if isinstance(message, RequestResponder):
            with message:
                await self._handle_request(
                    message, message.request.root, session, lifespan_context, raise_exceptions
                )
        elif isinstance(message, ClientNotification):
            await self._handle_notification(message.root)
        else:
            logger.error("The transport reported: %s", message)
            if raise_exceptions:
                raise message

    async def _handle_request(
        self,
        message: Responder,
        req: Any,
        session: ServerSession,
        lifespan_context: LifespanResultT,
        raise_exceptions: bool,
    ) -> None:
        raised: list[Exception] = []
        keep = raised.append if raise_exceptions else None
        await respond_to(
            self,
            message,
            session,
            lifespan_context,
            lambda change: self.changes.publish(change, sessions=False),
            keep,
        )
        if raised:
            raise raised[0]

    async def _handle_notification(self, notify: Any) -> None:
        handler = self.notification_handlers.get(notify.__class__)
        if handler is not None:
            await hear(handler, notify)


async def _with_uri(function: Any, request: SubscribeRequest | UnsubscribeRequest) -> EmptyResult:
    await function(request.params.uri)
    return EmptyResult()


def _contents(uri: AnyUrl, item: ReadResourceContents) -> TextResourceContents | BlobResourceContents:
    extra: dict[str, Any] = {} if item.meta is None else {"_meta": item.meta}
    if isinstance(item.content, str):
        return TextResourceContents(
            uri=uri, text=item.content, mimeType=item.mime_type or "text/plain", **extra
        )
    data = base64.b64encode(item.content).decode("ascii")
    return BlobResourceContents(
        uri=uri, blob=data, mimeType=item.mime_type or "application/octet-stream", **extra
    )
