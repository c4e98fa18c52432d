"""What a JSON schema may cost: its size, and how often its references multiply the work.

The validator runs without a time limit, so hostile schemas are refused before it sees them. Two kinds of work
grow without bound: definitions that refer to each other twice at each step (2^n applications at one place of
the instance), and the description of what is wrong, which visits every branch of every union.
Specification: server/tools, "JSON Schema Usage".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import unquote, urldefrag, urljoin

from typing_extensions import TypeIs

__all__ = ["MAX_APPLICATIONS", "MAX_DEPTH", "MAX_SUBSCHEMAS", "Bounds", "TooComplex", "is_list", "is_object"]

MAX_DEPTH: Final = 64
"""Subschemas inside each other."""

MAX_SUBSCHEMAS: Final = 10_000
"""Subschemas in one schema."""

MAX_APPLICATIONS: Final = 10_000
"""Subschemas applied to one place of an instance, with references followed."""

_DATA: Final = frozenset({"const", "default", "enum", "examples"})
_MAPS: Final = frozenset(
    {"$defs", "definitions", "dependencies", "dependentSchemas", "patternProperties", "properties"}
)
_LISTS_HERE: Final = ("allOf", "anyOf", "oneOf")
_SINGLES_HERE: Final = ("not", "if", "then", "else", "propertyNames")
_MAPS_HERE: Final = ("dependentSchemas", "dependencies")
_REFERENCES: Final = ("$ref", "$dynamicRef", "$recursiveRef")
_ANCHORS: Final = ("$anchor", "$dynamicAnchor")

Schema = dict[str, Any]


def is_object(value: object) -> TypeIs[dict[str, Any]]:
    """Whether a decoded JSON value is an object."""
    return isinstance(value, dict)


def is_list(value: object) -> TypeIs[list[Any]]:
    """Whether a decoded JSON value is an array."""
    return isinstance(value, list)


class TooComplex(ValueError):
    """The schema is over one of the limits."""


@dataclass(slots=True)
class _Node:
    weight: int
    """Errors that the keywords of this subschema can report by themselves."""
    here: list[int] = field(default_factory=list[int])
    """Subschemas applied to the same place."""
    members: tuple[list[int], list[int]] = ([], [])
    """Subschemas applied one member each, and those applied to any member."""
    items: tuple[list[int], list[int]] = ([], [])

    def edges(self) -> list[int]:
        return [*self.here, *self.members[0], *self.members[1], *self.items[0], *self.items[1]]

    def total(self, here: Mapping[int, int], below: Mapping[int, int]) -> int:
        inside = max(_busiest(self.members, below), _busiest(self.items, below))
        return self.weight + sum(here.get(edge, 0) for edge in self.here) + inside


def _busiest(arms: tuple[list[int], list[int]], below: Mapping[int, int]) -> int:
    single, common = arms
    return max((below.get(each, 0) for each in single), default=0) + sum(
        below.get(each, 0) for each in common
    )


class Bounds:
    """The subschemas of a schema as a graph, found to be within the limits.

    Args:
        schema: the schema as decoded JSON.

    Raises:
        TooComplex: it is over a limit.
    """

    __slots__ = ("_anchors", "_indices", "_nodes", "_resources", "_scopes", "embeds", "unions")

    def __init__(self, schema: Schema) -> None:
        self._scopes: dict[int, str] = {}
        self._resources: dict[str, Schema] = {"": schema}
        self._anchors: dict[tuple[str, str], Schema] = {}
        self.embeds = False
        """Whether the schema holds schema documents with an `$id` of their own."""
        self.unions = False
        """Whether the schema says `anyOf` or `oneOf`."""
        self._survey(schema)
        self._indices: dict[int, int] = {}
        self._nodes: list[_Node] = []
        self._build(schema)
        order = _children_first([node.edges() for node in self._nodes])
        if self._applications(order) > MAX_APPLICATIONS:
            raise TooComplex(
                f"its references apply more than {MAX_APPLICATIONS} subschemas to one place of an instance"
            )

    def applications_at(self, depth: int) -> int:
        """Return how many errors one place of an instance can have at most, recursion unrolled.

        Args:
            depth: how many containers the instance has inside each other.
        """
        order = _children_first([node.here for node in self._nodes])
        below: dict[int, int] = {}
        most = 0
        for _ in range(depth + 1):
            here: dict[int, int] = {}
            for index in order:
                here[index] = self._nodes[index].total(here, below)
            most = here[0]
            if here == below or most > MAX_APPLICATIONS**2:
                break
            below = here
        return most

    def _survey(self, schema: Schema) -> None:
        count = 0
        waiting: list[tuple[Any, int, str]] = [(schema, 1, "")]
        while waiting:
            value, depth, scope = waiting.pop()
            if depth > MAX_DEPTH:
                raise TooComplex(f"it has more than {MAX_DEPTH} subschemas inside each other")
            if is_list(value):
                waiting.extend((each, depth + is_list(each), scope) for each in value)
            elif is_object(value):
                count += 1
                if count > MAX_SUBSCHEMAS:
                    raise TooComplex(f"it has more than {MAX_SUBSCHEMAS} subschemas")
                scope = self._note(value, scope, root=value is schema)
                waiting.extend((each, depth + 1, scope) for each in _inside(value))

    def _note(self, node: Schema, scope: str, *, root: bool) -> str:
        self.unions = self.unions or "anyOf" in node or "oneOf" in node
        identity = node.get("$id", node.get("id"))
        if isinstance(identity, str) and not identity.startswith("#"):
            scope = urldefrag(urljoin(scope, identity)).url
            self._resources[scope] = node
            self.embeds = self.embeds or not root
        for keyword in _ANCHORS:
            if isinstance(name := node.get(keyword), str):
                self._anchors[scope, name] = node
        self._scopes[id(node)] = scope
        return scope

    def _resolve(self, node: Schema, reference: str) -> Schema | None:
        url, fragment = urldefrag(urljoin(self._scopes.get(id(node), ""), reference))
        resource = self._resources.get(url)
        if resource is None or not fragment:
            return resource
        if not fragment.startswith("/"):
            return self._anchors.get((url, fragment))
        found: Any = resource
        for part in fragment[1:].split("/"):
            found = _step(found, unquote(part).replace("~1", "/").replace("~0", "~"))
        return found if is_object(found) else None

    def _build(self, schema: Schema) -> None:
        waiting: list[Schema] = []

        def index_of(each: Any) -> Iterator[int]:
            if is_object(each):
                if id(each) not in self._indices:
                    self._indices[id(each)] = len(self._nodes)
                    self._nodes.append(_Node(weight=len(each) + len(_list(each.get("required"))) + 1))
                    waiting.append(each)
                yield self._indices[id(each)]

        def indices(values: Iterable[Any]) -> list[int]:
            return [index for each in values for index in index_of(each)]

        indices([schema])
        while waiting:
            node = waiting.pop()
            entry = self._nodes[self._indices[id(node)]]
            entry.here = indices([*_applied_here(node), *self._targets(node)])
            shared = (node.get("additionalProperties"), node.get("unevaluatedProperties"))
            entry.members = (
                indices(_values(node.get("properties"))),
                indices([*_values(node.get("patternProperties")), *shared]),
            )
            rest = [node.get(key) for key in ("items", "additionalItems", "contains", "unevaluatedItems")]
            entry.items = (indices([*_list(node.get("prefixItems")), *_list(rest[0])]), indices(rest))

    def _targets(self, node: Schema) -> Iterator[Schema | None]:
        for keyword in _REFERENCES:
            if isinstance(reference := node.get(keyword), str):
                yield self._resolve(node, reference)

    def _applications(self, order: list[int]) -> int:
        # Edges back into a recursion count nothing: the validator remembers what it has seen there.
        total: dict[int, int] = {}
        for index in order:
            node = self._nodes[index]
            total[index] = node.total(total, total) - node.weight + 1
        return total[0]


def _children_first(edges: list[list[int]]) -> list[int]:
    """Return the nodes of a graph, each after those it points to; edges back into a cycle are left out."""
    order: list[int] = []
    seen = [False] * len(edges)
    for start in range(len(edges)):
        waiting = [] if seen[start] else [(start, iter(edges[start]))]
        while waiting:
            index, rest = waiting[-1]
            seen[index] = True
            following = next((each for each in rest if not seen[each]), None)
            if following is None:
                waiting.pop()
                order.append(index)
            else:
                waiting.append((following, iter(edges[following])))
    return order


def _inside(node: Schema) -> Iterator[Any]:
    for key, value in node.items():
        if key in _MAPS and is_object(value):
            yield from value.values()
        elif key not in _DATA:
            yield value


def _applied_here(node: Schema) -> Iterator[Any]:
    for key in _LISTS_HERE:
        yield from _list(node.get(key))
    for key in _SINGLES_HERE:
        yield node.get(key)
    for key in _MAPS_HERE:
        yield from _values(node.get(key))


def _list(value: Any) -> list[Any]:
    return value if is_list(value) else []


def _values(value: Any) -> list[Any]:
    return list(value.values()) if is_object(value) else []


def _step(value: Any, part: str) -> Any:
    if is_object(value):
        return value.get(part)
    if is_list(value) and part.isdecimal() and len(part) < 8 and int(part) < len(value):
        return value[int(part)]
    return None
