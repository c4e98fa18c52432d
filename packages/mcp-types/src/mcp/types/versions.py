"""The protocol revisions in order, the two eras they fall into, and how a common one is chosen."""

from collections.abc import Sequence
from typing import Literal, TypeAlias

__all__ = [
    "DEFAULT_NEGOTIATED_VERSION",
    "LATEST_LEGACY",
    "LATEST_MODERN",
    "LATEST_PROTOCOL_VERSION",
    "LEGACY_REVISIONS",
    "MODERN_REVISIONS",
    "REVISIONS",
    "SUPPORTED_PROTOCOL_VERSIONS",
    "Era",
    "at_least",
    "choose",
    "counter_offer",
    "era_of",
    "is_known",
    "is_modern",
    "takes_batches",
]

Era: TypeAlias = Literal["legacy", "modern"]

LEGACY_REVISIONS: tuple[str, ...] = ("2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25")
MODERN_REVISIONS: tuple[str, ...] = ("2026-07-28",)
REVISIONS: tuple[str, ...] = LEGACY_REVISIONS + MODERN_REVISIONS

LATEST_LEGACY: str = LEGACY_REVISIONS[-1]
LATEST_MODERN: str = MODERN_REVISIONS[-1]

# The 1.x names speak of what `initialize` can negotiate, so they stop at the last legacy revision.
LATEST_PROTOCOL_VERSION: str = LATEST_LEGACY
SUPPORTED_PROTOCOL_VERSIONS: list[str] = list(LEGACY_REVISIONS)
DEFAULT_NEGOTIATED_VERSION: str = "2025-03-26"


def is_known(revision: object) -> bool:
    """Whether `revision` is one of `REVISIONS`."""
    return isinstance(revision, str) and revision in REVISIONS


def is_modern(revision: str) -> bool:
    """Whether `revision` belongs to the modern era; a date after the last legacy one counts as modern."""
    return revision > LATEST_LEGACY


def era_of(revision: str) -> Era:
    """The era of `revision`, known or not, by its date."""
    return "modern" if is_modern(revision) else "legacy"


def at_least(revision: str, floor: str) -> bool:
    """Whether `revision` is `floor` or later; revisions are dates and compare as text."""
    return revision >= floor


def counter_offer(requested: object) -> str:
    """What a server answers to the revision asked for in `initialize`: the same, or the latest legacy one.

    A modern revision is never negotiated by `initialize`. Specification: basic/lifecycle.
    """
    if isinstance(requested, str) and requested in LEGACY_REVISIONS:
        return requested
    return LATEST_LEGACY


def choose(offered: Sequence[str], ours: Sequence[str] = REVISIONS) -> str | None:
    """The newest revision in both lists, or None. Specification: basic/versioning."""
    return max(set(offered) & set(ours), default=None)


def takes_batches(revision: str) -> bool:
    """Whether a JSON array of messages is legal: one revision had it. Specification: basic, "Batching"."""
    return revision == "2025-03-26"
