"""What is said in every result beside its own fields: its kind, for how long it may be kept, who serves."""

from typing import Any

from pydantic import BaseModel
from pydantic_core import from_json

from mcp.types._nulls import Tree, dump
from mcp.types.lifecycle import SERVER_INFO_KEY

__all__ = ["stamp", "stamp_dict", "unstamp_dict"]

_SERVER_INFO = SERVER_INFO_KEY.encode()


# Specification: basic (resultType, serverInfo), server/utilities/caching.
def stamp(result: BaseModel, exclude: Tree, cacheable: bool, server_info: bytes | None) -> bytes:
    """The wire JSON of a result with what it does not say itself; joined, not parsed again."""
    fields = result.__dict__
    kind, meta = fields.get("resultType"), fields.get("meta")
    stamps: list[bytes] = []
    if kind is None:
        stamps.append(b'"resultType":"complete"')
    if cacheable and kind in (None, "complete"):
        if fields.get("ttlMs") is None:
            stamps.append(b'"ttlMs":0')
        if fields.get("cacheScope") is None:
            stamps.append(b'"cacheScope":"private"')
    if server_info is not None:
        if meta is None:
            stamps.append(b'"_meta":{"%b":%b}' % (_SERVER_INFO, server_info))
        elif SERVER_INFO_KEY not in meta:
            merged = {**meta, SERVER_INFO_KEY: from_json(server_info)}
            result = result.model_copy(update={"meta": merged})
    return _joined(stamps, dump(result, exclude))


def _joined(stamps: list[bytes], body: bytes) -> bytes:
    if not stamps:
        return body
    return b"{" + b",".join(stamps) + (b"}" if body == b"{}" else b"," + body[1:])


def stamp_dict(result: dict[str, Any], cacheable: bool, server_info: bytes | None) -> dict[str, Any]:
    """A result that a handler gave as a dict, with what it does not say itself."""
    stamped = {"resultType": "complete", **result}
    if cacheable and stamped["resultType"] == "complete":
        stamped = {"ttlMs": 0, "cacheScope": "private", **stamped}
    if server_info is not None:
        stamped["_meta"] = {SERVER_INFO_KEY: from_json(server_info), **(result.get("_meta") or {})}
    return stamped


def unstamp_dict(result: dict[str, Any]) -> dict[str, Any]:
    """A result that a handler gave as a dict, without what older peers do not know."""
    return {key: value for key, value in result.items() if key not in ("resultType", "ttlMs", "cacheScope")}
