"""JSON, strictly: read within bounds, written only if JSON can hold it."""

import re
from collections.abc import Iterable
from math import isfinite
from typing import Any, cast

from pydantic_core import from_json, to_json

__all__ = ["MAX_DEPTH", "dump_json", "nearest", "read_json"]

MAX_DEPTH = 200

# Numbers that may be beyond a float: the parser turns them into infinity without a word.
# One class of bytes leads, which makes the search fast; long runs are counted from their start alone, or it would
# be quadratic in their length.
_HUGE_NUMBER = re.compile(rb"[0-9](?:[eE]\+?[0-9]{3}|(?<![0-9][0-9])[0-9]{299})")
# The shortest text that is nested too deep.
_DEEP = 2 * (MAX_DEPTH + 1)


def read_json(data: bytes) -> Any:
    """The value of a JSON text.

    Raises:
        ValueError: no UTF-8, no JSON, NaN, a lone surrogate, a number out of range, or nested deeper
            than `MAX_DEPTH`.
    """
    value = from_json(data, allow_inf_nan=False)
    may_be_deep = len(data) >= _DEEP and data.count(b"[") + data.count(b"{") > MAX_DEPTH
    if may_be_deep or _HUGE_NUMBER.search(data):
        _check_bounds(value)
    return value


def _check_bounds(value: Any) -> None:
    level: list[Any] = [value]
    for _ in range(MAX_DEPTH):
        _check_numbers(level)
        level = [member for item in level for member in _members(item)]
    _check_numbers(level)
    if any(isinstance(item, dict | list) for item in level):
        raise ValueError(f"nested deeper than {MAX_DEPTH}")


def _check_numbers(values: Iterable[Any]) -> None:
    for value in values:
        if isinstance(value, float) and not isfinite(value):
            raise ValueError(f"JSON has no number {value}")


def _members(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        fields: dict[str, Any] = cast(Any, value)
        return fields.values()
    if isinstance(value, list | tuple):
        items: Iterable[Any] = cast(Any, value)
        return items
    return ()


def dump_json(value: Any) -> bytes:
    """Write a plain JSON value.

    Raises:
        ValueError: the value holds what JSON cannot: NaN, an infinity, a lone surrogate, an unknown type.
    """
    data = to_json(value)
    if b"NaN" in data or b"Infinity" in data:
        level = [value]
        while level:
            _check_numbers(level)
            level = [member for item in level for member in _members(item)]
    return data


def nearest(value: Any) -> Any:
    """The nearest thing to `value` that JSON can hold."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, float):
        return value if isfinite(value) else None
    if value is None or isinstance(value, int):
        return value
    if isinstance(value, dict):
        fields: dict[Any, Any] = cast(Any, value)
        return {nearest(str(key)): nearest(item) for key, item in fields.items()}
    if isinstance(value, list | tuple | set | frozenset):
        items: Iterable[Any] = cast(Any, value)
        return [nearest(item) for item in items]
    return nearest(str(value))
