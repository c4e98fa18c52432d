"""Runs a server's lifespan once, in a task of its own, for as long as anybody is served."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Generic, TypeVar

import anyio

from mcp.shared import _loop

__all__ = ["SharedLifespan"]

T = TypeVar("T")

CLEANUP_SECONDS = 10.0
"""How long the lifespan may take to end before its last user goes without waiting any longer."""


class _Run(Generic[T]):
    def __init__(self) -> None:
        self.users = 0
        self.begun = False
        self.ready = anyio.Event()
        self.stop = anyio.Event()
        self.ended = anyio.Event()
        self.error: BaseException | None = None
        self.context: T


class SharedLifespan(Generic[T]):
    """The lifespan of a server, begun by its first user and ended by its last.

    It has a task of its own because its users come and go: a task group that was entered in the task of one of them
    would break when that one leaves.

    Args:
        enter: makes the context manager.
        before_exit: awaited before the context manager is left.
    """

    def __init__(
        self, enter: Callable[[], AbstractAsyncContextManager[T]], before_exit: Callable[[], Awaitable[None]]
    ) -> None:
        self._enter = enter
        self._before_exit = before_exit
        self._run: _Run[T] | None = None

    @asynccontextmanager
    async def joined(self) -> AsyncGenerator[T]:
        """Be a user of the lifespan.

        Raises:
            BaseException: what the lifespan raised when it began, or, for its last user, when it ended.
        """
        run = self._run
        if run is None:
            run = self._run = _Run[T]()
            _loop.spawn(self._live, run, name="mcp server lifespan")
        run.users += 1
        try:
            await run.ready.wait()
            if run.error is not None:
                raise run.error
            yield run.context
        finally:
            run.users -= 1
            if not run.users:
                await self._end(run)

    async def _end(self, run: _Run[T]) -> None:
        if self._run is run:
            self._run = None
        run.stop.set()
        with anyio.move_on_after(CLEANUP_SECONDS, shield=True):
            await run.ended.wait()
        if run.error is not None and run.begun:
            raise run.error

    async def _live(self, run: _Run[T]) -> None:
        try:
            async with self._enter() as run.context:
                run.begun = True
                run.ready.set()
                await run.stop.wait()
                await self._before_exit()
        except BaseException as error:
            if _loop.being_cancelled(error):
                raise
            run.error = error
        finally:
            run.ready.set()
            run.ended.set()
