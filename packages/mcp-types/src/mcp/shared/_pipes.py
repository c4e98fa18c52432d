"""Byte streams of the operating system: the loop serves pipes and sockets, daemon threads all else."""

from __future__ import annotations

import asyncio
import os
import select
import stat
import sys
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Protocol

from mcp.shared import _loop

__all__ = ["Sink", "Source", "ThreadSink", "ThreadSource", "open_sink", "open_source", "write_all"]

CHUNK = 64 * 1024
"""Bytes that one read or write moves: what a pipe holds."""

LAST_READS = 16
"""Reads at most of what has arrived already: as many as the largest pipe fills. A writer may never stop."""


class Source(Protocol):
    """Where bytes come from; it owns its file descriptor."""

    def start(self, feed: Callable[[bytes], None]) -> None:
        """Begin to read: `feed` gets, in the loop, what arrives, and once `b""` at the end."""
        ...

    def pause(self) -> None:
        """Read no further for now."""
        ...

    def resume(self) -> None:
        """Read on."""
        ...

    def finish(self) -> None:
        """Read what has arrived already and end there: the other end is gone."""
        ...

    def close(self) -> None:
        """Read no further, feed nothing more and let go of the descriptor; may be called more than once."""
        ...


class Sink(Protocol):
    """Where bytes go to; it owns its file descriptor."""

    @property
    def pending(self) -> int:
        """Bytes not yet taken by the operating system."""
        ...

    @property
    def closed(self) -> bool:
        """Whether nothing can be written any more."""
        ...

    def start(self, changed: Callable[[], None]) -> None:
        """Begin to write: `changed` is called, in the loop, when bytes were taken or nobody reads."""
        ...

    def write(self, data: bytes) -> None:
        """Queue bytes; never blocks; dropped once closed."""
        ...

    def close(self) -> None:
        """Drop what is pending and let go of the descriptor; may be called more than once."""
        ...


def open_source(descriptor: int) -> Source:
    """Return a reader of a file descriptor, which it owns from now on."""
    if _loop_can_watch(descriptor):
        return _LoopSource(descriptor)
    reader = _DescriptorReader(descriptor)
    return ThreadSource(reader.read, reader.wake, reader.close)


def open_sink(descriptor: int) -> Sink:
    """Return a writer to a file descriptor, which it owns from now on."""
    if _loop_can_watch(descriptor):
        return _LoopSink(descriptor)
    return ThreadSink(lambda data: write_all(descriptor, data), lambda: os.close(descriptor))


def write_all(descriptor: int, data: bytes) -> None:
    """Write all of `data`, however often the call blocks or is cut short."""
    view = memoryview(data)
    while view:
        try:
            view = view[os.write(descriptor, view) :]
        except BlockingIOError:  # somebody else's flag, on a file that we share
            _wait_writable(descriptor)


def _wait_writable(descriptor: int) -> None:
    if sys.platform != "win32":
        waiting = select.poll()
        waiting.register(descriptor, select.POLLOUT)
        waiting.poll()


def _loop_can_watch(descriptor: int) -> bool:
    """Whether the running loop signals this file: files never do, and a terminal's flags are the shell's."""
    if sys.platform == "win32":
        return False
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    mode = os.fstat(descriptor).st_mode
    return stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)


def _readable(descriptor: int) -> bool:
    if sys.platform == "win32":
        return False
    waiting = select.poll()
    waiting.register(descriptor, select.POLLIN)
    return bool(waiting.poll(0))


class _LoopSource:
    """Reads a pipe or socket when asyncio says that it is readable; its flags stay as they are."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._loop = asyncio.get_running_loop()
        self._feed: Callable[[bytes], None] = lambda data: None
        self._closed = False

    def start(self, feed: Callable[[bytes], None]) -> None:
        self._feed = feed
        self.resume()

    def pause(self) -> None:
        if not self._closed and not self._loop.is_closed():
            self._loop.remove_reader(self._descriptor)

    def resume(self) -> None:
        if not self._closed:
            self._loop.add_reader(self._descriptor, self._read)

    def finish(self) -> None:
        for _ in range(LAST_READS):
            if self._closed or not _readable(self._descriptor):
                break
            self._read()
        if not self._closed:
            self.close()
            self._feed(b"")

    def close(self) -> None:
        if not self._closed:
            self.pause()
            self._closed = True
            os.close(self._descriptor)

    def _read(self) -> None:
        try:
            data = os.read(self._descriptor, CHUNK)
        except BlockingIOError:
            return
        except OSError:  # a reset connection is an end like any other
            data = b""
        if not data:
            self.close()
        self._feed(data)


class _LoopSink:
    """Writes to a pipe or socket without blocking, at once where there is room."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._loop = asyncio.get_running_loop()
        self._changed: Callable[[], None] = lambda: None
        self._buffer = bytearray()
        self._blocking = os.get_blocking(descriptor)
        self.closed = False

    @property
    def pending(self) -> int:
        return len(self._buffer)

    def start(self, changed: Callable[[], None]) -> None:
        self._changed = changed
        os.set_blocking(self._descriptor, False)

    def write(self, data: bytes) -> None:
        if self.closed:
            return
        if self._buffer:
            self._buffer += data
            return
        taken = self._try(data)
        if taken is None:
            self.close()
            self._loop.call_soon(self._changed)
        elif taken < len(data):
            self._buffer += memoryview(data)[taken:]
            self._loop.add_writer(self._descriptor, self._continue)

    def close(self) -> None:
        if self.closed:
            return
        self.closed = True
        if self._buffer and not self._loop.is_closed():
            self._loop.remove_writer(self._descriptor)
        self._buffer.clear()
        with suppress(OSError):
            os.set_blocking(self._descriptor, self._blocking)  # others may have this file open
        os.close(self._descriptor)

    def _continue(self) -> None:
        with memoryview(self._buffer) as view, view[:CHUNK] as piece:
            taken = self._try(piece)
        if taken is None:
            self.close()
        else:
            del self._buffer[:taken]
            if not self._buffer:
                self._loop.remove_writer(self._descriptor)
        self._changed()

    def _try(self, data: bytes | memoryview) -> int | None:
        """Return how many bytes were taken, None if nobody will ever read them."""
        try:
            return os.write(self._descriptor, data)
        except BlockingIOError:
            return 0
        except OSError:
            return None


class _DescriptorReader:
    """Blocking reads of a descriptor that another thread can interrupt, where the platform lets it."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._bell, self._button = os.pipe()
        self._lock = threading.Lock()
        self._closed = False

    def read(self) -> bytes:
        if sys.platform != "win32":
            waiting = select.poll()
            waiting.register(self._bell, select.POLLIN)
            waiting.register(self._descriptor, select.POLLIN)
            ready = dict(waiting.poll())
            if self._descriptor not in ready:
                return b""
        try:
            return os.read(self._descriptor, CHUNK)
        except OSError:  # a terminal that has hung up, a reset connection
            return b""

    def wake(self) -> None:
        with self._lock:
            if not self._closed:
                os.write(self._button, b"\0")

    def close(self) -> None:
        with self._lock:
            self._closed = True
            for descriptor in (self._descriptor, self._bell, self._button):
                os.close(descriptor)


class ThreadSource:
    """Reads in a daemon thread, one chunk ahead of the loop at most.

    Args:
        read: blocks, and returns bytes, or `b""` at the end.
        wake: makes a blocked `read` return `b""` once it finds nothing to read; called from the loop.
        close: called in the thread, after the last read.
    """

    def __init__(
        self,
        read: Callable[[], bytes],
        wake: Callable[[], None] = lambda: None,
        close: Callable[[], None] = lambda: None,
    ) -> None:
        self._read = read
        self._wake = wake
        self._release = close
        self._home = _loop.Home()
        self._feed: Callable[[bytes], None] = lambda data: None
        self._turn = threading.Semaphore(1)
        self._paused = False
        self._owed = False
        self._ended = False

    def start(self, feed: Callable[[bytes], None]) -> None:
        """Begin to read."""
        self._feed = feed
        threading.Thread(target=self._run, name="mcp reader", daemon=True).start()

    def pause(self) -> None:
        """Read no further for now."""
        self._paused = True

    def resume(self) -> None:
        """Read on."""
        self._paused = False
        if self._owed:
            self._owed = False
            self._turn.release()

    def finish(self) -> None:
        """Read what has arrived already and end there."""
        self._wake()
        self.resume()

    def close(self) -> None:
        """Feed nothing more; the thread ends when its read returns."""
        if not self._ended:
            self._ended = True
            self._wake()
            self.resume()

    def _run(self) -> None:
        try:
            data = b"-"
            while data:
                self._turn.acquire()
                data = b"" if self._ended else self._read_safely()
                self._home.post(partial(self._deliver, data))
        finally:
            self._release()

    def _read_safely(self) -> bytes:
        try:
            return self._read()
        except Exception:  # whatever a replaced sys.stdin raises: nothing more comes from it
            return b""

    def _deliver(self, data: bytes) -> None:
        if not self._ended:
            self._ended = not data
            self._feed(data)
        if self._paused:
            self._owed = True
        else:
            self._turn.release()


class ThreadSink:
    """Writes in a daemon thread, in order.

    Args:
        write: blocks until its bytes are written.
        close: called in the thread, after the last write.
    """

    def __init__(self, write: Callable[[bytes], None], close: Callable[[], None] = lambda: None) -> None:
        self._write = write
        self._release = close
        self._home = _loop.Home()
        self._changed: Callable[[], None] = lambda: None
        self._queue: deque[bytes] = deque()
        self._work = threading.Semaphore(0)
        self.pending = 0
        self.closed = False

    def start(self, changed: Callable[[], None]) -> None:
        """Begin to write."""
        self._changed = changed
        threading.Thread(target=self._run, name="mcp writer", daemon=True).start()

    def write(self, data: bytes) -> None:
        """Queue bytes for the thread."""
        if not self.closed:
            self.pending += len(data)
            self._queue.append(data)
            self._work.release()

    def close(self) -> None:
        """Drop what is queued; the thread ends when its write returns."""
        self.closed = True
        self.pending = 0
        self._work.release()

    def _run(self) -> None:
        try:
            while True:
                self._work.acquire()
                if self.closed:
                    break
                data = self._queue.popleft()
                self._write(data)
                self._home.post(partial(self._taken, len(data)))
        except Exception:  # whatever a replaced sys.stdout raises: nobody reads us any more
            self._home.post(self._break)
        finally:
            self._release()

    def _taken(self, count: int) -> None:
        self.pending = max(0, self.pending - count)
        self._changed()

    def _break(self) -> None:
        self.close()
        self._changed()
