"""Seal and open `requestState`: what a server hands to the client between the rounds of one call.

The state is signed, not encrypted: it holds nothing that the client may not read.
Specification: basic/patterns/mrtr.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, cast

__all__ = [
    "ENVIRONMENT_VARIABLE",
    "MAX_STATE_LENGTH",
    "MIN_KEY_LENGTH",
    "KeyRing",
    "RequestState",
    "StateRejected",
    "digest_of",
    "digest_of_question",
]

ENVIRONMENT_VARIABLE: Final = "MCP_STATE_KEYS"
"""Names the keys where `state_keys=` does not, separated by commas; the first seals, all open."""

MIN_KEY_LENGTH: Final = 32
"""Characters (or bytes) that a key has at least."""

MAX_STATE_LENGTH: Final = 64 * 1024
"""Characters that a sealed state has at most."""

_VERSION: Final = "mcp1"
_KIND: Final = "call"  # the ring may seal other things, too
_SETTING: Final = f"state_keys= or the environment variable {ENVIRONMENT_VARIABLE}"
_UNSALIENT: Final = frozenset({"_meta", "inputResponses", "requestState"})


class StateRejected(ValueError):
    """A `requestState` is not one of ours, was changed, or does not belong to this request.

    Args:
        reason: what is wrong, fit to be sent to the client.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class KeyRing:
    """The keys that seal and open states: the first seals, all open.

    Args:
        state_keys: secrets of at least 32 characters, the newest first; absent: those of `MCP_STATE_KEYS`,
            else one random key for the life of the process.

    Raises:
        ValueError: a key is too short, or the list is empty.
    """

    __slots__ = ("_keys", "_shared")

    def __init__(self, state_keys: Sequence[str | bytes] | None = None) -> None:
        found = _given(state_keys) or _from_environment()
        self._shared = bool(found)
        self._keys = tuple(_derive(key) for key in found or (_process_key(),))

    @property
    def shared(self) -> bool:
        """Whether the keys were configured, so that other processes may hold them too."""
        return self._shared

    def __repr__(self) -> str:
        return f"<KeyRing of {len(self._keys)} {'configured' if self._shared else 'random'} key(s)>"

    def seal(self, payload: Mapping[str, Any]) -> str:
        """Return the payload as signed text, safe in JSON and in URLs.

        Args:
            payload: JSON values only.

        Raises:
            ValueError: the text would be longer than 65 536 characters, or the payload is no JSON.
        """
        identity, key = self._keys[0]
        text = json.dumps(payload, allow_nan=False, separators=(",", ":"))
        signed = f"{_VERSION}.{identity}.{_to_base64(text.encode('ascii'))}"
        sealed = f"{signed}.{_sign(key, signed)}"
        if len(sealed) > MAX_STATE_LENGTH:
            raise ValueError(
                f"requestState would be {len(sealed)} characters long, over the limit of {MAX_STATE_LENGTH}: "
                "keep the data on the server and put a handle into the state"
            )
        return sealed

    def open(self, text: str) -> dict[str, Any]:
        """Return the payload that was sealed.

        Raises:
            StateRejected: the text is too long, not ours, changed, or sealed with another key.
        """
        if len(text) > MAX_STATE_LENGTH:
            raise StateRejected(
                f"requestState is {len(text)} characters long, over the limit of {MAX_STATE_LENGTH}"
            )
        version, _, rest = text.partition(".")
        identity, _, body_and_tag = rest.partition(".")
        body, _, tag = body_and_tag.partition(".")
        if version != _VERSION or not tag or not text.isascii():
            raise StateRejected("requestState was not issued by this server")
        expected = _sign(self._key_named(identity), f"{version}.{identity}.{body}")
        if not hmac.compare_digest(expected, tag):
            raise StateRejected("requestState was changed after it was issued")
        return _payload_of(body)

    def _key_named(self, identity: str) -> bytes:
        for name, key in self._keys:
            if hmac.compare_digest(name, identity):
                return key
        raise StateRejected(
            "requestState was sealed with a key that this process does not hold; "
            f"where several processes serve, or one restarts, give all of them the same keys: {_SETTING}"
        )


def _given(state_keys: Sequence[str | bytes] | None) -> tuple[bytes, ...]:
    if state_keys is None:
        return ()
    if isinstance(state_keys, (str, bytes)):
        raise ValueError("state_keys takes a list of keys: state_keys=[key]")
    if not state_keys:
        raise ValueError("state_keys is empty: give at least one key, or None for a random one")
    return tuple(_checked(key, "state_keys") for key in state_keys)


def _from_environment() -> tuple[bytes, ...]:
    parts = (part.strip() for part in os.environ.get(ENVIRONMENT_VARIABLE, "").split(","))
    return tuple(_checked(part, ENVIRONMENT_VARIABLE) for part in parts if part)


def _checked(key: str | bytes, setting: str) -> bytes:
    if len(key) < MIN_KEY_LENGTH:
        raise ValueError(
            f"A key in {setting} has {len(key)} characters, at least {MIN_KEY_LENGTH} are needed: "
            "python -c 'import secrets; print(secrets.token_urlsafe(32))' makes one"
        )
    return key.encode("utf-8", "surrogateescape") if isinstance(key, str) else key


@cache
def _process_key() -> bytes:
    return secrets.token_bytes(MIN_KEY_LENGTH)


def _derive(secret: bytes) -> tuple[str, bytes]:
    # The name tells a foreign key from a changed state; it is derived, so that it tells nothing of the key.
    name = hmac.digest(secret, b"mcp requestState key name", "sha256")
    return _to_base64(name[:6]), hmac.digest(secret, b"mcp requestState signature", "sha256")


def _sign(key: bytes, text: str) -> str:
    return _to_base64(hmac.digest(key, text.encode("ascii"), "sha256"))


def _to_base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def _payload_of(body: str) -> dict[str, Any]:
    try:
        value: object = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    except (binascii.Error, ValueError):
        value = None
    if not isinstance(value, dict):  # signed with our key, by something that is not `seal`
        raise StateRejected("requestState was not issued by this server")
    return cast("dict[str, Any]", value)


@dataclass(frozen=True, slots=True)
class RequestState:
    """What a server must know again when the client retries a call.

    Args:
        handle: names the parked call, if there is one.
        principal: who asked; "" where nobody is authenticated.
        method: the method of the call.
        digest: `digest_of` its params.
        expires: Unix time in seconds.
        questions: the key of each question put, with `digest_of_question`.
        user: the state that the server's author gave, if any.
    """

    handle: str | None
    principal: str
    method: str
    digest: str
    expires: float
    questions: dict[str, str]
    user: str | None

    def seal(self, ring: KeyRing) -> str:
        """Return the state as text for the client.

        Raises:
            ValueError: the text would be longer than 65 536 characters.
        """
        return ring.seal(
            {
                "k": _KIND,
                "h": self.handle,
                "p": self.principal,
                "m": self.method,
                "d": self.digest,
                "e": self.expires,
                "q": self.questions,
                "u": self.user,
            }
        )

    @classmethod
    def open(
        cls, text: str, ring: KeyRing, *, principal: str, method: str, digest: str, now: float
    ) -> RequestState:
        """Return the state, if it belongs to this request of this principal and is still good.

        Args:
            text: what the client sent back.
            ring: the keys that may have sealed it.
            principal: who asks now.
            method: the method asked for now.
            digest: `digest_of` the params sent now.
            now: Unix time in seconds.

        Raises:
            StateRejected: it is not ours, was changed, has expired, or belongs to another request.
        """
        state = cls._from_payload(ring.open(text))
        if not _same(state.principal, principal):
            raise StateRejected("requestState was issued to another principal")
        if not (_same(state.method, method) and _same(state.digest, digest)):
            raise StateRejected(
                "requestState belongs to another request: a retry repeats method and params of the original"
            )
        if state.expires <= now:
            raise StateRejected("requestState has expired: start again without it")
        return state

    @classmethod
    def _from_payload(cls, payload: Mapping[str, Any]) -> RequestState:
        if payload.get("k") != _KIND:
            raise StateRejected("requestState was not issued by this server")
        return cls(
            handle=payload["h"],
            principal=payload["p"],
            method=payload["m"],
            digest=payload["d"],
            expires=payload["e"],
            questions=payload["q"],
            user=payload["u"],
        )


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode("utf-8", "surrogatepass"), other.encode("utf-8", "surrogatepass"))


def digest_of(params: Mapping[str, Any]) -> str:
    """Return the SHA-256 (hex) of the params that a retry must repeat.

    `_meta`, `inputResponses` and `requestState` differ from round to round and do not count; neither do the
    order of the keys or the spelling of a number (`1.0` is `1`), which a JSON writer on the way may change.

    Args:
        params: the params of a request, as decoded JSON.
    """
    return _digest({key: value for key, value in params.items() if key not in _UNSALIENT})


def digest_of_question(method: str, params: Mapping[str, Any] | None) -> str:
    """Return the SHA-256 (hex) of a question, so that a changed one is put again.

    `_meta` and `elicitationId`, made anew for each question, do not count.

    Args:
        method: "elicitation/create", "sampling/createMessage" or "roots/list".
        params: its params, as JSON values.
    """
    kept = {key: value for key, value in (params or {}).items() if key not in ("_meta", "elicitationId")}
    return _digest([method, kept])


def _digest(value: Any) -> str:
    text = json.dumps(_plain(value), allow_nan=False, separators=(",", ":"), sort_keys=True)
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in cast("Mapping[str, Any]", value).items()}
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in cast("Sequence[Any]", value)]
    return value
