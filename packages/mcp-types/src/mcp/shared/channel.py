"""How to talk back while a request runs: a channel has two verbs, `notify` (never blocks) and `ask`."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from typing import Any, Protocol

from mcp.types import Notification, Request, Result

__all__ = ["AnyNotification", "AnyRequest", "Channel", "InputRequired"]

AnyRequest = Request[Any, Any]
AnyNotification = Notification[Any, Any]


class Channel(Protocol):
    """The way back to who asked, whatever the revision and the transport."""

    def notify(self, notification: AnyNotification) -> Awaitable[None]:
        """Send a notification; await what is returned to wait for room, or leave it."""
        ...

    async def ask(self, questions: Mapping[str, AnyRequest]) -> dict[str, Result]:
        """Put questions to the client and return its answers under the same keys.

        Raises:
            MissingClientCapability: the client did not declare that it answers such questions.
            McpError: the client answered with an error, or will not answer any more.
        """
        ...


class InputRequired(BaseException):
    """Ends a handler because the answers to its questions are not here yet.

    A BaseException, so that `except Exception` in a handler does not swallow it.

    Args:
        questions: what to ask the client, by key.
        state: opaque text of the author's that comes back, sealed on the way, with the answers.

    Specification: basic/patterns/mrtr.
    """

    def __init__(self, questions: Mapping[str, AnyRequest] | None = None, state: str | None = None) -> None:
        super().__init__("input required")
        self.questions = dict(questions or {})
        self.state = state
