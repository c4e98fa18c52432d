"""Reports progress step by step, in the shape of 1.x. Specification: basic/patterns/progress."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Generic

from pydantic import BaseModel

from mcp.shared.context import LifespanContextT, RequestContext
from mcp.shared.session import (
    BaseSession,
    ReceiveNotificationT,
    ReceiveRequestT,
    SendNotificationT,
    SendRequestT,
    SendResultT,
)
from mcp.types import ProgressToken

__all__ = ["Progress", "ProgressContext", "progress"]


class Progress(BaseModel):
    """How far a request has come, out of a total if that is known."""

    progress: float
    total: float | None


@dataclass
class ProgressContext(
    Generic[SendRequestT, SendNotificationT, SendResultT, ReceiveRequestT, ReceiveNotificationT]
):
    """Reports the progress of one request.

    Args:
        session: the way back to who asked.
        progress_token: the token that came with the request.
        total: what the progress amounts to in the end, if that is known.
    """

    session: BaseSession[SendRequestT, SendNotificationT, SendResultT, ReceiveRequestT, ReceiveNotificationT]
    progress_token: ProgressToken
    total: float | None
    current: float = field(default=0.0, init=False)

    async def progress(self, amount: float, message: str | None = None) -> None:
        """Report that the request has come further.

        Args:
            amount: how much further since the last report.
            message: what is going on.
        """
        self.current += amount
        await self.session.send_progress_notification(
            self.progress_token, self.current, total=self.total, message=message
        )


@contextmanager
def progress(
    ctx: RequestContext[
        BaseSession[SendRequestT, SendNotificationT, SendResultT, ReceiveRequestT, ReceiveNotificationT],
        LifespanContextT,
        Any,
    ],
    total: float | None = None,
) -> Generator[
    ProgressContext[SendRequestT, SendNotificationT, SendResultT, ReceiveRequestT, ReceiveNotificationT]
]:
    """Yield what reports the progress of the request being served.

    Args:
        ctx: the request's context.
        total: what the progress amounts to in the end, if that is known.

    Raises:
        ValueError: who asked did not ask for progress.
    """
    if ctx.meta is None or ctx.meta.progressToken is None:
        raise ValueError("No progress token provided")
    yield ProgressContext(ctx.session, ctx.meta.progressToken, total)
