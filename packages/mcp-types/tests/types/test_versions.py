"""Which revisions there are, and how two sides agree on one."""

import pytest

from mcp.types.versions import (
    DEFAULT_NEGOTIATED_VERSION,
    LATEST_LEGACY,
    LATEST_MODERN,
    LATEST_PROTOCOL_VERSION,
    LEGACY_REVISIONS,
    MODERN_REVISIONS,
    REVISIONS,
    SUPPORTED_PROTOCOL_VERSIONS,
    at_least,
    choose,
    counter_offer,
    era_of,
    is_known,
    is_modern,
    takes_batches,
)


def test_the_order() -> None:
    assert REVISIONS == ("2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25", "2026-07-28")
    assert LEGACY_REVISIONS + MODERN_REVISIONS == REVISIONS
    assert (LATEST_LEGACY, LATEST_MODERN) == ("2025-11-25", "2026-07-28")


def test_the_names_of_1x_speak_of_initialize() -> None:
    assert LATEST_PROTOCOL_VERSION == "2025-11-25"
    assert list(LEGACY_REVISIONS) == SUPPORTED_PROTOCOL_VERSIONS
    assert DEFAULT_NEGOTIATED_VERSION == "2025-03-26"


@pytest.mark.parametrize(
    ("revision", "era", "known"),
    [
        ("2024-11-05", "legacy", True),
        ("2025-11-25", "legacy", True),
        ("2026-07-28", "modern", True),
        ("2024-10-07", "legacy", False),
        ("2099-01-01", "modern", False),
    ],
)
def test_eras(revision: str, era: str, known: bool) -> None:
    assert era_of(revision) == era
    assert is_modern(revision) == (era == "modern")
    assert is_known(revision) == known


def test_only_text_is_a_revision() -> None:
    assert not is_known(20260728)
    assert not is_known(["2026-07-28"])


@pytest.mark.parametrize(
    ("requested", "answer"),
    [
        ("2024-11-05", "2024-11-05"),
        ("2025-06-18", "2025-06-18"),
        ("2025-11-25", "2025-11-25"),
        ("2026-07-28", "2025-11-25"),
        ("1.0", "2025-11-25"),
        (1, "2025-11-25"),
        (None, "2025-11-25"),
    ],
)
def test_what_initialize_answers(requested: object, answer: str) -> None:
    assert counter_offer(requested) == answer


@pytest.mark.parametrize(
    ("offered", "ours", "chosen"),
    [
        (["2026-07-28", "2025-11-25"], REVISIONS, "2026-07-28"),
        (["2025-03-26", "2025-11-25", "2099-01-01"], REVISIONS, "2025-11-25"),
        (["2099-01-01"], REVISIONS, None),
        ([], REVISIONS, None),
        (["2026-07-28", "2025-06-18"], LEGACY_REVISIONS, "2025-06-18"),
    ],
)
def test_the_newest_common_revision_is_chosen(
    offered: list[str], ours: tuple[str, ...], chosen: str | None
) -> None:
    assert choose(offered, ours) == chosen


def test_order_of_dates() -> None:
    assert at_least("2025-06-18", "2025-06-18")
    assert at_least("2026-07-28", "2025-06-18")
    assert not at_least("2025-03-26", "2025-06-18")


def test_one_revision_has_batches() -> None:
    assert [revision for revision in REVISIONS if takes_batches(revision)] == ["2025-03-26"]
