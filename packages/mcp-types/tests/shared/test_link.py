"""Links in memory, 1.x streams as links, links as 1.x streams."""

from __future__ import annotations

from typing import Any

import anyio
import pytest
from anyio.streams.memory import MemoryObjectReceiveStream

from mcp.shared import link as links
from mcp.shared.link import (
    ROOM,
    Delivery,
    Link,
    LinkReadStream,
    MemoryLink,
    StreamLink,
    link_of,
    memory_links,
    streams_of,
)
from mcp.shared.message import ServerMessageMetadata, SessionMessage
from mcp.types import JSONRPCMessage
from mcp.types.jsonrpc import (
    PARSE_ERROR,
    Frame,
    MalformedMessage,
    NotificationFrame,
    RequestFrame,
    ResponseFrame,
    encode_frame,
    frame_to_message,
    message_to_frame,
)
from support.timeouts import scaled

pytestmark = pytest.mark.anyio

PING = RequestFrame(1, "ping", None)
NOTE = NotificationFrame("notifications/x", {"a": None})
PONG = ResponseFrame("1", {})
FRAMES: list[Frame] = [PING, NOTE, PONG]

Receive = MemoryObjectReceiveStream[SessionMessage | Exception]


def message(frame: Any) -> SessionMessage:
    """Return a frame as 1.x exchanges it."""
    return SessionMessage(frame_to_message(frame))


class Pair:
    """A stream link, and the far ends of the 1.x streams it was made of."""

    def __init__(self, room: float = 100) -> None:
        self.to_link, read = anyio.create_memory_object_stream[SessionMessage | Exception](100)
        write, self.from_link = anyio.create_memory_object_stream[SessionMessage](room)
        self.link = StreamLink(read, write)

    async def close(self) -> None:
        """Close all ends."""
        await self.link.aclose()
        self.to_link.close()
        self.from_link.close()


async def test_links_in_memory_carry_messages_in_order_both_ways() -> None:
    one, other = memory_links()
    assert isinstance(one, Link)
    for frame in FRAMES:
        one.send(encode_frame(frame))
        other.send(encode_frame(frame))
    assert [await one.receive() for _ in FRAMES] == FRAMES
    assert [await other.receive() for _ in FRAMES] == FRAMES


async def test_a_bad_message_is_returned_not_raised() -> None:
    one, other = memory_links()
    one.send(b"nonsense")
    received = await other.receive()
    assert isinstance(received, MalformedMessage)
    assert received.code == PARSE_ERROR


async def test_a_receiver_waits_for_what_comes() -> None:
    one, other = memory_links()
    async with anyio.create_task_group() as tasks:

        async def send() -> None:
            await anyio.wait_all_tasks_blocked()
            one.send(encode_frame(PING))

        tasks.start_soon(send)
        with anyio.fail_after(scaled(5)):
            assert await other.receive() == PING


@pytest.mark.parametrize("closes", ["this", "that"])
async def test_what_was_sent_before_the_close_is_received_then_the_end(closes: str) -> None:
    one, other = memory_links()
    one.send(encode_frame(PING))
    await (one if closes == "this" else other).aclose()
    one.send(encode_frame(NOTE))
    other.send(encode_frame(NOTE))
    assert await other.receive() == PING
    assert await other.receive() is None
    assert await one.receive() is None
    await one.aclose()
    await other.drain()


@pytest.mark.parametrize("closes", ["this", "that"])
async def test_the_close_wakes_who_waits(closes: str) -> None:
    one, other = memory_links()
    woken: list[object] = []

    async def wait(link: MemoryLink) -> None:
        woken.append(await link.receive())

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(wait, one)
        tasks.start_soon(wait, other)
        await anyio.wait_all_tasks_blocked()
        await (one if closes == "this" else other).aclose()
    assert woken == [None, None]


async def test_everybody_who_waits_for_room_gets_it() -> None:
    one, other = memory_links()
    for _ in range(ROOM):
        one.send(encode_frame(PING))
    with anyio.fail_after(scaled(5)):
        async with anyio.create_task_group() as tasks:
            for _ in range(3):
                tasks.start_soon(one.drain)
            await anyio.wait_all_tasks_blocked()
            await other.receive()


async def test_nobody_waits_for_room_in_a_closed_link() -> None:
    one, other = memory_links()
    for _ in range(ROOM):
        one.send(encode_frame(PING))
    with anyio.fail_after(scaled(5)):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(one.drain)
            tasks.start_soon(one.drain)
            await anyio.wait_all_tasks_blocked()
            await other.aclose()


async def test_streams_of_1x_become_a_link() -> None:
    pair = Pair()
    metadata = ServerMessageMetadata(related_request_id=5)
    fault = ValueError("of the transport")
    await pair.to_link.send(message(PING))
    await pair.to_link.send(SessionMessage(frame_to_message(NOTE), metadata))
    await pair.to_link.send(fault)
    assert await pair.link.receive() == Delivery(PING, None)
    assert await pair.link.receive() == Delivery(NOTE, metadata)
    assert await pair.link.receive() is fault
    for frame in FRAMES:
        pair.link.send(encode_frame(frame), metadata)
    for frame in FRAMES:
        item = await pair.from_link.receive()
        assert (item.message, item.metadata) == (frame_to_message(frame), metadata)
    pair.to_link.close()
    assert await pair.link.receive() is None
    await pair.close()


async def test_an_array_of_answers_crosses_1x_streams_one_by_one() -> None:
    pair = Pair()
    pair.link.send(b"[" + encode_frame(PONG) + b"," + encode_frame(PONG) + b"]")
    assert [(await pair.from_link.receive()).message for _ in range(2)] == [frame_to_message(PONG)] * 2
    await pair.close()


async def test_a_closing_link_of_streams_sends_what_is_queued() -> None:
    pair = Pair()
    for frame in FRAMES:
        pair.link.send(encode_frame(frame))
    await pair.link.aclose()
    pair.link.send(encode_frame(PING))
    received = [each.message async for each in pair.from_link]
    assert received == [frame_to_message(frame) for frame in FRAMES]
    await pair.close()


async def test_a_closing_link_of_streams_does_not_wait_for_who_never_reads(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(links, "FLUSH_SECONDS", 0.01)
    pair = Pair(room=0)
    pair.link.send(encode_frame(PING))
    with anyio.fail_after(scaled(5)):
        await pair.link.aclose()
    with pytest.raises(anyio.EndOfStream):
        await pair.from_link.receive()
    await pair.close()


async def test_a_stream_that_nobody_reads_any_more_takes_everything_and_keeps_nothing() -> None:
    pair = Pair(room=0)
    pair.from_link.close()
    for _ in range(ROOM):
        pair.link.send(encode_frame(PING))
    with anyio.fail_after(scaled(5)):
        await pair.link.drain()
    pair.link.send(encode_frame(PING))
    await pair.close()


async def test_a_slow_stream_makes_everybody_wait_for_room() -> None:
    pair = Pair(room=0)
    for _ in range(ROOM + 1):
        pair.link.send(encode_frame(PING))
    with anyio.fail_after(scaled(5)):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(pair.link.drain)
            tasks.start_soon(pair.link.drain)
            await anyio.wait_all_tasks_blocked()
            for _ in range(3):
                await pair.from_link.receive()
    pair.from_link.close()
    await pair.close()


async def test_a_link_becomes_a_pair_of_streams_and_is_found_in_it_again() -> None:
    one, other = memory_links()
    read, write = streams_of(one)
    assert link_of(read, write) is one
    assert isinstance(link_of(*streams_of(one)), MemoryLink)
    mixed = link_of(streams_of(one)[0], streams_of(other)[1])
    assert isinstance(mixed, StreamLink)
    await write.send(message(PING))
    write.send_nowait(message(NOTE))
    far, _ = streams_of(other)
    assert [(await far.receive()), (await far.receive())] == [message(PING), message(NOTE)]


async def test_streams_over_a_link_show_bad_messages_batches_and_the_end() -> None:
    one, other = memory_links()
    read, _ = streams_of(other)
    one.send(b"nonsense")
    one.send(b"[" + encode_frame(PING) + b",5]")
    await one.aclose()
    items: list[SessionMessage | Exception] = [item async for item in read]
    assert isinstance(items[0], MalformedMessage)
    assert items[1] == message(PING)
    assert isinstance(items[2], MalformedMessage)
    assert len(items) == 3


async def test_streams_keep_the_metadata_of_a_delivery() -> None:
    pair = Pair()
    metadata = ServerMessageMetadata(related_request_id=5)
    await pair.to_link.send(SessionMessage(frame_to_message(PING), metadata))
    read, _ = streams_of(pair.link)
    assert await read.receive() == SessionMessage(frame_to_message(PING), metadata)
    await pair.close()


@pytest.mark.parametrize("how", ["close", "aclose", "with", "async with"])
async def test_a_closed_stream_takes_and_gives_nothing(how: str) -> None:
    for stream in streams_of(memory_links()[0]):
        assert stream.statistics().open_send_streams == 1
        if how == "close":
            stream.close()
        elif how == "aclose":
            await stream.aclose()
        elif how == "with":
            with stream:
                pass
        else:
            async with stream:
                pass
        assert stream.statistics().open_receive_streams == 0
        with pytest.raises(anyio.ClosedResourceError):
            await (stream.receive() if isinstance(stream, LinkReadStream) else stream.send(message(PING)))
        stream.close()


async def test_a_closed_write_stream_ends_the_other_read_stream_once_its_last_clone_is_closed() -> None:
    one, other = memory_links()
    _, write = streams_of(one)
    read, answer = streams_of(other)
    clone = write.clone()
    await write.send(message(PING))
    write.close()
    await clone.send(message(NOTE))
    await clone.aclose()
    assert [item async for item in read] == [message(PING), message(NOTE)]
    await answer.send(message(PONG))
    assert await one.receive() == PONG, "the way back is still open"


async def test_a_closed_read_stream_lets_the_other_side_send_into_the_void() -> None:
    one, other = memory_links()
    read, _ = streams_of(one)
    clone = read.clone()
    read.close()
    other.send(encode_frame(PING))
    assert await clone.receive() == message(PING)
    clone.close()
    for _ in range(2 * ROOM):
        other.send(encode_frame(PING))
    with anyio.fail_after(scaled(5)):
        await other.drain()


def test_messages_of_1x_keep_params_that_are_null() -> None:
    raw = JSONRPCMessage.model_validate({"jsonrpc": "2.0", "id": 1, "method": "m", "params": {"a": None}})
    assert encode_frame(message_to_frame(raw)) == b'{"jsonrpc":"2.0","id":1,"method":"m","params":{"a":null}}'


async def test_what_is_no_session_message_is_an_error_of_the_transport() -> None:
    pair = Pair()
    await pair.to_link.send("text")  # type: ignore[arg-type]  # what a foreign transport may do
    error = await pair.link.receive()
    assert isinstance(error, TypeError)
    assert "str, not SessionMessage" in str(error)
    await pair.close()
