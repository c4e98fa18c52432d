"""SIGINT, SIGTERM and a dead parent, noticed by threads: what holds the loop hides none of them."""

from __future__ import annotations

import os
import select
import signal
import sys
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from types import FrameType

from mcp.server._diversion import is_pipe
from mcp.shared._loop import Home

__all__ = ["handled_signals", "watched_input", "watched_parent"]

PARENT_SECONDS = 1.0
"""How often the parent is looked for, where its end does not show on stdin."""

STUCK_SECONDS = 7.0
"""How long a loop may stand still after the client has gone: what calls in flight have, and their clean-up."""

STOP = 0

SEEN_BY_PYTHON = 0x80
"""Marks what a handler writes; the interpreter writes the bare number."""


@contextmanager
def handled_signals(on_signal: Callable[[int], None]) -> Generator[None]:
    """Call `on_signal`, in a thread of its own, for each SIGINT and SIGTERM; needs the main thread."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    outlet, inlet = os.pipe()
    if sys.platform != "win32":
        os.set_blocking(inlet, False)

    def handle(number: int, frame: FrameType | None) -> None:
        with suppress(OSError):
            os.write(inlet, bytes([number | SEEN_BY_PYTHON]))

    threading.Thread(target=_watch, args=(outlet, on_signal), name="mcp signals", daemon=True).start()
    wakeup = signal.set_wakeup_fd(inlet, warn_on_full_buffer=False)
    previous = {number: signal.signal(number, handle) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(wakeup)
        os.write(inlet, bytes([STOP]))
        os.close(inlet)


def _watch(outlet: int, on_signal: Callable[[int], None]) -> None:
    """Report each signal once, though it is told twice: by the interpreter at once, and by its handler in time.

    The interpreter's word comes even where the loop is held; the handler's, where a loop took the wake-up
    descriptor for itself. (To ask which descriptor is installed would uninstall it for a moment, and lose a signal.)
    """
    told: set[int] = set()
    try:
        while (byte := os.read(outlet, 1)[0]) != STOP:
            number = byte & ~SEEN_BY_PYTHON
            if byte & SEEN_BY_PYTHON and number in told:
                told.discard(number)
            elif number in (signal.SIGINT, signal.SIGTERM):
                if not byte & SEEN_BY_PYTHON:
                    told.add(number)
                on_signal(number)
    finally:
        os.close(outlet)


@contextmanager
def watched_parent(on_death: Callable[[], None]) -> Generator[None]:
    """Call `on_death`, in a thread of its own, when the parent process has ended."""
    parent = os.getppid()
    if sys.platform == "win32" or parent <= 1:
        yield
        return
    over = threading.Event()

    def watch() -> None:
        while not over.wait(PARENT_SECONDS):
            if os.getppid() != parent:
                on_death()
                return

    threading.Thread(target=watch, name="mcp parent watch", daemon=True).start()
    try:
        yield
    finally:
        over.set()


@contextmanager
def watched_input(descriptor: int | None, home: Home, on_stuck: Callable[[], None]) -> Generator[None]:
    """Call `on_stuck`, in a thread of its own, if the client has hung up and the loop does not turn to notice.

    Args:
        descriptor: what the loop reads; None, or a file that cannot hang up, is not watched.
        home: the loop.
        on_stuck: called after `STUCK_SECONDS` without a turn of the loop.
    """
    if sys.platform == "win32" or descriptor is None or not is_pipe(descriptor):
        yield
        return
    over = threading.Event()

    def watch() -> None:
        while not over.is_set():
            if _hung_up(descriptor):
                turned = threading.Event()
                home.post(turned.set)
                if not turned.wait(STUCK_SECONDS) and not over.is_set():
                    on_stuck()
                over.wait(PARENT_SECONDS)

    threading.Thread(target=watch, name="mcp input watch", daemon=True).start()
    try:
        yield
    finally:
        over.set()


def _hung_up(descriptor: int) -> bool:
    """Wait a moment for the other end to be closed; unread bytes may still be there."""
    if sys.platform == "win32":
        return False
    half = getattr(select, "POLLRDHUP", 0)  # Linux: a socket that the client will write no more to
    waiting = select.poll()
    waiting.register(descriptor, half)
    events = dict(waiting.poll(int(PARENT_SECONDS * 1000))).get(descriptor, 0)
    return bool(events & (select.POLLHUP | half))
