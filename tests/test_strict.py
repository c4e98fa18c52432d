"""A skip needs a reason that holds: strict mode turns the others into failures."""

from collections.abc import Iterator
from typing import cast

import pytest

from support import registry, strict
from support.shared import ROOT

pytest_plugins = ["pytester"]

ANSWERS = {"pypi": True, "npm": False}


class Item:
    """As much of a test as the plugin looks at: the registries that it is marked with."""

    def __init__(self, *names: str) -> None:
        """Mark the test."""
        self.marks = [pytest.mark.registry(name).mark for name in names]

    def iter_markers(self, name: str) -> Iterator[pytest.Mark]:
        """Yield the marks of a name."""
        return (mark for mark in self.marks if mark.name == name)


def item(*names: str) -> pytest.Item:
    return cast(pytest.Item, Item(*names))


@pytest.fixture(autouse=True)
def answers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let one registry answer, and the other not."""
    monkeypatch.setattr(registry, "answers", ANSWERS.__getitem__)


def reported(test: pytest.Item, skipped: bool) -> str:
    """Return the outcome of a test that skips or passes, as the plugin lets it stand."""
    outcome = pytest.TestReport("id", ("", 0, ""), {}, "skipped" if skipped else "passed", None, "call")
    call = pytest.CallInfo[None].from_call(lambda: None, "call")
    hook = strict.pytest_runtest_makereport(test, call)
    next(hook)
    with pytest.raises(StopIteration) as done:
        hook.send(outcome)
    report = done.value.value
    assert isinstance(report, pytest.TestReport)
    return report.outcome


@pytest.mark.parametrize(
    ("names", "strict_mode", "skipped", "outcome"),
    [
        (["pypi"], True, True, "failed"),
        (["pypi"], True, False, "passed"),
        (["pypi"], False, True, "skipped"),
        (["npm"], True, True, "skipped"),
        (["pypi", "npm"], True, True, "skipped"),
        ([], True, True, "skipped"),
    ],
)
def test_which_skips_stand(
    monkeypatch: pytest.MonkeyPatch, names: list[str], strict_mode: bool, skipped: bool, outcome: str
) -> None:
    monkeypatch.setattr(strict, "STRICT", strict_mode)
    assert reported(item(*names), skipped) == outcome


def test_a_silent_registry_skips() -> None:
    strict.pytest_runtest_setup(item("pypi"))
    with pytest.raises(pytest.skip.Exception, match="the registry npm does not answer"):
        strict.pytest_runtest_setup(item("pypi", "npm"))


def test_pytest_listens_to_the_plugin(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(strict, "STRICT", True)
    pytester.makeini("[pytest]\nmarkers = registry(name): needs it")
    module = "import pytest\n@pytest.mark.registry('pypi')\ndef test_it():\n    pytest.skip('no mood')\n"
    (pytester.path / "test_module.py").write_text(module, encoding="utf-8")
    run = pytester.inline_run(plugins=[strict])  # pyright: ignore[reportUnknownMemberType]  # untyped in pytest
    run.assertoutcome(failed=1)


def test_the_root_is_the_root() -> None:
    assert (ROOT / "pyproject.toml").is_file()
