"""No module of ours needs, while it is imported, one that needs it."""

import ast
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

from support.shared import ROOT


def modules() -> dict[str, Path]:
    """Return every module of the six source trees by name; the front door counts once."""
    found: dict[str, Path] = {}
    for source in ROOT.glob("packages/*/src"):
        for path in source.rglob("*.py"):
            parts = path.relative_to(source).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Yield what runs on import: not what is inside functions, nor what only type checkers see."""
    for statement in body:
        match statement:
            case ast.If(test=ast.Name("TYPE_CHECKING"), orelse=otherwise):
                yield from statements(otherwise)
            case ast.If(body=first, orelse=otherwise) | ast.Try(body=first, orelse=otherwise):
                yield from statements([*first, *otherwise])
            case _:
                yield statement


def imports(path: Path, known: dict[str, Path]) -> set[str]:
    """Return the modules of ours that `path` imports while it is imported itself."""
    wanted: set[str] = set()
    for statement in statements(ast.parse(path.read_text("utf-8")).body):
        match statement:
            case ast.Import(names=names):
                wanted.update(alias.name for alias in names)
            case ast.ImportFrom(module=str(module), names=names):
                submodules = {f"{module}.{alias.name}" for alias in names} & set(known)
                wanted.update(submodules or {module})
            case _:
                pass
    return wanted & set(known)


def test_no_import_cycles() -> None:
    known = modules()
    assert {"mcp.types", "mcp.server.stdio", "mcp.client.stdio"} <= set(known)
    order = TopologicalSorter({name: imports(path, known) - {name} for name, path in known.items()})
    order.prepare()


def test_no_relative_imports() -> None:
    relative = {
        name
        for name, path in modules().items()
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.ImportFrom) and node.level
    }
    assert relative == set()
