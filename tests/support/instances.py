"""Seeded random instances of the definitions of a JSON schema."""

import random
from collections.abc import Callable
from typing import Any, cast

__all__ = ["Instances"]

_TEXTS = ["", "a", "naïve ☃", "line\nbreak", "😀", '"quoted"', "null", " spaced ", "a/b.c-d_e"]
_URIS = [
    "https://Example.COM:443/a/../b?q=%7Efoo",
    "http://example.com",
    "greeting://World",
    "urn:isbn:0451450523",
    "custom:opaque",
    "file:///a%20b/c",
]
_FORMATS = {"uri": _URIS, "uri-template": ["file:///{path}", "a:{b}{?c,d}"], "byte": ["", "aGVsbG8="]}
_FILES = ["file:///home/user/project", "file:///C:/Users", "file:///a%20b/"]
_TIMES = ["2025-11-25T10:30:00Z", "2024-02-29T23:59:59Z"]
_NUMBERS = [0, 1, -1, 7, 0.5, 2**53, 1e-9]
_INTEGERS = [0, 1, -1, 42, 2**53]
_UNKNOWN = ["x-unknown", "meta", "another field", "x/nested"]


class Instances:
    """Instances of the definitions of `schema`, the same ones for the same seed.

    Where a schema allows anything, `plain` ones have neither nulls nor fractions.
    """

    def __init__(self, schema: dict[str, Any], seed: str, *, plain: bool = False) -> None:
        self.plain = plain
        self.definitions: dict[str, Any] = schema.get("$defs") or schema["definitions"]
        self.random = random.Random(seed)

    def make(self, name: str) -> Any:
        """One instance of the definition `name`."""
        return self._of(self.definitions[name], 0, name)

    def _of(self, schema: Any, depth: int, name: str = "") -> Any:
        if schema is True or not isinstance(schema, dict):
            return self._any(depth)
        node = cast(dict[str, Any], schema)
        if "$ref" in node:
            target = node["$ref"].rsplit("/", 1)[-1]
            return self._of(self.definitions[target], depth + 1, target)
        if "const" in node:
            return node["const"]
        if "enum" in node:
            return self.random.choice(node["enum"])
        if "anyOf" in node:
            return self._of(self._choice(node["anyOf"], depth), depth + 1, name)
        if "allOf" in node:
            return {key: value for part in node["allOf"] for key, value in self._of(part, depth).items()}
        if "type" not in node and "properties" not in node:
            return self._any(depth)
        kinds: Any = node.get("type", "object")
        kind: str = self.random.choice(cast(Any, kinds)) if isinstance(kinds, list) else kinds
        make: Callable[[dict[str, Any], int, str], Any] = getattr(self, f"_{kind}")
        return make(node, depth, name)

    def _choice(self, options: list[Any], depth: int) -> Any:
        flat = [option for option in options if "$ref" not in option]
        return self.random.choice(flat if depth > 6 and flat else options)

    def _any(self, depth: int) -> Any:
        kinds = ["boolean", "integer", "string"] + ([] if self.plain else ["null", "number"])
        kind = self.random.choice(kinds + ["array", "object"] * (depth < 4))
        if kind == "array":
            return [self._any(depth + 2) for _ in range(self.random.randint(0, 2))]
        if kind == "object":
            return {
                key: self._any(depth + 2) for key in self.random.sample(_TEXTS, self.random.randint(0, 2))
            }
        make: Callable[[dict[str, Any], int, str], Any] = getattr(self, f"_{kind}")
        return make({}, depth, "")

    def _null(self, _node: dict[str, Any], _depth: int, _name: str) -> None:
        return None

    def _boolean(self, _node: dict[str, Any], _depth: int, _name: str) -> bool:
        return self.random.random() < 0.5

    def _integer(self, node: dict[str, Any], _depth: int, _name: str) -> int:
        low: int = node.get("minimum", -(2**60))
        return max(low, self.random.choice(_INTEGERS))

    def _number(self, node: dict[str, Any], _depth: int, _name: str) -> float:
        low: float = node.get("minimum", -1e99)
        high: float = node.get("maximum", 1e99)
        return min(high, max(low, self.random.choice(_NUMBERS)))

    def _string(self, node: dict[str, Any], _depth: int, _name: str) -> str:
        return self.random.choice(_FORMATS.get(node.get("format", ""), _TEXTS))

    def _array(self, node: dict[str, Any], depth: int, _name: str) -> list[Any]:
        size = self.random.randint(0, 3 if depth < 5 else 1)
        return [self._of(node.get("items", True), depth + 1) for _ in range(size)]

    def _object(self, node: dict[str, Any], depth: int, name: str) -> dict[str, Any]:
        required = node.get("required", [])
        out: dict[str, Any] = {}
        for key, member in node.get("properties", {}).items():
            if key in required or self.random.random() < (0.5 if depth < 4 else 0.1):
                out[key] = self._member(name, key, member, depth)
        more = node.get("additionalProperties", True)
        if more is not False and self.random.random() < 0.4:
            for key in self.random.sample(_UNKNOWN, self.random.randint(0, 2)):
                out[key] = self._of(more, depth + 2)
        return out

    # What the schemas say in prose only: these are ISO 8601 times, and roots are files.
    def _member(self, name: str, key: str, schema: Any, depth: int) -> Any:
        if key in ("createdAt", "lastUpdatedAt"):
            return self.random.choice(_TIMES)
        if name == "Root" and key == "uri":
            return self.random.choice(_FILES)
        return self._of(schema, depth + 1)
