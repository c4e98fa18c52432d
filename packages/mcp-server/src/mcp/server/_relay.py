"""A stderr that never blocks: a pipe, emptied into the real one as far as that is read, else dropped."""

from __future__ import annotations

import os
import select
import sys
import threading
import time
from collections import deque
from contextlib import suppress

if sys.platform != "win32":
    import fcntl

    READABLE, WRITABLE = select.POLLIN, select.POLLOUT
else:
    READABLE = WRITABLE = 0

__all__ = ["StderrRelay"]

BACKLOG = 1024 * 1024
"""Bytes kept for a reader that is slow; what exceeds them is dropped."""

FLUSH_SECONDS = 0.5
"""How long the end waits for the reader to take the backlog."""

CHUNK = 64 * 1024


class StderrRelay:
    """A pipe whose other end two daemon threads empty: one reads, always; one writes, as the reader allows.

    Args:
        target: a descriptor of the real stderr, which the relay owns from now on.
    """

    def __init__(self, target: int) -> None:
        self._target = target
        self._outlet, self.inlet = os.pipe()
        _widen(self.inlet)
        self._backlog: deque[bytes] = deque()
        self._kept = 0
        self._dropped = 0
        self._ended = False
        self._busy = False
        self._changed = threading.Condition()
        self._reader = threading.Thread(target=self._read, name="mcp stderr reader", daemon=True)
        self._writer = threading.Thread(target=self._write, name="mcp stderr writer", daemon=True)
        self._reader.start()
        self._writer.start()

    def close(self) -> None:
        """Close our end and wait, within bounds, until what was written has been passed on."""
        os.close(self.inlet)
        deadline = time.monotonic() + FLUSH_SECONDS
        while self._writer.is_alive():
            if time.monotonic() > deadline or self._idle():
                return  # children may hold the pipe open; the threads serve them as long as the process lives
            self._writer.join(0.002)

    def forget(self) -> None:
        """Close the descriptors in a forked child, where the threads do not exist."""
        for descriptor in (self._outlet, self.inlet):
            with suppress(OSError):
                os.close(descriptor)

    def _idle(self) -> bool:
        with self._changed:
            more = self._busy or self._backlog or self._dropped
            return not (more or (not self._ended and _poll(self._outlet, READABLE, 0)))

    def _read(self) -> None:
        data = b"-"
        while data:
            if sys.platform == "win32":
                data = os.read(self._outlet, CHUNK)
                with self._changed:
                    self._take(data)
            else:
                _poll(self._outlet, READABLE, None)
                with self._changed:  # read under the lock, so that no byte is ever out of sight
                    data = os.read(self._outlet, CHUNK)
                    self._take(data)
        os.close(self._outlet)

    def _take(self, data: bytes) -> None:
        if not data:
            self._ended = True
        elif self._kept + len(data) > BACKLOG:
            self._dropped += len(data)
        else:
            self._kept += len(data)
            self._backlog.append(data)
        self._changed.notify_all()

    def _write(self) -> None:
        try:
            while (data := self._next()) is not None:
                while data:
                    data = data[self._write_some(data) :]
        except OSError:
            pass  # the reader is gone: the other thread goes on emptying the pipe
        finally:
            os.close(self._target)

    def _next(self) -> bytes | None:
        with self._changed:
            self._busy = False
            while not (self._backlog or self._dropped):
                if self._ended:
                    return None
                self._changed.wait()
            self._busy = True
            if not self._backlog:
                note = f"[{self._dropped} bytes of stderr dropped: they were not read in time]\n"
                self._dropped = 0
                return note.encode()
            data = self._backlog.popleft()
            self._kept -= len(data)
            return data

    def _write_some(self, data: bytes) -> int:
        try:
            return os.write(self._target, data)
        except BlockingIOError:  # somebody else's flag, on a file that we share
            _poll(self._target, WRITABLE, None)
            return 0


def _widen(pipe: int) -> None:
    """Give the pipe room for a C library that prints while no thread of Python can run."""
    if sys.platform == "linux":
        with suppress(OSError):
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, BACKLOG)


def _poll(descriptor: int, events: int, milliseconds: int | None) -> bool:
    if sys.platform == "win32":
        return True
    waiting = select.poll()
    waiting.register(descriptor, events)
    return bool(waiting.poll(milliseconds))
