"""FastMCP: a server made of plain functions, with decorators that register them."""

import asyncio
import importlib
from collections.abc import AsyncGenerator, Callable, Collection, Iterable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from inspect import isasyncgenfunction
from typing import Any, Generic, Literal, TypeVar, cast

import anyio
from pydantic import AnyUrl

from mcp.server.elicitation import ElicitationResult, ElicitSchemaModelT, UrlElicitationResult
from mcp.server.fastmcp._errors import must_pass, text_of
from mcp.server.fastmcp._handlers import register
from mcp.server.fastmcp.catalogue import Catalogue
from mcp.server.fastmcp.context import Context
from mcp.server.fastmcp.exceptions import ResourceError, ResourceFailure, UnknownPromptError
from mcp.server.fastmcp.http import StreamableHTTPASGIApp, not_available
from mcp.server.fastmcp.settings import LifespanResultT, Settings
from mcp.server.fastmcp.tools import Tool
from mcp.server.fastmcp.tools.base import RunIn
from mcp.server.fastmcp.utilities.logging import LogLevel, configure_logging
from mcp.server.lowlevel.helper_types import ReadResourceContents
from mcp.server.lowlevel.server import Server, lifespan as no_lifespan
from mcp.server.session import ServerSession
from mcp.server.stdio import Shutdown, run_stdio, stdio_server
from mcp.shared.link import ReadStream, WriteStream
from mcp.types import ContentBlock, GetPromptResult, Icon, PromptMessage

__all__ = [
    "Context",
    "ElicitSchemaModelT",
    "ElicitationResult",
    "FastMCP",
    "Settings",
    "StreamableHTTPASGIApp",
    "UrlElicitationResult",
    "lifespan_wrapper",
]

Transport = Literal["stdio", "sse", "streamable-http"]
_Function = TypeVar("_Function", bound=Callable[..., Any])


def lifespan_wrapper(
    app: "FastMCP[LifespanResultT]",
    lifespan: Callable[["FastMCP[LifespanResultT]"], AbstractAsyncContextManager[LifespanResultT]],
) -> Callable[[Server[LifespanResultT, Any]], AbstractAsyncContextManager[LifespanResultT]]:
    """Return the lifespan of the low-level server, which opens that of `app`.

    Raises:
        TypeError: it is an async generator, and no context manager.
    """
    if isasyncgenfunction(lifespan):
        raise TypeError(f"lifespan={lifespan.__name__}: it needs the decorator @asynccontextmanager")

    @asynccontextmanager
    async def wrapper(_: Server[LifespanResultT, Any]) -> AsyncGenerator[LifespanResultT]:
        async with lifespan(app) as state:
            yield state

    return wrapper


class FastMCP(Catalogue, Generic[LifespanResultT]):
    """A server made of plain functions.

    Args:
        name: what the server is called.
        instructions: for the model, on how to use it.
        website_url: where people read about it.
        icons: for user interfaces.
        auth_server_provider: the authorization server; not available yet.
        token_verifier: checks access tokens; not available yet.
        event_store: keeps HTTP events for clients that come back.
        retry_interval: milliseconds after which they do.
        tools: what to begin with.
        mask_errors: whether what fails is told as a reference to the log, except what FastMCPErrors say.
        run_in: where plain functions run that do not say so themselves: in the event loop, or in a thread.
        state_keys: keys that seal `requestState`, the first in use; needed where several processes serve.

    All other arguments are those of `Settings`.

    Example:
        mcp = FastMCP("Demo")

        @mcp.tool()
        def add(a: int, b: int) -> int:
            return a + b

        mcp.run()
    """

    def __init__(
        self,
        name: str | None = None,
        instructions: str | None = None,
        website_url: str | None = None,
        icons: list[Icon] | None = None,
        auth_server_provider: Any = None,
        token_verifier: Any = None,
        event_store: Any = None,
        retry_interval: int | None = None,
        *,
        tools: list[Tool] | None = None,
        debug: bool = False,
        log_level: LogLevel = "INFO",
        host: str = "127.0.0.1",
        port: int = 8000,
        mount_path: str = "/",
        sse_path: str = "/sse",
        message_path: str = "/messages/",
        streamable_http_path: str = "/mcp",
        json_response: bool = False,
        stateless_http: bool = False,
        max_request_body_size: int = 4 * 1024 * 1024,
        session_idle_timeout: float | None = 1800,
        max_sessions: int | None = 10_000,
        warn_on_duplicate_resources: bool = True,
        warn_on_duplicate_tools: bool = True,
        warn_on_duplicate_prompts: bool = True,
        dependencies: Collection[str] = (),
        lifespan: Callable[["FastMCP[LifespanResultT]"], AbstractAsyncContextManager[LifespanResultT]]
        | None = None,
        auth: Any = None,
        transport_security: Any = None,
        mask_errors: bool = False,
        run_in: RunIn = "loop",
        state_keys: Sequence[str | bytes] | None = None,
    ) -> None:
        _check_auth(auth, auth_server_provider, token_verifier)
        self.settings: Settings[LifespanResultT] = Settings(
            debug=debug,
            log_level=log_level,
            host=host,
            port=port,
            mount_path=mount_path,
            sse_path=sse_path,
            message_path=message_path,
            streamable_http_path=streamable_http_path,
            json_response=json_response,
            stateless_http=stateless_http,
            max_request_body_size=max_request_body_size,
            session_idle_timeout=session_idle_timeout,
            max_sessions=max_sessions,
            warn_on_duplicate_resources=warn_on_duplicate_resources,
            warn_on_duplicate_tools=warn_on_duplicate_tools,
            warn_on_duplicate_prompts=warn_on_duplicate_prompts,
            dependencies=list(dependencies),
            lifespan=lifespan,
            auth=auth,
            transport_security=transport_security,
        )
        self.dependencies = self.settings.dependencies
        self._event_store = event_store
        self._retry_interval = retry_interval
        self._custom_routes: list[tuple[str, list[str], str | None, bool, Callable[..., Any]]] = []
        self._mcp_server: Server[LifespanResultT, Any] = Server(
            name=name or "FastMCP",
            instructions=instructions,
            website_url=website_url,
            icons=icons,
            lifespan=lifespan_wrapper(self, lifespan) if lifespan else cast("Any", no_lifespan),
            state_keys=state_keys,
        )
        super().__init__(
            tools=tools,
            run_in=run_in,
            warn_on_duplicate_tools=warn_on_duplicate_tools,
            warn_on_duplicate_resources=warn_on_duplicate_resources,
            warn_on_duplicate_prompts=warn_on_duplicate_prompts,
            changed=self._mcp_server.changes.publish,
        )
        register(self, self._mcp_server, mask_errors=mask_errors)

    @property
    def name(self) -> str:
        """What the server is called."""
        return self._mcp_server.name

    @property
    def instructions(self) -> str | None:
        """What the model is told of it."""
        return self._mcp_server.instructions

    @property
    def website_url(self) -> str | None:
        """Where people read about it."""
        return self._mcp_server.website_url

    @property
    def icons(self) -> list[Icon] | None:
        """What user interfaces show."""
        return self._mcp_server.icons

    def get_context(self) -> Context[ServerSession, LifespanResultT, Any]:
        """Return the context of the request being served; outside of one, most of it raises ValueError."""
        try:
            request_context = self._mcp_server.request_context
        except LookupError:
            request_context = None
        return Context(request_context=request_context, fastmcp=self)

    # Using what is offered

    async def call_tool(
        self, name: str, arguments: dict[str, Any]
    ) -> Sequence[ContentBlock] | dict[str, Any]:
        """Call a tool.

        Returns:
            Content blocks; a pair of these and structured output, where the tool has a schema for it; or the
            CallToolResult that the tool returned.

        Raises:
            ToolError: there is no such tool, or it failed.
        """
        context = self.get_context()
        result = await self._tool_manager.call_tool(name, arguments, context=context, convert_result=True)
        return cast("Sequence[ContentBlock] | dict[str, Any]", result)

    async def read_resource(self, uri: AnyUrl | str) -> Iterable[ReadResourceContents]:
        """Read a resource; raises ResourceError where there is none of that URI, or it fails."""
        resource = await self._resource_manager.get_resource(uri, context=self.get_context())
        if resource is None:
            raise ResourceError(f"Unknown resource: {uri}")
        try:
            content = await resource.read()
        except BaseException as error:
            if must_pass(error) or isinstance(error, ResourceError):
                raise
            raise ResourceFailure(text_of(error)) from error
        return [ReadResourceContents(content=content, mime_type=resource.mime_type, meta=resource.meta)]

    async def get_prompt(self, name: str, arguments: dict[str, Any] | None = None) -> GetPromptResult:
        """Make a prompt's messages; raises ValueError where there is none of that name, or it fails."""
        prompt = self._prompt_manager.get_prompt(name)
        if prompt is None:
            raise UnknownPromptError(f"Unknown prompt: {name}")
        messages = await prompt.render(arguments, context=self.get_context())
        return GetPromptResult(
            description=prompt.description,
            messages=[PromptMessage(role=each.role, content=each.content) for each in messages],
        )

    def completion(self) -> Callable[[_Function], _Function]:
        """Return a decorator for the function that completes arguments of prompts and templates.

        It is `async (ref, argument, context) -> Completion | None`.
        """
        return cast("Callable[[_Function], _Function]", self._mcp_server.completion())

    # Serving

    def run(self, transport: Transport = "stdio", mount_path: str | None = None) -> None:
        """Serve until the client is gone, as the owner of the process, which gets a log handler if need be.

        Args:
            transport: how.
            mount_path: of the SSE application.

        Raises:
            ValueError: there is no such transport.
            RuntimeError: an event loop is running already.
            SystemExit: a signal ended the process.
        """
        if transport not in ("stdio", "sse", "streamable-http"):
            raise ValueError(f"Unknown transport: {transport}. There are: stdio, sse, streamable-http")
        if transport != "stdio":
            not_available(f"run({transport!r})")
        if _in_a_loop():
            raise RuntimeError(
                "run() starts an event loop, and one is running: await run_stdio_async() instead"
            )
        configure_logging(self.settings.log_level)
        if type(self).run_stdio_async is not _RUN_STDIO:
            anyio.run(self.run_stdio_async)
        else:
            run_stdio(self._serve)

    async def run_stdio_async(self) -> None:
        """Serve the standard streams in a process that somebody else owns."""
        async with stdio_server() as (read, write):
            await self._serve(read, write)

    async def run_sse_async(self, mount_path: str | None = None) -> None:
        """Serve over HTTP with SSE; not available yet."""
        not_available("run_sse_async()")

    async def run_streamable_http_async(self) -> None:
        """Serve over streamable HTTP; not available yet."""
        not_available("run_streamable_http_async()")

    def sse_app(self, mount_path: str | None = None) -> Any:
        """Return the ASGI application for HTTP with SSE; not available yet."""
        not_available("sse_app()")

    def streamable_http_app(self) -> Any:
        """Return the ASGI application for streamable HTTP; not available yet."""
        not_available("streamable_http_app()")

    @property
    def session_manager(self) -> Any:
        """The manager of streamable HTTP sessions; raises RuntimeError before `streamable_http_app()`."""
        raise RuntimeError(
            "The session manager is there once streamable_http_app() was called, "
            "which is not available in this version of mcp-fastmcp yet"
        )

    def custom_route(
        self, path: str, methods: list[str], name: str | None = None, include_in_schema: bool = True
    ) -> Callable[[_Function], _Function]:
        """Return a decorator that serves an HTTP path beside the protocol's.

        Args:
            path: where.
            methods: of HTTP.
            name: for finding its URL.
            include_in_schema: whether an OpenAPI schema lists it.
        """

        def decorate(fn: _Function) -> _Function:
            self._custom_routes.append((path, methods, name, include_in_schema, fn))
            return fn

        return decorate

    async def _serve(self, read: ReadStream, write: WriteStream, shutdown: Shutdown | None = None) -> None:
        await self._mcp_server.run(read, write, self._mcp_server.create_initialization_options())

    def _runs_in_place(self, tool: str) -> bool:
        if getattr(self.call_tool, "__func__", None) is not _CALL_TOOL:
            return False
        found = self._tool_manager.get_tool(tool)
        return found is None or found.plain


# What a subclass may replace: it is then asked, instead of what is faster.
_RUN_STDIO: Any = FastMCP[Any].run_stdio_async
_CALL_TOOL: Any = FastMCP[Any].call_tool


def _check_auth(auth: Any, provider: Any, verifier: Any) -> None:
    if auth is None:
        if provider is not None or verifier is not None:
            raise ValueError("Cannot specify auth_server_provider or token_verifier without auth settings")
        return
    if (provider is None) == (verifier is None):
        raise ValueError("auth needs exactly one of auth_server_provider and token_verifier")
    raise NotImplementedError(
        "FastMCP(auth=...): authorization is not available yet; it arrives with a later version of 'mcp-auth'"
    )


def __getattr__(name: str) -> Any:
    # 1.x had this name here; it belongs to another distribution, which need not be installed.
    if name == "AuthSettings":
        return importlib.import_module("mcp.server.auth.settings").AuthSettings
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def _in_a_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True
