"""The process's stdin and stdout, taken for the protocol: no print, child or C library can reach them."""

from __future__ import annotations

import atexit
import io
import os
import stat
import sys
import threading
from contextlib import suppress
from typing import Any

from mcp.server._relay import StderrRelay

if sys.platform != "win32":
    import fcntl

__all__ = ["STDIN", "STDOUT", "Claim", "claim", "current_claim", "is_ours", "is_pipe", "is_standard"]

STDIN, STDOUT, STDERR = 0, 1, 2

FIRST_PRIVATE = 10
"""Private copies have higher numbers than those that shells and programs use by convention."""


def is_standard(stream: Any, descriptor: int) -> bool:
    """Whether a text stream still writes to, or reads from, the standard descriptor of that number."""
    try:
        return bool(stream.fileno() == descriptor)
    except (AttributeError, OSError, ValueError):
        return False


def is_ours(stream: Any, descriptor: int) -> bool:
    """Whether the protocol runs over the standard descriptor, and not over what somebody put in its place.

    A `sys.stdout` that points at stderr protects the protocol from prints: descriptor 1 is still its stream.
    """
    return is_standard(stream, descriptor) or (descriptor == STDOUT and is_standard(stream, STDERR))


class Claim:
    """The standard streams while they belong to the protocol.

    Private copies of descriptors 0 and 1 carry the messages. Descriptor 1 points at stderr, so what a script
    printed, and prints, goes there; descriptor 0 at the null device, so that no child eats a message. Where
    stderr is a pipe or socket, a relay stands before it, for a client need not read it.

    Attributes:
        stdin: the private copy of descriptor 0; None if `sys.stdin` was replaced before.
        stdout: the private copy of descriptor 1; None if `sys.stdout` was replaced before.
        held: whether the claim is in force.
        lent: copies of the private ones, in the hands of a link.
    """

    def __init__(self) -> None:
        self.stdin: int | None = None
        self.stdout: int | None = None
        self._stderr: int | None = None
        self._relay: StderrRelay | None = None
        self._reconfigured: Any = None
        self._lock = threading.Lock()
        self.held = True
        self.lent: list[int] = []
        if _is_open(STDOUT) and is_ours(sys.stdout, STDOUT):
            self._divert_stdout()
        if _is_open(STDIN) and is_standard(sys.stdin, STDIN):
            self._divert_stdin()

    def _divert_stdout(self) -> None:
        self.stdout = _copy(STDOUT)
        if sys.__stderr__ is None or not _is_open(STDERR):  # without it, number 2 is some other file
            _to_null(STDOUT, os.O_WRONLY)
        elif _same_pipe(STDOUT, STDERR):  # the client reads both as one: a log line would be a bad message
            self._stderr = _copy(STDERR)
            _to_null(STDOUT, os.O_WRONLY)
            _to_null(STDERR, os.O_WRONLY)
        elif is_pipe(STDERR):
            self._stderr = _copy(STDERR)
            self._relay = StderrRelay(self._stderr)
            os.dup2(self._relay.inlet, STDERR)
            os.dup2(self._relay.inlet, STDOUT)
        else:
            os.dup2(STDERR, STDOUT)
        _flush_all()
        stdout: Any = sys.stdout
        if isinstance(stdout, io.TextIOWrapper) and not stdout.line_buffering:
            self._reconfigured = stdout
            stdout.reconfigure(line_buffering=True)

    def _divert_stdin(self) -> None:
        self.stdin = _copy(STDIN)
        _to_null(STDIN, os.O_RDONLY)

    def release(self) -> None:
        """Put all back as it was; what was printed so far reaches stderr. May be called more than once."""
        with self._lock:
            if not self.held:
                return
            self.held = False
            if self._reconfigured is not None:
                with suppress(ValueError):
                    self._reconfigured.reconfigure(line_buffering=False)
            _flush_all()
            if self.stdout is not None:
                _flush_c()
            self._restore(self.stdin, STDIN)
            self._restore(self.stdout, STDOUT)
            if self._stderr is not None:
                os.dup2(self._stderr, STDERR)
            if self._relay is not None:
                self._relay.close()
            elif self._stderr is not None:
                os.close(self._stderr)

    @staticmethod
    def _restore(private: int | None, standard: int) -> None:
        if private is not None:
            os.dup2(private, standard)
            os.close(private)

    def forget(self) -> None:
        """Let go of the private copies in a forked child: the client must see when the server is gone."""
        if self.held:
            for descriptor in (self.stdin, self.stdout, *self.lent):
                if descriptor is not None:
                    os.close(descriptor)
            if self._relay is not None:
                self._relay.forget()
            self.held = False


_current: Claim | None = None


def current_claim() -> Claim | None:
    """Return the claim in force, if there is one."""
    return _current if _current is not None and _current.held else None


def claim() -> Claim:
    """Take stdin and stdout for the protocol, unless that is done, until `release` or the process's end."""
    global _current
    held = current_claim()
    if held is None:
        held = _current = Claim()
        atexit.register(held.release)
    return held


def _forget_in_child() -> None:
    if (held := current_claim()) is not None:
        held.forget()


if sys.platform != "win32":
    os.register_at_fork(after_in_child=_forget_in_child)


def _copy(descriptor: int) -> int:
    if sys.platform == "win32":
        return os.dup(descriptor)
    return fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, FIRST_PRIVATE)


def _to_null(descriptor: int, flags: int) -> None:
    null = os.open(os.devnull, flags)
    os.dup2(null, descriptor)
    os.close(null)


def _is_open(descriptor: int) -> bool:
    try:
        os.fstat(descriptor)
    except OSError:
        return False
    return True


def is_pipe(descriptor: int) -> bool:
    """Whether a descriptor is a pipe or socket: its other end may hang up, or not be read."""
    mode = os.fstat(descriptor).st_mode
    return stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)


def _same_pipe(one: int, other: int) -> bool:
    return is_pipe(one) and os.path.sameopenfile(one, other)


def _flush_all() -> None:
    for stream in (sys.stdout, sys.__stdout__, sys.stderr):
        with suppress(Exception):  # closed, or replaced by anything
            stream.flush()  # type: ignore[union-attr]  # None where the process has no such stream


def _flush_c() -> None:
    """Write out what C libraries have printed: at the end of the process it would reach the stream."""
    if sys.platform != "win32":
        with suppress(Exception):
            import ctypes

            ctypes.CDLL(None).fflush(None)
