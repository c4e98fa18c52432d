"""The bare end of a connection to a server in this process: JSON goes in, JSON comes out."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import anyio

from mcp.shared.link import Delivery, MemoryLink, memory_links, streams_of
from mcp.types import CLIENT_CAPABILITIES_KEY, PROTOCOL_VERSION_KEY
from mcp.types.jsonrpc import Frame, MalformedMessage, encode_frame
from mcp.types.versions import LATEST_LEGACY, LATEST_MODERN
from support.timeouts import scaled

__all__ = ["Message", "Wire", "initialize", "initialized", "modern", "request", "serving"]

Message = dict[str, Any]

INITIALIZED: Message = {"jsonrpc": "2.0", "method": "notifications/initialized"}


def request(request_id: object, method: str, /, **params: Any) -> Message:
    """Return a request; without params where none are given."""
    message: Message = {"jsonrpc": "2.0", "id": request_id, "method": method}
    return {**message, "params": params} if params else message


def modern(request_id: object, method: str, /, capabilities: Any = None, **params: Any) -> Message:
    """Return a self-contained request, with these client capabilities."""
    meta: Message = {
        PROTOCOL_VERSION_KEY: LATEST_MODERN,
        CLIENT_CAPABILITIES_KEY: capabilities or {},
        **params.pop("_meta", {}),
    }
    return request(request_id, method, **params, _meta=meta)


def initialize(request_id: object = 0, revision: str = LATEST_LEGACY, capabilities: Any = None) -> Message:
    """Return the request that opens a session."""
    info = {"name": "wire", "version": "1"}
    return request(
        request_id,
        "initialize",
        protocolVersion=revision,
        capabilities=capabilities or {},
        clientInfo=info,
    )


class Wire:
    """The client's end; each wait is bounded."""

    def __init__(self, link: MemoryLink) -> None:
        self.link = link

    def send(self, *messages: object) -> None:
        """Send messages; bytes go out as they are."""
        for message in messages:
            self.link.send(message if isinstance(message, bytes) else json.dumps(message).encode())

    async def next(self) -> Any:
        """Return the next message: an object, or a list of them."""
        with anyio.fail_after(scaled(5)):
            incoming = await self.link.receive()
        assert incoming is not None, "the server closed the connection"
        return [_json(each) for each in incoming] if isinstance(incoming, list) else _json(incoming)

    async def batch(self) -> list[Message]:
        """Return the next message, which is an array."""
        answers: list[Message] = await self.next()
        assert type(answers) is list
        return answers

    async def ask(self, message: object) -> Message:
        """Send a message, and return the next one that comes."""
        self.send(message)
        answer: Message = await self.next()
        return answer

    async def result(self, message: Message) -> Message:
        """Send a request, and return the result that the next message brings."""
        answer = await self.ask(message)
        assert answer.get("id") == message["id"], answer
        assert "result" in answer, answer
        result: Message = answer["result"]
        return result

    async def error(self, message: object) -> tuple[int, object]:
        """Send a message, and return the code and the id of the error that comes next."""
        answer = await self.ask(message)
        assert "error" in answer, answer
        return answer["error"]["code"], answer["id"]

    async def open(self, revision: str = LATEST_LEGACY, capabilities: Any = None) -> Message:
        """Shake hands; return what the server said."""
        result = await self.result(initialize("open", revision, capabilities))
        self.send(INITIALIZED)
        return result

    async def end(self) -> None:
        """Assert that the server sends nothing more and closes the connection."""
        with anyio.fail_after(scaled(10)):
            assert await self.link.receive() is None


def _json(incoming: Any) -> Any:
    assert not isinstance(incoming, MalformedMessage), incoming
    frame: Frame = incoming.frame if isinstance(incoming, Delivery) else incoming
    return json.loads(encode_frame(frame))


def initialized() -> Message:
    """Return the notification that ends the handshake."""
    return dict(INITIALIZED)


@asynccontextmanager
async def serving(server: Any, **options: Any) -> AsyncGenerator[Wire]:
    """Yield the client's end of a connection to a low-level server, or to a FastMCP.

    Args:
        server: serves.
        options: for `Server.run`.
    """
    lowlevel: Any = getattr(server, "_mcp_server", server)
    near, far = memory_links()

    async def serve() -> None:
        await lowlevel.run(*streams_of(far), lowlevel.create_initialization_options(), **options)
        await far.aclose()

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(serve)
        try:
            yield Wire(near)
        finally:
            await near.aclose()
