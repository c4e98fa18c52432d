"""Environments made from our wheels, installed by path and all at once."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from support.shared import ROOT
from support.timeouts import scaled

__all__ = ["ENVIRONMENTS", "Environment", "build", "make", "run"]

Environment = Callable[[str], Path]
"""From a name in `ENVIRONMENTS` to the Python of that environment."""

ENVIRONMENTS: Mapping[str, Sequence[str]] = {
    "types": ["mcp-types"],
    "client": ["mcp-types", "mcp-client"],
    "fastmcp": ["mcp-types", "mcp-server", "mcp-fastmcp"],
    "whole": ["mcp-types", "mcp-client", "mcp-server", "mcp-fastmcp", "mcp-auth", "mcp-cli", "mcp[cli]"],
}
"""Name of an environment -> what of ours is installed in it."""


def run(*command: str | Path) -> str:
    """Run `command` outside the checkout and its environment; return its output, or fail with its errors."""
    env = {k: v for k, v in os.environ.items() if k not in {"VIRTUAL_ENV", "PYTHONPATH"}}
    done = subprocess.run(
        command, cwd=ROOT.parent, env=env, capture_output=True, text=True, timeout=scaled(120), check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def build(folder: Path) -> None:
    """Build every member of the workspace into `folder`, the wheels from the source distributions."""
    run(_uv(), "build", "--quiet", "--all-packages", "--out-dir", folder, "--directory", ROOT)


def make(folder: Path, wheels: Path, name: str) -> Path:
    """Make the environment `name` in `folder` from the `wheels`; return its Python."""
    run(_uv(), "venv", "--quiet", "--clear", "--python", sys.executable, folder)
    python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    requirements = [_requirement(wheels, what) for what in ENVIRONMENTS[name]]
    run(_uv(), "pip", "install", "--quiet", "--python", python, *requirements)
    return python


def _requirement(wheels: Path, what: str) -> str:
    name, bracket, extras = what.partition("[")
    (wheel,) = wheels.glob(f"{name.replace('-', '_')}-[0-9]*.whl")
    return f"{name}{bracket}{extras} @ {wheel.as_uri()}"


def _uv() -> str:
    uv = shutil.which("uv")
    assert uv, "uv is not on PATH: run these tests with scripts/test packages"
    return uv
