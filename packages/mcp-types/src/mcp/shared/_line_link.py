"""A link of newline-delimited messages over two byte streams of the operating system."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

import anyio

from mcp.shared._lines import LineSplitter
from mcp.shared._pipes import Sink, Source
from mcp.shared.link import Bell, Incoming, parse
from mcp.shared.message import MessageMetadata
from mcp.types.jsonrpc import MalformedMessage

__all__ = ["LineLink"]

ROOM = 256 * 1024
"""Bytes that may wait in either direction before the writer of `drain`, or the reader, waits."""

FLUSH_SECONDS = 1.0
"""How long a closing link waits for the other end to take what was sent."""


class LineLink:
    """One JSON-RPC message a line, UTF-8. Specification: basic/transports/stdio.

    Args:
        source: where lines come from.
        sink: where lines go to.
        linger: go on reading after `aclose`, for nobody, so that the other end can finish what it writes;
            `close` ends that.

    Attributes:
        on_end: called once, in the loop, when nothing more will be read.
    """

    def __init__(self, source: Source, sink: Sink, *, linger: bool = False) -> None:
        self._source = source
        self._sink = sink
        self._linger = linger
        self.on_end: Callable[[], None] = lambda: None
        self._splitter = LineSplitter()
        self._lines: deque[bytes | MalformedMessage] = deque()
        self._held = 0
        self._paused = False
        self._ended = False
        self._discarding = False
        self._arrived = Bell()
        self._room = Bell()
        sink.start(self._sink_changed)
        source.start(self._fed)

    async def receive(self) -> Incoming | None:
        """Return the next message, or None at the end; a bad message is returned, never raised."""
        while not self._lines:
            if self._ended:
                return None
            await self._arrived.wait()
        line = self._lines.popleft()
        if isinstance(line, MalformedMessage):
            return line
        self._held -= len(line)
        if self._paused and self._held < ROOM // 2:
            self._paused = False
            self._source.resume()
        return parse(line)

    def send(self, data: bytes, metadata: MessageMetadata = None) -> None:
        """Queue one encoded message; never blocks, never raises; after the end it is dropped."""
        self._sink.write(data + b"\n")

    @property
    def has_room(self) -> bool:
        """Whether the other end has taken enough, or the link has ended."""
        return self._sink.pending <= ROOM or self._ended

    async def drain(self) -> None:
        """Wait until there is room for more, or the link has ended."""
        while not self.has_room:
            await self._room.wait()

    def end(self) -> None:
        """Read no further: what has been read is still received, then the link reports its end."""
        if self._linger:
            self._discarding = True
            self._source.resume()
        else:
            self._source.close()
        self._stop()

    def finish(self) -> None:
        """End, but first read what has arrived already: the other end is gone."""
        if not self._ended:
            self._source.finish()

    async def aclose(self) -> None:
        """Send what is queued, within `FLUSH_SECONDS`, then close; may be called more than once."""
        self.end()
        with anyio.move_on_after(FLUSH_SECONDS, shield=True):
            while self._sink.pending and not self._sink.closed:
                await self._room.wait()
        self._sink.close()

    def close(self) -> None:
        """Close both directions at once; what is queued is dropped."""
        self._sink.close()
        self._source.close()
        self._stop()

    def _fed(self, data: bytes) -> None:
        if self._discarding:
            return
        self._keep(self._splitter.feed(data) if data else self._splitter.end())
        if not data:
            self._stop()
        elif self._held > ROOM and not self._paused:
            self._paused = True
            self._source.pause()

    def _keep(self, lines: list[bytes | MalformedMessage]) -> None:
        self._lines.extend(lines)
        self._held += sum(len(line) for line in lines if isinstance(line, bytes))
        if lines:
            self._arrived.ring()

    def _stop(self) -> None:
        if self._ended:
            return
        self._ended = True
        self._arrived.ring()
        self._room.ring()
        self.on_end()

    def _sink_changed(self) -> None:
        if self._sink.closed:
            self.finish()
        self._room.ring()
