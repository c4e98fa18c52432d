"""A server that says what a test tells it to, message by message, over a link in memory."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any, TypeVar

import anyio

from mcp.shared.link import LinkReadStream, LinkWriteStream, MemoryLink, memory_links, streams_of
from mcp.types import ErrorData, RequestId
from mcp.types.jsonrpc import (
    ErrorFrame,
    Frame,
    NotificationFrame,
    RequestFrame,
    ResponseFrame,
    dump_json,
    encode_error,
    encode_notification,
    encode_request,
    encode_response,
)
from support.timeouts import scaled

__all__ = ["HANDSHAKE", "ScriptedServer", "both", "discovered", "initialized"]

T = TypeVar("T")

HANDSHAKE = "2025-11-25"


def initialized(revision: str = HANDSHAKE, **capabilities: Any) -> dict[str, Any]:
    """Return the result of `initialize`."""
    return {
        "protocolVersion": revision,
        "capabilities": capabilities,
        "serverInfo": {"name": "scripted", "version": "1"},
    }


def discovered(*revisions: str, **capabilities: Any) -> dict[str, Any]:
    """Return the result of `server/discover`."""
    return {
        "resultType": "complete",
        "supportedVersions": list(revisions or ("2026-07-28",)),
        "capabilities": capabilities,
        "ttlMs": 0,
        "cacheScope": "private",
        "_meta": {"io.modelcontextprotocol/serverInfo": {"name": "scripted", "version": "1"}},
    }


class ScriptedServer:
    """The server's end; `streams` is the client's.

    Every wait is bounded: a message that does not come fails the test.
    """

    def __init__(self) -> None:
        client, self.link = memory_links()
        self.streams: tuple[LinkReadStream, LinkWriteStream] = streams_of(client)
        self.client_link: MemoryLink = client
        self._next = 1000

    async def receive(self) -> Frame:
        """Return the next message of the client's."""
        with anyio.fail_after(scaled(5)):
            frame = await self.link.receive()
        assert isinstance(frame, RequestFrame | NotificationFrame | ResponseFrame | ErrorFrame), frame
        return frame

    async def expect(self, method: str) -> RequestFrame:
        """Return the next message, which is a request of this method."""
        frame = await self.receive()
        assert isinstance(frame, RequestFrame), frame
        assert frame.method == method
        return frame

    async def told(self, method: str) -> NotificationFrame:
        """Return the next message, which is a notification of this method."""
        frame = await self.receive()
        assert isinstance(frame, NotificationFrame), frame
        assert frame.method == method
        return frame

    async def answered(self, request_id: RequestId) -> dict[str, Any]:
        """Return the result in the next message, which answers a request of ours."""
        frame = await self.receive()
        assert isinstance(frame, ResponseFrame), frame
        assert frame.id == request_id
        return frame.result

    async def refused(self, request_id: RequestId) -> ErrorData:
        """Return the error in the next message, which answers a request of ours."""
        frame = await self.receive()
        assert isinstance(frame, ErrorFrame), frame
        assert frame.id == request_id
        return frame.error

    def reply(self, request: RequestFrame, result: dict[str, Any]) -> None:
        """Answer with a result."""
        self.link.send(encode_response(request.id, dump_json(result)))

    def fail(self, request: RequestFrame, code: int, message: str = "no", data: Any = None) -> None:
        """Answer with an error."""
        self.link.send(encode_error(request.id, ErrorData(code=code, message=message, data=data)))

    def notify(self, method: str, params: dict[str, Any] | None = None) -> None:
        """Send a notification."""
        self.link.send(encode_notification(method, None if params is None else dump_json(params)))

    def ask(self, method: str, params: dict[str, Any] | None = None) -> int:
        """Send a request and return its id."""
        self._next += 1
        self.link.send(encode_request(self._next, method, None if params is None else dump_json(params)))
        return self._next

    async def handshake(self, revision: str = HANDSHAKE, **capabilities: Any) -> RequestFrame:
        """Play the server's part of the handshake; return the client's request."""
        request = await self.expect("initialize")
        self.reply(request, initialized(revision, **capabilities))
        await self.told("notifications/initialized")
        return request

    async def discover(self, *revisions: str, **capabilities: Any) -> RequestFrame:
        """Answer the probe; return it."""
        request = await self.expect("server/discover")
        self.reply(request, discovered(*revisions, **capabilities))
        return request

    async def close(self) -> None:
        """End the connection from the server's side."""
        await self.link.aclose()


async def both(script: Coroutine[Any, Any, object], call: Coroutine[Any, Any, T]) -> T:
    """Run the server's script beside a call of the client's, and return what the call returned."""
    outcome: list[T] = []

    async def run(coroutine: Coroutine[Any, Any, object]) -> None:
        await coroutine

    async def keep() -> None:
        outcome.append(await call)

    failures: list[BaseException] = []
    try:
        with anyio.fail_after(scaled(20)):
            async with anyio.create_task_group() as group:
                group.start_soon(run, script)
                group.start_soon(keep)
    except* Exception as errors:
        failures.extend(errors.exceptions)
    if failures:
        raise failures[0]
    return outcome[0]
