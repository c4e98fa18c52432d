"""The pytest plugin that skips where a registry is silent, and in strict mode only there."""

import os
from collections.abc import Generator

import pytest

from support import registry

__all__ = ["pytest_runtest_makereport", "pytest_runtest_setup"]

STRICT = os.environ.get("MCP_TEST_STRICT") == "1"


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test marked `registry(name)` whose registry does not answer."""
    for name in _registries(item):
        if not registry.answers(name):
            pytest.skip(f"the registry {name} does not answer")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """In strict mode, turn the skip of a test whose registries all answer into a failure."""
    report = yield
    names = _registries(item)
    if STRICT and report.skipped and names and all(registry.answers(name) for name in names):
        report.outcome = "failed"
        report.longrepr = f"skipped although {' and '.join(names)} answered: {call.excinfo}"
    return report


def _registries(item: pytest.Item) -> list[str]:
    return [str(name) for mark in item.iter_markers("registry") for name in mark.args]
