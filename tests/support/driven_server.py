"""Servers that take over what 1.x let subclasses take over; also started by tests as programs over stdio."""

from __future__ import annotations

import sys
from typing import Any

import anyio

from mcp.server.lowlevel import Server
from mcp.server.models import InitializationOptions
from mcp.server.session import ServerSession
from mcp.server.stdio import stdio_server
from mcp.shared.session import RequestResponder
from mcp.types import (
    ClientNotification,
    ClientRequest,
    ErrorData,
    ListToolsResult,
    RequestId,
    ServerResult,
    TextContent,
    Tool,
)

__all__ = ["SERVERS", "Driven", "HandWritten", "HandlesMessages", "Hooked", "OwnRun"]

FORM = {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}


class HookedSession(ServerSession):
    """Sees requests first, wraps their answers, and sees notifications and answers."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.seen: list[str] = []

    async def _received_request(self, responder: RequestResponder[ClientRequest, ServerResult]) -> None:
        self.seen.append(f"request {responder.request.root.method}")
        respond = responder.respond

        async def wrapped(response: ServerResult | ErrorData) -> None:
            root = getattr(response, "root", response)
            if isinstance(root, ListToolsResult):
                root.tools.append(Tool(name="added", inputSchema={"type": "object"}))
            await respond(response)

        responder.respond = wrapped  # type: ignore[method-assign]  # what 1.x programs do
        await super()._received_request(responder)
        if responder.request.root.method == "prompts/list":
            raise SystemExit("of a hook")

    async def _received_notification(self, notification: ClientNotification) -> None:
        self.seen.append(f"notification {notification.root.method}")
        await super()._received_notification(notification)

    async def _send_response(self, request_id: RequestId, response: ServerResult | ErrorData) -> None:
        kind = "error" if isinstance(response, ErrorData) else type(response.root).__name__
        self.seen.append(f"answer {request_id} {kind}")
        await super()._send_response(request_id, response)


class Driven(Server[Any, Any]):
    """A server with a few tools, and what its sessions have seen."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.seen: list[str] = []
        self.cleaned = 0
        self.list_tools()(self._tools)
        self.call_tool()(self._call)

    async def _tools(self) -> list[Tool]:
        return [Tool(name=name, inputSchema={"type": "object"}) for name in ("echo", "ask", "wait", "seen")]

    async def _call(self, name: str, arguments: dict[str, Any]) -> list[TextContent]:
        return [TextContent(type="text", text=await self._text(name, arguments))]

    async def _text(self, name: str, arguments: dict[str, Any]) -> str:
        if name == "ask":
            answer = await self.request_context.session.elicit("who?", FORM)
            return str((answer.content or {}).get("name"))
        if name == "wait":
            try:
                await anyio.sleep_forever()
            finally:
                self.cleaned += 1
        if name == "seen":
            return "\n".join(self.seen)
        return str(arguments.get("text", name))


class OwnRun(Driven):
    """Runs by itself, with sessions of its own."""

    async def run(
        self,
        read_stream: Any,
        write_stream: Any,
        initialization_options: InitializationOptions,
        raise_exceptions: bool = False,
        stateless: bool = False,
    ) -> None:
        """Serve one client, as a 1.x program does."""
        async with (
            self.lifespan(self) as context,
            HookedSession(read_stream, write_stream, initialization_options, stateless) as session,
            anyio.create_task_group() as tasks,
        ):
            self.seen = session.seen
            async for message in session.incoming_messages:
                tasks.start_soon(self._handle_message, message, session, context, raise_exceptions)


class HandlesMessages(Driven):
    """Looks at each message before it is served."""

    async def _handle_message(self, message: Any, *args: Any, **kwargs: Any) -> None:
        request = getattr(message, "request", None)
        self.seen.append(type(message).__name__ if request is None else f"request {request.root.method}")
        await super()._handle_message(message, *args, **kwargs)


class HandWritten(Driven):
    """Answers some requests without any handler."""

    async def run(
        self,
        read_stream: Any,
        write_stream: Any,
        initialization_options: InitializationOptions,
        raise_exceptions: bool = False,
        stateless: bool = False,
    ) -> None:
        """Serve one client, message after message."""
        async with (
            ServerSession(read_stream, write_stream, initialization_options) as session,
            anyio.create_task_group() as tasks,
        ):
            async for message in session.incoming_messages:
                if isinstance(message, RequestResponder) and message.request.root.method == "prompts/list":
                    with message:
                        await message.respond(ErrorData(code=-1, message="by hand"))
                else:
                    tasks.start_soon(self._handle_message, message, session, None, False)


class Hooked(HandlesMessages):
    """All of it at once: messages looked at, and answers to requests wrapped."""

    async def _handle_request(self, message: Any, *args: Any, **kwargs: Any) -> None:
        self.seen.append(f"handles {message.request.root.method}")
        await super()._handle_request(message, *args, **kwargs)


SERVERS: dict[str, type[Driven]] = {
    "own run": OwnRun,
    "handles messages": HandlesMessages,
    "hand-written": HandWritten,
    "hooked": Hooked,
}


async def serve(kind: str) -> None:
    """Serve over stdio."""
    server = SERVERS[kind](kind)
    async with stdio_server() as (read, write):
        await server.run(read, write, server.create_initialization_options())


if __name__ == "__main__":
    anyio.run(serve, sys.argv[1])
