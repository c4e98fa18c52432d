"""Client sessions to a scripted server, open in either era, and callbacks for them."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any, cast

import pytest

import mcp.types as types
from mcp.client.session import ClientSession
from support.scripted import ScriptedServer, both

__all__ = [
    "FORM",
    "META",
    "MODERN",
    "QUESTION",
    "TOOL",
    "Call",
    "both_eras",
    "elicitation",
    "opened",
    "roots",
    "sampling",
]

Call = Callable[[ClientSession], Coroutine[Any, Any, types.Result]]

MODERN = "2026-07-28"
META = "io.modelcontextprotocol/"
TOOL: dict[str, Any] = {"name": "add", "inputSchema": {"type": "object"}}
QUESTION: dict[str, Any] = {"messages": [], "maxTokens": 7}
FORM: dict[str, Any] = {"message": "who?", "requestedSchema": {"type": "object", "properties": {}}}

both_eras = pytest.mark.parametrize("modern", [False, True], ids=["handshake", "self-contained"])


@asynccontextmanager
async def opened(
    modern: bool, *, offers: dict[str, Any] | None = None, **more: Any
) -> AsyncGenerator[tuple[ClientSession, ScriptedServer]]:
    """Yield a session that is open, and its server, which has the capabilities `offers`."""
    server = ScriptedServer()
    async with ClientSession(*server.streams, **more) as session:
        if modern:
            await both(server.discover(**(offers or {})), session.connect())
        else:
            await both(server.handshake(**(offers or {})), session.initialize())
        yield session, server


async def sampling(context: Any, params: types.CreateMessageRequestParams) -> types.CreateMessageResult:
    """Answer a question to a model, in the form of 1.x."""
    text = types.TextContent(type="text", text=f"{params.maxTokens} from {type(context.session).__name__}")
    return types.CreateMessageResult(role="assistant", content=text, model="m")


async def elicitation(params: types.ElicitRequestParams) -> types.ElicitResult:
    """Answer a question to the user, without the context."""
    return types.ElicitResult(action="accept", content={"message": params.message})


async def roots(context: Any) -> types.ListRootsResult:
    """Answer which folders there are, in the form of 1.x."""
    return types.ListRootsResult(roots=[types.Root(uri=cast(Any, "file:///a"))])
