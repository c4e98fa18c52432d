"""One request that we serve on a duplex link: it is answered once, alone or as part of a batch, or not at all."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextvars import Context
from typing import Any

from mcp.shared._loop import Home
from mcp.shared.conversation import Conversation
from mcp.shared.exceptions import McpError
from mcp.shared.link import Link
from mcp.shared.message import MessageMetadata
from mcp.types import RequestId, Result
from mcp.types.jsonrpc import RequestFrame, encode_error, encode_notification, encode_response

__all__ = ["Batch", "PeerExchange", "Room"]


class Room:
    """Await it to wait until the link has room; leave it, and what was sent goes out all the same."""

    __slots__ = ("_link",)

    def __init__(self, link: Link | None) -> None:
        self._link = link

    def __await__(self) -> Generator[Any, Any, None]:
        if self._link is not None:
            yield from self._link.drain().__await__()


class Batch:
    """Collects the answers to the requests of one array, and sends them as one array."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._answers: list[bytes] = []
        self._open = 1  # the array itself, until it has been read to its end

    def expect(self) -> None:
        """One more answer will come."""
        self._open += 1

    def settle(self, answer: bytes | None) -> None:
        """One expected answer has come, or will not come (None)."""
        if answer is not None:
            self._answers.append(answer)
        self._open -= 1
        if not self._open and self._answers:
            self._link.send(b"[" + b",".join(self._answers) + b"]")


class PeerExchange:
    """A request of the peer, from its arrival to its answer.

    Attributes:
        request_id: its JSON-RPC id.
        method: its method.
        params: its parameters, as received.
        metadata: what the transport knows of it.
        cancelled: whether the peer no longer wants it.
    """

    __slots__ = (
        "_batch",
        "_conversation",
        "_home",
        "_link",
        "_on_cancel",
        "_on_end",
        "cancelled",
        "context",
        "metadata",
        "method",
        "params",
        "request_id",
    )

    def __init__(
        self,
        frame: RequestFrame,
        link: Link,
        home: Home,
        conversation: Conversation[Any, PeerExchange],
        metadata: MessageMetadata,
        batch: Batch | None,
        on_end: Callable[[], None],
    ) -> None:
        self.request_id: RequestId = frame.id
        self.method = frame.method
        self.params: dict[str, Any] | None = frame.params
        self.metadata = metadata
        self.cancelled = False
        self.context: Context | None = None
        self._link = link
        self._home = home
        self._conversation = conversation
        self._batch = batch
        self._on_cancel: Callable[[], None] | None = None
        self._on_end = on_end

    @property
    def in_batch(self) -> bool:
        """Whether the request came in an array."""
        return self._batch is not None

    @property
    def request(self) -> object | None:
        """The transport's request object, if it has one."""
        return getattr(self.metadata, "request_context", None)

    def when_cancelled(self, function: Callable[[], None] | None) -> None:
        """Say what to do if the peer cancels the request, or the connection ends under it."""
        self._on_cancel = function

    def reply(self, data: bytes, result: Result | None = None) -> None:
        """Answer with a result, given as JSON; no effect if the request was cancelled or the connection is gone."""
        if self._conversation.reply(self.request_id, self):
            self._send(encode_response(self.request_id, data))

    def fail(self, error: McpError) -> None:
        """Answer with an error; without effect if the request was cancelled or the connection is gone."""
        if self._conversation.reply(self.request_id, self):
            self._send(encode_error(self.request_id, error.error))

    def refuse(self, error: McpError) -> None:
        """Answer with an error a request that was never admitted."""
        self._send(encode_error(self.request_id, error.error))

    def notify(self, method: str, params: bytes | None) -> Room:
        """Send a notification that belongs to this request, from any thread."""
        data = encode_notification(method, params)
        self._home.post(lambda: None if self.cancelled else self._link.send(data, self.metadata))
        return Room(self._link)

    def cancel(self) -> None:
        """The peer no longer wants an answer; called once the conversation has forgotten the request."""
        self.cancelled = True
        if self._batch is not None:
            self._batch.settle(None)
        if self._on_cancel is not None:
            self._on_cancel()
        self._on_end()

    def _send(self, data: bytes) -> None:
        if self._batch is not None:
            self._batch.settle(data)
        else:
            self._link.send(data, self.metadata)
        self._on_end()
