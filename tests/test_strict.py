"""A skip needs a reason that holds: strict mode turns the others into failures."""

import pytest

from support import registry, strict
from support.shared import ROOT

pytest_plugins = ["pytester"]

MODULE = """
import pytest

@pytest.mark.registry("pypi")
def test_needs_the_registry():
    if {skips}:
        pytest.skip("no mood")

def test_needs_nothing():
    pytest.skip("another reason")
"""


@pytest.mark.parametrize(
    ("strict_mode", "answers", "skips", "outcome"),
    [
        (False, True, False, {"passed": 1, "skipped": 1}),
        (False, True, True, {"skipped": 2}),
        (False, False, False, {"skipped": 2}),
        (True, True, False, {"passed": 1, "skipped": 1}),
        (True, True, True, {"failed": 1, "skipped": 1}),
        (True, False, True, {"skipped": 2}),
    ],
)
def test_skips(
    pytester: pytest.Pytester,
    monkeypatch: pytest.MonkeyPatch,
    strict_mode: bool,
    answers: bool,
    skips: bool,
    outcome: dict[str, int],
) -> None:
    def answered(_: str) -> bool:
        return answers

    monkeypatch.setattr(strict, "STRICT", strict_mode)
    monkeypatch.setattr(registry, "answers", answered)
    pytester.makeini("[pytest]\nmarkers = registry(name): needs it")
    module = pytester.path / "test_module.py"
    module.write_text(MODULE.format(skips=skips), encoding="utf-8")
    run = pytester.inline_run(plugins=[strict])  # pyright: ignore[reportUnknownMemberType]  # untyped in pytest
    run.assertoutcome(
        passed=outcome.get("passed", 0), skipped=outcome.get("skipped", 0), failed=outcome.get("failed", 0)
    )


def test_no_registry_of_that_name() -> None:
    with pytest.raises(ValueError, match="'cargo'"):
        registry.answers("cargo")


def test_the_root_is_the_root() -> None:
    assert (ROOT / "pyproject.toml").is_file()
