"""One import package from six source trees: the same front door in each, and all its names behind it."""

import ast
from types import ModuleType

import pytest

import mcp
from mcp import _api
from support.shared import ROOT, shared

COPIES = sorted((ROOT / "packages").glob("*/src/mcp/__init__.py"))


def test_the_copies_are_equal() -> None:
    assert len(COPIES) == 6
    assert len({copy.read_bytes() for copy in COPIES}) == 1


def test_type_checkers_see_the_same_names() -> None:
    nodes = list(ast.walk(ast.parse(COPIES[0].read_text("utf-8"))))
    imported = {
        alias.asname: f"{node.module}:{alias.name}"
        for node in nodes
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("mcp.")
        for alias in node.names
    }
    for node in nodes:
        match node:
            # A name that is another one in its own module is assigned, since checkers hide it otherwise.
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Name(id=value)) if value in imported:
                imported[name] = imported.pop(value)
            case _:
                pass
    offered = {name: where if ":" in where else f"{where}:{name}" for name, where in _api.NAMES.items()}
    assert imported == offered


def test_the_names_of_1x_are_offered() -> None:
    facts = shared("v1_api.md").read_text("utf-8")
    _, _, section = facts.partition("\n### mcp\n")
    _, _, names = section.partition("__all__: ")
    listed = set(names.splitlines()[0].split(", "))
    assert set(_api.NAMES) - listed == {"Client"}
    assert listed <= set(_api.NAMES)


@pytest.mark.parametrize("name", _api.NAMES)
def test_each_name_is_there(name: str) -> None:
    assert getattr(mcp, name) is not None


@pytest.mark.parametrize("name", ["client", "server", "shared", "types"])
def test_packages_are_attributes(name: str) -> None:
    assert isinstance(getattr(mcp, name), ModuleType)
