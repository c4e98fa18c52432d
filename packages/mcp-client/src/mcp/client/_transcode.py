"""Servers that do not speak UTF-8: their bytes become UTF-8 on the way in, and ours theirs on the way out."""

from __future__ import annotations

import codecs
from collections.abc import Callable

from mcp.shared._pipes import Sink, Source

__all__ = ["transcoded"]


def transcoded(source: Source, sink: Sink, encoding: str, errors: str) -> tuple[Source, Sink]:
    """Return the two streams as UTF-8; strict UTF-8 needs nothing, for the parser checks it."""
    name = codecs.lookup(encoding).name
    if name == "utf-8" and errors == "strict":
        return source, sink
    return _Decoded(source, name, errors), _Encoded(sink, name, errors)


class _Decoded:
    def __init__(self, source: Source, encoding: str, errors: str) -> None:
        # Escaped bytes become invalid UTF-8 again, and so one malformed message: strict, but not deadly.
        self._decoder = codecs.getincrementaldecoder(encoding)(
            "surrogateescape" if errors == "strict" else errors
        )
        self.pause, self.resume, self.finish, self.close = (
            source.pause,
            source.resume,
            source.finish,
            source.close,
        )
        self._source = source

    def start(self, feed: Callable[[bytes], None]) -> None:
        def decode(data: bytes) -> None:
            if decoded := self._decode(data):
                feed(decoded)
            if not data:
                feed(b"")

        self._source.start(decode)

    def _decode(self, data: bytes) -> bytes:
        try:
            return self._decoder.decode(data, final=not data).encode("utf-8", "surrogateescape")
        except UnicodeError:  # wide encodings know no escape
            self._decoder.reset()
            return b"\xff"


class _Encoded:
    def __init__(self, sink: Sink, encoding: str, errors: str) -> None:
        self._encode = codecs.getincrementalencoder(encoding)(
            "replace" if errors == "strict" else errors
        ).encode
        self._sink = sink
        self.start, self.close = sink.start, sink.close

    @property
    def pending(self) -> int:
        return self._sink.pending

    @property
    def closed(self) -> bool:
        return self._sink.closed

    def write(self, data: bytes) -> None:
        self._sink.write(self._encode(data.decode()))
