"""Validates JSON against a JSON schema: offline, within bounds, worded as the 1.x line words it.

The dialect is 2020-12 unless `$schema` names another of 2019-09, 7, 6 and 4. References lead to places in the
schema itself or to these dialects' own meta-schemas; nothing is ever fetched. `format` is an annotation.
Specification: basic, "JSON Schema Usage".
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from pydantic_core import from_json, to_json

from mcp.shared._schema_bounds import MAX_DEPTH, MAX_SUBSCHEMAS, Bounds, TooComplex, is_list, is_object
from mcp.shared._schema_words import Narrator, shown

if TYPE_CHECKING:
    import jsonschema_rs

__all__ = [
    "MAX_DEPTH",
    "MAX_PATTERN_SIZE",
    "MAX_PATTERN_STEPS",
    "MAX_SCHEMA_LENGTH",
    "MAX_SUBSCHEMAS",
    "SchemaError",
    "Validator",
    "validator_of",
]

MAX_SCHEMA_LENGTH: Final = 1024 * 1024
"""Bytes of a schema as JSON."""

MAX_PATTERN_SIZE: Final = 2 * 1024 * 1024
"""Bytes of one compiled `pattern`."""

MAX_PATTERN_STEPS: Final = 100_000
"""Steps back that a `pattern` with look-around or back-references may take; others match in linear time."""

_CACHED_VALIDATORS: Final = 256
_DIALECTS: Final = {
    "https://json-schema.org/draft/2020-12/schema",
    "https://json-schema.org/draft/2019-09/schema",
    "http://json-schema.org/draft-07/schema",
    "http://json-schema.org/draft-06/schema",
    "http://json-schema.org/draft-04/schema",
}
_MODERN_ITEMS: Final = "https://json-schema.org/draft/2020-12/schema"

# The text of every error costs a copy of the value that it is about; beyond these the text says less.
_MAX_DETAIL: Final = 200_000
_MAX_FIRST_ERROR: Final = 2_000_000


class SchemaError(ValueError):
    """A schema cannot be used: it is no valid JSON schema, over a limit, or refers to something elsewhere."""


class Validator:
    """A compiled schema; made by `validator_of`.

    Args:
        schema: the schema as decoded JSON, which nobody else changes.

    Raises:
        SchemaError: the schema cannot be used.
    """

    __slots__ = ("_bounds", "_compiled", "_modern_items", "_schema")

    def __init__(self, schema: dict[str, Any] | bool) -> None:
        self._schema = schema
        dialect = _dialect(schema)
        try:
            self._bounds = Bounds(schema if is_object(schema) else {})
        except TooComplex as error:
            raise SchemaError(f"The JSON schema is refused: {error}") from None
        self._compiled = _compile(schema)
        self._modern_items = dialect == _MODERN_ITEMS

    def check(self, instance: Any) -> str | None:
        """Return what is wrong with a value, or None if it conforms.

        Args:
            instance: decoded JSON; None is the JSON null.
        """
        try:
            if self._compiled.is_valid(instance):
                return None
        except ValueError as error:  # a lone surrogate, a key that is no string, an object that is no JSON
            return f"The value is no JSON: {error}"
        return self._text(instance) or f"{shown(instance)} is not valid under the given schema"

    def _text(self, instance: Any) -> str | None:
        narrator = Narrator(
            self._schema, instance, modern_items=self._modern_items, exact=not self._bounds.embeds
        )
        size, depth = _extent(instance)
        cost = size * self._bounds.applications_at(depth)
        if cost <= _MAX_DETAIL:
            return narrator.tell(self._compiled.iter_errors(instance))
        if cost <= _MAX_FIRST_ERROR or not self._bounds.unions:
            return narrator.tell(_first_error(self._compiled, instance))
        return None


def validator_of(schema: dict[str, Any] | bool) -> Validator:
    """Return the compiled schema; an equal schema is compiled once.

    Args:
        schema: a JSON schema as decoded JSON.

    Raises:
        SchemaError: it is no valid JSON schema, over a limit, or refers to something elsewhere.
    """
    try:
        text = to_json(schema)
    except ValueError as error:
        raise SchemaError(f"The schema is no JSON: {error}") from None
    if len(text) > MAX_SCHEMA_LENGTH:
        raise SchemaError(
            f"The JSON schema is refused: it is {len(text)} bytes long, over the limit of {MAX_SCHEMA_LENGTH}"
        )
    return _validator_of_text(text)


@lru_cache(maxsize=_CACHED_VALIDATORS)
def _validator_of_text(text: bytes) -> Validator:
    return Validator(from_json(text))


def _dialect(schema: object) -> str:
    if not is_object(schema):
        if isinstance(schema, bool):
            return _MODERN_ITEMS
        raise SchemaError(f"A JSON schema is an object or a boolean, not {shown(schema)}")
    named = schema.get("$schema", _MODERN_ITEMS)
    dialect = named.removesuffix("#") if isinstance(named, str) else ""
    if dialect not in _DIALECTS:
        supported = ", ".join(sorted(_DIALECTS))
        raise SchemaError(f"The JSON schema dialect {shown(named)} is not supported; supported: {supported}")
    return dialect


def _compile(schema: dict[str, Any] | bool) -> jsonschema_rs.Validator:
    import jsonschema_rs  # heavy, and of the extra `runtime`

    limits = jsonschema_rs.FancyRegexOptions(
        backtrack_limit=MAX_PATTERN_STEPS, size_limit=MAX_PATTERN_SIZE, dfa_size_limit=MAX_PATTERN_SIZE
    )
    try:
        # What 1.x does not check is not checked: formats.
        return jsonschema_rs.validator_for(
            schema, offline=True, validate_formats=False, pattern_options=limits
        )
    except jsonschema_rs.ValidationError as error:
        raise SchemaError(_fault(error)) from None
    except ValueError as error:
        raise SchemaError(f"The JSON schema cannot be compiled: {error}") from None


def _fault(error: jsonschema_rs.ValidationError) -> str:
    place = "/".join(["#", *map(str, error.instance_path)])
    if error.kind.name == "$ref":
        return (
            f"The JSON schema holds a reference that leads nowhere: {error.message}. "
            "Nothing is fetched: put what is referred to under $defs"
        )
    return f"The JSON schema is invalid at {place}: {error.message}"


def _first_error(compiled: jsonschema_rs.Validator, instance: Any) -> list[jsonschema_rs.ValidationError]:
    import jsonschema_rs

    try:
        compiled.validate(instance)
    except jsonschema_rs.ValidationError as error:
        return [error]
    return []


def _extent(instance: Any) -> tuple[int, int]:
    """Return the sum of the sizes of all values inside a value, up to a bound, and the depth of it."""
    size = deepest = 0
    waiting = [(instance, 0)]
    while waiting and size <= _MAX_FIRST_ERROR:
        value, depth = waiting.pop()
        size += depth + 1
        deepest = max(deepest, depth)
        if is_object(value):
            waiting.extend((each, depth + 1) for each in value.values())
        elif is_list(value):
            waiting.extend((each, depth + 1) for each in value)
    return size, deepest
