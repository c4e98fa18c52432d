"""Programs from npm packages, installed once into an ignored folder, with no script of theirs run on the way."""

import json
import shutil
import subprocess
from pathlib import Path

import filelock

from support import node
from support.shared import ROOT
from support.timeouts import scaled

__all__ = ["installed", "program"]

FLAGS = ["--ignore-scripts", "--no-package-lock", "--no-audit", "--no-fund", "--loglevel=error"]
INSTALL_SECONDS = 150


def installed(folder: Path) -> Path:
    """Install what `package.json` in `folder` pins, unless that is done; return where it is.

    The workers of a test run wait for the one that installs.

    Raises:
        RuntimeError: npm failed; the message is npm's.
    """
    place = ROOT / ".tools" / "npm" / folder.name
    place.mkdir(parents=True, exist_ok=True)
    wanted = (folder / "package.json").read_text(encoding="utf-8")
    done = place / "installed.json"
    with filelock.FileLock(place / "lock", timeout=scaled(INSTALL_SECONDS)):
        if not done.exists() or done.read_text(encoding="utf-8") != wanted:
            shutil.rmtree(place / "node_modules", ignore_errors=True)
            (place / "package.json").write_text(wanted, encoding="utf-8")
            _install(place)
            done.write_text(wanted, encoding="utf-8")
    return place


def program(place: Path, package: str, name: str) -> list[str]:
    """Return the command that runs the program `name` of an installed package."""
    home = place / "node_modules" / package
    programs = json.loads((home / "package.json").read_text(encoding="utf-8"))["bin"]
    return [node.node(), str(home / programs[name])]


def _install(place: Path) -> None:
    done = subprocess.run(
        [*node.npm(), "install", *FLAGS],
        cwd=place,
        capture_output=True,
        text=True,
        timeout=scaled(INSTALL_SECONDS),
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"npm install: {done.stderr}")
