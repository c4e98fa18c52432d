"""A connection that anybody may open and close: one background task dials, owns what it opened, closes it.

No caller holds a task group or a cancel scope of it, so `open` and `close` come from any task, in any order.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from typing import Any, TypeAlias, cast

import anyio

from mcp.client.eras import Mode, after_death
from mcp.client.session import ClientSession
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp.shared import _loop
from mcp.shared.exceptions import ConnectionClosed, RequestTimeout
from mcp.shared.link import ReadStream, WriteStream, memory_links, streams_of

__all__ = ["Connection", "Dial", "dialer", "redials"]

logger = logging.getLogger(__name__)

CLOSE_SECONDS = 10.0
"""How long the transport may take to close: more than a process gets to end itself."""

Streams: TypeAlias = tuple[ReadStream, WriteStream]
Dial: TypeAlias = Callable[[], AbstractAsyncContextManager[Streams]]


def redials(target: object) -> bool:
    """Return whether a target can be dialled more than once."""
    return isinstance(target, StdioServerParameters) or _is_server(target)


def dialer(target: Any) -> Dial:
    """Return how to reach a target.

    Args:
        target: a pair of streams, an async context manager that yields one, `StdioServerParameters`, or a
            server object, which is run in this process.

    Raises:
        NotImplementedError: it is a URL.
        TypeError: it is nothing that can be reached.
    """
    if isinstance(target, StdioServerParameters):
        return lambda: stdio_client(target)
    if isinstance(target, str):
        raise NotImplementedError(
            f"Client({target!r}): a string is a URL, and HTTP is not available yet; "
            "give StdioServerParameters, which say what program to start"
        )
    if _is_server(target):
        return lambda: _in_process(getattr(target, "_mcp_server", target))
    if _is_pair(target):
        return lambda: nullcontext(cast(Streams, target))
    if hasattr(target, "__aenter__"):
        return lambda: _first_two(target)
    raise TypeError(
        f"Client({target!r}): a pair of streams, StdioServerParameters or a server object is needed, "
        f"not {type(target).__name__}"
    )


def _is_pair(target: object) -> bool:
    return isinstance(target, tuple) and len(cast("tuple[object, ...]", target)) == 2


def _is_server(target: object) -> bool:
    lowlevel = getattr(target, "_mcp_server", target)
    return hasattr(lowlevel, "run") and hasattr(lowlevel, "create_initialization_options")


@asynccontextmanager
async def _first_two(target: AbstractAsyncContextManager[tuple[Any, ...]]) -> AsyncGenerator[Streams, None]:
    async with target as yielded:
        yield yielded[0], yielded[1]


@asynccontextmanager
async def _in_process(server: Any) -> AsyncGenerator[Streams, None]:
    client_link, server_link = memory_links()
    failed: list[Exception] = []

    async def serve() -> None:
        try:
            await server.run(*streams_of(server_link), server.create_initialization_options())
        except Exception as error:
            failed.append(error)
            logger.exception("The server in this process failed")
        finally:
            await server_link.aclose()

    serving = _loop.spawn(serve, name="mcp server in this process")
    try:
        yield streams_of(client_link)
    except ConnectionClosed as error:
        if failed:
            raise error from failed[0]
        raise
    finally:
        await client_link.aclose()
        with anyio.move_on_after(CLOSE_SECONDS, shield=True):
            await serving.wait()
        serving.cancel()


class Connection:
    """A session to a target, opened and closed from any task.

    Args:
        dial: reaches the target.
        make: makes a session over a pair of streams.
        begin: begins the session in a mode.
        mode: the mode.
        redial: whether `dial` may be called again, if the server dies of the first try.
        limit: seconds that all of it may take; no limit if None.
    """

    def __init__(
        self,
        dial: Dial,
        make: Callable[[ReadStream, WriteStream], ClientSession],
        begin: Callable[[ClientSession, Mode], Awaitable[object]],
        *,
        mode: Mode,
        redial: bool,
        limit: float | None,
    ) -> None:
        self._dial = dial
        self._make = make
        self._begin = begin
        self._mode: Mode = mode
        self._redial = redial
        self._limit = limit
        self._life: _Life | None = None

    @property
    def session(self) -> ClientSession | None:
        """The session, while there is one."""
        return None if self._life is None else self._life.session

    async def open(self) -> ClientSession:
        """Return the session; dial if there is none, or its connection has ended.

        Raises:
            RequestTimeout: it took too long.
            McpError: the server refused, or is gone.
            OSError: the server cannot be started.
        """
        if self.session is not None and self.session.closed:
            await self.close()
        if self._life is None:
            self._life = _Life(self._live)
        life = self._life
        try:
            with anyio.move_on_after(self._limit):
                return await life.ready()
        except BaseException:
            if self._life is life and life.session is None and not life.awaited:
                self._life = None
                await life.end()
            raise
        await self.close()
        raise RequestTimeout(f"Timed out while connecting. Waited {self._limit} seconds.")

    async def close(self) -> None:
        """End the session and what it runs over; bounded, and not to be interrupted."""
        life, self._life = self._life, None
        if life is not None:
            await life.end()

    async def _live(self, life: _Life) -> None:
        try:
            await self._attempt(life, self._mode)
        except ConnectionClosed:
            other = after_death(self._mode)
            if life.session is not None or other is None or not self._redial:
                raise
            self._mode = other
            await self._attempt(life, other)

    async def _attempt(self, life: _Life, mode: Mode) -> None:
        async with self._dial() as (read, write), self._make(read, write) as session:
            await self._begin(session, mode)
            await life.lead(session)


class _Life:
    """One background task, from dialling to the end of what was dialled."""

    def __init__(self, live: Callable[[_Life], Awaitable[None]]) -> None:
        self.session: ClientSession | None = None
        self.awaited = 0
        self._live = live
        self._began = anyio.Event()
        self._stop = anyio.Event()
        self._error: BaseException | None = None
        self._task = _loop.spawn(self._run, name="mcp client connection")

    async def _run(self) -> None:
        try:
            await self._live(self)
        except BaseException as error:
            if _loop.being_cancelled(error):
                raise
            self._error = _single(error)
            if self.session is not None:
                logger.warning("Closing a connection failed: %s", self._error)
        finally:
            self._began.set()

    async def lead(self, session: ClientSession) -> None:
        """The session has begun; return when it is to end."""
        self.session = session
        self._began.set()
        await self._stop.wait()

    async def ready(self) -> ClientSession:
        """Return the session once it has begun."""
        self.awaited += 1
        try:
            await self._began.wait()
        finally:
            self.awaited -= 1
        if self.session is not None:
            return self.session
        raise self._error or ConnectionClosed(
            "The connection was closed while it was being opened", sent=False
        )

    async def end(self) -> None:
        """End it, whatever it is at."""
        self._stop.set()
        if self.session is None:
            self._task.cancel()
        with anyio.move_on_after(CLOSE_SECONDS, shield=True):
            await self._task.wait()
        self._task.cancel()


def _single(error: BaseException) -> BaseException:
    """Return the one error in a group of one, however deep."""
    inner: Any = error
    while isinstance(inner, BaseExceptionGroup) and len(cast(Any, inner).exceptions) == 1:
        inner = cast(Any, inner).exceptions[0]
    return cast(BaseException, inner)
