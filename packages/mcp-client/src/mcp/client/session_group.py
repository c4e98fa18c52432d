"""Several servers behind one face: their tools, prompts and resources by name."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Awaitable, Callable, Collection
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from types import TracebackType
from typing import Any, Self, TypeAlias, TypeVar

import anyio
from pydantic import BaseModel

import mcp.types as types
from mcp.client._outputs import PAGES
from mcp.client.answers import ElicitationFnT, ListRootsFnT, SamplingFnT
from mcp.client.session import ClientSession, LoggingFnT, MessageHandlerFnT, ProgressFnT
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp.shared.exceptions import InvalidParams, LocalError, McpError

__all__ = [
    "ClientSessionGroup",
    "ClientSessionParameters",
    "ServerParameters",
    "SseServerParameters",
    "StreamableHttpParameters",
]

logger = logging.getLogger(__name__)

_ANYTHING = types.ServerCapabilities(
    prompts=types.PromptsCapability(), resources=types.ResourcesCapability(), tools=types.ToolsCapability()
)
"""What a session is asked for that was not opened by one of its own methods."""

_ItemT = TypeVar("_ItemT")
_PageT = TypeVar("_PageT", bound=types.PaginatedResult)


class SseServerParameters(BaseModel):
    """How to reach a server over HTTP with SSE; times in seconds."""

    url: str
    headers: dict[str, Any] | None = None
    timeout: float = 5
    sse_read_timeout: float = 60 * 5


class StreamableHttpParameters(BaseModel):
    """How to reach a server over streamable HTTP."""

    url: str
    headers: dict[str, Any] | None = None
    timeout: timedelta = timedelta(seconds=30)
    sse_read_timeout: timedelta = timedelta(seconds=60 * 5)
    terminate_on_close: bool = True


ServerParameters: TypeAlias = StdioServerParameters | SseServerParameters | StreamableHttpParameters


@dataclass
class ClientSessionParameters:
    """What a session of the group is built with, as for `ClientSession`."""

    read_timeout_seconds: timedelta | None = None
    sampling_callback: SamplingFnT | None = None
    elicitation_callback: ElicitationFnT | None = None
    list_roots_callback: ListRootsFnT | None = None
    logging_callback: LoggingFnT | None = None
    message_handler: MessageHandlerFnT | None = None
    client_info: types.Implementation | None = None


@dataclass
class _Member:
    session: ClientSession
    stack: AsyncExitStack = field(default_factory=AsyncExitStack)
    tools: dict[str, types.Tool] = field(default_factory=dict[str, types.Tool])
    prompts: dict[str, types.Prompt] = field(default_factory=dict[str, types.Prompt])
    resources: dict[str, types.Resource] = field(default_factory=dict[str, types.Resource])


class ClientSessionGroup:
    """Sessions with several servers, and what all of them offer: `async with ClientSessionGroup() as group`.

    Args:
        exit_stack: closes the connections, instead of the group's own `__aexit__`.
        component_name_hook: from a name and its server to the name in the group; without it names are kept,
            and two servers that offer the same one cannot be in a group.
    """

    def __init__(
        self,
        exit_stack: AsyncExitStack | None = None,
        component_name_hook: Callable[[str, types.Implementation], str] | None = None,
    ) -> None:
        self._stack = exit_stack
        self._name = component_name_hook or _kept
        self._members: list[_Member] = []

    async def __aenter__(self) -> Self:
        """Return the group."""
        return self

    async def __aexit__(
        self,
        _exc_type: type[BaseException] | None,
        _exc_val: BaseException | None,
        _exc_tb: TracebackType | None,
    ) -> bool | None:
        """Close every connection that the group opened, unless an exit stack was given to do that."""
        if self._stack is None:
            members, self._members = self._members, []
            with anyio.CancelScope(shield=True):  # each is bounded, and so are all at once
                async with anyio.create_task_group() as closing:
                    for member in members:
                        closing.start_soon(member.stack.aclose)
        return None

    @property
    def sessions(self) -> list[ClientSession]:
        """The sessions of the group."""
        return [member.session for member in self._members]

    @property
    def prompts(self) -> dict[str, types.Prompt]:
        """The prompts of all servers, by their names in the group."""
        return {name: prompt for member in self._members for name, prompt in member.prompts.items()}

    @property
    def resources(self) -> dict[str, types.Resource]:
        """The resources of all servers, by their names in the group."""
        return {name: resource for member in self._members for name, resource in member.resources.items()}

    @property
    def tools(self) -> dict[str, types.Tool]:
        """The tools of all servers, by their names in the group."""
        return {name: tool for member in self._members for name, tool in member.tools.items()}

    async def call_tool(
        self,
        name: str,
        arguments: dict[str, Any] | None = None,
        read_timeout_seconds: timedelta | None = None,
        progress_callback: ProgressFnT | None = None,
        *,
        meta: dict[str, Any] | None = None,
        args: dict[str, Any] | None = None,
    ) -> types.CallToolResult:
        """Call a tool by its name in the group; the arguments are those of `ClientSession.call_tool`.

        `args` is the deprecated name of `arguments`.

        Raises:
            InvalidParams: no server of the group has such a tool.
        """
        if args is not None:
            warnings.warn("args is deprecated: say arguments", DeprecationWarning, stacklevel=2)
            arguments = args if arguments is None else arguments
        member = next((member for member in self._members if name in member.tools), None)
        if member is None:
            raise InvalidParams(f"no server of the group has a tool {name!r}; there are {sorted(self.tools)}")
        return await member.session.call_tool(
            member.tools[name].name, arguments, read_timeout_seconds, progress_callback, meta=meta
        )

    async def connect_to_server(
        self, server_params: ServerParameters, session_params: ClientSessionParameters | None = None
    ) -> ClientSession:
        """Connect to a server and take in what it offers; return the session.

        Raises:
            InvalidParams: a name that the server offers is in the group already.
            McpError: the server refused, or did not answer.
        """
        server, member = await self._open(server_params, session_params or ClientSessionParameters())
        try:
            return await self._join(server, member)
        except BaseException:
            await member.stack.aclose()
            raise

    async def connect_with_session(
        self, server_info: types.Implementation, session: ClientSession
    ) -> ClientSession:
        """Take in what the server of an open session offers; return the session, which stays its owner's.

        Raises:
            InvalidParams: a name that the server offers is in the group already.
        """
        return await self._join(server_info, _Member(session))

    async def disconnect_from_server(self, session: ClientSession) -> None:
        """Leave out what a session's server offers, and close the connection if the group opened it.

        Raises:
            InvalidParams: the session is not in the group.
        """
        member = next((member for member in self._members if member.session is session), None)
        if member is None:
            raise InvalidParams("the session is not in the group, or was disconnected before")
        self._members.remove(member)
        await member.stack.aclose()

    async def _open(
        self, server: ServerParameters, options: ClientSessionParameters
    ) -> tuple[types.Implementation, _Member]:
        if not isinstance(server, StdioServerParameters):
            raise NotImplementedError(
                f"{type(server).__name__}({server.url!r}): HTTP is not available yet; give StdioServerParameters"
            )
        async with AsyncExitStack() as opening:
            read, write = await opening.enter_async_context(stdio_client(server))
            session = ClientSession(read, write, **vars(options))
            await opening.enter_async_context(session)
            result = await session.initialize()
            member = _Member(session, opening.pop_all())
        if self._stack is not None:
            # Closed already by then if the server was disconnected before.
            self._stack.push_async_callback(member.stack.aclose)
        return result.serverInfo, member

    async def _join(self, server: types.Implementation, member: _Member) -> ClientSession:
        session, name = member.session, self._name
        can = session.server_capabilities or _ANYTHING
        if can.prompts is not None:
            prompts = await _offered("prompts", session.list_prompts, lambda page: page.prompts)
            member.prompts = {name(prompt.name, server): prompt for prompt in prompts}
        if can.resources is not None:
            resources = await _offered("resources", session.list_resources, lambda page: page.resources)
            member.resources = {name(resource.name, server): resource for resource in resources}
        if can.tools is not None:
            tools = await _offered("tools", session.list_tools, lambda page: page.tools)
            member.tools = {name(tool.name, server): tool for tool in tools}
        # Checked after the last answer, so that of two servers that join at once one is refused.
        _refuse_doubles("tools", member.tools, self.tools)
        _refuse_doubles("prompts", member.prompts, self.prompts)
        _refuse_doubles("resources", member.resources, self.resources)
        self._members.append(member)
        return session


def _kept(name: str, _: types.Implementation) -> str:
    return name


async def _offered(
    kind: str,
    ask: Callable[[str | None], Awaitable[_PageT]],
    items: Callable[[_PageT], list[_ItemT]],
) -> list[_ItemT]:
    """Return the items of every page; none where the server refuses to list them."""
    offered: list[_ItemT] = []
    cursor: str | None = None
    try:
        for _ in range(PAGES):
            page = await ask(cursor)
            offered += items(page)
            cursor = page.nextCursor
            if cursor is None:
                break
    except LocalError:
        raise
    except McpError as error:
        logger.warning("The server does not list its %s: %s", kind, error)
    return offered


def _refuse_doubles(kind: str, offered: Collection[str], known: Collection[str]) -> None:
    if doubles := sorted({*offered} & {*known}):
        raise InvalidParams(
            f"{kind} of these names are in the group already: {doubles}; tell them apart by a component_name_hook"
        )
