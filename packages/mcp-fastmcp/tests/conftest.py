"""What FastMCP's tests share: they run on both event loops."""

import pytest


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request: pytest.FixtureRequest) -> str:
    """The event loop of tests marked `anyio`."""
    name: str = request.param
    return name
