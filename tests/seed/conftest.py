"""What the blocks of the seed need around them."""

import sys
from types import ModuleType

import pytest


@pytest.fixture
def anyio_backend() -> str:
    """Return the event loop that the blocks were written for."""
    return "asyncio"


class Database:
    """The stand-in for the database of two blocks: says what it was asked, and how often it was opened."""

    opened: int
    closed: int

    @classmethod
    async def connect(cls) -> "Database":
        """Open it."""
        cls.opened += 1
        return cls()

    async def disconnect(self) -> None:
        """Close it."""
        type(self).closed += 1


@pytest.fixture
def database(monkeypatch: pytest.MonkeyPatch) -> type[Database]:
    """Return a new class `Database`, which blocks import from `fake_database`; its `query` is up to the test."""
    made = type("Database", (Database,), {"opened": 0, "closed": 0})
    module = ModuleType("fake_database")
    monkeypatch.setattr(module, "Database", made, raising=False)
    monkeypatch.setitem(sys.modules, "fake_database", module)
    return made
