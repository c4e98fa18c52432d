"""The low-level server: a registry of handlers, filled by decorators, and `run`."""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, Generic

import anyio
from typing_extensions import TypeVar

from mcp.server.calls import Calls
from mcp.server.changes import Changes, listen
from mcp.server.connection import DRAIN_SECONDS, Connection, hear
from mcp.server.context import RequestContext, request_ctx
from mcp.server.dispatch import Middleware
from mcp.server.eras import discover
from mcp.server.lowlevel._decorators import Decorators
from mcp.server.lowlevel._driven import Responder, respond_to
from mcp.server.lowlevel._lifespan import SharedLifespan
from mcp.server.lowlevel.helper_types import ReadResourceContents
from mcp.server.models import InitializationOptions
from mcp.server.session import ServerSession
from mcp.server.state import KeyRing
from mcp.shared._distribution import distribution_version
from mcp.shared.link import ReadStream, WriteStream, link_of
from mcp.shared.session import RequestResponder, overrides
from mcp.types import (
    ClientNotification,
    CompleteRequest,
    CompletionsCapability,
    DiscoverRequest,
    EmptyResult,
    Icon,
    ListPromptsRequest,
    ListResourcesRequest,
    ListToolsRequest,
    LoggingCapability,
    PingRequest,
    PromptsCapability,
    ResourcesCapability,
    ServerCapabilities,
    ServerResult,
    SetLevelRequest,
    SubscribeRequest,
    SubscriptionsListenRequest,
    ToolsCapability,
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


class Server(Decorators, Generic[LifespanResultT, RequestT]):
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
        super().__init__()
        self.name = name
        self.version = version
        self.instructions = instructions
        self.website_url = website_url
        self.icons = icons
        self.lifespan = lifespan
        self.extensions = extensions or {}
        self.middleware: list[Middleware] = []
        self.changes = Changes()
        self.calls = Calls(KeyRing(state_keys))
        self._shared_lifespan = SharedLifespan(lambda: self.lifespan(self), self._end_calls)
        self.request_handlers[PingRequest] = self._ping
        self.request_handlers[DiscoverRequest] = self._discover
        self.request_handlers[SubscriptionsListenRequest] = self._listen

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
