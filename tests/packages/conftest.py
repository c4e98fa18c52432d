"""The wheels of the workspace, built once, and the environments made from them."""

from functools import cache
from pathlib import Path

import pytest

from support import environments


@pytest.fixture(scope="session")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder with the wheels of every member of the workspace."""
    folder = tmp_path_factory.mktemp("wheels")
    environments.build(folder)
    return folder


@pytest.fixture(scope="session")
def environment(wheels: Path, tmp_path_factory: pytest.TempPathFactory) -> environments.Environment:
    """Return a function that makes an environment on first use."""

    @cache
    def make(name: str) -> Path:
        return environments.make(tmp_path_factory.mktemp(f"environment-{name}"), wheels, name)

    return make
