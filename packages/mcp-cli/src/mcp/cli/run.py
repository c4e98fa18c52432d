"""Find the server object in a Python file and serve it: `mcp run FILE[:OBJECT]`."""

import importlib.util
import sys
from pathlib import Path
from traceback import walk_tb
from types import ModuleType
from typing import cast

from mcp.cli.errors import CommandError, one_line
from mcp.server.fastmcp import FastMCP
from mcp.server.fastmcp.server import Transport
from mcp.server.stdio import claim

__all__ = ["load", "serve"]

NAMES = ("mcp", "server", "app")
"""Where a server is looked for when no object is named."""

MODULE = "server_module"
"""What the file is called while it runs: not `__main__`, so what it keeps for that stays off."""

Server = FastMCP[object]


def serve(spec: str, transport: str | None = None) -> None:
    """Serve the FastMCP object that `spec`, `FILE[:OBJECT]`, names, until its peer goes.

    Raises: `CommandError` if there is no such object, or the file cannot be imported.
    """
    # What the file prints while it is imported must not reach the stream.
    held = claim() if transport in (None, "stdio") else None
    try:
        server = load(spec)
        if transport is None:
            server.run()
        else:
            # FastMCP refuses what is no transport, and names it.
            server.run(cast(Transport, transport))
    except Exception:
        if held is not None:
            held.release()  # where stdout and stderr are one pipe, stderr is mute until then
        raise


def load(spec: str) -> Server:
    """Import the file of `spec`, `FILE[:OBJECT]`, and return the server in it.

    Raises: `CommandError` if there is no such object, or the file cannot be imported.
    """
    path, name = _split(spec)
    if not path.is_file():
        raise CommandError(f"there is no file {str(path)!r}")
    module = _import(path)
    return _named(module, path, name) if name else _found(module, path)


def _split(spec: str) -> tuple[Path, str | None]:
    file, colon, name = spec.rpartition(":")
    # A drive letter is not a file.
    if not colon or len(file) < 2 or "/" in name or "\\" in name:
        return Path(spec), None
    return Path(file), name


def _import(path: Path) -> ModuleType:
    sys.path.insert(0, str(path.resolve().parent))
    spec = importlib.util.spec_from_file_location(MODULE, path.resolve())
    if spec is None or spec.loader is None:
        raise CommandError(f"{str(path)!r} is not a Python file")
    # Dataclasses and annotations given as text look their module up by name.
    module = sys.modules[MODULE] = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise CommandError(
            f"{str(path)!r} cannot be imported: {one_line(error)}{_line_in(path, error)}"
        ) from error
    return module


def _line_in(path: Path, error: Exception) -> str:
    file = str(path.resolve())
    lines = [line for frame, line in walk_tb(error.__traceback__) if frame.f_code.co_filename == file]
    return f" (line {lines[-1]})" if lines else ""


def _named(module: ModuleType, path: Path, name: str) -> Server:
    try:
        value = getattr(module, name)
    except AttributeError:
        raise CommandError(f"there is no object {name!r} in {str(path)!r}") from None
    if not isinstance(value, FastMCP):
        raise CommandError(f"the object {name!r} in {str(path)!r} is a {type(value).__name__}, not a FastMCP")
    return cast(Server, value)


def _found(module: ModuleType, path: Path) -> Server:
    for name in NAMES:
        value = getattr(module, name, None)
        if isinstance(value, FastMCP):
            return cast(Server, value)
    for name in NAMES:
        if hasattr(getattr(module, name, None), "create_initialization_options"):
            raise CommandError(
                f"the object {name!r} in {str(path)!r} is a low-level server: "
                "serve it by stdio_server() in the file itself, and run that with python"
            )
    others = [name for name, value in vars(module).items() if isinstance(value, FastMCP)]
    raise CommandError(
        f"there is no FastMCP object in {str(path)!r} called {', '.join(NAMES[:-1])} or {NAMES[-1]}; "
        f"say which one it is: mcp run {path}:{others[0] if len(others) == 1 else 'OBJECT'}"
    )
