"""What a tool, a prompt or a resource is given of the request that it serves."""

from __future__ import annotations

from collections.abc import Awaitable, Coroutine, Generator, Iterable
from typing import Any, Generic, Protocol

from pydantic import AnyUrl
from typing_extensions import TypeVar

from mcp.server.context import RequestContext
from mcp.server.elicitation import (
    ElicitationResult,
    ElicitSchemaModelT,
    UrlElicitationResult,
    elicit_url,
    elicit_with_validation,
)
from mcp.server.lowlevel.helper_types import ReadResourceContents
from mcp.server.session import ServerSession
from mcp.types import LoggingLevel, Request, Result

__all__ = ["Context", "LifespanContextT", "RequestT", "Sent", "ServerSessionT"]

ServerSessionT = TypeVar("ServerSessionT", bound=ServerSession, default=ServerSession)
LifespanContextT = TypeVar("LifespanContextT", default=Any)
RequestT = TypeVar("RequestT", default=Any)


class Sent(Coroutine[Any, Any, None]):
    """A message on its way: await it to wait for room in the connection, or leave it.

    A coroutine for those who insist on one, such as `asyncio.create_task`, that nobody needs to await.
    """

    __slots__ = ("_room", "_steps")

    def __init__(self, room: Awaitable[None]) -> None:
        self._room = room
        self._steps: Generator[Any, Any, None] | None = None

    def __await__(self) -> Generator[Any, Any, None]:
        return self._room.__await__()

    def send(self, value: Any, /) -> Any:
        """As of a coroutine."""
        self._steps = self._steps or self._room.__await__()
        return self._steps.send(value)

    def throw(self, *error: Any) -> Any:
        """As of a coroutine."""
        self._steps = self._steps or self._room.__await__()
        return self._steps.throw(*error)

    def close(self) -> None:
        """As of a coroutine."""
        if self._steps is not None:
            self._steps.close()


class _Resources(Protocol):
    async def read_resource(self, uri: AnyUrl | str) -> Iterable[ReadResourceContents]: ...


class Context(Generic[ServerSessionT, LifespanContextT, RequestT]):
    """The request being served; a function gets it through a parameter of this type, whatever its name.

    What sends a message sends it at once: `ctx.info("x")` may be awaited, to wait for room in a slow
    connection, or left un-awaited, in a plain function too.

    Example:
        @mcp.tool()
        async def copy(files: list[str], ctx: Context) -> str:
            for i, file in enumerate(files):
                await ctx.report_progress(i, len(files), file)
            return "done"
    """

    __slots__ = ("_fastmcp", "_request_context")

    def __init__(
        self,
        *,
        request_context: RequestContext[ServerSessionT, LifespanContextT, RequestT] | None = None,
        fastmcp: Any = None,
    ) -> None:
        self._request_context = request_context
        self._fastmcp = fastmcp

    @property
    def fastmcp(self) -> Any:
        """The FastMCP object. (Its type is in a module above this one.)

        Raises ValueError where there is none.
        """
        if self._fastmcp is None:
            raise ValueError("Context is not available outside of a request")
        return self._fastmcp

    @property
    def request_context(self) -> RequestContext[ServerSessionT, LifespanContextT, RequestT]:
        """The low-level context; raises ValueError outside of a request."""
        if self._request_context is None:
            raise ValueError("Context is not available outside of a request")
        return self._request_context

    @property
    def session(self) -> ServerSessionT:
        """The way to the client, with the verbs of 1.x."""
        return self.request_context.session

    @property
    def request_id(self) -> str:
        """The JSON-RPC id of the request, as text."""
        return str(self.request_context.request_id)

    @property
    def client_id(self) -> str | None:
        """What the client put under `client_id` in `_meta`; a claim, not an identity."""
        return getattr(self.request_context.meta, "client_id", None)

    def report_progress(
        self, progress: float, total: float | None = None, message: str | None = None
    ) -> Sent:
        """Tell the client how far the request is; without effect where it did not ask.

        Args:
            progress: grows from call to call; any unit.
            total: what `progress` grows to, if known.
            message: for people.
        """
        return Sent(self.request_context.progress(progress, total, message))

    async def read_resource(self, uri: str | AnyUrl) -> Iterable[ReadResourceContents]:
        """Read a resource of this server; raises ResourceError where that fails."""
        resources: _Resources = self.fastmcp
        return await resources.read_resource(uri)

    async def ask(self, **questions: Request[Any, Any]) -> dict[str, Result]:
        """Put questions to the client, all at once, and return its answers under the same keys.

        Args:
            questions: ElicitRequest, CreateMessageRequest or ListRootsRequest objects.

        Raises:
            MissingClientCapability: the client did not declare that it answers such questions.
        """
        return await self.request_context.ask(**questions)

    async def elicit(
        self, message: str, schema: type[ElicitSchemaModelT]
    ) -> ElicitationResult[ElicitSchemaModelT]:
        """Ask the user to fill in a form.

        Args:
            message: what the user is told.
            schema: a flat model of texts, numbers, booleans and choices.

        Raises:
            TypeError: a field of `schema` has no place in a form.
        """
        context = self.request_context
        return await elicit_with_validation(context.session, message, schema, context.request_id)

    async def elicit_url(self, message: str, url: str, elicitation_id: str) -> UrlElicitationResult:
        """Ask the user to visit a URL, for what must not pass through the client.

        Args:
            message: what the user is told.
            url: where the user is sent.
            elicitation_id: names the elicitation when its end is announced.
        """
        context = self.request_context
        return await elicit_url(context.session, message, url, elicitation_id, context.request_id)

    def log(
        self,
        level: LoggingLevel,
        message: str,
        *,
        logger_name: str | None = None,
    ) -> Sent:
        """Send the client a log message, where it wants messages of this level."""
        return Sent(self.request_context.log(level, message, logger_name))

    def debug(self, message: str, **extra: Any) -> Sent:
        """Send a log message of level debug; `extra` as for `log`."""
        return self.log("debug", message, **extra)

    def info(self, message: str, **extra: Any) -> Sent:
        """Send a log message of level info; `extra` as for `log`."""
        return self.log("info", message, **extra)

    def warning(self, message: str, **extra: Any) -> Sent:
        """Send a log message of level warning; `extra` as for `log`."""
        return self.log("warning", message, **extra)

    def error(self, message: str, **extra: Any) -> Sent:
        """Send a log message of level error; `extra` as for `log`."""
        return self.log("error", message, **extra)

    async def close_sse_stream(self) -> None:
        """End the SSE stream of this request, to be resumed by the client; without effect elsewhere."""
        if close := self.request_context.close_sse_stream:
            await close()

    async def close_standalone_sse_stream(self) -> None:
        """End the SSE stream of unrelated messages; without effect elsewhere."""
        if close := self.request_context.close_standalone_sse_stream:
            await close()
