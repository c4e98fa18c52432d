"""The reference material that may lie beside the checkout; tests that read it skip where it is absent."""

from pathlib import Path

import pytest

__all__ = ["ROOT", "shared"]

ROOT = Path(__file__).resolve().parents[2]


def shared(path: str) -> Path:
    """Return the file or folder `path` of `../shared`; skip the test that asks if the folder is absent."""
    folder = ROOT.parent / "shared"
    if not folder.is_dir():
        pytest.skip("the folder `shared` is not beside this checkout")
    return folder / path
