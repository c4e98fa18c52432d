"""Ask once per run whether a package registry answers, through its ordinary client."""

import functools
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from support import node
from support.timeouts import scaled

__all__ = ["answers", "forget"]

NOTES = Path(tempfile.gettempdir())
"""Where the workers of one run leave each other the answers."""


def answers(registry: str) -> bool:
    """Tell whether the registry `pypi` or `npm` gave an answer to its own client, asked once per test run.

    The workers of one run share the answer through a file named after the run.
    """
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID")
    if run is None:
        return _asked(registry)
    note = NOTES / f"registry-{registry}-{run}"
    if not note.exists():
        note.write_text(str(_asked(registry)), encoding="ascii")
    return note.read_text(encoding="ascii") == "True"


def forget() -> None:
    """Ask again next time, in this process."""
    _asked.cache_clear()


@functools.cache
def _asked(registry: str) -> bool:
    if registry == "pypi":
        # `uv run` and `scripts/test` have uv on the path.
        return _succeeds(["uv", "pip", "compile", "--quiet", "--no-cache", "--python", sys.executable, "-"])
    if registry == "npm":
        return _succeeds([*node.npm(), "view", "--fetch-retries=0", "semver", "version"])
    raise ValueError(f"no registry {registry!r}: there are 'pypi' and 'npm'")


def _succeeds(command: Sequence[str]) -> bool:
    try:
        subprocess.run(command, input=b"packaging\n", capture_output=True, timeout=scaled(60), check=True)
    except (OSError, subprocess.SubprocessError):
        return False
    return True
