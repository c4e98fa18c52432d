"""Start a server as a process, and talk to it over its standard streams: messages of JSON, one a line."""

from __future__ import annotations

import codecs
import os
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Literal, TextIO

import anyio
from pydantic import BaseModel, Field

from mcp.client._errlog import ErrorLog
from mcp.client._process import PROCESS_TERMINATION_TIMEOUT, ServerProcess
from mcp.client._transcode import transcoded
from mcp.shared._line_link import LineLink
from mcp.shared._pipes import open_sink, open_source
from mcp.shared.link import Bell, Incoming, LinkReadStream, LinkWriteStream, streams_of

__all__ = [
    "DEFAULT_INHERITED_ENV_VARS",
    "PROCESS_TERMINATION_TIMEOUT",
    "StdioServerParameters",
    "get_default_environment",
    "stdio_client",
]

DEFAULT_INHERITED_ENV_VARS = (
    [
        "APPDATA",
        "HOMEDRIVE",
        "HOMEPATH",
        "LOCALAPPDATA",
        "PATH",
        "PATHEXT",
        "PROCESSOR_ARCHITECTURE",
        "SYSTEMDRIVE",
        "SYSTEMROOT",
        "TEMP",
        "USERNAME",
        "USERPROFILE",
    ]
    if sys.platform == "win32"
    else ["HOME", "LOGNAME", "PATH", "SHELL", "TERM", "USER"]
)
"""Environment variables that a server gets from us: none that may hold a secret."""


EXIT_SECONDS = 0.25
"""How long a server that has closed its stdout may take to end, for that to be told."""


def get_default_environment() -> dict[str, str]:
    """Return the part of our environment that a server gets without being given it."""
    inherited = ((name, os.environ.get(name)) for name in DEFAULT_INHERITED_ENV_VARS)
    # A value that begins so is a function of bash: code, to some shells.
    return {name: value for name, value in inherited if value is not None and not value.startswith("()")}


class StdioServerParameters(BaseModel):
    """How to start a server."""

    command: str
    """The executable, looked up on the PATH that the server gets."""

    args: list[str] = Field(default_factory=list)
    """Its arguments."""

    env: dict[str, str] | None = None
    """Environment variables beside those of `get_default_environment()`, or instead of them."""

    cwd: str | Path | None = None
    """Its working directory; ours if None."""

    encoding: str = "utf-8"
    """How it encodes text; the protocol knows UTF-8 alone."""

    encoding_error_handler: Literal["strict", "ignore", "replace"] = "strict"
    """What becomes of bytes that are no text: `strict` makes the message a malformed one."""


@asynccontextmanager
async def stdio_client(
    server: StdioServerParameters,
    errlog: TextIO = sys.stderr,
) -> AsyncGenerator[tuple[LinkReadStream, LinkWriteStream]]:
    """Start a server, yield its standard streams as a pair of message streams, and at the end, end it.

    That means: close its stdin; 2 s later ask it, and all that it started, to terminate; 2 s later kill them.

    Args:
        server: how to start it.
        errlog: where its stderr goes: a text file, with or without a descriptor.

    Raises:
        FileNotFoundError: no such command.
        OSError: the command cannot be executed.
        LookupError: no such encoding.

    Specification: basic/transports/stdio.
    """
    codecs.lookup(server.encoding)  # an unknown one shall fail before anything runs
    log = ErrorLog(errlog)
    try:
        env = get_default_environment() | (server.env or {})
        process = ServerProcess(server.command, server.args, env, server.cwd, log.descriptor)
    finally:
        log.started()
    link = _ServerLink(process, server)
    try:
        yield streams_of(link)
    finally:
        try:
            with anyio.CancelScope(shield=True):
                await link.aclose()
                await process.stop()
                await log.flushed()
        finally:
            process.kill()
            link.close()


class _ServerLink(LineLink):
    """The link to a process, which knows how that ended.

    Attributes:
        ended_because: in words, why nothing more will be read.
    """

    ended_because = "the other end is gone"

    def __init__(self, process: ServerProcess, server: StdioServerParameters) -> None:
        source, sink = open_source(process.stdout), open_sink(process.stdin)
        super().__init__(
            *transcoded(source, sink, server.encoding, server.encoding_error_handler), linger=True
        )
        self._process = process
        self._gone = False
        self._went = Bell()
        process.watch(self._exited)

    def _exited(self) -> None:
        if self._process.end is not None:
            self.ended_because = f"the server ended {self._process.end}"
        self._gone = True
        self._went.ring()
        self.finish()

    async def receive(self) -> Incoming | None:
        """Return the next message, or None at the end; a bad message is returned, never raised."""
        incoming = await super().receive()
        if incoming is None and not self._discarding:
            # A process that ends closes its stdout first: an instant later it can be said how it ended.
            with anyio.move_on_after(EXIT_SECONDS):
                while not self._gone:
                    await self._went.wait()
        return incoming
