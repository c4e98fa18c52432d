"""What an answer to the probe means: the table, row by row."""

from __future__ import annotations

from typing import Any, cast

import pytest

from mcp.client.eras import (
    Again,
    Failed,
    Handshake,
    Mode,
    Modern,
    NoCommonRevision,
    Outcome,
    after_death,
    as_initialized,
    may_be_modern,
    negotiated,
    opening,
    outcome_of_error,
    outcome_of_result,
    stamp,
    within,
)
from mcp.shared.exceptions import ConnectionClosed, McpError, RequestTimeout, error_of
from mcp.types import (
    ClientCapabilities,
    ErrorData,
    Implementation,
    InitializeResult,
    RootsCapability,
    SamplingCapability,
)
from support.scripted import discovered, initialized

MODERN = "2026-07-28"


def error(code: int, data: Any = None) -> McpError:
    return error_of(ErrorData(code=code, message="no", data=data))


def kind(outcome: Outcome) -> tuple[str, str | None]:
    return type(outcome).__name__, getattr(outcome, "revision", None)


RESULTS: list[tuple[dict[str, Any], tuple[str, str | None]]] = [
    (discovered(MODERN), ("Modern", MODERN)),
    (discovered(MODERN, "2025-11-25"), ("Modern", MODERN)),
    (discovered("2030-01-01", MODERN), ("Modern", MODERN)),
    (discovered(MODERN) | {"ttlMs": -1, "cacheScope": "nobody"}, ("Modern", MODERN)),
    ({"supportedVersions": [MODERN], "capabilities": {}}, ("Modern", MODERN)),
    (discovered("2025-11-25"), ("Handshake", None)),
    (discovered("2024-11-05", "2030-01-01"), ("Handshake", None)),
    (discovered("2030-01-01"), ("Failed", None)),
    (discovered() | {"supportedVersions": []}, ("Failed", None)),
    ({}, ("Handshake", None)),
    ({"tools": []}, ("Handshake", None)),
    (discovered() | {"supportedVersions": "all"}, ("Handshake", None)),
    (discovered() | {"resultType": "surprise"}, ("Handshake", None)),
]


def test_a_mode_that_is_none() -> None:
    with pytest.raises(ValueError, match="mode 'new': there are auto, modern, legacy"):
        opening(cast(Mode, "new"))


@pytest.mark.parametrize(("result", "wanted"), RESULTS)
def test_outcome_of_a_result(result: dict[str, Any], wanted: tuple[str, str | None]) -> None:
    assert kind(outcome_of_result(result)) == wanted


@pytest.mark.parametrize(
    ("came", "asked", "wanted"),
    [
        # No single code means the older era: all but the three of the modern one do.
        (error(-32601), [MODERN], ("Handshake", None)),
        (error(-32602), [MODERN], ("Handshake", None)),
        (error(-32600), [MODERN], ("Handshake", None)),
        (error(-32603), [MODERN], ("Handshake", None)),
        (error(-32000), [MODERN], ("Handshake", None)),
        (error(-32002), [MODERN], ("Handshake", None)),
        (error(0), [MODERN], ("Handshake", None)),
        (error(42, {"supported": [MODERN]}), [MODERN], ("Handshake", None)),
        (RequestTimeout("silence"), [MODERN], ("Handshake", None)),
        # The three of the modern one.
        (error(-32022, {"supported": [MODERN], "requested": "x"}), ["2030-01-01"], ("Again", MODERN)),
        (error(-32022, {"supported": [MODERN, "2025-11-25"]}), [MODERN], ("Failed", None)),
        (error(-32022, {"supported": ["2025-11-25", "2024-11-05"]}), [MODERN], ("Handshake", None)),
        (error(-32022, {"supported": ["2030-01-01"]}), [MODERN], ("Failed", None)),
        (error(-32022, {"supported": []}), [MODERN], ("Failed", None)),
        (error(-32022, {"supported": [None, 7, "2025-06-18"]}), [MODERN], ("Handshake", None)),
        (error(-32022, {"supported": "all"}), [MODERN], ("Failed", None)),
        (error(-32022), [MODERN], ("Failed", None)),
        (error(-32022, ["odd"]), [MODERN], ("Failed", None)),
        (error(-32020), [MODERN], ("Failed", None)),
        (error(-32021, {"requiredCapabilities": {}}), [MODERN], ("Failed", None)),
        # Nothing was said about an era.
        (ConnectionClosed(), [MODERN], ("Failed", None)),
    ],
)
def test_outcome_of_an_error(came: McpError, asked: list[str], wanted: tuple[str, str | None]) -> None:
    outcome = outcome_of_error(came, asked)
    assert kind(outcome) == wanted
    if isinstance(outcome, Failed) and not isinstance(outcome.error, NoCommonRevision):
        assert outcome.error is came


def test_no_common_revision_names_both_sides() -> None:
    outcome = outcome_of_result(discovered("2030-01-01"))
    assert isinstance(outcome, Failed)
    assert "2030-01-01" in str(outcome.error)
    assert MODERN in str(outcome.error)
    assert "2024-11-05" in str(outcome.error)


@pytest.mark.parametrize(
    ("mode", "outcome", "wanted"),
    [
        ("auto", Handshake("it is old"), "Handshake"),
        ("modern", Handshake("it is old"), "Failed"),
        ("modern", Again(MODERN), "Again"),
        ("auto", Again(MODERN), "Again"),
    ],
)
def test_within_a_mode(mode: Mode, outcome: Outcome, wanted: str) -> None:
    assert type(within(mode, outcome)).__name__ == wanted


def test_a_failure_for_the_mode_says_why_and_what_to_do() -> None:
    outcome = within("modern", Handshake("it supports 2025-06-18"))
    assert isinstance(outcome, Failed)
    assert "it supports 2025-06-18" in str(outcome.error)
    assert "mode='auto'" in str(outcome.error)


def test_the_first_step_of_each_mode() -> None:
    assert opening("auto") == opening("modern") == Again(MODERN)
    assert isinstance(opening("legacy"), Handshake)


def test_only_auto_has_another_way_after_death() -> None:
    assert after_death("auto") == "legacy"
    assert after_death("modern") is None
    assert after_death("legacy") is None


@pytest.mark.parametrize("revision", ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"])
def test_a_handshake_may_settle_on_each_older_revision(revision: str) -> None:
    assert negotiated(InitializeResult.model_validate(initialized(revision))) == revision


@pytest.mark.parametrize("revision", [MODERN, "2030-01-01", "", 7])
def test_a_handshake_may_settle_on_nothing_else(revision: Any) -> None:
    with pytest.raises(NoCommonRevision, match="Unsupported protocol version from the server") as caught:
        negotiated(InitializeResult.model_validate(initialized(revision)))
    assert isinstance(caught.value, RuntimeError)  # what 1.x raised
    assert isinstance(caught.value, McpError)


def test_a_refusal_is_worth_a_probe_if_the_server_sent_it() -> None:
    assert may_be_modern(error(-32601))
    assert may_be_modern(error(-32602))
    assert not may_be_modern(RequestTimeout("silence"))
    assert not may_be_modern(ConnectionClosed())


def test_discovered_in_the_shape_of_a_handshake() -> None:
    outcome = outcome_of_result(discovered(tools={"listChanged": True}) | {"instructions": "Be kind."})
    assert isinstance(outcome, Modern)
    result = as_initialized(outcome.revision, outcome.discovered)
    assert result.protocolVersion == MODERN
    assert result.serverInfo == Implementation(name="scripted", version="1")
    assert result.capabilities.tools is not None
    assert result.instructions == "Be kind."


@pytest.mark.parametrize("said", [None, {}, 7, {"name": "x"}])
def test_a_server_need_not_say_who_it_is(said: Any) -> None:
    meta = {} if said is None else {"io.modelcontextprotocol/serverInfo": said}
    outcome = outcome_of_result(discovered() | {"_meta": meta})
    assert isinstance(outcome, Modern)
    assert as_initialized(MODERN, outcome.discovered).serverInfo.name == ""


def test_stamp() -> None:
    capabilities = ClientCapabilities(
        sampling=SamplingCapability(), roots=RootsCapability(listChanged=True), extensions={"a.b/c": {"d": 1}}
    )
    info = Implementation(name="me", version="2")
    assert stamp(MODERN, capabilities, info, "warning") == {
        "io.modelcontextprotocol/protocolVersion": MODERN,
        "io.modelcontextprotocol/clientCapabilities": {
            "sampling": {},
            "roots": {},
            "extensions": {"a.b/c": {"d": 1}},
        },
        "io.modelcontextprotocol/clientInfo": {"name": "me", "version": "2"},
        "io.modelcontextprotocol/logLevel": "warning",
    }
    assert stamp(MODERN, ClientCapabilities(), None, None) == {
        "io.modelcontextprotocol/protocolVersion": MODERN,
        "io.modelcontextprotocol/clientCapabilities": {},
    }
    assert stamp("2025-11-25", capabilities, info, "warning") == {}
