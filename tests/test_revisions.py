"""Differences between revisions live in a handful of files: no other source names a revision or an era."""

import re

from support.shared import ROOT

ALLOWED = {
    "mcp/types/versions.py",
    "mcp/types/methods.py",
    "mcp/types/wire.py",
    "mcp/server/eras.py",
    "mcp/client/eras.py",
}
NAMED = re.compile(r"\b20\d\d-[01]\d-[0-3]\d\b|legacy(?!TitledEnumSchema)", re.IGNORECASE)


def test_who_may_name_a_revision_or_an_era() -> None:
    sources = {
        path.relative_to(src).as_posix(): path
        for src in ROOT.glob("packages/*/src")
        for path in src.rglob("*.py")
    }
    naming = {name for name, path in sources.items() if NAMED.search(path.read_text("utf-8"))}
    assert naming <= ALLOWED
    assert naming >= {"mcp/types/versions.py", "mcp/types/methods.py"}
