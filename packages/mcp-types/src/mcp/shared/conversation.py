"""The ledger of a duplex link, without I/O: which requests are open in either direction.

It decides what may be sent and what an arriving message belongs to; it holds items and never looks into them.
Keys keep their type: `1` is not `"1"`. Specification: basic, "Requests" and basic/patterns/cancellation.
"""

from __future__ import annotations

from enum import Enum
from typing import Generic, TypeVar

from mcp.types import RequestId

__all__ = ["Admission", "Conversation"]

Asked = TypeVar("Asked")
Served = TypeVar("Served")


class Admission(Enum):
    """What becomes of an arriving request."""

    ADMITTED = "admitted"
    DUPLICATE = "its id is that of a request still being served"
    FULL = "too many requests are being served on this connection"
    CLOSED = "the connection is closing"


class Conversation(Generic[Asked, Served]):
    """Requests we asked and wait for, and requests we were asked and serve.

    Args:
        limit: how many requests may be served at once.
    """

    def __init__(self, *, limit: int = 256) -> None:
        self._limit = limit
        self._next_id = 0
        self._asked: dict[RequestId, Asked] = {}
        self._served: dict[RequestId, Served] = {}
        self._ears_closed = False
        self._closed = False

    @property
    def next_id(self) -> int:
        """The id that the next request of ours gets."""
        return self._next_id

    @property
    def asked(self) -> int:
        """How many answers we wait for."""
        return len(self._asked)

    @property
    def served(self) -> int:
        """How many requests are being served."""
        return len(self._served)

    @property
    def closed(self) -> bool:
        """Whether nothing can be asked any more."""
        return self._closed or self._ears_closed

    # What we ask

    def ask(self, item: Asked) -> int:
        """Enter a request of ours and return its id, which is also its progress token."""
        request_id = self._next_id
        self._next_id += 1
        self._asked[request_id] = item
        return request_id

    def answered(self, request_id: RequestId | None) -> Asked | None:
        """Take out the request that an answer belongs to; None if nobody waits for it."""
        return None if request_id is None else self._asked.pop(request_id, None)

    def give_up(self, request_id: RequestId) -> bool:
        """Stop waiting; True if the peer should be told, because the answer had not arrived."""
        return self._asked.pop(request_id, None) is not None and not self.closed

    def progressing(self, token: object) -> Asked | None:
        """Return the request that a progress token belongs to, if it is still open."""
        if isinstance(token, bool) or not isinstance(token, int | str):
            return None
        return self._asked.get(token)

    # What we are asked

    def receive(self, request_id: RequestId, item: Served) -> Admission:
        """Enter an arriving request, or say why it cannot be served; the one in flight is not disturbed."""
        if self.closed:
            return Admission.CLOSED
        if request_id in self._served:
            return Admission.DUPLICATE
        if len(self._served) >= self._limit:
            return Admission.FULL
        self._served[request_id] = item
        return Admission.ADMITTED

    def cancel(self, request_id: object) -> Served | None:
        """Take out a request that the peer no longer wants; None if there is none with this id."""
        if isinstance(request_id, bool) or not isinstance(request_id, int | str):
            return None
        return self._served.pop(request_id, None)

    def reply(self, request_id: RequestId, item: Served) -> bool:
        """Take out a request because its answer goes out; False if the answer must not be sent.

        The item tells it from a later request that reuses the id of a cancelled one.
        """
        if self._served.get(request_id) is not item:
            return False
        del self._served[request_id]
        return not self._closed

    # The end

    def end_of_input(self) -> list[Asked]:
        """Nothing arrives any more: return those who wait in vain; what is being served may still be answered."""
        self._ears_closed = True
        waiting = list(self._asked.values())
        self._asked.clear()
        return waiting

    def close(self) -> tuple[list[Asked], list[Served]]:
        """Nothing goes out any more: return those who wait, and those who are served, in vain."""
        waiting = self.end_of_input()
        self._closed = True
        serving = list(self._served.values())
        self._served.clear()
        return waiting, serving
