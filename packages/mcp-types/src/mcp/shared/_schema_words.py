"""Says what is wrong with an instance in the words of the 1.x line, those of the `jsonschema` library.

The error told is the one which that library's `best_match` picks: the shallowest; among siblings the one at
the last member; inside a union the deepest error, unless its branches tell equally much.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from mcp.shared._schema_bounds import is_list, is_object

if TYPE_CHECKING:
    from jsonschema_rs import ValidationError

__all__ = ["MAX_SHOWN", "Narrator", "shown"]

MAX_SHOWN: Final = 2_000
"""Characters of a value that an error text repeats."""

_UNIONS: Final = frozenset({"anyOf", "oneOf"})
_NAMING: Final = frozenset({"$defs", "definitions", "dependentSchemas", "patternProperties", "properties"})
_DESCENDING: Final = frozenset({"patternProperties", "prefixItems", "properties"})
_ABSENT: Final = object()

Path = Sequence[str | int]


def shown(value: object) -> str:
    """Return the value as Python writes it, cut where it is long."""
    text = repr(value)
    return text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}..."


@dataclass(slots=True, frozen=True)
class _Finding:
    path: tuple[str | int, ...]
    keyword: str
    text: str
    fits_type: bool
    order: tuple[int, ...]
    inner: list[_Finding] = field(default_factory=list["_Finding"])

    def relevance(self) -> tuple[Any, ...]:
        return -len(self.path), self.path, self.keyword not in _UNIONS, not self.fits_type


class Narrator:
    """Describes errors of one instance under one schema.

    Args:
        schema: the schema, as decoded JSON.
        instance: the value that was found to be wrong.
        modern_items: `items` speaks of what `prefixItems` leaves, as from draft 2020-12 on.
        exact: schema paths lead from the root; not so where documents are embedded.
    """

    __slots__ = ("_exact", "_instance", "_modern_items", "_schema")

    def __init__(self, schema: Any, instance: Any, *, modern_items: bool, exact: bool) -> None:
        self._schema = schema
        self._instance = instance
        self._modern_items = modern_items
        self._exact = exact

    def tell(self, errors: Iterable[ValidationError]) -> str | None:
        """Return the text of the most telling error, or None if there is none."""
        found = self._findings(errors)
        if not found:
            return None
        best = max(found, key=_Finding.relevance)
        while best.inner:
            least = sorted(best.inner, key=_Finding.relevance)[:2]
            if len(least) == 2 and least[0].relevance() == least[1].relevance():
                break
            best = least[0]
        return best.text

    def _findings(self, errors: Iterable[ValidationError]) -> list[_Finding]:
        found = [self._finding(error) for error in errors]
        unique = {(each.path, each.order, each.text): each for each in found}
        return sorted(unique.values(), key=lambda each: each.order)

    def _finding(self, error: ValidationError) -> _Finding:
        kind: Any = error.kind
        path, steps = tuple(error.instance_path), list(error.schema_path)
        instance = _walk(self._instance, path)
        while kind.name == "propertyNames":
            kind, instance = kind.error.kind, kind.error.instance
        keyword = kind.name
        if keyword == "falseSchema" and steps:
            named = len(steps) > 1 and steps[-2] in _NAMING
            if steps[-1] == "items" and self._modern_items and not named:
                keyword, path = "items", path[:-1]
                instance = _walk(self._instance, path)
            elif steps[-1] == "additionalProperties" and not named:
                keyword = "additionalProperties"
            elif len(steps) > 1 and steps[-2] in _DESCENDING:
                path = path[:-1]  # that library reports a member which may not be there at what holds it
        parent = self._at(steps[:-1])
        told = _Told(kind, instance, parent, self._at(steps), str(steps[-1]) if steps else "")
        return _Finding(
            path=path,
            keyword=keyword,
            text=told.text(keyword),
            fits_type=is_object(parent) and _has_type(instance, parent.get("type")),
            order=self._order(error.evaluation_path),
            inner=[each for branch in _branches(kind) for each in self._findings(branch)],
        )

    def _at(self, steps: Path) -> Any:
        return _walk(self._schema, steps) if self._exact else _ABSENT

    def _order(self, steps: Path) -> tuple[int, ...]:
        places: list[int] = []
        node = self._schema
        for step in steps:
            if isinstance(step, int):
                places.append(step)
            elif is_object(node) and step in node:
                places.append(list(node).index(step))
            node = _walk(node, [step])
            if isinstance(node, str) and node.startswith("#/"):
                node = _walk(self._schema, node[2:].replace("~1", "/").replace("~0", "~").split("/"))
        return tuple(places)


def _branches(kind: Any) -> list[list[ValidationError]]:
    return kind.context if type(kind).__name__ in ("AnyOf", "OneOfNotValid") else []


def _walk(value: Any, steps: Path) -> Any:
    found = value
    for step in steps:
        if is_object(found) and step in found:
            found = found[str(step)]
        elif is_list(found) and isinstance(step, int) and step < len(found):
            found = found[step]
        else:
            return _ABSENT
    return found


_TYPES: Final[dict[str, Callable[[Any], bool]]] = {
    "array": is_list,
    "boolean": lambda value: isinstance(value, bool),
    "integer": lambda value: _is_number(value) and float(value).is_integer(),
    "null": lambda value: value is None,
    "number": lambda value: _is_number(value),
    "object": is_object,
    "string": lambda value: isinstance(value, str),
}


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _has_type(value: Any, expected: Any) -> bool:
    names = expected if is_list(expected) else [expected]
    return any(name in _TYPES and _TYPES[name](value) for name in names if isinstance(name, str))


def _listed(values: Iterable[object]) -> str:
    return shown_list([shown(each) for each in values])


def shown_list(texts: Sequence[str]) -> str:
    """Return texts joined by commas, cut where there are many."""
    text = ", ".join(texts[:MAX_SHOWN])
    return text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}..."


def _unexpected(values: Sequence[object], verb: str = "unexpected") -> str:
    return f"({_listed(values)} {'was' if len(values) == 1 else 'were'} {verb})"


@dataclass(slots=True, frozen=True)
class _Told:
    """One error: its kind, the value it is about, the subschema that failed and the keyword's value there."""

    kind: Any
    instance: Any
    parent: Any
    value: Any
    keyword: str

    def text(self, keyword: str) -> str:
        teller = _TELLERS.get(keyword)
        return (
            f"{shown(self.instance)} is not valid under the given schema" if teller is None else teller(self)
        )

    def limit(self) -> Any:
        found = self.kind.value if self.value is _ABSENT else self.value
        return found if _is_number(found) and found == self.kind.value else self.kind.value

    def measure(self, phrase: str) -> str:
        return f"{shown(self.instance)} is {phrase} of {self.limit()!r}"

    def short(self, otherwise: str) -> str:
        return f"{shown(self.instance)} {'should be non-empty' if self.kind.limit == 1 else otherwise}"

    def long(self, otherwise: str) -> str:
        return f"{shown(self.instance)} {'is expected to be empty' if self.kind.limit == 0 else otherwise}"

    def type(self) -> str:
        names = self.value if is_list(self.value) else [self.value]
        if set(map(str, names)) != set(self.kind.types):
            names = self.kind.types
        return f"{shown(self.instance)} is not of type {', '.join(map(repr, names))}"

    def enum(self) -> str:
        options = self.value if is_list(self.value) else self.kind.options
        return f"{shown(self.instance)} is not one of {shown(options)}"

    def const(self) -> str:
        return f"{shown(self.kind.expected_value if self.value is _ABSENT else self.value)} was expected"

    def required(self) -> str:
        missing = shown(self.kind.property)
        if self.keyword in ("dependentRequired", "dependencies"):
            for name, needed in self.value.items() if is_object(self.value) else ():
                if name in self.instance and is_list(needed) and self.kind.property in needed:
                    return f"{missing} is a dependency of {shown(name)}"
        return f"{missing} is a required property"

    def additional_properties(self) -> str:
        extras = sorted(self.instance if self.kind.name == "falseSchema" else self.kind.unexpected)
        patterns = self.parent.get("patternProperties") if is_object(self.parent) else None
        if not is_object(patterns) or not patterns:
            return f"Additional properties are not allowed {_unexpected(extras)}"
        verb = "does" if len(extras) == 1 else "do"
        return f"{_listed(extras)} {verb} not match any of the regexes: {_listed(sorted(patterns))}"

    def additional_items(self) -> str:
        return f"Additional items are not allowed {_unexpected(self.instance[self.kind.limit :])}"

    def items(self) -> str:
        prefix = len(self.parent.get("prefixItems", ())) if is_object(self.parent) else 0
        extra = len(self.instance) - prefix
        rest = self.instance[prefix] if extra == 1 else self.instance[prefix:]
        noun = "item" if prefix == 1 else "items"
        return f"Expected at most {prefix} {noun} but found {extra} extra: {shown(rest)}"

    def contains(self) -> str:
        if self.keyword == "maxContains":
            return f"Too many items match the given schema (expected at most {self.value!r})"
        if self.keyword == "minContains":
            return f"Too few items match the given schema (expected at least {self.value!r})"
        return f"{shown(self.instance)} does not contain items matching the given schema"

    def one_of(self) -> str:
        if type(self.kind).__name__ == "OneOfNotValid":
            return self.any_of()
        valid = [place for place, errors in enumerate(self.kind.context) if not errors]
        if not is_list(self.value) or len(self.value) != len(self.kind.context):
            return (
                f"{shown(self.instance)} is valid under each of {len(valid)} schemas, where one is expected"
            )
        order = [*valid[1:], *valid[:1]]
        return (
            f"{shown(self.instance)} is valid under each of {_listed(self.value[place] for place in order)}"
        )

    def any_of(self) -> str:
        return f"{shown(self.instance)} is not valid under any of the given schemas"

    def negated(self) -> str:
        schema = self.kind.schema if self.value is _ABSENT else self.value
        return f"{shown(self.instance)} should not be valid under {shown(schema)}"

    def unevaluated_items(self) -> str:
        # The library gives the items as JSON, in order; those of the instance are told, as it wrote them.
        rest = iter(self.instance)
        extras = [
            next((item for item in rest if item == json.loads(each)), each) for each in self.kind.unexpected
        ]
        return f"Unevaluated items are not allowed {_unexpected(extras)}"

    def unevaluated_properties(self) -> str:
        if self.value is False or self.value is _ABSENT:
            return f"Unevaluated properties are not allowed {_unexpected(sorted(self.kind.unexpected))}"
        extras = _unexpected(self.kind.unexpected, "unevaluated and invalid")
        return f"Unevaluated properties are not valid under the given schema {extras}"


_TELLERS: Final[dict[str, Callable[[_Told], str]]] = {
    "additionalItems": _Told.additional_items,
    "additionalProperties": _Told.additional_properties,
    "anyOf": _Told.any_of,
    "const": _Told.const,
    "contains": _Told.contains,
    "enum": _Told.enum,
    "exclusiveMaximum": lambda told: told.measure("greater than or equal to the maximum"),
    "exclusiveMinimum": lambda told: told.measure("less than or equal to the minimum"),
    "falseSchema": lambda told: f"False schema does not allow {shown(told.instance)}",
    "items": _Told.items,
    "maxItems": lambda told: told.long("is too long"),
    "maxLength": lambda told: told.long("is too long"),
    "maxProperties": lambda told: told.long("has too many properties"),
    "maximum": lambda told: told.measure("greater than the maximum"),
    "minItems": lambda told: told.short("is too short"),
    "minLength": lambda told: told.short("is too short"),
    "minProperties": lambda told: told.short("does not have enough properties"),
    "minimum": lambda told: told.measure("less than the minimum"),
    "multipleOf": lambda told: f"{shown(told.instance)} is not a multiple of {told.limit()!r}",
    "not": _Told.negated,
    "oneOf": _Told.one_of,
    "pattern": lambda told: f"{shown(told.instance)} does not match {shown(told.kind.value)}",
    "required": _Told.required,
    "type": _Told.type,
    "unevaluatedItems": _Told.unevaluated_items,
    "unevaluatedProperties": _Told.unevaluated_properties,
    "uniqueItems": lambda told: f"{shown(told.instance)} has non-unique elements",
}
