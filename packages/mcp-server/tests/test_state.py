"""Sealed states: what opens, and every way in which one must not."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from typing import Any

import pytest

from mcp.server.state import (
    ENVIRONMENT_VARIABLE,
    MAX_STATE_LENGTH,
    KeyRing,
    RequestState,
    StateRejected,
    digest_of,
    digest_of_question,
)

OLD = "old-" * 8
NEW = "new-" * 8


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(ENVIRONMENT_VARIABLE, raising=False)


@pytest.fixture
def ring() -> KeyRing:
    return KeyRing([NEW])


STATE = RequestState(
    handle="h-1",
    principal="alice",
    method="tools/call",
    digest=digest_of({"name": "add", "arguments": {"a": 1}}),
    expires=1_000.0,
    questions={"login": digest_of_question("elicitation/create", {"message": "who?"})},
    user="mine",
)


def reopen(text: str, ring: KeyRing, **changes: Any) -> RequestState:
    now: dict[str, Any] = {
        "principal": STATE.principal,
        "method": STATE.method,
        "digest": STATE.digest,
        "now": 999.0,
    }
    return RequestState.open(text, ring, **(now | changes))


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"a": None, "b": [1, 2.5, "ü"], "c": {"d": True}},
        {"lone": "\ud800"},
        {"newline": "\r\n", "nul": "\0"},
    ],
)
def test_what_is_sealed_opens(ring: KeyRing, payload: dict[str, Any]) -> None:
    assert ring.open(ring.seal(payload)) == payload


def test_the_text_needs_no_escapes(ring: KeyRing) -> None:
    text = ring.seal({"x": "ÿ>?" * 20})
    assert set(text) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.")


def test_the_first_key_seals_and_all_open() -> None:
    sealed_before = KeyRing([OLD]).seal({"n": 1})
    rotated = KeyRing([NEW, OLD.encode()])
    assert rotated.open(sealed_before) == {"n": 1}
    assert KeyRing([NEW]).open(rotated.seal({"n": 2})) == {"n": 2}


def test_keys_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ENVIRONMENT_VARIABLE, f" {NEW} ,{OLD},")
    ring = KeyRing()
    assert ring.shared
    assert KeyRing([NEW]).open(ring.seal({"n": 1})) == {"n": 1}
    assert ring.open(KeyRing([OLD]).seal({"n": 2})) == {"n": 2}


def test_given_keys_beat_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ENVIRONMENT_VARIABLE, OLD)
    with pytest.raises(StateRejected):
        KeyRing([NEW]).open(KeyRing().seal({}))


def test_without_keys_the_process_has_one_of_its_own() -> None:
    ring = KeyRing()
    assert not ring.shared
    assert KeyRing().open(ring.seal({"n": 1})) == {"n": 1}


@pytest.mark.parametrize("value", ["", " , ,"])
def test_an_empty_variable_is_none(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv(ENVIRONMENT_VARIABLE, value)
    assert not KeyRing().shared


@pytest.mark.parametrize("key", ["", "x" * 31, b"x" * 31])
def test_a_short_key_is_refused_by_the_name_of_its_setting(key: str | bytes) -> None:
    with pytest.raises(ValueError, match=r"state_keys has \d+ characters, at least 32"):
        KeyRing([NEW, key])


def test_a_short_key_in_the_environment_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ENVIRONMENT_VARIABLE, "secret")
    with pytest.raises(ValueError, match="MCP_STATE_KEYS has 6 characters") as caught:
        KeyRing()
    assert "secret " not in str(caught.value)


@pytest.mark.parametrize("keys", [[], NEW, NEW.encode()])
def test_no_list_of_keys_is_refused(keys: Any) -> None:
    with pytest.raises(ValueError, match="state_keys"):
        KeyRing(keys)


def test_the_key_is_not_shown(ring: KeyRing) -> None:
    assert NEW not in repr(ring)
    assert NEW not in ring.seal({"n": 1})


def test_another_key_is_refused_with_the_name_of_the_setting(ring: KeyRing) -> None:
    with pytest.raises(StateRejected, match="state_keys= or the environment variable MCP_STATE_KEYS"):
        ring.open(KeyRing([OLD]).seal({}))


def test_every_changed_character_is_noticed(ring: KeyRing) -> None:
    text = ring.seal({"role": "user"})
    for place, letter in enumerate(text):
        changed = text[:place] + ("A" if letter != "A" else "B") + text[place + 1 :]
        with pytest.raises(StateRejected):
            ring.open(changed)


@pytest.mark.parametrize(
    "text",
    [
        "",
        ".",
        "...",
        "mcp1",
        "mcp1.a.b",
        "mcp1.a.b.",
        "mcp2.a.b.c",
        "null",
        "{}",
        "é.é.é.é",
        "mcp1.é.é.é",
        "\ud800",
    ],
)
def test_what_is_not_ours_is_refused(ring: KeyRing, text: str) -> None:
    with pytest.raises(StateRejected):
        ring.open(text)


def test_a_foreign_body_under_our_key_is_refused(ring: KeyRing) -> None:
    version, identity, _, tag = ring.seal({}).split(".")
    body = base64.urlsafe_b64encode(json.dumps({"admin": True}).encode()).decode().rstrip("=")
    with pytest.raises(StateRejected, match="changed"):
        ring.open(f"{version}.{identity}.{body}.{tag}")


def test_a_padded_or_lengthened_text_is_refused(ring: KeyRing) -> None:
    text = ring.seal({"n": 1})
    for other in (text + "=", text + ".", text + "A", " " + text, text + "\n"):
        with pytest.raises(StateRejected):
            ring.open(other)


def test_a_state_has_a_largest_size(ring: KeyRing) -> None:
    with pytest.raises(ValueError, match="put a handle into the state"):
        ring.seal({"blob": "x" * MAX_STATE_LENGTH})
    with pytest.raises(StateRejected, match="over the limit of 65536"):
        ring.open("x" * (MAX_STATE_LENGTH + 1))


def test_a_payload_that_is_no_json_is_refused(ring: KeyRing) -> None:
    with pytest.raises(ValueError, match="JSON"):
        ring.seal({"n": float("nan")})


@pytest.mark.parametrize("state", [STATE, replace(STATE, handle=None, user=None, questions={}, principal="")])
def test_a_request_state_opens_as_it_was(ring: KeyRing, state: RequestState) -> None:
    assert reopen(state.seal(ring), ring, principal=state.principal) == state


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"principal": "mallory"}, "another principal"),
        ({"principal": ""}, "another principal"),
        ({"principal": "\ud800"}, "another principal"),
        ({"method": "prompts/get"}, "another request"),
        ({"digest": digest_of({"name": "add", "arguments": {"a": 2}})}, "another request"),
        ({"now": 1_000.0}, "expired"),
        ({"now": 1e12}, "expired"),
    ],
)
def test_a_request_state_opens_for_its_own_request_only(
    ring: KeyRing, changes: dict[str, Any], reason: str
) -> None:
    text = STATE.seal(ring)
    with pytest.raises(StateRejected, match=reason) as caught:
        reopen(text, ring, **changes)
    assert "alice" not in caught.value.reason
    assert STATE.digest not in caught.value.reason


def test_a_payload_of_another_shape_is_no_request_state(ring: KeyRing) -> None:
    with pytest.raises(StateRejected, match="not issued by this server"):
        reopen(ring.seal({"h": None, "k": "cursor"}), ring)


ROUND_DEPENDENT: dict[str, Any] = {
    "_meta": {"progressToken": 1},
    "inputResponses": {"a": {}},
    "requestState": "x",
}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
        ({"a": 1}, {"a": 1.0}),
        ({"a": [1e3, {"b": -0.0}]}, {"a": [1000, {"b": 0}]}),
        ({"a": 1}, {"a": 1} | ROUND_DEPENDENT),
    ],
)
def test_equal_params_have_one_digest(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert digest_of(one) == digest_of(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"a": 1}, {"a": "1"}),
        ({"a": 1}, {"a": True}),
        ({"a": 0}, {"a": False}),
        ({"a": None}, {}),
        ({"a": [1, 2]}, {"a": [2, 1]}),
        ({"a": 1}, {"a": 1.5}),
        ({"a": {"_meta": 1}}, {"a": {}}),
        ({"a": "é"}, {"a": "e\u0301"}),
    ],
)
def test_different_params_have_different_digests(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert digest_of(one) != digest_of(other)


def test_a_question_is_told_by_method_and_params() -> None:
    asked = digest_of_question("elicitation/create", {"message": "who?"})
    assert asked == digest_of_question(
        "elicitation/create", {"message": "who?", "_meta": {}, "elicitationId": "7"}
    )
    assert asked != digest_of_question("elicitation/create", {"message": "Who?"})
    assert asked != digest_of_question("sampling/createMessage", {"message": "who?"})
    assert digest_of_question("roots/list", None) == digest_of_question("roots/list", {})
