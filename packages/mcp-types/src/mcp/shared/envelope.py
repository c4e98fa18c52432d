"""Who asks, under which revision and with which capabilities: read from `_meta`, and written to it.

Specification: basic, "_meta" and basic/versioning.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, cast, get_args

from pydantic import ValidationError
from pydantic_core import from_json

from mcp.shared.exceptions import InvalidParams, UnsupportedProtocolVersion
from mcp.types import (
    CLIENT_CAPABILITIES_KEY,
    CLIENT_INFO_KEY,
    LOG_LEVEL_KEY,
    PROTOCOL_VERSION_KEY,
    ClientCapabilities,
    Implementation,
    LoggingLevel,
    ProgressToken,
)
from mcp.types.versions import MODERN_REVISIONS, REVISIONS
from mcp.types.wire import dump_model

__all__ = ["Envelope", "meta_of"]

TOKEN_BITS, TOKEN_LENGTH = 64, 256
"""How large progress tokens may be: as large as ids."""

LEVELS: tuple[str, ...] = get_args(LoggingLevel)


@dataclass(frozen=True, slots=True)
class Envelope:
    """What a request says of its sender.

    Attributes:
        revision: the protocol revision that this request speaks.
        capabilities: what the client can do for this request.
        client_info: who the client says it is; never to be trusted.
        log_level: the least level of log messages that the client wants; None for none.
        progress_token: names the request in progress notifications.
        principal: on whose behalf, as authenticated by the transport; None if nobody was.
        meta: `_meta` as received.
    """

    revision: str
    capabilities: ClientCapabilities
    client_info: Implementation | None = None
    log_level: LoggingLevel | None = None
    progress_token: ProgressToken | None = None
    principal: str | None = None
    meta: dict[str, Any] = field(default_factory=dict[str, Any])

    @classmethod
    def read(cls, meta: dict[str, Any], principal: str | None = None) -> Envelope:
        """Read the envelope of a self-contained request.

        Raises:
            InvalidParams: a required key is missing, or a value has the wrong form.
            UnsupportedProtocolVersion: the revision named is not spoken in this way.
        """
        requested = _required(meta, PROTOCOL_VERSION_KEY)
        if requested not in MODERN_REVISIONS:  # another revision may carry other keys
            raise UnsupportedProtocolVersion(requested, REVISIONS)
        capabilities = _required(meta, CLIENT_CAPABILITIES_KEY)
        info = meta.get(CLIENT_INFO_KEY)
        return cls(
            revision=cast(str, requested),
            capabilities=_model(ClientCapabilities, CLIENT_CAPABILITIES_KEY, capabilities),
            client_info=None if info is None else _model(Implementation, CLIENT_INFO_KEY, info),
            log_level=level_of(meta.get(LOG_LEVEL_KEY)),
            progress_token=progress_token_of(meta),
            principal=principal,
            meta=meta,
        )

    def write(self) -> dict[str, Any]:
        """Return the keys of `_meta` that a self-contained request carries for this envelope."""
        meta = dict(self.meta)
        meta[PROTOCOL_VERSION_KEY] = self.revision
        meta[CLIENT_CAPABILITIES_KEY] = from_json(dump_model(self.capabilities, self.revision))
        if self.client_info is not None:
            meta[CLIENT_INFO_KEY] = from_json(dump_model(self.client_info, self.revision))
        if self.log_level is not None:
            meta[LOG_LEVEL_KEY] = self.log_level
        if self.progress_token is not None:
            meta["progressToken"] = self.progress_token
        return meta


def meta_of(params: dict[str, Any] | None) -> dict[str, Any]:
    """Return the `_meta` of a request's parameters, empty if absent.

    Raises:
        InvalidParams: it is no object.
    """
    meta = (params or {}).get("_meta")
    if meta is None:
        return {}
    if not isinstance(meta, dict):
        raise InvalidParams(f"Invalid params: _meta must be an object, not {type(meta).__name__}")
    return cast("dict[str, Any]", meta)


def progress_token_of(meta: dict[str, Any]) -> ProgressToken | None:
    """Return the progress token in `_meta`.

    Raises:
        InvalidParams: it is neither a string nor an integer, or larger than an id may be.
    """
    token = meta.get("progressToken")
    if token is None or (type(token) is int and token.bit_length() <= TOKEN_BITS):
        return token
    if isinstance(token, str):
        if len(token) <= TOKEN_LENGTH:  # each report repeats it
            return token
        raise InvalidParams(f"Invalid params: _meta.progressToken is longer than {TOKEN_LENGTH} characters")
    kind = "a larger one" if type(token) is int else type(token).__name__
    raise InvalidParams(
        f"Invalid params: _meta.progressToken must be a string or an integer of 64 bits, not {kind}"
    )


def level_of(level: object) -> LoggingLevel | None:
    """Return a logging level as received.

    Raises:
        InvalidParams: there is no such level.
    """
    if level is None or level in LEVELS:
        return cast("LoggingLevel | None", level)
    raise InvalidParams(f"Unknown log level {level!r}; one of {', '.join(LEVELS)}")


def _required(meta: dict[str, Any], key: str) -> Any:
    try:
        return meta[key]
    except KeyError:
        raise InvalidParams(f"Invalid params: _meta lacks {key!r}, which every request must carry") from None


def _model(model: type[Any], key: str, value: object) -> Any:
    try:
        return model.model_validate(value)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise InvalidParams(f"Invalid params: _meta[{key!r}] {where}: {first['msg']}") from None
