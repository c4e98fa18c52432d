"""One factor scales every time limit of the tests, because the machines that run them are shared and slow."""

import os

__all__ = ["scaled"]

FACTOR = float(os.environ.get("MCP_TEST_TIMEOUT_FACTOR", "1"))


def scaled(seconds: float) -> float:
    """Return a time limit of `seconds`, scaled for the machine by `MCP_TEST_TIMEOUT_FACTOR`."""
    return seconds * FACTOR
