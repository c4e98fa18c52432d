"""Runs callbacks one after the other, in the order of arrival, beside the reader that posts them."""

from __future__ import annotations

import contextvars
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager

from mcp.shared import _loop

__all__ = ["Courier"]

logger = logging.getLogger(__name__)

QUEUED_CALLBACKS = 1_000
"""Callbacks that may wait for their turn before the reader waits for them."""

MOST_CALLBACKS = 10_000
"""Callbacks that may wait while the reader may not, because one of them waits for an answer; more are dropped."""

_callback: contextvars.ContextVar[object] = contextvars.ContextVar("callback", default=None)
"""Marks the callback that the present code belongs to, and the tasks that it started."""


class Courier:
    """The callbacks of one connection.

    Args:
        name: shown by debuggers.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._queue: deque[Callable[[], Awaitable[None]]] = deque()
        self._task: _loop.Task | None = None
        self._turn: _loop.Slot[None] | None = None
        self._running: object = None
        self._nested = 0
        self._closed = False

    @property
    def idle(self) -> bool:
        """Whether no callback runs or waits."""
        return not self._queue

    @property
    def in_callback(self) -> bool:
        """Whether the caller is the callback that is running, or a task of its."""
        return self._running is not None and _callback.get() is self._running

    def post(self, callback: Callable[[], Awaitable[None]], *, needed: bool = True) -> bool:
        """Run a callback after those that came before it.

        Args:
            callback: a coroutine function.
            needed: not to be dropped, however many wait.

        Returns:
            False if it was dropped.
        """
        if not needed and len(self._queue) >= MOST_CALLBACKS:
            return False
        self._queue.append(callback)
        if self._task is None or self._task.done:
            self._task = _loop.spawn(self._deliver, name=self._name)
        return True

    async def _deliver(self) -> None:
        while self._queue and not self._closed:
            callback = self._queue[0]
            self._running = object()
            _callback.set(self._running)
            try:
                await callback()
            except BaseException as error:  # whatever a callback raises ends here: it is user code
                if _loop.being_cancelled(error):
                    raise
                logger.error("A callback failed: %r", error, exc_info=logger.isEnabledFor(logging.DEBUG))
            finally:
                self._running = None
                self._queue.popleft()
            self._next_turn()
        self._task = None

    def _next_turn(self) -> None:
        if self._turn is not None:
            self._turn.set(None)

    async def room(self) -> None:
        """Wait while too many callbacks wait, unless one of them waits for what the caller is to read."""
        while len(self._queue) > QUEUED_CALLBACKS and not self._nested:
            self._turn = _loop.Slot()
            await self._turn.wait()

    @contextmanager
    def asking(self, nested: bool) -> Generator[None]:
        """Let the reader read on while a callback waits for an answer.

        Args:
            nested: whether it is a callback that waits.
        """
        self._nested += nested
        if nested:
            self._next_turn()
        try:
            yield
        finally:
            self._nested -= nested

    def close(self) -> None:
        """Run no more callbacks; the one that runs is cancelled, unless it is what closes."""
        self._closed = True
        if self._task is not None and not self.in_callback:  # else it would cancel itself
            self._task.cancel()
