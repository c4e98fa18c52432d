"""The Python in README.md and in the manual runs as it stands there."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from support.shared import ROOT
from support.timeouts import scaled

BLOCK = re.compile(
    r"^(?P<skip><!-- not run: (?P<reason>.+?) -->\n+)?```python\n(?P<code>.*?)^```", re.MULTILINE | re.DOTALL
)


FILE = re.compile(r"# (\w+\.py)\n")


class Block(NamedTuple):
    """A Python block: its document, where it stands, its code, and why it is not run, if so."""

    document: Path
    where: str
    code: str
    reason: str | None


def blocks(path: Path) -> Iterator[Block]:
    """Yield the Python blocks of a document."""
    text = path.read_text("utf-8")
    for match in BLOCK.finditer(text):
        line = text.count("\n", 0, match.start("code")) + 1
        yield Block(path, f"{path.relative_to(ROOT).as_posix()}:{line}", match["code"], match["reason"])


DOCUMENTS = [
    ROOT / "README.md",
    *sorted(ROOT.glob("packages/*/README.md")),
    *sorted(ROOT.glob("docs/**/*.md")),
]
BLOCKS = [block for document in DOCUMENTS for block in blocks(document)]


def test_the_readme_has_blocks() -> None:
    assert any(block.where.startswith("README.md") for block in BLOCKS)


@pytest.mark.parametrize("block", [pytest.param(block, id=block.where) for block in BLOCKS])
def test_block_runs(block: Block, tmp_path: Path) -> None:
    if block.reason:
        pytest.skip(block.reason)
    for beside in BLOCKS:
        if beside.document == block.document and (name := FILE.match(beside.code)):
            (tmp_path / name[1]).write_text(beside.code, encoding="utf-8")
    program = tmp_path / "block.py"
    program.write_text(block.code, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-W", "error", program],
        cwd=tmp_path,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=scaled(60),
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_a_marked_block_gives_its_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    document = tmp_path / "page.md"
    text = "<!-- not run: it never ends -->\n```python\n1\n```\n\n```python\n2\n```\n"
    document.write_text(text, encoding="utf-8")
    monkeypatch.setattr(sys.modules[__name__], "ROOT", tmp_path)
    assert [(block.code, block.reason) for block in blocks(document)] == [
        ("1\n", "it never ends"),
        ("2\n", None),
    ]
