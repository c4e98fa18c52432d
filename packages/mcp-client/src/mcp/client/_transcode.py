"""Servers that do not speak UTF-8: their bytes become UTF-8 on the way in, and ours theirs on the way out."""

from __future__ import annotations

import codecs
from collections.abc import Callable

from mcp.shared._pipes import Sink, Source

__all__ = ["transcoded"]

MARK = "mcp.malformed"
"""Error handler: what is no text becomes a byte that is no UTF-8, and so its line one malformed message."""


def _mark(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return "\udcff", error.end


codecs.register_error(MARK, _mark)


def transcoded(source: Source, sink: Sink, encoding: str, errors: str) -> tuple[Source, Sink]:
    """Return the two streams as UTF-8; strict UTF-8 needs nothing, for the parser checks it."""
    name = codecs.lookup(encoding).name
    if name == "utf-8" and errors == "strict":
        return source, sink
    return _Decoded(source, name, errors), _Encoded(sink, name, errors)


class _Decoded:
    def __init__(self, source: Source, encoding: str, errors: str) -> None:
        self._decoder = codecs.getincrementaldecoder(encoding)(MARK if errors == "strict" else errors)
        self.pause, self.resume, self.finish, self.close = (
            source.pause,
            source.resume,
            source.finish,
            source.close,
        )
        self._source = source

    def start(self, feed: Callable[[bytes], None]) -> None:
        def decode(data: bytes) -> None:
            if text := self._decoder.decode(data, final=not data):
                feed(text.encode("utf-8", "surrogateescape"))
            if not data:
                feed(b"")

        self._source.start(decode)


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
