"""The loops that the tests of the client run on."""

import pytest


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request: pytest.FixtureRequest) -> str:
    """Both loops: sessions over stream pairs, memory and stdio run on either."""
    return str(request.param)
