"""Bring uv and a Python environment into ignored folders, from a bare Python >= 3.11 with pip."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

__all__ = ["ROOT", "command", "environment", "sync"]

ROOT = Path(__file__).resolve().parent.parent
UV = "uv==0.13.9"
TOOLS = ROOT / ".tools"
UV_HOME = TOOLS / UV.replace("==", "-")
VENV_BIN = ROOT / ".venv" / ("Scripts" if sys.platform == "win32" else "bin")
SUFFIX = ".exe" if sys.platform == "win32" else ""

PIP_TO_UV: Mapping[str, str] = {"index-url": "UV_DEFAULT_INDEX", "cert": "SSL_CERT_FILE"}
"""What pip is told about the package index, and how uv hears the same."""


def sync(*, dev: bool) -> None:
    """Make `.venv` hold the workspace, with the development tools if `dev`; exit if that fails."""
    arguments = ["sync", "--all-packages", "--quiet", "--python", sys.executable]
    # Without the tools, what an earlier run with them installed stays.
    arguments += [] if dev else ["--no-dev", "--inexact"]
    try:
        subprocess.run([_uv(), *arguments], cwd=ROOT, env=environment(), check=True)
    except subprocess.CalledProcessError as error:
        sys.exit(f"{Path(sys.argv[0]).name}: setting up failed: {subprocess.list2cmdline(error.cmd)}")


def command(name: str) -> str:
    """Return the path of a command of the environment."""
    return str(VENV_BIN / f"{name}{SUFFIX}")


def environment() -> dict[str, str]:
    """Return the variables for our commands: `.venv` and uv first on PATH, caches in `.tools`."""
    ours = {
        "PATH": os.pathsep.join([str(VENV_BIN), str(_uv_bin()), os.environ.get("PATH", os.defpath)]),
        "PYRIGHT_PYTHON_CACHE_DIR": str(TOOLS / "pyright"),
        "PYRIGHT_PYTHON_IGNORE_WARNINGS": "1",
        "UV_PROJECT_ENVIRONMENT": str(VENV_BIN.parent),
        "UV_PYTHON_DOWNLOADS": "never",
    }
    outer = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
    return {**_index_settings(), **outer, **ours}


def _uv() -> str:
    uv = _uv_bin() / f"uv{SUFFIX}"
    if not uv.exists():
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--root-user-action=ignore"]
        subprocess.run([*pip, "--target", str(UV_HOME), UV], check=True, stdout=sys.stderr)
    return str(uv)


def _uv_bin() -> Path:
    return UV_HOME / "bin"


def _index_settings() -> dict[str, str]:
    listed = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"], capture_output=True, text=True, check=False
    ).stdout
    settings: dict[str, str] = {}
    for line in listed.splitlines():
        key, _, value = line.partition("=")
        # Variables are listed before files, and win.
        if variable := PIP_TO_UV.get(key.rpartition(".")[2]):
            settings.setdefault(variable, value.strip("'\""))
    return settings
