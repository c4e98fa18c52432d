"""Client: a server object, a process or a pair of streams, as one thing to open, use and close."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from types import TracebackType
from typing import Any, Self

from pydantic import AnyUrl

import mcp.types as types
from mcp.client.answers import ElicitationFnT, ListRootsFnT, SamplingFnT
from mcp.client.connection import Connection, dialer, redials
from mcp.client.eras import Mode
from mcp.client.session import ClientSession, Limits, LoggingFnT, MessageHandlerFnT, ProgressFnT
from mcp.client.subscriptions import Subscription
from mcp.shared.link import ReadStream, WriteStream

__all__ = ["Client"]

IDLE_SECONDS = 300.0
TOTAL_SECONDS = 3600.0
CONNECT_SECONDS = 30.0
PROBE_SECONDS = 10.0


class Client:
    """A connection to a server: `async with Client(target) as client`, then `await client.call_tool("add")`.

    `open()` and `close()` may be called instead, from any task and in any order. The callbacks run in the
    context variables of `open()`. Once the server has gone, calls raise ConnectionClosed at once; `open()`
    connects anew.

    Args:
        target: `StdioServerParameters`, a server object (run in this process), a pair of streams, or an async
            context manager that yields one.
        mode: which era to speak: see `mcp.client.eras.Mode`.
        sampling_callback: answers questions to a model.
        elicitation_callback: answers questions to the user.
        list_roots_callback: answers which folders the server may use.
        logging_callback: gets the server's log messages.
        message_handler: gets every notification, and what is no legal message.
        client_info: who the client says it is.
        sampling_capabilities: what sampling can do, announced if there is a callback for it.
        extensions: identifiers of the extensions that the client supports, with their settings.
        idle_timeout: seconds that a request may take without a sign of life, of which progress is one.
        timeout: seconds that a request may take in all; time in which a person is asked does not count.
        connect_timeout: seconds that connecting may take in all.
        probe_timeout: seconds after which a server that does not say what it speaks is taken to be older.

    Raises:
        TypeError: the target is nothing that can be reached.
    """

    def __init__(
        self,
        target: Any,
        *,
        mode: Mode = "auto",
        sampling_callback: SamplingFnT | Callable[[Any], Awaitable[Any]] | None = None,
        elicitation_callback: ElicitationFnT | Callable[[Any], Awaitable[Any]] | None = None,
        list_roots_callback: ListRootsFnT | Callable[[], Awaitable[Any]] | None = None,
        logging_callback: LoggingFnT | None = None,
        message_handler: MessageHandlerFnT | None = None,
        client_info: types.Implementation | None = None,
        sampling_capabilities: types.SamplingCapability | None = None,
        extensions: dict[str, dict[str, Any]] | None = None,
        idle_timeout: float | None = IDLE_SECONDS,
        timeout: float | None = TOTAL_SECONDS,
        connect_timeout: float | None = CONNECT_SECONDS,
        probe_timeout: float = PROBE_SECONDS,
    ) -> None:
        def make(read: ReadStream, write: WriteStream) -> ClientSession:
            return ClientSession(
                read,
                write,
                sampling_callback=sampling_callback,
                elicitation_callback=elicitation_callback,
                list_roots_callback=list_roots_callback,
                logging_callback=logging_callback,
                message_handler=message_handler,
                client_info=client_info,
                sampling_capabilities=sampling_capabilities,
                extensions=extensions,
                limits=Limits(idle=idle_timeout, total=timeout),
            )

        async def begin(session: ClientSession, mode: Mode) -> None:
            await session.connect(mode, timeout=connect_timeout, probe_timeout=probe_timeout)

        self._connection = Connection(
            dialer(target), make, begin, mode=mode, redial=redials(target), limit=connect_timeout
        )

    async def open(self) -> Self:
        """Connect, unless that is done; from any task.

        Raises:
            RequestTimeout: it took too long.
            McpError: the server refused, is gone, or speaks no revision that the mode allows.
            OSError: the server cannot be started.
        """
        await self._connection.open()
        return self

    async def close(self) -> None:
        """End the connection, if there is one; from any task, bounded in time, not to be interrupted."""
        await self._connection.close()

    async def __aenter__(self) -> Self:
        return await self.open()

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc_val: BaseException | None,
        exc_tb: TracebackType | None,
    ) -> None:
        await self.close()

    @property
    def session(self) -> ClientSession:
        """The session beneath, for all that has no verb here.

        Raises:
            RuntimeError: the client is not open.
        """
        session = self._connection.session
        if session is None:
            raise RuntimeError("The client is not open: use it as 'async with Client(...)', or call open()")
        return session

    @property
    def protocol_version(self) -> str | None:
        """The revision spoken."""
        return self.session.protocol_version

    @property
    def server_info(self) -> types.Implementation | None:
        """Who the server says it is; never to be trusted."""
        return self.session.server_info

    @property
    def server_capabilities(self) -> types.ServerCapabilities | None:
        """What the server can do."""
        return self.session.server_capabilities

    @property
    def instructions(self) -> str | None:
        """How the server says it is to be used."""
        return self.session.instructions

    async def ping(self) -> None:
        """Make a round trip to the server."""
        await self.session.send_ping()

    async def list_tools(self, cursor: str | None = None) -> types.ListToolsResult:
        """Return one page of the tools."""
        return await self.session.list_tools(cursor)

    async def call_tool(
        self,
        name: str,
        arguments: dict[str, Any] | None = None,
        *,
        timeout: float | None = None,
        progress_callback: ProgressFnT | None = None,
        meta: dict[str, Any] | None = None,
    ) -> types.CallToolResult:
        """Call a tool as `ClientSession.call_tool` does; `timeout`, in seconds, replaces the client's limits."""
        limit = None if timeout is None else timedelta(seconds=timeout)
        return await self.session.call_tool(name, arguments, limit, progress_callback, meta=meta)

    async def list_resources(self, cursor: str | None = None) -> types.ListResourcesResult:
        """Return one page of the resources."""
        return await self.session.list_resources(cursor)

    async def list_resource_templates(self, cursor: str | None = None) -> types.ListResourceTemplatesResult:
        """Return one page of the resource templates."""
        return await self.session.list_resource_templates(cursor)

    async def read_resource(self, uri: AnyUrl | str) -> types.ReadResourceResult:
        """Return the contents of a resource."""
        return await self.session.read_resource(uri)

    async def list_prompts(self, cursor: str | None = None) -> types.ListPromptsResult:
        """Return one page of the prompts."""
        return await self.session.list_prompts(cursor)

    async def get_prompt(self, name: str, arguments: dict[str, str] | None = None) -> types.GetPromptResult:
        """Return the messages of a prompt."""
        return await self.session.get_prompt(name, arguments)

    async def complete(
        self,
        ref: types.ResourceTemplateReference | types.PromptReference,
        argument: dict[str, str],
        context_arguments: dict[str, str] | None = None,
    ) -> types.CompleteResult:
        """Return proposals for an argument; see `ClientSession.complete`."""
        return await self.session.complete(ref, argument, context_arguments)

    async def set_logging_level(self, level: types.LoggingLevel) -> None:
        """Ask for log messages of this level and above."""
        await self.session.set_logging_level(level)

    def listen(
        self, *, tools: bool = False, prompts: bool = False, resources: bool = False, uris: Sequence[str] = ()
    ) -> Subscription:
        """Be told of changes; see `ClientSession.listen`."""
        return self.session.listen(tools=tools, prompts=prompts, resources=resources, uris=uris)
