"""The item that 1.x transports exchange: a JSON-RPC message, and what the transport knows of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from mcp.types import JSONRPCMessage, RequestId

__all__ = ["ClientMessageMetadata", "MessageMetadata", "ServerMessageMetadata", "SessionMessage"]

ResumptionToken = str
ResumptionTokenUpdateCallback = Callable[[ResumptionToken], Awaitable[None]]
CloseSSEStreamCallback = Callable[[], Awaitable[None]]


@dataclass
class ClientMessageMetadata:
    """What a client's transport needs to resume the stream of a request."""

    resumption_token: ResumptionToken | None = None
    on_resumption_token_update: ResumptionTokenUpdateCallback | None = None


@dataclass
class ServerMessageMetadata:
    """What a server's transport knows of a message.

    Args:
        related_request_id: the client's request that this message belongs to.
        request_context: the transport's request object (an HTTP request, say).
        close_sse_stream: ends the SSE stream of this request, to be resumed by the client.
        close_standalone_sse_stream: ends the stream of unrelated messages.
    """

    related_request_id: RequestId | None = None
    request_context: object | None = None
    close_sse_stream: CloseSSEStreamCallback | None = None
    close_standalone_sse_stream: CloseSSEStreamCallback | None = None


MessageMetadata = ClientMessageMetadata | ServerMessageMetadata | None


@dataclass
class SessionMessage:
    """A JSON-RPC message with the metadata of its transport."""

    message: JSONRPCMessage
    metadata: MessageMetadata = None
