"""The one file that knows asyncio from trio: tasks, a future, a timer, and the way back to a loop from a thread."""

from __future__ import annotations

import asyncio
import contextvars
import logging
import threading
from collections.abc import Awaitable, Callable, Generator
from contextlib import suppress
from typing import Any, Generic, Protocol, TypeVar

__all__ = [
    "Home",
    "Slot",
    "Task",
    "Timer",
    "being_cancelled",
    "call_later",
    "call_soon",
    "checkpoint",
    "now",
    "spawn",
]

T = TypeVar("T")
logger = logging.getLogger(__name__)


class Task(Protocol):
    """A coroutine that runs on its own, from its first step to its last."""

    def cancel(self) -> None:
        """Ask the task to end; may be called more than once."""
        ...

    @property
    def done(self) -> bool:
        """Whether the task has ended."""
        ...

    async def wait(self) -> None:
        """Return when the task has ended, however it ended."""
        ...


class Timer(Protocol):
    """A call that is due later."""

    def cancel(self) -> None:
        """Forget the call."""
        ...


def _asyncio_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


def _trio() -> Any:
    import trio  # loaded only where the program already runs on it

    return trio


def spawn(
    function: Callable[..., Awaitable[None]],
    *args: Any,
    name: str,
    context: contextvars.Context | None = None,
) -> Task:
    """Start `function(*args)` in a task of its own, which nobody's scope owns.

    Args:
        function: a coroutine function; what it raises is logged, never propagated.
        name: shown by debuggers.
        context: the context variables to run in; a copy of the caller's if absent.
    """
    if (loop := _asyncio_loop()) is not None:
        return _AsyncioTask(loop, function, args, name, context)
    return _TrioTask(function, args, name, context)


_asyncio_tasks: set[asyncio.Task[None]] = set()  # the loop itself holds its tasks weakly


class _AsyncioTask:
    __slots__ = ("_task",)

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        function: Callable[..., Awaitable[None]],
        args: tuple[Any, ...],
        name: str,
        context: contextvars.Context | None,
    ) -> None:
        async def run() -> None:
            await function(*args)

        self._task = loop.create_task(run(), name=name, context=context)
        _asyncio_tasks.add(self._task)
        self._task.add_done_callback(self._ended)

    @staticmethod
    def _ended(task: asyncio.Task[None]) -> None:
        _asyncio_tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            logger.error("Background task %s failed", task.get_name(), exc_info=error)

    def cancel(self) -> None:
        self._task.cancel()

    @property
    def done(self) -> bool:
        return self._task.done()

    async def wait(self) -> None:
        if not self._task.done():
            await asyncio.wait([self._task])


class _TrioTask:
    __slots__ = ("_done", "_scope")

    def __init__(
        self,
        function: Callable[..., Awaitable[None]],
        args: tuple[Any, ...],
        name: str,
        context: contextvars.Context | None,
    ) -> None:
        trio = _trio()
        self._scope: Any = trio.CancelScope()
        self._done: Any = trio.Event()
        context = context or contextvars.copy_context()
        trio.lowlevel.spawn_system_task(self._run, function, args, name, name=name, context=context)

    async def _run(self, function: Callable[..., Awaitable[None]], args: tuple[Any, ...], name: str) -> None:
        try:
            with self._scope:
                await function(*args)
        except Exception:
            logger.exception("Background task %s failed", name)
        finally:
            self._done.set()

    def cancel(self) -> None:
        self._scope.cancel()

    @property
    def done(self) -> bool:
        return bool(self._done.is_set())

    async def wait(self) -> None:
        await self._done.wait()


class Slot(Generic[T]):
    """A value that arrives later, awaited by one task: a future of either loop.

    The first of `set` and `fail` counts; later ones, and those after the waiter has gone, are ignored.
    """

    __slots__ = ("_error", "_event", "_filled", "_future", "_value")

    def __init__(self) -> None:
        self._filled = False
        self._value: Any = None
        self._error: BaseException | None = None
        loop = _asyncio_loop()
        self._future: asyncio.Future[None] | None = None if loop is None else loop.create_future()
        self._event: Any = None if loop is not None else _trio().Event()

    @property
    def done(self) -> bool:
        """Whether the value, or an error, has arrived."""
        return self._filled

    def set(self, value: T) -> None:
        """Fill the slot."""
        self._fill(value, None)

    def fail(self, error: BaseException) -> None:
        """Fill the slot with an error, to be raised where it is awaited."""
        self._fill(None, error)

    def _fill(self, value: T | None, error: BaseException | None) -> None:
        if self._filled:
            return
        self._filled, self._value, self._error = True, value, error
        if self._future is None:
            self._event.set()
        elif not self._future.done():
            self._future.set_result(None)

    async def wait(self) -> T:
        """Return the value, or raise the error, once it is there."""
        if not self._filled:
            await (self._event.wait() if self._future is None else self._future)
        if self._error is not None:
            raise self._error
        return self._value  # type: ignore[no-any-return]  # filled by set(), whose argument is a T


def call_soon(function: Callable[[], None]) -> None:
    """Call `function` in the next pass of the loop, in the present context variables."""
    if (loop := _asyncio_loop()) is not None:
        loop.call_soon(function)
    else:
        _trio().lowlevel.current_trio_token().run_sync_soon(contextvars.copy_context().run, function)


def call_later(seconds: float, function: Callable[[], None]) -> Timer:
    """Call `function` after `seconds`, unless the timer is cancelled before."""
    if (loop := _asyncio_loop()) is not None:
        return loop.call_later(seconds, function)

    async def wait_and_call() -> None:
        await _trio().sleep(seconds)
        function()

    return spawn(wait_and_call, name="mcp timer")


def now() -> float:
    """Return the clock of the running loop, in seconds."""
    loop = _asyncio_loop()
    return loop.time() if loop is not None else _trio().current_time()


def being_cancelled(error: BaseException) -> bool:
    """Return whether `error` is the cancellation of the running task, and not one that somebody let escape."""
    if (loop := _asyncio_loop()) is None:
        return bool(isinstance(error, _trio().Cancelled))
    task = asyncio.current_task(loop)
    return isinstance(error, asyncio.CancelledError) and task is not None and task.cancelling() > 0


async def checkpoint() -> None:
    """Let the other tasks run."""
    if _asyncio_loop() is not None:
        await _Yield()
    else:
        await _trio().lowlevel.checkpoint()


class _Yield:
    def __await__(self) -> Generator[None, None, None]:
        yield


class Home:
    """The loop that an object lives on, and the way back to it from other threads."""

    __slots__ = ("_loop", "_thread", "_token")

    def __init__(self) -> None:
        self._thread = threading.get_ident()
        self._loop = _asyncio_loop()
        self._token: Any = None if self._loop is not None else _trio().lowlevel.current_trio_token()

    @property
    def here(self) -> bool:
        """Whether the caller runs in the loop's own thread."""
        return threading.get_ident() == self._thread

    def post(self, function: Callable[[], None]) -> None:
        """Call `function` in the loop: at once if the caller is there, soon otherwise; never if it has ended."""
        if self.here:
            function()
        elif self._loop is not None:
            with suppress(RuntimeError):  # the loop is closed: nobody is left to tell
                self._loop.call_soon_threadsafe(function)
        else:
            with suppress(_trio().RunFinishedError):
                self._token.run_sync_soon(function)
