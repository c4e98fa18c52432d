"""How a session begins: the steps that the outcomes table of `eras` asks for."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from mcp.client.eras import (
    Again,
    Failed,
    Mode,
    Modern,
    Outcome,
    as_initialized,
    may_be_modern,
    negotiated,
    opening,
    outcome_of_error,
    outcome_of_result,
    within,
)
from mcp.shared.exceptions import McpError
from mcp.types import DiscoverResult, InitializeResult

__all__ = ["Opened", "Opening"]


@dataclass(frozen=True, slots=True)
class Opened:
    """How a session began.

    Attributes:
        revision: the revision to be spoken.
        initialized: what the server said of itself, in the shape that a handshake gives.
        discovered: the same as the server said it, where there was no handshake.
    """

    revision: str
    initialized: InitializeResult
    discovered: DiscoverResult | None = None


class Opening:
    """Finds out what to speak with a server.

    Args:
        discover: asks the server what it speaks, under a revision, and returns the raw result.
        initialize: does the handshake.
    """

    def __init__(
        self,
        discover: Callable[[str], Awaitable[dict[str, Any]]],
        initialize: Callable[[], Awaitable[InitializeResult]],
    ) -> None:
        self._discover = discover
        self._initialize = initialize

    async def run(self, mode: Mode) -> Opened:
        """Begin in a mode.

        Raises:
            NoCommonRevision: there is no revision that both sides speak and the mode allows.
            McpError: the server refused, did not answer, or is gone.
        """
        outcome = await self._probe(mode)
        if isinstance(outcome, Failed):
            raise outcome.error
        if isinstance(outcome, Modern):
            return _opened(outcome)
        return await self.handshake(forward=mode == "auto")

    async def handshake(self, *, forward: bool = True) -> Opened:
        """Begin by the handshake.

        Args:
            forward: whether a server that refuses it is asked what else it speaks.

        Raises:
            NoCommonRevision: the server settled on a revision that is none of ours.
            McpError: the server refused, did not answer, or is gone.
        """
        try:
            result = await self._initialize()
        except McpError as refusal:
            outcome = await self._probe("modern") if forward and may_be_modern(refusal) else None
            if not isinstance(outcome, Modern):
                raise
            return _opened(outcome)
        return Opened(negotiated(result), result)

    async def _probe(self, mode: Mode) -> Outcome:
        outcome: Outcome = opening(mode)
        asked: list[str] = []
        while isinstance(outcome, Again):
            asked.append(outcome.revision)
            outcome = within(mode, await self._ask(asked))
        return outcome

    async def _ask(self, asked: list[str]) -> Outcome:
        try:
            result = await self._discover(asked[-1])
        except McpError as error:
            return outcome_of_error(error, asked)
        return outcome_of_result(result)


def _opened(outcome: Modern) -> Opened:
    return Opened(outcome.revision, as_initialized(outcome.revision, outcome.discovered), outcome.discovered)
