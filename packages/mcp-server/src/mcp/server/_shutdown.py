"""The end of a process that serves stdio: one path for end of input and signals, with deadlines that hold."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from contextlib import suppress

from mcp.server._diversion import current_claim

__all__ = ["CLEANUP_SECONDS", "DRAIN_SECONDS", "Shutdown", "end_process"]

DRAIN_SECONDS = 5.0
"""How long calls in flight may go on."""

CLEANUP_SECONDS = 2.0
"""How long cancelled calls, and the lifespan, may take to clean up."""

MARGIN_SECONDS = 0.5
"""How much later than the loop the watchdog loses patience."""

FLUSH_SECONDS = 0.2


class Shutdown:
    """Whether, and with which exit code, the process is about to end. Safe to use from any thread.

    Attributes:
        requested: no request is read any more; calls in flight go on for `DRAIN_SECONDS`.
        urgent: calls in flight are cancelled; clean-up goes on for `CLEANUP_SECONDS`.
        exit_code: 0 after the end of input, 128 + its number after a signal.
    """

    def __init__(self) -> None:
        self.requested = False
        self.urgent = False
        self.exit_code = 0
        self._signals = 0
        self._lock = threading.Lock()
        self._over = False
        self._watchdog: threading.Timer | None = None
        self._on_change: Callable[[], None] = lambda: None

    def request(self, exit_code: int = 0) -> None:
        """End the process in order; only the first request counts."""
        with self._lock:
            if self.requested:
                return
            self.requested = True
            self.exit_code = exit_code
            self._arm(DRAIN_SECONDS + CLEANUP_SECONDS)
        self._on_change()

    def signalled(self, number: int) -> None:
        """Take a signal: the first ends the process in order, the second at once.

        After the end of input, where the client has waited already, the first one cancels what still runs.
        """
        with self._lock:
            self._signals += 1
            at_once = self._signals > 1
            hurry = self.requested and not at_once
            if hurry:
                self.urgent = True
                self.exit_code = 128 + number
                self._arm(CLEANUP_SECONDS)
        if at_once:
            end_process(128 + number)
        elif hurry:
            self._on_change()
        else:
            self.request(128 + number)

    def watch(self, on_change: Callable[[], None]) -> None:
        """Call `on_change`, in any thread, when the state changes, and now if it has."""
        self._on_change = on_change
        if self.requested:
            on_change()

    def over(self) -> None:
        """Call the watchdog off: everything has ended in time."""
        with self._lock:
            self._over = True
            if self._watchdog is not None:
                self._watchdog.cancel()

    def _arm(self, seconds: float) -> None:
        if self._watchdog is not None:
            self._watchdog.cancel()
        if self._over:
            return
        self._watchdog = threading.Timer(seconds + MARGIN_SECONDS, self._bite)
        self._watchdog.daemon = True
        self._watchdog.start()

    def _bite(self) -> None:
        end_process(self.exit_code)


def end_process(exit_code: int) -> None:
    """End the process now, whatever its threads do; what was printed is written out if that is quick."""
    last_words = threading.Thread(target=_last_words, daemon=True)
    last_words.start()
    last_words.join(FLUSH_SECONDS)
    os._exit(exit_code)


def _last_words() -> None:
    for stream in (sys.stdout, sys.stderr):
        with suppress(Exception):
            stream.flush()
    if (held := current_claim()) is not None:
        held.release()
