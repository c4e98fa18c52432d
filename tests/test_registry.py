"""Whether a registry answers is asked of its client, and once per run."""

import subprocess
from pathlib import Path

import pytest

from support import registry


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forget what was asked before, by this process or by another of the same run."""
    monkeypatch.delenv("PYTEST_XDIST_TESTRUNUID", raising=False)
    registry.forget()


@pytest.mark.parametrize("name", ["pypi", "npm"])
@pytest.mark.parametrize(
    ("failure", "expected"),
    [(None, True), (OSError("no such program"), False), (subprocess.TimeoutExpired("x", 1), False)],
)
def test_the_client_is_asked(
    monkeypatch: pytest.MonkeyPatch, name: str, failure: Exception | None, expected: bool
) -> None:
    asked: list[str] = []

    def run(command: list[str], **_: object) -> None:
        asked.append(command[0])
        if failure:
            raise failure

    monkeypatch.setattr(subprocess, "run", run)
    assert registry.answers(name) is expected
    assert registry.answers(name) is expected
    assert len(asked) == 1


def test_the_workers_of_a_run_share_the_answer(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PYTEST_XDIST_TESTRUNUID", "a-run")
    monkeypatch.setattr(registry, "NOTES", tmp_path)
    asked: list[str] = []

    def run(command: list[str], **_: object) -> None:
        asked.append(command[0])
        raise subprocess.CalledProcessError(1, command)

    monkeypatch.setattr(subprocess, "run", run)
    assert registry.answers("pypi") is False
    registry.forget()
    assert registry.answers("pypi") is False
    assert len(asked) == 1


def test_no_registry_of_that_name() -> None:
    with pytest.raises(ValueError, match="'cargo'"):
        registry.answers("cargo")
