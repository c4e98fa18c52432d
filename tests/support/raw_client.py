"""A client that speaks JSON to a server in this process, in either era, and answers what it is asked."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import anyio

from mcp.shared.exceptions import error_of
from mcp.shared.link import MemoryLink, memory_links, streams_of
from mcp.types.jsonrpc import (
    ErrorFrame,
    Frame,
    NotificationFrame,
    RequestFrame,
    ResponseFrame,
    dump_json,
    encode_notification,
    encode_request,
    encode_response,
)
from support.timeouts import scaled

__all__ = ["ERAS", "RawClient", "connected"]

ERAS = ("legacy", "modern")
REVISIONS = {"legacy": "2025-11-25", "modern": "2026-07-28"}
SECONDS = 10.0


class RawClient:
    """One end of a connection.

    Args:
        link: to the server.
        era: "legacy" or "modern".
        answers: method of a question -> the result to answer with; also declared as capabilities.
    """

    def __init__(self, link: MemoryLink, era: str, answers: dict[str, dict[str, Any]]) -> None:
        self.link = link
        self.era = era
        self.answers = answers
        self.asked: list[dict[str, Any]] = []
        self.notifications: list[NotificationFrame] = []
        self.server: dict[str, Any] = {}
        self._id = 0
        self._arrived = anyio.Event()

    async def request(self, method: str, /, **params: Any) -> dict[str, Any]:
        """Return the result; questions are answered on the way. Raises the McpError received."""
        params = {"_meta": {}, **params}
        if self.era == "modern":
            params["_meta"] = {**self._envelope(), **params["_meta"]}
        result = await self._exchange(method, params)
        while result.get("resultType") == "input_required":
            asked: dict[str, dict[str, Any]] = result.get("inputRequests", {})
            self.asked.extend(asked.values())
            params["inputResponses"] = {key: self.answers[each["method"]] for key, each in asked.items()}
            params["requestState"] = result["requestState"]
            result = await self._exchange(method, params)
        return result

    async def call(self, name: str, /, **arguments: Any) -> dict[str, Any]:
        """Return the result of a tool."""
        return await self.request("tools/call", name=name, arguments=arguments)

    async def text(self, name: str, /, **arguments: Any) -> str:
        """Return the text of a tool's only content block."""
        [block] = (await self.call(name, **arguments))["content"]
        text: str = block["text"]
        return text

    async def until(self, method: str) -> None:
        """Wait for a notification, which another task of the test reads while it waits for its answer."""
        while method not in (each.method for each in self.notifications):
            self._arrived = anyio.Event()
            await self._arrived.wait()

    async def open(self) -> None:
        """Shake hands, or ask what the server is."""
        if self.era == "modern":
            self.server = await self.request("server/discover")
            return
        self.server = await self._exchange(
            "initialize",
            {
                "protocolVersion": REVISIONS["legacy"],
                "capabilities": self._capabilities(),
                "clientInfo": {"name": "raw", "version": "1"},
            },
        )
        self.link.send(encode_notification("notifications/initialized", None))

    def _envelope(self) -> dict[str, Any]:
        return {
            "io.modelcontextprotocol/protocolVersion": REVISIONS["modern"],
            "io.modelcontextprotocol/clientCapabilities": self._capabilities(),
            "io.modelcontextprotocol/logLevel": "debug",
        }

    def _capabilities(self) -> dict[str, Any]:
        names = {
            "elicitation/create": "elicitation",
            "sampling/createMessage": "sampling",
            "roots/list": "roots",
        }
        capabilities: dict[str, Any] = {names[method]: {} for method in self.answers}
        if "elicitation" in capabilities:
            capabilities["elicitation"] = {"form": {}, "url": {}}
        return capabilities

    async def _exchange(self, method: str, params: dict[str, Any]) -> dict[str, Any]:
        self._id += 1
        self.link.send(encode_request(self._id, method, dump_json(params)))
        with anyio.fail_after(scaled(SECONDS)):
            while True:
                frame = await self._next()
                if isinstance(frame, ResponseFrame):
                    assert frame.id == self._id
                    return frame.result
                if isinstance(frame, ErrorFrame):
                    raise error_of(frame.error)

    async def _next(self) -> Frame:
        delivery: Any = await self.link.receive()
        assert delivery is not None, "the server closed the connection"
        frame: Frame = getattr(delivery, "frame", delivery)
        if isinstance(frame, NotificationFrame):
            self.notifications.append(frame)
            self._arrived.set()
        elif isinstance(frame, RequestFrame):
            self.asked.append({"method": frame.method, "params": frame.params})
            self.link.send(encode_response(frame.id, dump_json(self.answers[frame.method])))
        return frame


@asynccontextmanager
async def connected(
    server: Any, era: str, answers: dict[str, dict[str, Any]] | None = None
) -> AsyncGenerator[RawClient]:
    """Yield a client connected to a low-level server, or to a FastMCP."""
    lowlevel: Any = getattr(server, "_mcp_server", server)
    near, far = memory_links()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(lowlevel.run, *streams_of(far), lowlevel.create_initialization_options())
        client = RawClient(near, era, answers or {})
        try:
            await client.open()
            yield client
        finally:
            await near.aclose()
