"""Discover or initialize: what a server's answer says about its era, as a pure table; what requests carry.

Specification: basic/versioning and basic/transports/stdio, "Backward Compatibility".
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, cast, get_args

from pydantic import ValidationError

from mcp.shared.envelope import Envelope
from mcp.shared.exceptions import LocalError, McpError, RequestTimeout
from mcp.types import (
    CLIENT_CAPABILITIES_KEY,
    HEADER_MISMATCH,
    MISSING_CLIENT_CAPABILITY,
    SERVER_INFO_KEY,
    UNSUPPORTED_PROTOCOL_VERSION,
    ClientCapabilities,
    DiscoverResult,
    ErrorData,
    Implementation,
    InitializeResult,
    LoggingLevel,
)
from mcp.types.methods import METHODS
from mcp.types.versions import LATEST_LEGACY, LATEST_MODERN, LEGACY_REVISIONS, MODERN_REVISIONS, is_modern
from mcp.types.wire import parse_result

__all__ = [
    "FIRST_ASKED",
    "HANDSHAKE_REVISION",
    "Again",
    "Failed",
    "Handshake",
    "Mode",
    "Modern",
    "NoCommonRevision",
    "Outcome",
    "after_death",
    "as_initialized",
    "is_modern",
    "may_be_modern",
    "negotiated",
    "opening",
    "outcome_of_error",
    "outcome_of_result",
    "stamp",
    "within",
]

Mode: TypeAlias = Literal["auto", "modern", "legacy"]
"""Which era to speak: "modern" (self-contained requests), "legacy" (`initialize`), or "auto", which asks."""

FIRST_ASKED = LATEST_MODERN
"""The revision that the probe names."""

HANDSHAKE_REVISION = LATEST_LEGACY
"""The revision that `initialize` offers."""

MODERN_CODES = frozenset({HEADER_MISMATCH, MISSING_CLIENT_CAPABILITY, UNSUPPORTED_PROTOCOL_VERSION})


class NoCommonRevision(LocalError, RuntimeError):
    """Client and server have no protocol revision in common; also a RuntimeError, which 1.x raised."""

    def __init__(self, message: str) -> None:
        super().__init__(ErrorData(code=UNSUPPORTED_PROTOCOL_VERSION, message=message))


@dataclass(frozen=True, slots=True)
class Modern:
    """Go on with self-contained requests under this revision."""

    revision: str
    discovered: DiscoverResult


@dataclass(frozen=True, slots=True)
class Again:
    """Ask once more, under this revision."""

    revision: str


@dataclass(frozen=True, slots=True)
class Handshake:
    """Open a session with `initialize`; `why` the server is taken for one that wants it."""

    why: str


@dataclass(frozen=True, slots=True)
class Failed:
    """There is no way on."""

    error: McpError


Outcome: TypeAlias = Modern | Again | Handshake | Failed


def opening(mode: Mode) -> Again | Handshake:
    """Return the first step in a mode.

    Raises:
        ValueError: there is no such mode.
    """
    if mode not in get_args(Mode):
        raise ValueError(f"mode {mode!r}: there are {', '.join(get_args(Mode))}")
    return Handshake("it was asked for") if mode == "legacy" else Again(FIRST_ASKED)


def after_death(mode: Mode) -> Mode | None:
    """Return how to try again with a server that died of the probe; None if the mode leaves no other way."""
    return "legacy" if mode == "auto" else None


def within(mode: Mode, outcome: Outcome) -> Outcome:
    """Return what an outcome means in a mode: where only one era is wanted, the other is a failure."""
    if mode == "modern" and isinstance(outcome, Handshake):
        text = (
            f"The server speaks only revisions before {FIRST_ASKED} ({outcome.why}), "
            "and mode='modern' was asked for: use mode='auto'"
        )
        return Failed(NoCommonRevision(text))
    return outcome


def outcome_of_result(result: dict[str, Any]) -> Outcome:
    """Return what a result of `server/discover` means; one of another shape is no answer to it."""
    try:
        discovered = cast(DiscoverResult, parse_result(METHODS["server/discover"], result, FIRST_ASKED))
    except ValueError:
        return Handshake("it answered server/discover with something else")
    chosen = _newest(discovered.supportedVersions, MODERN_REVISIONS)
    if chosen is not None:
        return Modern(chosen, discovered)
    return _handshake_or_failure(discovered.supportedVersions)


def outcome_of_error(error: McpError, asked: Collection[str]) -> Outcome:
    """Return what an error on `server/discover` means.

    Silence and every error but the three of the modern era mean that the server wants `initialize`: no single
    code does, since older servers answer unknown requests as they like.

    Args:
        error: what came, or did not come.
        asked: the revisions that were tried.
    """
    if isinstance(error, RequestTimeout):
        return Handshake("it did not answer server/discover")
    if isinstance(error, LocalError):
        return Failed(error)
    code = error.error.code
    if code not in MODERN_CODES:
        return Handshake(f"it answered server/discover with error {code}: {error.error.message}")
    supported = _supported(error)
    if supported is None:
        return Failed(error)
    chosen = _newest([each for each in supported if each not in asked], MODERN_REVISIONS)
    if chosen is not None:
        return Again(chosen)
    if _newest(supported, MODERN_REVISIONS) is not None:
        return Failed(error)  # it refuses the very revision that it names
    return _handshake_or_failure(supported)


def _supported(error: McpError) -> list[str] | None:
    data: Any = error.error.data
    if error.error.code != UNSUPPORTED_PROTOCOL_VERSION or not isinstance(data, dict):
        return None
    named = cast("dict[str, Any]", data).get("supported")
    if not isinstance(named, list):
        return None
    return [each for each in cast("list[object]", named) if isinstance(each, str)]


def _newest(offered: Sequence[str], ours: Sequence[str]) -> str | None:
    return max(set(offered) & set(ours), default=None)


def _handshake_or_failure(supported: Sequence[str]) -> Handshake | Failed:
    named = ", ".join(supported) or "none"
    if _newest(supported, LEGACY_REVISIONS) is not None:
        return Handshake(f"it supports {named}")
    ours = ", ".join((*LEGACY_REVISIONS, *MODERN_REVISIONS))
    return Failed(
        NoCommonRevision(f"No protocol revision in common: the server supports {named}, this client {ours}")
    )


def may_be_modern(error: McpError) -> bool:
    """Return whether a server that refused `initialize` is worth a probe: if it sent the error itself."""
    return not isinstance(error, LocalError)


def negotiated(result: InitializeResult) -> str:
    """Return the revision that a handshake settled on.

    Raises:
        NoCommonRevision: it is none of ours, or one that no handshake can settle on.
    """
    revision = result.protocolVersion
    if revision not in LEGACY_REVISIONS:
        raise NoCommonRevision(f"Unsupported protocol version from the server: {revision}")
    return revision


def as_initialized(revision: str, discovered: DiscoverResult) -> InitializeResult:
    """Return what a server said of itself in the shape that a handshake gives."""
    return InitializeResult(
        protocolVersion=revision,
        capabilities=discovered.capabilities,
        serverInfo=_server_info(discovered),
        instructions=discovered.instructions,
        _meta=discovered.meta,
    )


def _server_info(discovered: DiscoverResult) -> Implementation:
    said = (discovered.meta or {}).get(SERVER_INFO_KEY)
    try:
        return Implementation.model_validate(said)
    except ValidationError:
        return Implementation(name="", version="")


def stamp(
    revision: str,
    capabilities: ClientCapabilities,
    client_info: Implementation | None,
    log_level: LoggingLevel | None,
) -> dict[str, Any]:
    """Return what the `_meta` of each request carries: nothing after a handshake, which has said it all.

    Args:
        revision: the revision spoken.
        capabilities: what the client can do, by which callbacks it has.
        client_info: who the client says it is.
        log_level: the least level of log messages wanted; None for none.
    """
    if not is_modern(revision):
        return {}
    written = Envelope(revision, capabilities, client_info, log_level).write()
    roots = written[CLIENT_CAPABILITIES_KEY].get("roots")
    if isinstance(roots, dict):
        cast("dict[str, Any]", roots).pop("listChanged", None)  # no notification of that kind any more
    return written
