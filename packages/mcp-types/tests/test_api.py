"""The front door: what it offers, where it finds it, and what it says when it cannot."""

import sys
from pathlib import Path
from types import ModuleType

import pytest

import mcp
from mcp import _api


def test_another_name_is_none_of_ours() -> None:
    with pytest.raises(AttributeError, match="module 'mcp' has no attribute 'Nothing'"):
        getattr(mcp, "Nothing")  # noqa: B009  # the type checkers would refuse `mcp.Nothing`


def test_dir_lists_what_is_offered() -> None:
    assert {"ClientSession", "Tool", "stdio_server"} <= set(dir(mcp))


@pytest.mark.parametrize(
    ("module", "distribution"),
    [
        ("mcp.types.tools", "mcp-types"),
        ("mcp.shared.memory", "mcp-types"),
        ("mcp.client.session", "mcp-client"),
        ("mcp.client.auth.oauth2", "mcp-auth"),
        ("mcp.server", "mcp-server"),
        ("mcp.server.fastmcp.server", "mcp-fastmcp"),
        ("mcp.server.auth", "mcp-auth"),
        ("mcp.servers", "mcp-types"),
        ("mcp.testing", "mcp-fastmcp"),
        ("mcp.cli", "mcp-cli"),
    ],
)
def test_who_brings_a_module(module: str, distribution: str) -> None:
    assert _api.distribution_of(module)[0] == distribution


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Return a package of ours that holds a few modules, and nothing of the other distributions."""
    (tmp_path / "broken.py").write_text("import nothing_of_that_name", encoding="ascii")
    (tmp_path / "whole.py").write_text("value = 1", encoding="ascii")
    made = ModuleType("door")
    made.__path__ = [str(tmp_path)]
    monkeypatch.setitem(sys.modules, "door", made)
    for module in ("door.broken", "door.whole"):
        monkeypatch.delitem(sys.modules, module, raising=False)
    monkeypatch.setattr(
        _api, "DISTRIBUTIONS", {"door": "dist-door", "door.far": "dist-far", "absent": "dist-absent"}
    )
    names = {
        "one": "door.whole:value",
        "value": "door.whole",
        "bad": "door.broken",
        "far": "door.far.away",
        "gone": "door.gone",
        "out": "absent.module",
    }
    getter, lister = _api.front_door("door", names)
    monkeypatch.setattr(made, "__getattr__", getter, raising=False)
    monkeypatch.setattr(made, "__dir__", lister, raising=False)
    return made


def test_a_name_is_loaded_once(package: ModuleType) -> None:
    assert (package.value, package.one) == (1, 1)
    assert {"value", "one"} <= set(vars(package))


def test_a_submodule_is_an_attribute(package: ModuleType) -> None:
    assert package.whole.value == 1


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("far", "door.far is provided by the distribution 'dist-far': pip install dist-far"),
        ("out", "door.out is provided by the distribution 'dist-absent': pip install dist-absent"),
        ("bad", "No module named 'nothing_of_that_name'"),
    ],
)
def test_what_is_missing_is_named(package: ModuleType, name: str, sentence: str) -> None:
    with pytest.raises(ModuleNotFoundError, match=sentence):
        getattr(package, name)


def test_an_old_distribution_is_told_from_a_missing_one(
    package: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    def installed(_: str) -> bool:
        return True

    monkeypatch.setattr(_api, "_is_installed", installed)
    with pytest.raises(ModuleNotFoundError, match=r"not in the installed version .* --upgrade dist-door"):
        _ = package.gone


def test_a_place_is_held_for_later_names() -> None:
    getter = _api.not_yet("mcp.thing", "it comes with the next version")
    with pytest.raises(
        ImportError, match=r"mcp\.thing\.Name is not available yet: it comes with the next version"
    ):
        getter("Name")
    with pytest.raises(AttributeError, match="__path__"):
        getter("__path__")
