"""JSON schemas: verdicts, the words of 1.x, and the limits."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from mcp.shared.schema import MAX_SCHEMA_LENGTH, SchemaError, validator_of

DRAFT_7 = "http://json-schema.org/draft-07/schema#"
INTEGER = {"type": "integer"}
NULLABLE = {"anyOf": [INTEGER, {"type": "null"}]}

# What the `jsonschema` library 4.26 says, and so what 1.x says.
WORDS: list[tuple[dict[str, Any] | bool, Any, str]] = [
    (INTEGER, "x", "'x' is not of type 'integer'"),
    (INTEGER, True, "True is not of type 'integer'"),
    (INTEGER, None, "None is not of type 'integer'"),
    ({"type": ["integer", "null"]}, "x", "'x' is not of type 'integer', 'null'"),
    ({"required": ["b", "a"]}, {}, "'b' is a required property"),
    ({"maximum": 3}, 5, "5 is greater than the maximum of 3"),
    ({"minimum": 3.0}, 2.5, "2.5 is less than the minimum of 3.0"),
    ({"exclusiveMaximum": 3}, 3, "3 is greater than or equal to the maximum of 3"),
    ({"exclusiveMinimum": 3}, 3, "3 is less than or equal to the minimum of 3"),
    ({"multipleOf": 3}, 5, "5 is not a multiple of 3"),
    ({"const": {"b": 1, "a": None}}, 5, "{'b': 1, 'a': None} was expected"),
    ({"enum": ["a", "b"]}, "q", "'q' is not one of ['a', 'b']"),
    ({"enum": [None, True, 1.5]}, "it's", '"it\'s" is not one of [None, True, 1.5]'),
    ({"pattern": "^a+$"}, "b", "'b' does not match '^a+$'"),
    ({"minLength": 1}, "", "'' should be non-empty"),
    ({"minLength": 2}, "a", "'a' is too short"),
    ({"maxLength": 0}, "a", "'a' is expected to be empty"),
    ({"maxLength": 2}, "abc", "'abc' is too long"),
    ({"minItems": 1}, [], "[] should be non-empty"),
    ({"minItems": 2}, [1], "[1] is too short"),
    ({"maxItems": 0}, [1], "[1] is expected to be empty"),
    ({"maxItems": 1}, [1, None], "[1, None] is too long"),
    ({"minProperties": 1}, {}, "{} should be non-empty"),
    ({"minProperties": 2}, {"a": 1}, "{'a': 1} does not have enough properties"),
    ({"maxProperties": 0}, {"a": 1}, "{'a': 1} is expected to be empty"),
    ({"maxProperties": 1}, {"b": 1, "a": 2}, "{'b': 1, 'a': 2} has too many properties"),
    ({"uniqueItems": True}, [1, 1], "[1, 1] has non-unique elements"),
    ({"contains": INTEGER}, ["a"], "['a'] does not contain items matching the given schema"),
    (
        {"contains": INTEGER, "maxContains": 1},
        [1, 2],
        "Too many items match the given schema (expected at most 1)",
    ),
    ({"not": INTEGER}, 3, "3 should not be valid under {'type': 'integer'}"),
    (NULLABLE, "x", "'x' is not valid under any of the given schemas"),
    ({"oneOf": [INTEGER, {"type": "null"}]}, "x", "'x' is not valid under any of the given schemas"),
    (
        {"oneOf": [INTEGER, {"minimum": 0}]},
        3,
        "3 is valid under each of {'minimum': 0}, {'type': 'integer'}",
    ),
    (
        {"additionalProperties": False, "properties": {"a": {}}},
        {"z": 1},
        "Additional properties are not allowed ('z' was unexpected)",
    ),
    (
        {"additionalProperties": False},
        {"z": 1, "y": 2},
        "Additional properties are not allowed ('y', 'z' were unexpected)",
    ),
    (
        {"additionalProperties": False, "patternProperties": {"^a": {}, "^A": {}}},
        {"z": 1, "y": 2},
        "'y', 'z' do not match any of the regexes: '^A', '^a'",
    ),
    (
        {"additionalProperties": False, "patternProperties": {"^a": {}}},
        {"z": 1},
        "'z' does not match any of the regexes: '^a'",
    ),
    ({"prefixItems": [{}], "items": False}, [1, 2, 3], "Expected at most 1 item but found 2 extra: [2, 3]"),
    ({"items": False}, [1], "Expected at most 0 items but found 1 extra: 1"),
    (
        {"$schema": DRAFT_7, "items": [{}], "additionalItems": False},
        [1, 2, "c"],
        "Additional items are not allowed (2, 'c' were unexpected)",
    ),
    ({"$schema": DRAFT_7, "items": False}, [1], "False schema does not allow 1"),
    (
        {"unevaluatedItems": False},
        [{"b": 1, "a": 2}, "x"],
        "Unevaluated items are not allowed ({'b': 1, 'a': 2}, 'x' were unexpected)",
    ),
    (
        {"unevaluatedProperties": False},
        {"b": 1, "a": 1},
        "Unevaluated properties are not allowed ('a', 'b' were unexpected)",
    ),
    (
        {"unevaluatedProperties": {"type": "string"}},
        {"a": 1},
        "Unevaluated properties are not valid under the given schema ('a' was unevaluated and invalid)",
    ),
    ({"propertyNames": {"maxLength": 1}}, {"aa": 1}, "'aa' is too long"),
    ({"dependentRequired": {"a": ["b"]}}, {"a": 1}, "'b' is a dependency of 'a'"),
    ({"$schema": DRAFT_7, "dependencies": {"a": ["b"]}}, {"a": 1}, "'b' is a dependency of 'a'"),
    ({"dependentSchemas": {"a": {"required": ["b"]}}}, {"a": 1}, "'b' is a required property"),
    ({"if": INTEGER, "then": {"minimum": 3}}, 1, "1 is less than the minimum of 3"),
    (False, 3, "False schema does not allow 3"),
    ({"properties": {"a": False}}, {"a": 3}, "False schema does not allow 3"),
    (
        {"$ref": "#/$defs/n", "$defs": {"n": {"type": ["string", "null"]}}},
        3,
        "3 is not of type 'string', 'null'",
    ),
    (
        {"$ref": "#node", "$defs": {"n": {"$anchor": "node", "type": "string"}}},
        3,
        "3 is not of type 'string'",
    ),
    (
        {
            "$id": "https://example.com/root",
            "$ref": "other",
            "$defs": {"n": {"$id": "other", "type": ["string", "array"]}},
        },
        3,
        "3 is not of type 'string', 'array'",
    ),
]

# Which of several errors is told.
CHOICES: list[tuple[dict[str, Any] | bool, Any, str]] = [
    (
        {"properties": {"b": INTEGER, "a": INTEGER}},
        {"a": "x", "b": "y"},
        "'y' is not of type 'integer'",
    ),
    (
        {"properties": {"a": {"properties": {"q": INTEGER}}}, "required": ["z"]},
        {"a": {"q": "x"}},
        "'z' is a required property",
    ),
    ({"minLength": 5, "pattern": "^b"}, "a", "'a' is too short"),
    ({"pattern": "^b", "minLength": 5}, "a", "'a' does not match '^b'"),
    ({"anyOf": [INTEGER, {"type": "string", "minLength": 5}]}, "x", "'x' is too short"),
    (
        {"anyOf": [INTEGER, {"type": "object", "properties": {"a": {"minimum": 3}}}]},
        {"a": 1},
        "1 is less than the minimum of 3",
    ),
    ({"anyOf": [INTEGER, {"type": "null"}], "maxLength": 0}, "x", "'x' is expected to be empty"),
    ({"items": NULLABLE}, [1, "x"], "'x' is not valid under any of the given schemas"),
]


@pytest.mark.parametrize(("schema", "instance", "text"), WORDS + CHOICES)
def test_errors_are_worded_as_in_1x(schema: dict[str, Any] | bool, instance: Any, text: str) -> None:
    assert validator_of(schema).check(instance) == text


@pytest.mark.parametrize(
    ("schema", "instance"),
    [
        (True, None),
        ({}, None),
        ({"type": "null"}, None),
        (NULLABLE, None),
        (INTEGER, 1.0),
        (INTEGER, 10**400),
        ({"type": "array"}, []),
        ({"enum": [None]}, None),
        ({"format": "email"}, "no address"),
        ({"$schema": DRAFT_7, "format": "email"}, "no address"),
        ({"$schema": DRAFT_7, "items": [INTEGER]}, [1, "x"]),
        ({"$ref": "https://json-schema.org/draft/2020-12/schema"}, {"type": "string"}),
        ({"$ref": "#"}, "anything"),
        ({"pattern": "^(?=a)(a|b)+$"}, "aba"),
    ],
)
def test_what_conforms_has_no_text(schema: dict[str, Any] | bool, instance: Any) -> None:
    assert validator_of(schema).check(instance) is None


@pytest.mark.parametrize(
    ("dialect", "conforms"),
    [
        (None, False),
        ("https://json-schema.org/draft/2020-12/schema", False),
        ("https://json-schema.org/draft/2019-09/schema", True),
        (DRAFT_7, True),
        ("http://json-schema.org/draft-06/schema#", True),
        ("http://json-schema.org/draft-04/schema#", True),
    ],
)
def test_the_dialect_named_is_obeyed(dialect: str | None, conforms: bool) -> None:
    schema: dict[str, Any] = {"prefixItems": [INTEGER]}  # unknown before 2020-12
    if dialect is not None:
        schema["$schema"] = dialect
    assert (validator_of(schema).check(["x"]) is None) is conforms


@pytest.mark.parametrize("instance", ["\ud800", {1: 2}, object(), {1, 2}])
def test_what_is_no_json_does_not_conform(instance: Any) -> None:
    text = validator_of(
        {"properties": {"k": {"type": "string"}}, "type": ["object", "string", "array"]}
    ).check(instance)
    assert text is not None
    assert text.startswith("The value is no JSON")


def nested(levels: int) -> dict[str, Any]:
    schema: dict[str, Any] = {}
    for _ in range(levels - 1):
        schema = {"properties": {"x": schema}}
    return schema


def doubling(levels: int) -> dict[str, Any]:
    """Each definition refers twice to the next: 2^levels applications."""
    definitions: dict[str, Any] = {
        f"d{level}": {"allOf": [{"$ref": f"#/$defs/d{level + 1}"}] * 2} for level in range(levels)
    }
    return {"$ref": "#/$defs/d0", "$defs": definitions | {f"d{levels}": INTEGER}}


def doubling_downwards(levels: int) -> dict[str, Any]:
    definitions: dict[str, Any] = {
        f"d{level}": {"properties": {"x": {"allOf": [{"$ref": f"#/$defs/d{level + 1}"}] * 2}}}
        for level in range(levels)
    }
    return {"$ref": "#/$defs/d0", "$defs": definitions | {f"d{levels}": INTEGER}}


def by_identifier(levels: int) -> dict[str, Any]:
    definitions: dict[str, Any] = {
        f"d{level}": {"$id": f"d{level}", "allOf": [{"$ref": f"d{level + 1}"}] * 2} for level in range(levels)
    }
    last = {f"d{levels}": {"$id": f"d{levels}", "type": "integer"}}
    return {"$id": "https://example.com/s/", "$ref": "d0", "$defs": definitions | last}


def by_anchor(levels: int) -> dict[str, Any]:
    definitions: dict[str, Any] = {
        f"d{level}": {"$anchor": f"d{level}", "allOf": [{"$ref": f"#d{level + 1}"}] * 2}
        for level in range(levels)
    }
    return {"$ref": "#d0", "$defs": definitions | {"end": {"$anchor": f"d{levels}", "type": "integer"}}}


REFUSED: list[tuple[Any, str]] = [
    ({"type": "nope"}, "invalid at #/type: "),
    ({"properties": {"a": {"pattern": "("}}}, "invalid at #/properties/a/pattern: "),
    ({"pattern": "(a{1,1000}){1,1000}"}, "invalid at #/pattern: "),
    ({"required": "a"}, "invalid at #/required: "),
    ({"$ref": "https://example.com/x.json"}, r"https://example\.com/x\.json.*Nothing is fetched"),
    ({"$ref": "file:///etc/passwd"}, "Nothing is fetched"),
    ({"$ref": "other.json"}, "Nothing is fetched"),
    ({"$ref": "#/$defs/absent"}, "leads nowhere"),
    (
        {"$schema": "http://json-schema.org/draft-03/schema#"},
        "draft-03/schema#' is not supported; supported: ",
    ),
    ({"$schema": "https://example.com/mine"}, "is not supported"),
    ({"$schema": 3}, "3 is not supported"),
    ([], "an object or a boolean"),
    (None, "an object or a boolean"),
    ({"const": "\ud800"}, "is no JSON"),
    ({"const": object()}, "is no JSON"),
    (nested(65), "more than 64 subschemas inside each other"),
    ({"allOf": [[[{}] * 70] * 2]}, "invalid at #/allOf"),
    ({"$defs": {str(n): {} for n in range(10_000)}}, "more than 10000 subschemas"),
    ({"description": "x" * MAX_SCHEMA_LENGTH}, "over the limit of 1048576"),
    (doubling(60), "more than 10000 subschemas to one place"),
    (doubling_downwards(60), "more than 10000 subschemas to one place"),
    (by_identifier(60), "more than 10000 subschemas to one place"),
    (by_anchor(60), "more than 10000 subschemas to one place"),
]


@pytest.mark.parametrize(("schema", "reason"), REFUSED)
def test_a_bad_schema_is_refused(schema: Any, reason: str) -> None:
    with pytest.raises(SchemaError, match=reason):
        validator_of(schema)


TAKEN: list[dict[str, Any]] = [
    nested(64),
    {"$defs": {str(n): {} for n in range(9_999)}},
    {"enum": [{"a": n} for n in range(20_000)]},
    {"properties": {"default": {"properties": {"enum": INTEGER}}}},
    doubling(8),
    by_identifier(8),
    by_anchor(8),
]


@pytest.mark.parametrize("schema", TAKEN)
def test_a_schema_within_the_limits_is_taken(schema: dict[str, Any]) -> None:
    assert validator_of(schema).check("?") is not None or "$ref" not in schema


def test_a_changed_schema_is_compiled_anew() -> None:
    schema: dict[str, Any] = {"type": "integer"}
    first = validator_of(schema)
    assert validator_of({"type": "integer"}) is first
    schema["type"] = "string"
    assert first.check("x") is not None
    assert validator_of(schema).check("x") is None


def test_a_pattern_that_goes_back_too_far_does_not_match() -> None:
    text = validator_of({"pattern": r"^(?=a)(a|aa)+\1c$"}).check("a" * 60 + "b")
    assert text is not None


def deep(levels: int) -> Any:
    value: Any = 5
    for _ in range(levels):
        value = {"x": value}
    return value


TREE: dict[str, Any] = {
    "$ref": "#/$defs/node",
    "$defs": {
        "node": {
            "anyOf": [
                {"type": "object", "properties": {"x": {"$ref": "#/$defs/node"}}, "required": ["k"]},
                {"type": "object", "properties": {"x": {"$ref": "#/$defs/node"}}},
            ]
        }
    },
}


def test_the_text_of_a_recursive_union_takes_no_exponential_time() -> None:
    assert validator_of(TREE).check(deep(3)) == f"{deep(3)!r} is not valid under any of the given schemas"
    assert validator_of(TREE).check(deep(150)) == f"{deep(150)!r} is not valid under the given schema"


def test_the_text_for_a_large_value_costs_no_copy_of_it_for_each_error() -> None:
    many = {"allOf": [{"required": [f"a{n}"]} for n in range(2_000)]}
    assert validator_of(many).check({"k": list(range(100_000))}) == "'a0' is a required property"
    unions = {"anyOf": [{"required": [f"a{n}"]} for n in range(2_000)]}
    text = validator_of(unions).check({"k": list(range(100_000))})
    assert text is not None
    assert text.endswith("is not valid under the given schema")
    assert len(text) < 3_000


def test_a_long_value_is_cut_in_the_text() -> None:
    text = validator_of({"maxLength": 5}).check("x" * 100_000)
    assert text is not None
    assert text.endswith("x... is too long")
    assert len(text) < 3_000


def test_the_library_is_loaded_when_it_is_needed() -> None:
    program = "import sys, mcp.shared.schema; sys.exit('jsonschema_rs' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
