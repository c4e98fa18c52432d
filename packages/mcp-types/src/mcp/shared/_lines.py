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

    __slots__ = ("_limit", "_skipping", "_start")

    def __init__(self, limit: int = LINE_LIMIT) -> None:
        self._limit = limit
        self._start = bytearray()
        self._skipping = False

    def feed(self, data: bytes) -> list[bytes | MalformedMessage]:
        """Take the next bytes and return the lines that they complete."""
        lines: list[bytes | MalformedMessage] = []
        *complete, rest = data.split(b"\n")
        for piece in complete:
            self._finish(piece, lines)
        if not self._too_long(rest, lines):
            self._start += rest
        return lines

    def end(self) -> list[bytes | MalformedMessage]:
        """Return what stands after the last newline: the last line of a file need not have one."""
        lines: list[bytes | MalformedMessage] = []
        self._finish(b"", lines)
        return lines

    def _too_long(self, piece: bytes, lines: list[bytes | MalformedMessage]) -> bool:
        """Return whether the line that goes on with this piece is skipped; the first to be so is reported."""
        if not self._skipping and len(self._start) + len(piece) > self._limit:
            self._skipping = True
            self._start.clear()
            text = f"A line is longer than {self._limit} bytes: it was skipped to its end"
            lines.append(MalformedMessage(INVALID_REQUEST, text))
        return self._skipping

    def _finish(self, piece: bytes, lines: list[bytes | MalformedMessage]) -> None:
        if not self._too_long(piece, lines):
            line = self._whole(piece)
            if line and not line.isspace():
                lines.append(line)
        self._start.clear()
        self._skipping = False

    def _whole(self, piece: bytes) -> bytes:
        if not self._start:
            return piece
        self._start += piece
        return bytes(self._start)
