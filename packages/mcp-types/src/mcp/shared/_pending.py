"""A request of ours that waits for its answer, and the limits on how long."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from mcp.shared import _loop
from mcp.shared.exceptions import McpError, RequestTimeout

__all__ = ["Pending", "Progress"]

Progress = Callable[[float, float | None, str | None], Awaitable[None]]


class Pending:
    """A request of ours that waits for its answer.

    Args:
        label: what error texts call the request.
        progress: gets the progress that the other end reports.
        nested: it was made by a callback, which holds back the answers to everybody else.

    Attributes:
        answer: what has arrived and is held back until the callbacks before it are through.
    """

    __slots__ = ("_deadlines", "answer", "label", "nested", "progress", "slot")

    def __init__(self, label: str, progress: Progress | None, nested: bool) -> None:
        self.label = label
        self.progress = progress
        self.nested = nested
        self.answer: dict[str, Any] | McpError | None = None
        self.slot: _loop.Slot[dict[str, Any]] = _loop.Slot()
        self._deadlines: list[_Deadline] = []

    def limit(self, seconds: float, renewable: bool, resting: Callable[[], bool]) -> None:
        """Fail the request after so many seconds.

        Args:
            seconds: from now, or from the last sign of life if `renewable`.
            renewable: begin anew with every sign of life.
            resting: whether time does not count, asked when it is up.
        """
        self._deadlines.append(_Deadline(self, seconds, renewable, resting))

    def settle(self, outcome: dict[str, Any] | McpError) -> None:
        """Give the waiter its answer."""
        if isinstance(outcome, McpError):
            self.slot.fail(outcome)
        else:
            self.slot.set(outcome)

    def expire(self, error: RequestTimeout) -> None:
        """The time is up: give the waiter the answer if it is here, but held back."""
        self.settle(error if self.answer is None else self.answer)

    def sign_of_life(self) -> None:
        """Take note that the other end is at work."""
        for deadline in self._deadlines:
            deadline.sign_of_life()

    def in_time(self) -> None:
        """Lift the limits: the answer is here, or nobody waits for it."""
        for deadline in self._deadlines:
            deadline.cancel()


class _Deadline:
    __slots__ = ("_pending", "_renewable", "_resting", "_seconds", "_timer")

    def __init__(
        self, pending: Pending, seconds: float, renewable: bool, resting: Callable[[], bool]
    ) -> None:
        self._pending = pending
        self._seconds = seconds
        self._renewable = renewable
        self._resting = resting
        self._timer = _loop.call_later(seconds, self._fire)

    def _fire(self) -> None:
        if self._resting():
            self._timer = _loop.call_later(self._seconds, self._fire)
            return
        text = (
            f"Timed out while waiting for response to {self._pending.label}. Waited {self._seconds} seconds."
        )
        self._pending.expire(RequestTimeout(text))

    def sign_of_life(self) -> None:
        if self._renewable:
            self._timer.cancel()
            self._timer = _loop.call_later(self._seconds, self._fire)

    def cancel(self) -> None:
        self._timer.cancel()
