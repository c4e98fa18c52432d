"""SIGINT, SIGTERM and a dead parent, noticed by threads: what holds the loop hides none of them."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from types import FrameType

__all__ = ["handled_signals", "watched_parent"]

PARENT_SECONDS = 1.0
"""How often the parent is looked for, where its end does not show on stdin."""

STOP = 0


@contextmanager
def handled_signals(on_signal: Callable[[int], None]) -> Generator[None]:
    """Call `on_signal`, in a thread of its own, for each SIGINT and SIGTERM; needs the main thread."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    outlet, inlet = os.pipe()
    os.set_blocking(inlet, False)

    def handle(number: int, frame: FrameType | None) -> None:
        installed = signal.set_wakeup_fd(-1)
        signal.set_wakeup_fd(installed)
        if (
            installed != inlet
        ):  # a loop took the wake-up descriptor for itself, so the byte is not in our pipe
            with suppress(OSError):
                os.write(inlet, bytes([number]))

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
    try:
        while (number := os.read(outlet, 1)[0]) != STOP:
            if number in (signal.SIGINT, signal.SIGTERM):
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
