"""What a handler or callback knows of the request it serves, in the shape of 1.x."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Generic

from typing_extensions import TypeVar

from mcp.shared.session import BaseSession
from mcp.types import RequestId, RequestParams

__all__ = ["LifespanContextT", "RequestContext", "RequestT", "SessionT"]

SessionT = TypeVar("SessionT", bound=BaseSession[Any, Any, Any, Any, Any])
LifespanContextT = TypeVar("LifespanContextT")
RequestT = TypeVar("RequestT", default=Any)


@dataclass
class RequestContext(Generic[SessionT, LifespanContextT, RequestT]):
    """The request being served.

    Attributes:
        request_id: its JSON-RPC id.
        meta: its `_meta`.
        session: the way back to who asked.
        lifespan_context: what the server's lifespan yielded.
        experimental: unused; kept for code that passes it.
        request: the transport's request object (an HTTP request, say), if it has one.
        close_sse_stream: ends the SSE stream of this request, to be resumed by the client.
        close_standalone_sse_stream: ends the stream of unrelated messages.
    """

    request_id: RequestId
    meta: RequestParams.Meta | None
    session: SessionT
    lifespan_context: LifespanContextT
    experimental: Any = None
    request: RequestT | None = None
    close_sse_stream: Callable[[], Awaitable[None]] | None = None
    close_standalone_sse_stream: Callable[[], Awaitable[None]] | None = None
