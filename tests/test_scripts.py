"""The scripts: which parts run, what their exit codes add up to, and what uv hears of pip's settings."""

import os
import subprocess
from collections.abc import Sequence

import pytest

import _bootstrap
import _check
import _parts

Calls = list[tuple[str, list[str]]]


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> Calls:
    """Put parts in place that only note their calls; `unit` fails, `browser` has no tests."""
    noted: Calls = []

    def part(name: str, code: int) -> object:
        def run(arguments: Sequence[str]) -> int:
            noted.append((name, list(arguments)))
            return code

        return run

    codes = {"check": 0, "unit": 1, "packages": 0, "browser": 0}
    monkeypatch.setattr(_parts, "PARTS", {name: part(name, code) for name, code in codes.items()})
    monkeypatch.delenv("MCP_TEST_FULL", raising=False)
    return noted


@pytest.mark.parametrize(
    ("arguments", "names", "handed_on", "code"),
    [
        ("", "check unit packages", "", 1),
        ("packages check", "packages check", "", 0),
        ("unit", "unit", "", 1),
        ("check -- -k x", "check", "-k x", 0),
        ("-- -k x", "check unit packages", "-k x", 1),
    ],
)
def test_parts(
    calls: Calls, capsys: pytest.CaptureFixture[str], arguments: str, names: str, handed_on: str, code: int
) -> None:
    assert _parts.main(arguments.split()) == code
    assert calls == [(name, handed_on.split()) for name in names.split()]
    summary = capsys.readouterr().out.partition("===\n")[2].splitlines()
    assert [line.split()[0] for line in summary] == [*names.split(), "all"]
    assert all(" s" in line for line in summary)


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["cargo"], "no part 'cargo'; there are check, unit"),
        (["browser"], "the part 'browser' has no tests yet"),
    ],
)
def test_no_such_part(
    calls: Calls, capsys: pytest.CaptureFixture[str], arguments: list[str], complaint: str
) -> None:
    with pytest.raises(SystemExit) as ended:
        _parts.main(arguments)
    assert (ended.value.code, calls) == (2, [])
    assert complaint in capsys.readouterr().err


def test_full_grids_are_asked_for_by_the_environment(calls: Calls, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MCP_TEST_FULL", "")
    _parts.main(["check", "--full"])
    assert (calls, os.environ["MCP_TEST_FULL"]) == ([("check", [])], "1")


@pytest.mark.parametrize(
    ("arguments", "coverage"), [([], True), (["-k", "x"], False)], ids=["whole run", "some tests"]
)
def test_the_floor_holds_for_whole_runs(
    monkeypatch: pytest.MonkeyPatch, arguments: list[str], coverage: bool
) -> None:
    commands: list[list[str]] = []

    def run(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        commands.append(command)
        return subprocess.CompletedProcess(command, 3)

    monkeypatch.setattr(subprocess, "run", run)
    monkeypatch.setattr(_parts, "environment", dict)
    assert _parts.unit(arguments) == 3
    assert ("--cov" in commands[0]) is coverage


def test_no_such_check(capsys: pytest.CaptureFixture[str]) -> None:
    assert _check.main(["cargo"]) == 2
    assert "no check 'cargo'; there are format, lint" in capsys.readouterr().err


def test_checks_report_what_failed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(
        _check, "CHECKS", {"good": lambda: [["one"]], "bad": lambda: [["one"], ["two"], ["one"]]}
    )

    def run(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        failed = command[0].endswith("two")
        return subprocess.CompletedProcess(command, int(failed), f"said by {command[0][-3:]}\n")

    monkeypatch.setattr(subprocess, "run", run)
    monkeypatch.setattr(_check, "command", str)
    monkeypatch.setattr(_check, "environment", dict)
    assert _check.run(["good", "bad"]) == 1
    printed = capsys.readouterr().out
    assert printed.startswith("--- bad\nsaid by two\n\n")
    assert "said by one" not in printed


LISTED = """
:env:.cert='/env/ca.pem'
:env:.disable-pip-version-check='1'
global.cert='/file/ca.pem'
global.index-url='https://user:word@index.example/simple'
install.find-links='/wheels'
"""


@pytest.mark.parametrize(
    ("outer", "index"),
    [({}, "https://user:word@index.example/simple"), ({"UV_DEFAULT_INDEX": "https://mine"}, "https://mine")],
)
def test_uv_hears_of_the_index_of_pip(
    monkeypatch: pytest.MonkeyPatch, outer: dict[str, str], index: str
) -> None:
    def run(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        assert command[1:] == ["-m", "pip", "config", "list"]
        return subprocess.CompletedProcess(command, 0, LISTED)

    monkeypatch.setattr(subprocess, "run", run)
    monkeypatch.setattr(os, "environ", {"PATH": "/bin", "VIRTUAL_ENV": "/theirs", **outer})
    environment = _bootstrap.environment()
    assert environment["UV_DEFAULT_INDEX"] == index
    assert environment["SSL_CERT_FILE"] == "/env/ca.pem"
    assert environment["PATH"].endswith(os.pathsep + "/bin")
    assert "VIRTUAL_ENV" not in environment


def test_a_failed_setup_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def run(command: list[str], **options: object) -> subprocess.CompletedProcess[str]:
        if options.get("check"):
            raise subprocess.CalledProcessError(2, command)
        return subprocess.CompletedProcess(command, 0, "")

    monkeypatch.setattr(subprocess, "run", run)
    with pytest.raises(SystemExit) as ended:
        _bootstrap.sync(dev=True)
    assert "setting up failed: " in str(ended.value.code)
    assert "sync --all-packages" in str(ended.value.code) or "pip install" in str(ended.value.code)
