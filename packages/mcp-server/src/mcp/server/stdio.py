"""Serve one process over its standard streams: messages of JSON, one a line."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
import threading
from collections.abc import AsyncGenerator, Callable, Coroutine, Generator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import anyio

from mcp.server._diversion import STDIN, STDOUT, Claim, claim, current_claim, is_ours, is_standard
from mcp.server._files import reader_of, writer_of
from mcp.server._shutdown import CLEANUP_SECONDS, DRAIN_SECONDS, Shutdown, end_process
from mcp.server._signals import handled_signals, watched_input, watched_parent
from mcp.shared._line_link import LineLink
from mcp.shared._loop import Home
from mcp.shared._pipes import Sink, Source, ThreadSink, ThreadSource, open_sink, open_source
from mcp.shared.link import LinkReadStream, LinkWriteStream, streams_of

__all__ = ["Claim", "Shutdown", "claim", "run_stdio", "stdio_server"]

MARGIN_SECONDS = 0.25

logger = logging.getLogger(__name__)

Main = Callable[[LinkReadStream, LinkWriteStream, Shutdown], Coroutine[Any, Any, None]]


@asynccontextmanager
async def stdio_server(
    stdin: anyio.AsyncFile[str] | None = None,
    stdout: anyio.AsyncFile[str] | None = None,
) -> AsyncGenerator[tuple[LinkReadStream, LinkWriteStream]]:
    """Open the process's standard streams, and yield them as a pair of message streams.

    Until the end, what the process prints goes to stderr, and what else reads stdin finds nothing.
    Signals are the business of who owns the process: see `run_stdio`.

    Args:
        stdin: read this text file instead.
        stdout: write to this text file instead.

    Raises:
        RuntimeError: the standard streams are being served already.

    Specification: basic/transports/stdio.
    """
    with _ends(_sync(stdin) or sys.stdin, _sync(stdout) or sys.stdout) as (source, sink):
        link = LineLink(source, sink)
        try:
            yield streams_of(link)
        finally:
            await link.aclose()


def run_stdio(main: Main) -> None:
    """Serve the standard streams as the owner of the process, and return at the end of input.

    End of input, SIGINT, SIGTERM and the death of the parent share one path: reading stops, calls in flight
    have 5 s to be answered, are then cancelled and have 2 s to clean up; after that the process ends even if
    one of them holds the loop, or a thread. A second signal ends it at once.

    Args:
        main: a coroutine function that gets the read stream, the write stream and the state of the shutdown,
            and serves until the read stream ends.

    Raises:
        SystemExit: a signal ended it: 130 after SIGINT, 143 after SIGTERM.
        RuntimeError: the standard streams are being served already.
    """
    shutdown = Shutdown()
    bystanders = set(threading.enumerate())
    try:
        with handled_signals(shutdown.signalled), watched_parent(shutdown.request):
            with asyncio.Runner() as runner:
                runner.run(_serve(main, shutdown))
            for thread in set(threading.enumerate()) - bystanders:
                if not thread.daemon:
                    thread.join()  # the interpreter would, without end; here the watchdog sees to one
    finally:
        shutdown.over()
    if shutdown.exit_code:
        raise SystemExit(shutdown.exit_code)


async def _serve(main: Main, shutdown: Shutdown) -> None:
    home = Home()
    changed = asyncio.Event()
    async with stdio_server() as (read, write):
        link = read.link
        assert isinstance(link, LineLink)
        link.on_end = shutdown.request
        shutdown.watch(lambda: home.post(changed.set))
        scope = anyio.CancelScope()  # unlike the cancellation of a task, it leaves shielded clean-up alone
        task = asyncio.ensure_future(_within(scope, main(read, write, shutdown)))
        task.add_done_callback(lambda _: changed.set())
        with watched_input(_private_stdin(), home, lambda: end_process(shutdown.exit_code)):
            await changed.wait()
        logger.debug("No more requests are read; calls in flight have %s s", DRAIN_SECONDS)
        link.end()
        await _drain(task, shutdown, changed)
        scope.cancel()
        await asyncio.wait([task], timeout=CLEANUP_SECONDS)
    shutdown.request()
    _conclude(task, shutdown)


async def _within(scope: anyio.CancelScope, main: Coroutine[Any, Any, None]) -> None:
    with scope:
        await main


async def _drain(task: asyncio.Future[None], shutdown: Shutdown, changed: asyncio.Event) -> None:
    deadline = asyncio.get_running_loop().time() + DRAIN_SECONDS
    try:
        # whoever runs the calls has the same limit, and goes first
        async with asyncio.timeout_at(deadline + MARGIN_SECONDS):
            while not (task.done() or shutdown.urgent):
                changed.clear()
                await changed.wait()
    except TimeoutError:
        logger.warning("Calls still running %s s after the end are cancelled", DRAIN_SECONDS)


def _conclude(task: asyncio.Future[None], shutdown: Shutdown) -> None:
    """Report what `main` has to say; a signal has its exit code whatever happens on the way."""
    if not task.done():
        end_process(shutdown.exit_code)
    elif not task.cancelled() and (error := task.exception()) is not None:
        if not shutdown.exit_code:
            raise error
        logger.error("Failed while ending: %s", error, exc_info=logger.isEnabledFor(logging.DEBUG))


def _private_stdin() -> int | None:
    held = current_claim()
    return None if held is None else held.stdin


def _sync(file: Any) -> Any:
    return getattr(file, "wrapped", file)


@contextmanager
def _ends(stdin: Any, stdout: Any) -> Generator[tuple[Source, Sink]]:
    """Find out what the two files are; standard streams are claimed, and given back if nobody held them."""
    earlier = current_claim()
    standard = is_standard(stdin, STDIN) or is_ours(stdout, STDOUT)
    held = earlier or (claim() if standard else None)
    if held is not None and held.lent:
        raise RuntimeError("stdin and stdout are being served already: one stdio_server() at a time")
    try:
        with _no_prints_into(stdout):
            yield _source(stdin, held), _sink(stdout, held)
    finally:
        if held is not None:
            held.lent.clear()
            if earlier is None:
                held.release()


def _source(stdin: Any, held: Claim | None) -> Source:
    if held is None or held.stdin is None or not is_standard(stdin, STDIN):
        return ThreadSource(reader_of(stdin))
    return open_source(_lend(held, held.stdin))


def _sink(stdout: Any, held: Claim | None) -> Sink:
    if held is None or held.stdout is None or not is_ours(stdout, STDOUT):
        return ThreadSink(writer_of(stdout))
    return open_sink(_lend(held, held.stdout))


def _lend(held: Claim, descriptor: int) -> int:
    copy = os.dup(descriptor)
    held.lent.append(copy)
    return copy


@contextmanager
def _no_prints_into(stdout: Any) -> Generator[None]:
    """Where `sys.stdout` was replaced, and the messages go into that, let prints go to stderr."""
    if stdout is not sys.stdout or is_ours(stdout, STDOUT):
        yield
        return
    sys.stdout = sys.stderr
    try:
        yield
    finally:
        sys.stdout = stdout
