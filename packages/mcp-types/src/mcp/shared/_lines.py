"""Newline-delimited messages: bytes as they arrive, cut into lines of bounded length."""

from __future__ import annotations

from mcp.types.jsonrpc import INVALID_REQUEST, MalformedMessage

__all__ = ["LINE_LIMIT", "LineSplitter"]

LINE_LIMIT = 16 * 1024 * 1024
"""Bytes that one line may have."""


class LineSplitter:
    """Cuts a byte stream into lines; LF and CRLF end a line, blank lines are dropped.

    A line over the limit is skipped to its end without being kept, and reported once.
    Specification: basic/transports/stdio.

    Args:
        limit: bytes that one line may have.
    """

    __slots__ = ("_limit", "_parts", "_size", "_skipping")

    def __init__(self, limit: int = LINE_LIMIT) -> None:
        self._limit = limit
        self._parts: list[bytes] = []
        self._size = 0
        self._skipping = False

    def feed(self, data: bytes) -> list[bytes | MalformedMessage]:
        """Take the next bytes and return the lines that they complete."""
        lines: list[bytes | MalformedMessage] = []
        *complete, rest = data.split(b"\n")
        for piece in complete:
            self._add(piece, lines)
            self._finish(lines)
        self._add(rest, lines)
        return lines

    def end(self) -> list[bytes | MalformedMessage]:
        """Return what stands after the last newline: the last line of a file need not have one."""
        lines: list[bytes | MalformedMessage] = []
        self._finish(lines)
        return lines

    def _add(self, piece: bytes, lines: list[bytes | MalformedMessage]) -> None:
        if self._skipping or not piece:
            return
        self._size += len(piece)
        if self._size <= self._limit:
            self._parts.append(piece)
            return
        self._skipping = True
        self._parts.clear()
        text = f"A line is longer than {self._limit} bytes: it was skipped to its end"
        lines.append(MalformedMessage(INVALID_REQUEST, text))

    def _finish(self, lines: list[bytes | MalformedMessage]) -> None:
        line = self._parts[0] if len(self._parts) == 1 else b"".join(self._parts)
        self._parts.clear()
        self._size = 0
        self._skipping = False
        if line and not line.isspace():
            lines.append(line)
