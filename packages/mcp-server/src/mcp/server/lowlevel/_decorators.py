"""The decorators of 1.x: each wraps a function of the author's into a handler, and puts it into the registry."""

from __future__ import annotations

import base64
import logging
import warnings
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, TypeVar, cast

from pydantic import AnyUrl

from mcp.server.dispatch import Handler
from mcp.server.lowlevel._tools import ToolFailure, check_input, error_result, to_result
from mcp.server.lowlevel.func_inspection import create_call_wrapper
from mcp.server.lowlevel.helper_types import ReadResourceContents
from mcp.shared.exceptions import MissingClientCapability, UrlElicitationRequiredError
from mcp.types import (
    BlobResourceContents,
    CallToolRequest,
    CallToolResult,
    CompleteRequest,
    CompleteResult,
    Completion,
    CompletionArgument,
    CompletionContext,
    ContentBlock,
    CreateTaskResult,
    EmptyResult,
    GetPromptRequest,
    GetPromptResult,
    InputRequiredResult,
    ListPromptsRequest,
    ListPromptsResult,
    ListResourcesRequest,
    ListResourcesResult,
    ListResourceTemplatesRequest,
    ListResourceTemplatesResult,
    ListToolsRequest,
    ListToolsResult,
    LoggingLevel,
    ProgressNotification,
    PromptReference,
    ReadResourceRequest,
    ReadResourceResult,
    ResourceTemplate,
    ResourceTemplateReference,
    ServerResult,
    SetLevelRequest,
    SubscribeRequest,
    TextResourceContents,
    Tool,
    UnsubscribeRequest,
)

__all__ = ["Decorators"]

logger = logging.getLogger(__name__)

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


class Decorators:
    """A registry of handlers, filled by decorators."""

    request_handlers: dict[type[Any], Handler]
    notification_handlers: dict[type[Any], Callable[[Any], Awaitable[None]]]

    def __init__(self) -> None:
        self.request_handlers = {}
        self.notification_handlers = {}
        self._tool_cache: dict[str, Tool] = {}
        self._told_unlisted = False

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
            if tool_name not in self._tool_cache and not self._told_unlisted:
                self._told_unlisted = True  # once: the names come from clients, as many as they like
                logger.warning("Tool %.200r is not listed: its input and output are not validated", tool_name)
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
