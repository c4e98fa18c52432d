"""A function's parameters: their schema, what fits them, and what is decoded on the way."""

import functools
from collections.abc import Callable
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, Field, ValidationError

from mcp.server.fastmcp.exceptions import InvalidSignature
from mcp.server.fastmcp.signature import (
    ArgModelBase,
    FuncMetadata,
    func_metadata,
    function_name,
    is_async_callable,
    signature_of,
)
from mcp.server.fastmcp.utilities.context_injection import find_context_parameter, inject_context
from mcp.types import CallToolResult, TextContent


class Point(BaseModel):
    x: int
    y: int = 0


def schema_of(fn: Callable[..., Any]) -> dict[str, Any]:
    return func_metadata(fn).arg_model.model_json_schema(by_alias=True)


def test_schema_is_a_model_named_after_the_function() -> None:
    def add(a: int, b: float = 2) -> None: ...

    assert schema_of(add) == {
        "properties": {
            "a": {"title": "A", "type": "integer"},
            "b": {"default": 2, "title": "B", "type": "number"},
        },
        "required": ["a"],
        "title": "addArguments",
        "type": "object",
    }


def test_schema_of_annotations_of_all_sorts() -> None:
    def many(  # type: ignore[no-untyped-def]  # the case tested
        untyped,  # pyright: ignore[reportMissingParameterType, reportUnknownParameterType]  # tested
        none: None,
        described: Annotated[int, Field(ge=1, description="how many")] = 3,
        field: int = Field(4, le=9),
        model: Point | None = None,
        schema: str = "a name that models have too",
    ) -> None: ...

    fn: Callable[..., Any] = many  # pyright: ignore[reportUnknownVariableType]  # as above
    properties = schema_of(fn)["properties"]
    assert properties["untyped"] == {"title": "untyped", "type": "string"}
    assert properties["none"] == {"title": "None", "type": "null"}
    assert properties["described"] == {
        "default": 3,
        "description": "how many",
        "minimum": 1,
        "title": "Described",
        "type": "integer",
    }
    assert properties["field"] == {"default": 4, "maximum": 9, "title": "Field", "type": "integer"}
    assert properties["model"] == {"anyOf": [{"$ref": "#/$defs/Point"}, {"type": "null"}], "default": None}
    assert properties["schema"]["title"] == "Schema"


def test_skipped_names_are_not_in_the_schema() -> None:
    def fn(a: int, ctx: object) -> None: ...

    assert list(func_metadata(fn, skip_names=["ctx"]).arg_model.model_fields) == ["a"]


def _underscored(_a: int) -> None: ...
def _positional(a: int, /) -> None: ...
def _unknown(a: Any) -> None: ...


_unknown.__annotations__["a"] = "Nowhere"


@pytest.mark.parametrize(
    ("fn", "text"),
    [
        (_underscored, "Parameter _a of _underscored cannot start with '_'"),
        (_positional, "Parameter a of _positional is positional-only"),
        (_unknown, "Unable to evaluate type annotations for callable '_unknown'"),
    ],
)
def test_signatures_that_cannot_be_offered(fn: Callable[..., Any], text: str) -> None:
    with pytest.raises(InvalidSignature, match=text):
        func_metadata(fn)


def one(
    text: str = "",
    maybe: str | None = "",
    number: int = 0,
    items: list[str] | None = None,
    either: str | list[str] = "",
    point: Point | None = None,
    anything: Any = None,
    raw: bytes = b"",
) -> None: ...


@pytest.mark.parametrize(
    ("given", "value"),
    [
        ({"text": '{"a": 1}'}, '{"a": 1}'),
        ({"text": "null"}, "null"),
        ({"maybe": '{"a": 1}'}, '{"a": 1}'),
        ({"maybe": "null"}, None),
        ({"number": "5"}, 5),
        ({"items": '["a", "b"]'}, ["a", "b"]),
        ({"items": "null"}, None),
        ({"either": '["a"]'}, ["a"]),
        ({"either": "a"}, "a"),
        ({"either": '"a"'}, '"a"'),
        ({"point": '{"x": "3"}'}, Point(x=3)),
        ({"anything": "12"}, "12"),
        ({"anything": "true"}, "true"),
        ({"anything": "[1"}, "[1"),
        ({"anything": "[" * 10_000}, "[" * 10_000),
        ({"raw": "[1]"}, b"[1]"),
    ],
)
def test_json_text_is_decoded_where_no_text_is_wanted(given: dict[str, Any], value: Any) -> None:
    [name] = given
    assert func_metadata(one).validate_arguments(given)[name] == value


def test_arguments_are_left_alone_where_nothing_is_decoded() -> None:
    given = {"text": "a", "number": 3}
    assert func_metadata(one).pre_parse_json(given) is given


def test_arguments_that_do_not_fit() -> None:
    with pytest.raises(ValidationError, match="1 validation error for oneArguments"):
        func_metadata(one).validate_arguments({"number": "many"})


def test_names_that_models_have_too_reach_the_function() -> None:
    def fn(schema: str, copy: int, model_config: str) -> None: ...

    arguments = {"schema": "a", "copy": 1, "model_config": "b"}
    assert func_metadata(fn).validate_arguments(arguments) == arguments


def test_one_default_is_not_shared_by_two_calls() -> None:
    def fn(items: list[int] = []) -> None: ...  # noqa: B006  # the case tested

    metadata = func_metadata(fn)
    metadata.validate_arguments({})["items"].append(1)
    assert metadata.validate_arguments({}) == {"items": []}


@pytest.mark.anyio
async def test_call_with_validation() -> None:
    async def double(n: int, more: int) -> int:
        return 2 * n + more

    def triple(n: int) -> int:
        return 3 * n

    metadata = func_metadata(double, skip_names=["more"])
    assert await metadata.call_fn_with_arg_validation(double, True, {"n": "2"}, {"more": 1}) == 5
    assert await func_metadata(triple).call_fn_with_arg_validation(triple, False, {"n": 2}, None) == 6


def test_models_made_by_others() -> None:
    class Made(ArgModelBase):
        kind: Literal["a"] = Field(alias="type")

    metadata = FuncMetadata(arg_model=Made)
    assert metadata.validate_arguments({"type": "a"}) == {"type": "a"}
    assert metadata.convert_result("x") == [TextContent(type="text", text="x")]


def test_call_tool_result_is_returned_as_it_is_and_checked() -> None:
    def fn() -> Annotated[CallToolResult, Point]: ...  # type: ignore[empty-body]  # only its signature counts

    metadata = func_metadata(fn)
    good = CallToolResult(content=[], structuredContent={"x": 1})
    assert metadata.convert_result(good) is good
    with pytest.raises(ValidationError):
        metadata.convert_result(CallToolResult(content=[], structuredContent={"x": "no"}))


class _Callable:
    def __call__(self, a: int) -> None: ...


class _AsyncCallable:
    async def __call__(self, a: int) -> None: ...


async def _async(a: int, b: int) -> None: ...


@pytest.mark.parametrize(
    ("fn", "name", "is_async"),
    [
        (one, "one", False),
        (_async, "_async", True),
        (functools.partial(functools.partial(_async, a=1), b=2), "_async", True),
        (_Callable(), "_Callable", False),
        (_AsyncCallable(), "_AsyncCallable", True),
        (_Callable().__call__, "__call__", False),
    ],
)
def test_callables_of_all_sorts(fn: Callable[..., Any], name: str, is_async: bool) -> None:
    assert function_name(fn) == name
    assert is_async_callable(fn) is is_async
    assert "a" in signature_of(fn).parameters or fn is one


def test_a_context_is_not_looked_for_where_annotations_are_unknown() -> None:
    assert find_context_parameter(_unknown) is None
    assert inject_context(_unknown, {"a": 1}, object(), None) == {"a": 1}
    assert inject_context(_unknown, {"a": 1}, "context", "ctx") == {"a": 1, "ctx": "context"}
