"""A server over stdio whose tools do to the process what tools do; started by tests as a program of its own."""

import asyncio
import ctypes
import logging
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import anyio

from mcp.server.lowlevel import Server
from mcp.server.stdio import Shutdown, run_stdio, stdio_server
from mcp.shared.link import LinkReadStream, LinkWriteStream
from mcp.types import TextContent, Tool

BIG = 4 * 1024 * 1024


def note(text: str) -> None:
    """Say something on stderr."""
    print(text, file=sys.stderr, flush=True)


@asynccontextmanager
async def lifespan(server: Server[Any, Any]) -> AsyncGenerator[None]:
    """Say when the lifespan begins and ends."""
    note("lifespan begins")
    try:
        yield
    finally:
        note("lifespan ends")


server: Server[None, Any] = Server("program", lifespan=lifespan)


async def echo(arguments: dict[str, Any]) -> str:
    """Answer at once."""
    return str(arguments.get("text", ""))


def prints(arguments: dict[str, Any]) -> str:
    """Write to what is, elsewhere, the stream: from Python, C, a child and a fork."""
    print("from print")
    os.write(1, b"from descriptor 1\n")
    ctypes.CDLL(None).printf(b"from C\n")
    subprocess.run([sys.executable, "-c", "print('from a child')"], check=True)
    subprocess.run("echo from a shell; cat", shell=True, check=True)
    fork = multiprocessing.get_context("fork").Process(
        target=print, args=("from a fork",), kwargs={"flush": True}
    )
    fork.start()
    fork.join()
    logging.getLogger("program").warning("from logging")
    return "printed"


def floods(arguments: dict[str, Any]) -> str:
    """Print more than any pipe holds."""
    print("o" * BIG)
    print("e" * BIG, file=sys.stderr)
    subprocess.run([sys.executable, "-c", f"print('c' * {BIG})"], check=True)
    return "flooded"


async def sleeps(arguments: dict[str, Any]) -> str:
    """Take a while; say so if cancelled, and clean up for a while."""
    note("sleeping")
    try:
        await anyio.sleep(arguments["seconds"])
    except BaseException:
        note("cancelled")
        with anyio.CancelScope(shield=True):
            await anyio.sleep(arguments.get("cleanup", 0))
        note("cleaned up")
        raise
    return "slept"


def holds_the_loop(arguments: dict[str, Any]) -> str:
    """Let nothing else run."""
    note("holding")
    time.sleep(arguments["seconds"])
    return "held"


def holds_a_thread(arguments: dict[str, Any]) -> str:
    """Leave a thread behind that the interpreter waits for."""
    threading.Thread(target=time.sleep, args=(arguments["seconds"],), daemon=False).start()
    return "left"


def leaves_a_child(arguments: dict[str, Any]) -> str:
    """Start a child that outlives the call; return its process id."""
    return str(subprocess.Popen(["sleep", str(arguments["seconds"])]).pid)


def dies(arguments: dict[str, Any]) -> str:
    """Be gone, without a word."""
    os._exit(9)


async def signals_itself(arguments: dict[str, Any]) -> str:
    """Be told to end, in the middle of a call, and answer it nevertheless."""
    os.kill(os.getpid(), signal.SIGTERM)
    await asyncio.sleep(0.05)
    return "answered"


TOOLS: dict[str, Callable[[dict[str, Any]], Awaitable[str] | str]] = {
    tool.__name__: tool
    for tool in (
        echo,
        prints,
        floods,
        sleeps,
        holds_the_loop,
        holds_a_thread,
        leaves_a_child,
        dies,
        signals_itself,
    )
}


@server.list_tools()
async def list_tools() -> list[Tool]:
    """List them."""
    return [Tool(name=name, inputSchema={"type": "object"}) for name in TOOLS]


@server.call_tool(validate_input=False)
async def call_tool(name: str, arguments: dict[str, Any]) -> list[TextContent]:
    """Call one."""
    outcome = TOOLS[name](arguments)
    return [TextContent(type="text", text=outcome if isinstance(outcome, str) else await outcome)]


async def serve(read: LinkReadStream, write: LinkWriteStream, shutdown: Shutdown | None = None) -> None:
    """Serve one client."""
    await server.run(read, write, server.create_initialization_options())


async def serve_alone() -> None:
    """Serve without owning the process, as programs of 1.x do."""
    async with stdio_server() as (read, write):
        await serve(read, write)


def main(how: str, level: str = "WARNING") -> None:
    """Serve: `own` the process, or on a loop of the caller's: `asyncio` or `trio`."""
    print("printed before")
    logging.basicConfig(level=level)
    if how == "own":
        run_stdio(serve)
    else:
        anyio.run(serve_alone, backend=how)
    print("printed after")


if __name__ == "__main__":
    main(*sys.argv[1:])
