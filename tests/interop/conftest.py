"""The npm packages that are driven here, and where they are."""

from pathlib import Path

import pytest

from support import npm


@pytest.fixture(scope="session")
def counterparts() -> Path:
    """Return the folder where the packages of `package.json` are installed."""
    return npm.installed(Path(__file__).parent)


@pytest.fixture
def anyio_backend() -> str:
    """Return the one event loop these tests run on: each starts a server, and the loops differ elsewhere."""
    return "asyncio"
