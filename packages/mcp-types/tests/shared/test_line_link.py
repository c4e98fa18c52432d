"""A link over pipes, sockets, terminals and files, on both event loops."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
from collections.abc import AsyncGenerator, Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anyio
import pytest
from anyio.lowlevel import checkpoint

from mcp.shared._line_link import ROOM, LineLink
from mcp.shared._pipes import CHUNK, LAST_READS, ThreadSink, ThreadSource, open_sink, open_source, write_all
from mcp.shared.link import Link
from mcp.types.jsonrpc import MalformedMessage, NotificationFrame, encode_notification
from support.timeouts import scaled

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.skipif(sys.platform == "win32", reason="the files of POSIX"),
]

HELLO = NotificationFrame("hello", None)
LINE = encode_notification("hello", None) + b"\n"


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@dataclass
class Ends:
    """Descriptors: ours are the link's, theirs the test's."""

    our_in: int
    our_out: int
    their_in: int
    their_out: int

    def close_theirs(self) -> None:
        for descriptor in {self.their_in, self.their_out}:
            with contextlib.suppress(OSError):
                os.close(descriptor)


def pipes() -> Ends:
    our_in, their_out = os.pipe()
    their_in, our_out = os.pipe()
    return Ends(our_in, our_out, their_in, their_out)


def sockets() -> Ends:
    ours, theirs = socket.socketpair()
    return Ends(os.dup(ours.fileno()), ours.detach(), os.dup(theirs.fileno()), theirs.detach())


def terminal() -> Ends:
    import pty
    import tty

    theirs, ours = pty.openpty()
    tty.setraw(ours)
    return Ends(os.dup(ours), ours, os.dup(theirs), theirs)


@pytest.fixture(params=[pipes, sockets, terminal], ids=lambda make: make.__name__)
def ends(request: pytest.FixtureRequest) -> Generator[Ends]:
    made: Ends = request.param()
    yield made
    made.close_theirs()


@asynccontextmanager
async def linked(ends: Ends, *, linger: bool = False) -> AsyncGenerator[LineLink]:
    link = LineLink(open_source(ends.our_in), open_sink(ends.our_out), linger=linger)
    try:
        with anyio.fail_after(scaled(20)):
            yield link
    finally:
        await link.aclose()
        link.close()


async def read_there(ends: Ends, count: int) -> bytes:
    """Read `count` bytes at the other end."""
    data = b""
    while len(data) < count:
        data += await anyio.to_thread.run_sync(os.read, ends.their_in, 65536)
    return data


async def test_it_fits_what_a_peer_drives() -> None:
    async with linked(pipes()) as link:
        assert isinstance(link, Link)


async def test_messages_both_ways(ends: Ends) -> None:
    async with linked(ends) as link:
        os.write(ends.their_out, LINE + b"\r\n" + LINE)
        assert [await link.receive(), await link.receive()] == [HELLO, HELLO]
        link.send(LINE[:-1])
        assert await read_there(ends, len(LINE)) == LINE


async def test_a_bad_line_is_returned_and_the_link_goes_on(ends: Ends) -> None:
    async with linked(ends) as link:
        os.write(ends.their_out, b"{bad\n\xff\xff\n" + LINE)
        assert isinstance(await link.receive(), MalformedMessage)
        assert isinstance(await link.receive(), MalformedMessage)
        assert await link.receive() == HELLO


async def test_the_end_comes_after_what_was_sent(ends: Ends) -> None:
    async with linked(ends) as link:
        os.write(ends.their_out, LINE)
        hangs_up = os.isatty(ends.our_in)  # and drops what it holds
        if hangs_up:
            assert await link.receive() == HELLO
        ended: list[bool] = []
        link.on_end = lambda: ended.append(True)
        ends.close_theirs()
        if not hangs_up:
            assert await link.receive() == HELLO
        assert await link.receive() is None
        assert await link.receive() is None
        assert ended == [True]


async def test_the_last_line_needs_no_newline() -> None:
    ends = pipes()
    async with linked(ends) as link:
        os.write(ends.their_out, LINE[:-1])
        ends.close_theirs()
        assert await link.receive() == HELLO
        assert await link.receive() is None


async def test_end_still_delivers_what_was_read_and_then_the_end(ends: Ends) -> None:
    async with linked(ends) as link:
        os.write(ends.their_out, LINE + LINE)
        assert await link.receive() == HELLO
        link.end()
        assert await link.receive() == HELLO
        assert await link.receive() is None


async def test_end_wakes_who_waits(ends: Ends) -> None:
    async with linked(ends) as link, anyio.create_task_group() as tasks:
        received: list[object] = []
        ended = anyio.Event()

        async def wait() -> None:
            received.append(await link.receive())
            ended.set()

        tasks.start_soon(wait)
        await checkpoint()
        link.end()
        await ended.wait()
        assert received == [None]


async def test_a_cancelled_receive_loses_nothing(ends: Ends) -> None:
    async with linked(ends) as link:
        with anyio.move_on_after(0.01):
            await link.receive()
        os.write(ends.their_out, LINE)
        assert await link.receive() == HELLO


async def test_a_big_message_passes_through_a_small_pipe(ends: Ends) -> None:
    data = b'{"jsonrpc":"2.0","method":"' + b"x" * 3_000_000 + b'"}'
    async with linked(ends) as link:
        link.send(data)
        link.send(LINE[:-1])
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(link.drain)
            tasks.start_soon(link.drain)
            assert await read_there(ends, len(data) + 1 + len(LINE)) == data + b"\n" + LINE


async def test_send_never_blocks_and_drain_waits_for_the_reader(ends: Ends) -> None:
    async with linked(ends) as link:
        for _ in range(4):
            link.send(b"x" * ROOM)
        with anyio.move_on_after(0.02) as waiting:
            await link.drain()
        assert waiting.cancelled_caught
        link.close()
        await link.drain()


async def test_after_the_end_what_is_sent_is_dropped(ends: Ends) -> None:
    async with linked(ends) as link:
        await link.aclose()
        link.send(b"x")
        await link.drain()
        await link.aclose()


async def test_a_peer_that_reads_no_more_is_gone() -> None:
    ends = pipes()
    async with linked(ends) as link:
        os.write(ends.their_out, LINE)
        os.close(ends.their_in)
        link.send(b"x")
        assert await link.receive() == HELLO
        assert await link.receive() is None
    os.close(ends.their_out)


async def test_a_reader_that_is_behind_stops_the_writer(ends: Ends) -> None:
    count = 8 * ROOM // len(LINE)
    async with linked(ends) as link, anyio.create_task_group() as tasks:
        written = anyio.Event()

        async def write() -> None:
            await anyio.to_thread.run_sync(_write_lines, ends.their_out, count)
            written.set()

        tasks.start_soon(write)
        with anyio.move_on_after(0.1):
            await written.wait()
        assert not written.is_set()
        for _ in range(count):
            assert await link.receive() == HELLO
        await written.wait()


def _write_lines(descriptor: int, count: int) -> None:
    for _ in range(count):
        os.write(descriptor, LINE)


async def test_aclose_waits_for_what_is_queued(ends: Ends) -> None:
    async with linked(ends) as link, anyio.create_task_group() as tasks:
        data = b"x" * 1_000_000
        link.send(data)
        tasks.start_soon(link.aclose)
        assert await read_there(ends, len(data) + 1) == data + b"\n"


async def test_finish_reads_what_is_there_though_somebody_holds_the_pipe_open(ends: Ends) -> None:
    async with linked(ends) as link:
        os.write(ends.their_out, LINE)
        link.finish()
        assert await link.receive() == HELLO
        assert await link.receive() is None


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_finish_does_not_wait_for_somebody_who_writes_for_ever() -> None:
    ends, most = pipes(), LAST_READS * CHUNK
    code = f"import os\nfor _ in range({64 * LAST_READS}): os.write(1, b'a' * {CHUNK - 1} + b'\\n')"
    errors = subprocess.DEVNULL
    with subprocess.Popen([sys.executable, "-c", code], stdout=ends.their_out, stderr=errors):  # noqa: ASYNC220 - it does not wait
        async with linked(ends) as link:
            await link.receive()
            link.finish()
            rest = 0
            while await link.receive() is not None:
                rest += CHUNK
            assert rest <= most + 2 * ROOM
        ends.close_theirs()


async def test_lingering_it_reads_for_nobody_until_it_is_closed() -> None:
    ends = pipes()
    async with linked(ends, linger=True) as link:
        await link.aclose()
        assert await link.receive() is None
        await anyio.to_thread.run_sync(_write_lines, ends.their_out, 4 * ROOM // len(LINE))
        link.close()
        with pytest.raises(BrokenPipeError):
            await anyio.to_thread.run_sync(_write_lines, ends.their_out, 1_000_000)
    ends.close_theirs()


async def test_files_are_read_and_written(tmp_path: Path) -> None:
    source, target = tmp_path / "in", tmp_path / "out"
    source.write_bytes(LINE * 20_000)
    ends = Ends(os.open(source, os.O_RDONLY), os.open(target, os.O_WRONLY | os.O_CREAT), -1, -1)
    async with linked(ends) as link:
        received = 0
        while await link.receive() is not None:
            received += 1
        assert received == 20_000
        link.send(b"x")
    assert target.read_bytes() == b"x\n"


async def test_the_null_device_is_at_its_end() -> None:
    async with linked(
        Ends(os.open(os.devnull, os.O_RDONLY), os.open(os.devnull, os.O_WRONLY), -1, -1)
    ) as link:
        link.send(b"x")
        assert await link.receive() is None


async def test_the_flags_of_a_shared_file_are_put_back() -> None:
    ends = sockets()
    kept = os.dup(ends.our_out)
    async with linked(ends):
        pass
    assert os.get_blocking(kept)
    os.close(kept)
    ends.close_theirs()


async def test_a_peer_that_goes_while_a_message_is_under_way_ends_the_link(ends: Ends) -> None:
    async with linked(ends) as link:
        link.send(b"x" * 3_000_000)
        ends.close_theirs()
        assert await link.receive() is None
        await link.aclose()


def test_a_file_that_somebody_made_non_blocking_is_written_whole() -> None:
    ends = pipes()
    os.set_blocking(ends.our_out, False)
    data = b"x" * 1_000_000
    with ThreadPoolExecutor(1) as threads:
        writing = threads.submit(write_all, ends.our_out, data)
        read = b""
        while len(read) < len(data):
            read += os.read(ends.their_in, 65536)
        writing.result(scaled(20))
    os.close(ends.our_in)
    os.close(ends.our_out)
    ends.close_theirs()
    assert read == data


def failing(error: Exception) -> Callable[..., Any]:
    def fail(*_: object) -> None:
        raise error

    return fail


async def test_a_source_that_raises_is_at_its_end() -> None:
    link = LineLink(ThreadSource(failing(OSError("no"))), ThreadSink(lambda data: None))
    with anyio.fail_after(scaled(20)):
        assert await link.receive() is None
    await link.aclose()


async def test_a_sink_that_raises_ends_the_link_once_the_source_has() -> None:
    with anyio.fail_after(scaled(20)):
        link = LineLink(ThreadSource(lambda: b""), ThreadSink(failing(OSError("no"))))
        link.send(b"x")
        assert await link.receive() is None
        await link.aclose()
        link.send(b"x")
