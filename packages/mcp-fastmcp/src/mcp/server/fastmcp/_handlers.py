"""The handlers of FastMCP on its low-level server: where its errors become what the wire carries."""

from collections.abc import Iterable
from typing import Any, Protocol, cast

from mcp.server.fastmcp._content import as_text
from mcp.server.fastmcp._errors import must_pass, told
from mcp.server.fastmcp.exceptions import (
    InvalidArgumentsError,
    UnknownPromptError,
    UnknownResourceError,
    UnknownToolError,
)
from mcp.server.lowlevel.helper_types import ReadResourceContents
from mcp.server.lowlevel.server import Server
from mcp.shared.exceptions import InternalError, InvalidParams, McpError, ResourceNotFound
from mcp.types import (
    AnyUrl,
    CallToolRequest,
    CallToolResult,
    ContentBlock,
    GetPromptRequest,
    GetPromptResult,
    Prompt,
    Resource,
    ResourceTemplate,
    Result,
    TextContent,
    Tool,
)

__all__ = ["App", "register"]


class App(Protocol):
    """What the handlers need of FastMCP; a subclass may do any of it in its own way."""

    async def list_tools(self) -> list[Tool]: ...
    async def call_tool(self, name: str, arguments: dict[str, Any]) -> Any: ...
    async def list_resources(self) -> list[Resource]: ...
    async def list_resource_templates(self) -> list[ResourceTemplate]: ...
    async def read_resource(self, uri: Any) -> Iterable[ReadResourceContents]: ...
    async def list_prompts(self) -> list[Prompt]: ...
    async def get_prompt(self, name: str, arguments: dict[str, Any] | None = None) -> GetPromptResult: ...
    def _runs_in_place(self, tool: str) -> bool: ...


def register(app: App, server: Server[Any, Any], *, mask_errors: bool) -> None:
    """Put the handlers of `app` into the registry of `server`."""
    handlers = _Handlers(app, mask_errors)
    server.list_tools()(app.list_tools)
    server.list_resources()(app.list_resources)
    server.list_resource_templates()(app.list_resource_templates)
    server.list_prompts()(app.list_prompts)
    server.read_resource()(handlers.read_resource)
    server.request_handlers[GetPromptRequest] = handlers.get_prompt
    server.request_handlers[CallToolRequest] = _CallTool(app, mask_errors)


class _Handlers:
    def __init__(self, app: App, mask_errors: bool) -> None:
        self._app = app
        self._mask_errors = mask_errors

    async def read_resource(self, uri: AnyUrl) -> Iterable[ReadResourceContents]:
        try:
            return await self._app.read_resource(uri)
        except UnknownResourceError as error:
            raise ResourceNotFound(str(error), str(uri)) from None
        except BaseException as error:
            if must_pass(error) or isinstance(error, McpError):
                raise
            raise self._error(f"Error reading resource {uri}", error) from error

    async def get_prompt(self, request: GetPromptRequest) -> GetPromptResult:
        name = request.params.name
        try:
            return await self._app.get_prompt(name, request.params.arguments)
        except UnknownPromptError as error:
            raise InvalidParams(str(error)) from None
        except BaseException as error:
            if must_pass(error) or isinstance(error, McpError):
                raise
            raise self._error(f"Error rendering prompt {name}", error) from error

    def _error(self, what: str, error: BaseException) -> McpError:
        text = told(what, error, self._mask_errors)
        return InvalidParams(text) if isinstance(error, InvalidArgumentsError) else InternalError(text)


class _CallTool:
    """Handles `tools/call`: a failing tool is a result that says so, an unknown one an error."""

    def __init__(self, app: App, mask_errors: bool) -> None:
        self._app = app
        self._mask_errors = mask_errors

    def is_plain(self, request: CallToolRequest) -> bool:
        """Whether the call ends without ever waiting."""
        return self._app._runs_in_place(request.params.name)  # pyright: ignore[reportPrivateUsage]  # the app's only

    async def __call__(self, request: CallToolRequest) -> Result:
        name = request.params.name
        try:
            return _tool_result(await self._app.call_tool(name, request.params.arguments or {}))
        except UnknownToolError as error:
            raise InvalidParams(str(error)) from None
        except BaseException as error:
            if must_pass(error):
                raise
            text = told(f"Error executing tool {name}", error, self._mask_errors)
            return CallToolResult(content=[TextContent(type="text", text=text)], isError=True)


def _tool_result(returned: Any) -> Result:
    if isinstance(returned, Result):
        return returned
    if isinstance(returned, dict):  # only a subclass returns one
        text = TextContent(type="text", text=as_text(returned))
        return CallToolResult(content=[text], structuredContent=returned)
    if isinstance(returned, tuple):
        content, structured = cast("tuple[Iterable[ContentBlock], dict[str, Any]]", returned)
        return CallToolResult(content=list(content), structuredContent=structured)
    return CallToolResult(content=list(returned))
