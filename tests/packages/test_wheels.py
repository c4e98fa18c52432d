"""What the wheels of the workspace hold."""

import tomllib
from collections import Counter
from pathlib import Path
from zipfile import ZipFile

import pytest

from support.shared import ROOT

pytestmark = pytest.mark.registry("pypi")

OURS = {"mcp", "mcp-types", "mcp-client", "mcp-server", "mcp-fastmcp", "mcp-auth", "mcp-cli"}


def contents(wheel: Path) -> list[str]:
    with ZipFile(wheel) as archive:
        return [name for name in archive.namelist() if ".dist-info/" not in name]


def distribution(wheel: Path) -> str:
    return wheel.name.partition("-")[0].replace("_", "-")


def test_each_member_has_a_wheel(wheels: Path) -> None:
    members = [ROOT, *(ROOT / "packages").iterdir(), *(ROOT / "examples" / "servers").glob("*")]
    projects = [tomllib.loads((m / "pyproject.toml").read_text("utf-8"))["project"]["name"] for m in members]
    assert sorted(distribution(wheel) for wheel in wheels.glob("*.whl")) == sorted(projects)
    assert set(projects) >= OURS


def test_no_file_is_in_two_wheels(wheels: Path) -> None:
    shipped = Counter(name for wheel in wheels.glob("*.whl") for name in contents(wheel))
    assert [name for name, count in shipped.items() if count > 1] == []


def test_the_umbrella_is_empty(wheels: Path) -> None:
    (umbrella,) = wheels.glob("mcp-[0-9]*.whl")
    assert contents(umbrella) == []


def test_each_source_file_is_shipped_by_its_distribution(wheels: Path) -> None:
    for package in sorted((ROOT / "packages").iterdir()):
        (wheel,) = wheels.glob(f"{package.name.replace('-', '_')}-[0-9]*.whl")
        source = package / "src"
        files = {path.relative_to(source).as_posix() for path in source.rglob("*") if path.is_file()}
        files = {name for name in files if "__pycache__" not in name}
        front_door = {"mcp/__init__.py"} if package.name != "mcp-types" else set[str]()
        assert set(contents(wheel)) == files - front_door
