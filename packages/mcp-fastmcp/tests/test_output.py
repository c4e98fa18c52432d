"""Return annotations: which results are structured, by which schema, and how they are dumped."""

import dataclasses
import datetime
import enum
from collections.abc import Callable
from typing import Annotated, Any, Literal, NotRequired, TypedDict

import pytest
from pydantic import BaseModel, Field

from mcp.server.fastmcp import Audio, Image
from mcp.server.fastmcp.exceptions import InvalidSignature
from mcp.server.fastmcp.utilities.func_metadata import StrictJsonSchema, func_metadata
from mcp.types import CallToolResult, ContentBlock, EmbeddedResource, ImageContent, TextContent


class Person(BaseModel):
    name: str
    age: int | None = None


class Partial(TypedDict, total=False):
    name: str


class Mixed(TypedDict):
    name: str
    age: NotRequired[int]


@dataclasses.dataclass(slots=True)
class Data:
    name: str
    age: int = 3
    tags: list[str] = dataclasses.field(default_factory=list[str])


class Plain:
    name: str
    age: int = 3
    _hidden: str = "x"

    def __init__(self, name: str) -> None:
        self.name = name


class Bare: ...


class Colour(enum.Enum):
    RED = "red"


def returning(annotation: Any, value: Any = None) -> Callable[[], Any]:
    def fn() -> Any:
        return value

    fn.__annotations__["return"] = annotation
    return fn


def wrapped(**schema: Any) -> dict[str, Any]:
    return {
        "properties": {"result": {"title": "Result", **schema}},
        "required": ["result"],
        "title": "fnOutput",
        "type": "object",
    }


NAME = {"title": "Name", "type": "string"}
AGE = {"default": 3, "title": "Age", "type": "integer"}
TAGS = {"items": {"type": "string"}, "title": "Tags", "type": "array"}


@pytest.mark.parametrize(
    ("annotation", "schema"),
    [
        (int, wrapped(type="integer")),
        (str, wrapped(type="string")),
        (None, wrapped(type="null")),
        (list[int], wrapped(type="array", items={"type": "integer"})),
        (int | None, wrapped(anyOf=[{"type": "integer"}, {"type": "null"}])),
        (dict[int, str], wrapped(type="object", additionalProperties={"type": "string"})),
        (Literal["a"], wrapped(const="a", type="string")),
        (datetime.datetime, wrapped(type="string", format="date-time")),
        (Annotated[int, Field(description="d")], wrapped(type="integer", description="d")),
        (Any, wrapped()),
        (dict[str, Any], {"additionalProperties": True, "title": "fnDictOutput", "type": "object"}),
        (
            dict[str, int],
            {"additionalProperties": {"type": "integer"}, "title": "fnDictOutput", "type": "object"},
        ),
        (Person, Person.model_json_schema()),
        (Annotated[CallToolResult, Person], Person.model_json_schema()),
        (
            Partial,
            {"properties": {"name": {"default": None, **NAME}}, "title": "Partial", "type": "object"},
        ),
        (
            Data,
            {
                "properties": {"name": NAME, "age": AGE, "tags": TAGS},
                "required": ["name"],
                "title": "Data",
                "type": "object",
            },
        ),
        (
            Plain,
            {
                "properties": {"name": NAME, "age": AGE},
                "required": ["name"],
                "title": "Plain",
                "type": "object",
            },
        ),
    ],
)
def test_schema(annotation: Any, schema: dict[str, Any]) -> None:
    assert func_metadata(returning(annotation)).output_schema == schema


def test_enums_are_wrapped() -> None:
    metadata = func_metadata(returning(Colour))
    assert metadata.wrap_output
    assert metadata.convert_result(Colour.RED)[1] == {"result": "red"}


@pytest.mark.parametrize(
    "annotation",
    [
        dict,
        list,
        Image,
        Audio,
        TextContent,
        ImageContent,
        ContentBlock,
        EmbeddedResource | Image,
        Bare,
        list[Image],
        CallToolResult,
    ],
)
def test_without_schema(annotation: Any) -> None:
    metadata = func_metadata(returning(annotation))
    assert metadata.output_schema is None
    assert metadata.output_model is None


@pytest.mark.parametrize("annotation", [dict, Image, Bare])
def test_structure_that_is_impossible(annotation: Any) -> None:
    with pytest.raises(InvalidSignature, match=r"Function fn: return type .* is not serializable"):
        func_metadata(returning(annotation), structured_output=True)


def test_structure_without_annotation() -> None:
    def fn():  # type: ignore[no-untyped-def]  # the case tested
        return 1

    assert func_metadata(fn).output_schema is None
    with pytest.raises(InvalidSignature, match="Function fn: return annotation required"):
        func_metadata(fn, structured_output=True)


def test_structure_switched_off() -> None:
    assert func_metadata(returning(int), structured_output=False).output_schema is None


def test_call_tool_result_is_no_alternative() -> None:
    with pytest.raises(InvalidSignature, match="CallToolResult cannot be one of several"):
        func_metadata(returning(CallToolResult | int))


@pytest.mark.parametrize(
    ("annotation", "value", "texts", "structured"),
    [
        (None, None, [], {"result": None}),
        (int, 3, ["3"], {"result": 3}),
        (str, "a", ["a"], {"result": "a"}),
        (list[int], [1, 2], ["1", "2"], {"result": [1, 2]}),
        (dict[str, int], {"a": 1}, ['{\n  "a": 1\n}'], {"a": 1}),
        (Person, Person(name="A"), ['{\n  "name": "A",\n  "age": null\n}'], {"name": "A", "age": None}),
        (Person, {"name": "A", "age": "4"}, None, {"name": "A", "age": 4}),
        (Partial, {}, ["{}"], {}),
        (Mixed, {"name": "A"}, None, {"name": "A"}),
        (Data, Data("A"), None, {"name": "A", "age": 3, "tags": []}),
        (Plain, Plain("A"), None, {"name": "A", "age": 3}),
        (datetime.date, datetime.date(2000, 1, 2), ['"2000-01-02"'], {"result": "2000-01-02"}),
    ],
)
def test_results(annotation: Any, value: Any, texts: list[str] | None, structured: dict[str, Any]) -> None:
    content, found = func_metadata(returning(annotation)).convert_result(value)
    assert found == structured
    if texts is not None:
        assert [block.text for block in content] == texts


def test_results_that_do_not_fit() -> None:
    with pytest.raises(ValueError, match="validation error for fnOutput"):
        func_metadata(returning(int)).convert_result("many")


def test_a_schema_that_leaves_something_out_is_refused() -> None:
    class Model(BaseModel):
        value: Any = object()

    with pytest.raises(ValueError, match="JSON schema"):
        Model.model_json_schema(schema_generator=StrictJsonSchema)
