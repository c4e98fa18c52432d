"""What a Peer drives: a link carries messages as bytes; pairs of 1.x streams become links, and links pairs."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Protocol, Self, runtime_checkable

import anyio
from anyio.abc import ObjectReceiveStream, ObjectSendStream
from anyio.streams.memory import MemoryObjectStreamStatistics

from mcp.shared import _loop
from mcp.shared.message import MessageMetadata, SessionMessage
from mcp.types.jsonrpc import (
    Frame,
    MalformedMessage,
    encode_frame,
    frame_to_message,
    message_to_frame,
    parse_message,
)

__all__ = [
    "Bell",
    "Delivery",
    "Incoming",
    "Link",
    "LinkReadStream",
    "LinkWriteStream",
    "MemoryLink",
    "ReadStream",
    "StreamLink",
    "WriteStream",
    "link_of",
    "memory_links",
    "parse",
    "streams_of",
]

ReadStream = ObjectReceiveStream[SessionMessage | Exception]
WriteStream = ObjectSendStream[SessionMessage]

ROOM = 256
"""Messages that may wait in memory towards a reader before `drain` waits."""


@dataclass(slots=True, frozen=True)
class Delivery:
    """A frame with what the transport knows of it."""

    frame: Frame
    metadata: MessageMetadata


Incoming = Frame | Delivery | list[Frame | MalformedMessage] | Exception
"""What a link delivers: a message, a batch, or what went wrong with one."""


@runtime_checkable
class Link(Protocol):
    """One end of a duplex connection that carries JSON-RPC messages."""

    async def receive(self) -> Incoming | None:
        """Return the next message, or None at the end; a bad message is returned, never raised."""
        ...

    def send(self, data: bytes, metadata: MessageMetadata = None) -> None:
        """Queue one encoded message; never blocks, never raises; after the end it is dropped."""
        ...

    @property
    def has_room(self) -> bool:
        """Whether `drain` would return at once."""
        ...

    async def drain(self) -> None:
        """Wait until there is room for more, or the link is closed."""
        ...

    async def aclose(self) -> None:
        """Send what is queued, within bounds, then close; may be called more than once."""
        ...


def parse(data: bytes) -> Incoming:
    """Parse the bytes of one message; what is wrong with them is returned."""
    try:
        return parse_message(data)
    except MalformedMessage as error:
        return error


class Bell:
    """Wakes all who wait for it."""

    __slots__ = ("_slots",)

    def __init__(self) -> None:
        self._slots: set[_loop.Slot[None]] = set()

    def ring(self) -> None:
        """Wake them."""
        slots, self._slots = self._slots, set()
        for slot in slots:
            slot.set(None)

    async def wait(self) -> None:
        """Return at the next ring."""
        slot: _loop.Slot[None] = _loop.Slot()
        self._slots.add(slot)
        try:
            await slot.wait()
        finally:
            self._slots.discard(slot)


class MemoryLink:
    """One end of a connection inside the process."""

    def __init__(self) -> None:
        self._inbox: deque[bytes] = deque()
        self._arrived = Bell()
        self._room = Bell()
        self._mute = False
        self._deaf = False
        self.other: MemoryLink = self

    async def receive(self) -> Incoming | None:
        """Return the next message, or None once either end is closed and nothing is left."""
        while not self._inbox:
            if self._deaf or self.other._mute:
                return None
            await self._arrived.wait()
        data = self._inbox.popleft()
        self.other._room.ring()
        return parse(data)

    def send(self, data: bytes, metadata: MessageMetadata = None) -> None:
        """Put one message into the other end's inbox."""
        if not (self._mute or self.other._deaf):
            self.other._inbox.append(data)
            self.other._arrived.ring()

    @property
    def has_room(self) -> bool:
        """Whether the other end has taken enough, or takes nothing any more."""
        return len(self.other._inbox) < ROOM or self._mute or self.other._deaf

    async def drain(self) -> None:
        """Wait until the other end has taken enough."""
        while not self.has_room:
            await self._room.wait()

    async def aclose(self) -> None:
        """Close this end; the other end still reads what was sent."""
        self.end_output()
        self.end_input()

    def end_output(self) -> None:
        """Send nothing more; the other end still reads what was sent, then finds the end."""
        self._mute = True
        self._wake()

    def end_input(self) -> None:
        """Receive nothing more than what has arrived."""
        self._deaf = True
        self._wake()

    def _wake(self) -> None:
        for end in (self, self.other):
            end._arrived.ring()
            end._room.ring()


def memory_links() -> tuple[MemoryLink, MemoryLink]:
    """Return the two ends of a connection inside the process."""
    one, other = MemoryLink(), MemoryLink()
    one.other, other.other = other, one
    return one, other


class StreamLink:
    """A pair of 1.x streams as a link; a task of its own writes, because such a stream may block."""

    def __init__(self, read: ReadStream, write: WriteStream) -> None:
        self._read = read
        self._write = write
        self._outbox: deque[SessionMessage] = deque()
        self._writer: _loop.Task | None = None
        self._room = Bell()
        self._closed = False

    async def receive(self) -> Incoming | None:
        """Return the next message of the read stream."""
        try:
            item = await self._read.receive()
        except (anyio.EndOfStream, anyio.ClosedResourceError, anyio.BrokenResourceError):
            return None
        if isinstance(item, Exception):
            return item
        if not isinstance(item, SessionMessage):  # pyright: ignore[reportUnnecessaryIsInstance]  # foreign code
            return TypeError(f"The transport delivered {type(item).__name__}, not SessionMessage")
        return Delivery(message_to_frame(item.message), item.metadata)

    def send(self, data: bytes, metadata: MessageMetadata = None) -> None:
        """Queue one message for the write stream."""
        if self._closed:
            return
        frame = parse(data)
        frames = frame if isinstance(frame, list) else [frame]
        for each in frames:
            if not isinstance(each, (Delivery, Exception)):
                self._outbox.append(SessionMessage(frame_to_message(each), metadata))
        if self._writer is None or self._writer.done:
            self._writer = _loop.spawn(self._pump, name="mcp stream writer")

    async def _pump(self) -> None:
        try:
            while self._outbox:
                await self._write.send(self._outbox.popleft())
                self._room.ring()
        except (anyio.ClosedResourceError, anyio.BrokenResourceError):
            self._closed = True
            self._outbox.clear()
        finally:
            self._room.ring()

    @property
    def has_room(self) -> bool:
        """Whether the write stream has taken enough, or takes nothing any more."""
        return len(self._outbox) < ROOM or self._closed

    async def drain(self) -> None:
        """Wait until the write stream has taken enough."""
        while not self.has_room:
            await self._room.wait()

    async def aclose(self) -> None:
        """Write what is queued if the reader takes it at once, then close both streams."""
        self._closed = True
        if self._writer is not None and not self._writer.done:
            with anyio.move_on_after(FLUSH_SECONDS):
                await self._writer.wait()
            self._writer.cancel()
        await self._write.aclose()
        await self._read.aclose()


FLUSH_SECONDS = 1.0
"""How long a closing link waits for a slow reader."""


class _Facade:
    def __init__(self, link: Link, open_ones: list[Any] | None = None) -> None:
        self.link = link
        self._open = True
        self._open_ones = [] if open_ones is None else open_ones
        self._open_ones.append(self)

    def statistics(self) -> MemoryObjectStreamStatistics:
        """Return how the stream stands, in the shape of anyio's memory streams."""
        return MemoryObjectStreamStatistics(0, float("inf"), int(self._open), int(self._open), 0, 0)

    def close(self) -> None:
        """Close this end of the pair; a link to a process or a socket is closed by what opened it."""
        if self._open:
            self._open = False
            self._open_ones.remove(self)
            if not self._open_ones:
                self._all_closed()

    def _all_closed(self) -> None:
        """Act on the close of the last clone."""

    async def aclose(self) -> None:
        """Close this end of the pair."""
        self.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_val: BaseException | None,
        exc_tb: TracebackType | None,
    ) -> None:
        self.close()


class LinkReadStream(_Facade, ObjectReceiveStream[SessionMessage | Exception]):
    """The read stream of a pair in 1.x shape, with the link inside it."""

    def __init__(self, link: Link, open_ones: list[Any] | None = None) -> None:
        super().__init__(link, open_ones)
        self._waiting: deque[SessionMessage | Exception] = deque()

    async def receive(self) -> SessionMessage | Exception:
        """Return the next message.

        Raises:
            anyio.EndOfStream: the connection has ended.
            anyio.ClosedResourceError: this stream was closed.
        """
        if not self._open:
            raise anyio.ClosedResourceError
        while not self._waiting:
            incoming = await self.link.receive()
            if incoming is None:
                raise anyio.EndOfStream
            self._waiting.extend(_items(incoming))
        return self._waiting.popleft()

    def clone(self) -> LinkReadStream:
        """Return another stream over the same link."""
        return LinkReadStream(self.link, self._open_ones)

    def _all_closed(self) -> None:
        if isinstance(self.link, MemoryLink):
            self.link.end_input()


def _items(incoming: Incoming) -> list[SessionMessage | Exception]:
    if isinstance(incoming, list):
        return [item for each in incoming for item in _items(each)]
    if isinstance(incoming, Exception):
        return [incoming]
    if isinstance(incoming, Delivery):
        return [SessionMessage(frame_to_message(incoming.frame), incoming.metadata)]
    return [SessionMessage(frame_to_message(incoming))]


class LinkWriteStream(_Facade, ObjectSendStream[SessionMessage]):
    """The write stream of a pair in 1.x shape, with the link inside it."""

    async def send(self, item: SessionMessage) -> None:
        """Send one message, and wait for room.

        Raises:
            anyio.ClosedResourceError: this stream was closed.
        """
        self.send_nowait(item)
        await self.link.drain()

    def send_nowait(self, item: SessionMessage) -> None:
        """Queue one message.

        Raises:
            anyio.ClosedResourceError: this stream was closed.
        """
        if not self._open:
            raise anyio.ClosedResourceError
        self.link.send(encode_frame(message_to_frame(item.message)), item.metadata)

    def clone(self) -> LinkWriteStream:
        """Return another stream over the same link."""
        return LinkWriteStream(self.link, self._open_ones)

    def _all_closed(self) -> None:
        if isinstance(self.link, MemoryLink):
            self.link.end_output()


def streams_of(link: Link) -> tuple[LinkReadStream, LinkWriteStream]:
    """Return a link as a pair of streams in 1.x shape."""
    return LinkReadStream(link), LinkWriteStream(link)


def link_of(read: ReadStream, write: WriteStream) -> Link:
    """Return the link inside one of our own pairs, so that no stream is crossed; adapt any other pair."""
    if isinstance(read, LinkReadStream) and isinstance(write, LinkWriteStream) and read.link is write.link:
        return read.link
    return StreamLink(read, write)
