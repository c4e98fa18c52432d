"""Wait for what no event tells."""

from __future__ import annotations

from collections.abc import Callable

import anyio

__all__ = ["until"]

FIRST_PAUSE, LAST_PAUSE = 0.001, 0.05


async def until(condition: Callable[[], bool], seconds: float) -> bool:
    """Wait until a condition holds, for at most `seconds`; return whether it does."""
    pause = FIRST_PAUSE
    with anyio.move_on_after(seconds):
        while not condition():
            await anyio.sleep(pause)
            pause = min(2 * pause, LAST_PAUSE)
    return condition()
