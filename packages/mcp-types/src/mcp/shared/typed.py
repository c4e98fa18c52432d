"""Messages as their models: arriving ones are read, ours are written, each for the revision it speaks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, cast

from pydantic import ValidationError
from pydantic_core import from_json

from mcp.shared.exceptions import MethodNotFound, invalid_params
from mcp.types.jsonrpc import NotificationFrame, dump_json
from mcp.types.methods import METHODS, Method, find
from mcp.types.wire import dump_model, dump_params, parse_notification, parse_request

__all__ = ["encode_params", "typed_notification", "typed_request"]


def typed_request(
    name: str, params: dict[str, Any] | None, revision: str, sender: Literal["client", "server"]
) -> tuple[Method, Any]:
    """Return an arriving request as its model, with the row of its method.

    Raises:
        MethodNotFound: the revision has no such request from this sender.
        InvalidParams: its parameters are wrong.
    """
    method = find(name, revision, sender, "request")
    if method is None:
        raise MethodNotFound(f"Method not found: {name[:200]}")
    try:
        return method, parse_request(method, params, revision)
    except ValidationError as error:
        raise invalid_params(name, error) from None


def typed_notification(frame: NotificationFrame, revision: str, side: str) -> Any | None:
    """Return an arriving notification as its model, or None if there is no such notification for this side."""
    method = find(frame.method, revision, "client" if side == "server" else "server", "notification")
    if method is None:
        return None
    try:
        return parse_notification(method, frame.params, revision)
    except ValidationError:
        return None


def encode_params(message: Any, revision: str, meta: Mapping[str, Any]) -> bytes | None:
    """Return the parameters of a request or notification of ours as JSON, with `meta` added to its `_meta`."""
    method = METHODS.get(message.method)
    params = message.params
    body: bytes | None
    if params is None:
        body = None
    elif method is None or isinstance(params, dict):
        body = dump_json(params) if isinstance(params, dict) else dump_model(params)
    else:
        body = dump_params(method, params, revision)
    if not meta:
        return body
    if body is None or body == b"{}":
        return b'{"_meta":' + dump_json(dict(meta)) + b"}"
    if b'"_meta"' not in body:
        return b'{"_meta":' + dump_json(dict(meta)) + b"," + body[1:]
    merged = cast("dict[str, Any]", from_json(body))
    merged["_meta"] = {**merged.get("_meta", {}), **meta}
    return dump_json(merged)
