"""The demo says what the server answered in each era, and fails on any other answer."""

import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from support.shared import ROOT
from support.timeouts import scaled

DEMO = ROOT / "scripts" / "_demo.py"

QUICKSTART = (ROOT / "examples" / "snippets" / "quickstart.py").read_text("utf-8")


@pytest.fixture
def demo() -> ModuleType:
    """Return the demo as a module of its own."""
    spec = importlib.util.spec_from_file_location("demo_under_test", DEMO)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_main_job() -> None:
    done = subprocess.run(
        [sys.executable, DEMO], capture_output=True, text=True, timeout=scaled(30), check=True
    )
    rows = [line.split() for line in done.stdout.splitlines()]
    assert rows[0] == ["legacy", "modern"]
    assert rows[1] == ["revision", "2025-11-25", "2026-07-28"]
    assert [" ".join(row[:-4]) for row in rows[2:]] == [
        "connect",
        "tools -> add",
        "templates -> greeting://{name}",
        "prompts -> none",
        "add(2, 3) -> 5",
        "greeting://World -> Hello, World!",
    ]


@pytest.mark.parametrize(
    ("right", "wrong", "complaint"),
    [
        ("a + b", "a - b", "add(2, 3) is '-1', not '5'"),
        ("Hello", "Goodbye", "greeting://World is 'Goodbye, World!', not 'Hello, World!'"),
        ("greeting://{name}", "hello://{name}", "demo: "),
        ("@mcp.tool()", "", "demo: "),
        ('FastMCP("Demo")', "None", "demo: "),
    ],
)
def test_any_other_answer_is_a_failure(
    demo: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    right: str,
    wrong: str,
    complaint: str,
) -> None:
    server = tmp_path / "server.py"
    server.write_text(QUICKSTART.replace(right, wrong), encoding="utf-8")
    monkeypatch.setattr(demo, "SERVER", server)
    monkeypatch.setattr(demo, "TIME_LIMIT", scaled(10))
    assert demo.main() == 1
    assert complaint in capsys.readouterr().err
