"""Connections inside the process: stream pairs, and a client session to a server, both reached when asked for."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import anyio

import mcp
from mcp.shared import _loop
from mcp.shared.exceptions import McpError
from mcp.shared.link import LinkReadStream, LinkWriteStream, memory_links, streams_of

if TYPE_CHECKING:
    from mcp.client.session import (
        ClientSession,
        ElicitationFnT,
        ListRootsFnT,
        LoggingFnT,
        MessageHandlerFnT,
        SamplingFnT,
    )
    from mcp.types import Implementation

__all__ = [
    "MessageStream",
    "create_client_server_memory_streams",
    "create_connected_server_and_client_session",
]

MessageStream = tuple[LinkReadStream, LinkWriteStream]


@asynccontextmanager
async def create_client_server_memory_streams() -> AsyncGenerator[tuple[MessageStream, MessageStream], None]:
    """Yield two stream pairs that are connected to each other: the client's and the server's."""
    client, server = memory_links()
    try:
        yield streams_of(client), streams_of(server)
    finally:
        await client.aclose()
        await server.aclose()


@asynccontextmanager
async def create_connected_server_and_client_session(
    server: Any,
    read_timeout_seconds: timedelta | None = None,
    sampling_callback: SamplingFnT | None = None,
    list_roots_callback: ListRootsFnT | None = None,
    logging_callback: LoggingFnT | None = None,
    message_handler: MessageHandlerFnT | None = None,
    client_info: Implementation | None = None,
    raise_exceptions: bool = False,
    elicitation_callback: ElicitationFnT | None = None,
) -> AsyncGenerator[ClientSession, None]:
    """Yield an initialized client session to a server that runs in this process.

    Args:
        server: a low-level `Server`, or a `FastMCP`.
        read_timeout_seconds: how long a request may take.
        sampling_callback: answers sampling requests.
        list_roots_callback: answers requests for the roots.
        logging_callback: gets the server's log messages.
        message_handler: gets everything else.
        client_info: who the client says it is.
        raise_exceptions: let what a handler raises come out of this context manager.
        elicitation_callback: answers elicitation requests.
    """
    lowlevel = getattr(server, "_mcp_server", server)
    failed: list[Exception] = []
    async with create_client_server_memory_streams() as (client_streams, server_streams):

        async def serve() -> None:
            try:
                options = lowlevel.create_initialization_options()
                await lowlevel.run(*server_streams, options, raise_exceptions=raise_exceptions)
            except Exception as error:
                failed.append(error)
            finally:
                await server_streams[0].link.aclose()

        serving = _loop.spawn(serve, name="mcp server in memory")

        async def end() -> None:
            await client_streams[0].link.aclose()
            with anyio.move_on_after(CLOSE_SECONDS, shield=True):
                await serving.wait()
            serving.cancel()

        try:
            async with mcp.ClientSession(
                *client_streams,
                read_timeout_seconds=read_timeout_seconds,
                sampling_callback=sampling_callback,
                elicitation_callback=elicitation_callback,
                list_roots_callback=list_roots_callback,
                logging_callback=logging_callback,
                message_handler=message_handler,
                client_info=client_info,
            ) as session:
                await session.initialize()
                yield session
        except McpError as error:
            await end()
            if failed:  # the connection broke because the server did: that is the error to show
                raise failed[0] from error
            raise
        finally:
            await end()
        if failed:
            raise failed[0]


CLOSE_SECONDS = 10.0
"""How long the server may take to end after its client has gone."""
