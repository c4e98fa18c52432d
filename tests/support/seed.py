"""The Python blocks of the seed, a collection of programs written for 1.x, as they stand there."""

import importlib.util
import os
import re
import subprocess
import sys
import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType

import pytest

from mcp.client.stdio import StdioServerParameters
from support.shared import shared
from support.timeouts import scaled

__all__ = ["blocks", "command_shim", "import_block", "run_script", "script_server", "source", "write_block"]

FILE = re.compile(r"^## File: (?P<path>\S+)$", re.MULTILINE)
HEADING = re.compile(r"^#{2,3} (?P<title>.+)$")


def blocks() -> Mapping[str, str]:
    """Return each Python block of the seed under its name; skip the test if the seed is absent.

    A block is named after the heading above it, numbered from the second one on, or after the path of its file.
    """
    text = shared("seed.md").read_text(encoding="utf-8")
    intro, *files = FILE.split(text)
    found = dict(_fenced(intro))
    for path, section in zip(files[::2], files[1::2], strict=True):
        name = path.removeprefix("examples/servers/")
        if name.endswith(".py"):
            found[name] = _whole_file(section)
        else:
            found |= {f"{name} {title}": block for title, block in _fenced(section, inner=True)}
    return found


def source(name: str) -> str:
    """Return one block; skip the test if the seed is absent."""
    return blocks()[name]


def write_block(name: str, path: Path) -> Path:
    """Write one block to a file, unmodified; return the path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(source(name), encoding="utf-8")
    return path


def import_block(name: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Import one block as a module, unmodified."""
    path = write_block(name, folder / "seed_block.py")
    spec = importlib.util.spec_from_file_location("seed_block", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    # Annotations given as text look their module up by name.
    monkeypatch.setitem(sys.modules, "seed_block", module)
    spec.loader.exec_module(module)
    return module


def script_server(path: Path, *arguments: str) -> StdioServerParameters:
    """Return how to start a block that is a program, from its own folder."""
    return StdioServerParameters(command=sys.executable, args=[str(path), *arguments], cwd=path.parent)


def run_script(path: Path, commands: Path | None = None) -> str:
    """Run a block that is a program in its own folder to its end, and return what it prints.

    Args:
        path: the program.
        commands: a folder of commands that it shall find first.
    """
    found_first = [str(folder) for folder in (commands, Path(sys.executable).parent) if folder]
    environment = {**os.environ, "PATH": os.pathsep.join([*found_first, os.environ.get("PATH", os.defpath)])}
    done = subprocess.run(
        [sys.executable, path.name],
        cwd=path.parent,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=scaled(60),
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def command_shim(folder: Path, example: str, prelude: Sequence[str] = ()) -> Path:
    """Make a folder with a command `uv`, whose `uv run <example>` runs the example's server; return the folder.

    Args:
        folder: where the example and the command are written.
        example: its name, like `simple-tool`.
        prelude: lines of Python that run before the server.
    """
    package = f"mcp_{example.replace('-', '_')}"
    write_block(f"{example}/{package}/server.py", folder / package / "server.py")
    # Without it, an installed package of this name would be found first.
    (folder / package / "__init__.py").touch()
    commands = folder / "commands"
    commands.mkdir()
    lines = [
        f"#!{sys.executable}",
        "import sys",
        f"sys.path.insert(0, {str(folder)!r})",
        *prelude,
        f"assert sys.argv[1:3] == ['run', 'mcp-{example}'], sys.argv",
        "del sys.argv[1:3]",
        f"from {package}.server import main",
        "sys.exit(main())",
    ]
    uv = commands / "uv"
    uv.write_text("\n".join(lines) + "\n", encoding="utf-8")
    uv.chmod(0o755)
    return commands


def _fenced(text: str, inner: bool = False) -> list[tuple[str, str]]:
    """Return the titles and texts of fenced blocks that are Python; a bare fence counts outside of files."""
    found: list[tuple[str, str]] = []
    title, fence, lines = "", None, list[str]()
    for line in text.splitlines(keepends=True):
        mark = line.strip()
        if fence is None and (heading := HEADING.match(line)):
            title = heading["title"]
        elif not mark.startswith("```"):
            lines.append(line)
        elif fence is None:
            # In a file, the first bare fence is the file's own.
            fence, lines = (None if inner and mark == "```" else mark), []
        else:
            if fence in ("```python", "```"):
                number = sum(known.split(" #")[0] == title for known, _ in found) + 1
                name = title if number == 1 else f"{title} #{number}"
                found.append((name, textwrap.dedent("".join(lines))))
            fence = None
    return found


def _whole_file(section: str) -> str:
    inside = section.strip().removeprefix("```\n")
    end = inside.rindex("\n```")
    return inside[:end] + "\n"
