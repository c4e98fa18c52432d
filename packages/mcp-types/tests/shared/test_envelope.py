"""Who asks, read from `_meta` and written to it."""

from __future__ import annotations

from typing import Any

import pytest

from mcp.shared.envelope import LEVELS, Envelope, level_of, meta_of, progress_token_of
from mcp.shared.exceptions import InvalidParams, UnsupportedProtocolVersion
from mcp.types import (
    CLIENT_CAPABILITIES_KEY,
    CLIENT_INFO_KEY,
    LOG_LEVEL_KEY,
    PROTOCOL_VERSION_KEY,
    ClientCapabilities,
)
from mcp.types.versions import LATEST_MODERN, LEGACY_REVISIONS, REVISIONS

LEAST: dict[str, Any] = {PROTOCOL_VERSION_KEY: LATEST_MODERN, CLIENT_CAPABILITIES_KEY: {}}
FULL: dict[str, Any] = {
    PROTOCOL_VERSION_KEY: LATEST_MODERN,
    CLIENT_CAPABILITIES_KEY: {"roots": {}, "com.example/x": {"null": None}},
    CLIENT_INFO_KEY: {"name": "c", "version": "1"},
    LOG_LEVEL_KEY: "info",
    "progressToken": 0,
    "traceparent": "00-1-2-03",
}


@pytest.mark.parametrize("meta", [LEAST, FULL])
def test_what_is_read_is_written_again(meta: dict[str, Any]) -> None:
    envelope = Envelope.read(dict(meta), "ann")
    assert envelope.principal == "ann"
    assert envelope.write() == meta


def test_what_is_read() -> None:
    envelope = Envelope.read(FULL)
    assert envelope.revision == LATEST_MODERN
    assert envelope.capabilities.roots is not None
    assert envelope.client_info is not None
    assert envelope.client_info.name == "c"
    assert (envelope.log_level, envelope.progress_token, envelope.principal) == ("info", 0, None)


def test_what_is_written_does_not_change_what_was_received() -> None:
    meta = dict(LEAST)
    Envelope(revision=LATEST_MODERN, capabilities=ClientCapabilities(), progress_token="t", meta=meta).write()
    assert meta == LEAST


@pytest.mark.parametrize("key", LEAST)
def test_a_required_key_is_named_when_it_is_missing(key: str) -> None:
    meta = {name: value for name, value in LEAST.items() if name != key}
    with pytest.raises(InvalidParams, match=key):
        Envelope.read(meta)


@pytest.mark.parametrize("revision", [*LEGACY_REVISIONS, "2099-01-01", "", 5, None, [], {}])
def test_a_revision_that_is_not_spoken_this_way_is_refused_with_those_that_are(revision: Any) -> None:
    with pytest.raises(UnsupportedProtocolVersion) as caught:
        Envelope.read({**LEAST, PROTOCOL_VERSION_KEY: revision})
    assert caught.value.error.data == {"supported": list(REVISIONS), "requested": revision}


WRONG: list[tuple[str, Any]] = [
    (CLIENT_CAPABILITIES_KEY, None),
    (CLIENT_CAPABILITIES_KEY, []),
    (CLIENT_CAPABILITIES_KEY, {"roots": 5}),
    (CLIENT_INFO_KEY, "me"),
    (CLIENT_INFO_KEY, {"name": "c"}),
    (LOG_LEVEL_KEY, "loud"),
    (LOG_LEVEL_KEY, []),
    ("progressToken", 1.5),
    ("progressToken", True),
    ("progressToken", {}),
]


@pytest.mark.parametrize(("key", "value"), WRONG)
def test_a_value_of_the_wrong_form_is_refused(key: str, value: Any) -> None:
    with pytest.raises(InvalidParams, match=key.rpartition("/")[2] if key != LOG_LEVEL_KEY else "log level"):
        Envelope.read({**LEAST, key: value})


@pytest.mark.parametrize(
    ("params", "meta"), [(None, {}), ({}, {}), ({"_meta": None}, {}), ({"_meta": {"a": 1}}, {"a": 1})]
)
def test_meta_may_be_absent(params: Any, meta: Any) -> None:
    assert meta_of(params) == meta


@pytest.mark.parametrize("meta", [5, "text", [], True])
def test_meta_is_an_object(meta: Any) -> None:
    with pytest.raises(InvalidParams, match="_meta must be an object"):
        meta_of({"_meta": meta})


@pytest.mark.parametrize("token", ["", "t", 0, -1, None])
def test_tokens(token: Any) -> None:
    assert progress_token_of({"progressToken": token}) == token
    assert progress_token_of({}) is None


@pytest.mark.parametrize("level", [*LEVELS, None])
def test_levels(level: Any) -> None:
    assert level_of(level) == level
