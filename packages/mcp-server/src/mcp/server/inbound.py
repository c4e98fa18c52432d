"""One request as the transport and the era made it: above this line nobody knows about either."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextvars import Context
from dataclasses import dataclass
from typing import Any, Protocol

from mcp.server.channels import ServerChannel, Sink
from mcp.server.models import InitializationOptions
from mcp.server.session import ServerSession
from mcp.shared.envelope import Envelope
from mcp.shared.exceptions import McpError
from mcp.types import Implementation, RequestId, Result

__all__ = ["Exchange", "Inbound"]


class Exchange(Protocol):
    """One request on a transport, to be ended once."""

    @property
    def request_id(self) -> RequestId:
        """The JSON-RPC id."""
        ...

    @property
    def context(self) -> Context | None:
        """The context variables of the request; those of the connection if None."""
        ...

    @property
    def request(self) -> object | None:
        """The transport's request object, if it has one."""
        ...

    def reply(self, data: bytes, result: Result) -> None:
        """End the exchange with a result, given as JSON and as model."""
        ...

    def fail(self, error: McpError) -> None:
        """End the exchange with an error."""
        ...

    def notify(self, method: str, params: bytes | None) -> Awaitable[None]:
        """Send a notification that belongs to this request, from any thread."""
        ...

    def when_cancelled(self, function: Callable[[], None] | None) -> None:
        """Say what to do if the client no longer wants an answer."""
        ...


@dataclass(slots=True)
class Inbound:
    """One request.

    Attributes:
        method: what is asked.
        params: its parameters as received.
        envelope: who asks, under which revision, with which capabilities.
        open_channel: given the call that serves it, returns how to talk back while it runs.
        exchange: where the answer goes.
        options: what the server says of itself.
        server_info: the same, as results carry it.
        lifespan_context: what the server's lifespan yielded.
        session: the session it came in on; made for the call if None.
        raised: called with what a handler raises, besides the answer.
        connection: what the request came in on, if that outlives it.
    """

    method: str
    params: dict[str, Any] | None
    envelope: Envelope
    open_channel: Callable[[Sink], ServerChannel]
    exchange: Exchange
    options: InitializationOptions
    server_info: Implementation
    lifespan_context: Any
    session: ServerSession | None = None
    raised: Callable[[Exception], None] | None = None
    connection: object | None = None
