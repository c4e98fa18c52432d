"""The version that this installation goes by."""

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError

import pytest

from mcp.shared import _distribution
from mcp.shared._distribution import distribution_version


@dataclass
class Distribution:
    version: str


@dataclass
class Entry:
    dist: Distribution | None


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    distribution_version.cache_clear()
    yield
    distribution_version.cache_clear()


@pytest.mark.parametrize(
    ("umbrella", "server", "expected"),
    [
        ([Entry(Distribution("9.9"))], "0.7", "9.9"),
        ([], "0.7", "0.7"),
        ([Entry(None)], "0.7", "0.7"),
        ([], None, "unknown"),
    ],
)
def test_whose_version(
    monkeypatch: pytest.MonkeyPatch, umbrella: list[Entry], server: str | None, expected: str
) -> None:
    asked: list[str] = []

    def version(name: str) -> str:
        asked.append(name)
        if server is None:
            raise PackageNotFoundError(name)
        return server

    def entry_points(*, group: str) -> list[Entry]:
        return umbrella if group == "mcp.umbrella" else []

    monkeypatch.setattr(_distribution, "version", version)
    monkeypatch.setattr(_distribution, "entry_points", entry_points)
    assert distribution_version() == expected
    assert distribution_version() == expected
    assert asked in ([], ["mcp-server"])
