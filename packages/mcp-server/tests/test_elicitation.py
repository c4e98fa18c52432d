"""Forms: which models make one, by which schema, and what becomes of the answer."""

import enum
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, Field, ValidationError, create_model

from mcp.server.elicitation import (
    AcceptedElicitation,
    AcceptedUrlElicitation,
    CancelledElicitation,
    DeclinedElicitation,
    elicitation_result,
    requested_schema,
    url_elicitation_result,
)
from mcp.types import ElicitResult


class Colour(enum.Enum):
    RED = "red"
    BLUE = "blue"


class Inner(BaseModel):
    a: int


def form(annotation: Any, default: Any = ...) -> type[BaseModel]:
    fields: dict[str, Any] = {"field": (annotation, default)}
    return create_model("Form", **fields)


@pytest.mark.parametrize(
    ("annotation", "default", "schema"),
    [
        (str, ..., {"type": "string"}),
        (int, 3, {"type": "integer", "default": 3}),
        (float, ..., {"type": "number"}),
        (bool, False, {"type": "boolean", "default": False}),
        (str | None, None, {"type": "string"}),
        (int | None, 3, {"type": "integer", "default": 3}),
        (
            Annotated[int, Field(ge=1, description="d")],
            ...,
            {"type": "integer", "minimum": 1, "description": "d"},
        ),
        (Literal["a", "b"], ..., {"type": "string", "enum": ["a", "b"]}),
        (list[str], ..., {"type": "array", "items": {"type": "string"}}),
        (
            list[Literal["a", "b"]] | None,
            None,
            {"type": "array", "items": {"type": "string", "enum": ["a", "b"]}},
        ),
    ],
)
def test_fields(annotation: Any, default: Any, schema: dict[str, Any]) -> None:
    made = requested_schema(form(annotation, default))
    assert made["properties"] == {"field": {"title": "Field", **schema}}
    assert made["type"] == "object"
    assert made.get("required", []) == ([] if default is not ... else ["field"])


@pytest.mark.parametrize("annotation", [Colour, Colour | None])
def test_choices_have_no_references(annotation: Any) -> None:
    made = requested_schema(form(annotation))
    assert "$defs" not in made
    field = made["properties"]["field"]
    assert (field["type"], field["enum"]) == ("string", ["red", "blue"])


@pytest.mark.parametrize("annotation", [Inner, dict[str, int], list[int], list[Inner], str | int, Any])
def test_fields_that_no_form_can_hold(annotation: Any) -> None:
    with pytest.raises(TypeError, match="Elicitation schema field 'field' must be"):
        requested_schema(form(annotation))


def test_a_form_without_fields() -> None:
    assert requested_schema(create_model("Empty")) == {"properties": {}, "title": "Empty", "type": "object"}


def test_accepted() -> None:
    answer = elicitation_result(Inner, ElicitResult(action="accept", content={"a": 1}))
    assert isinstance(answer, AcceptedElicitation)
    assert answer.data == Inner(a=1)
    with pytest.raises(ValidationError):
        elicitation_result(Inner, ElicitResult(action="accept"))


def test_not_accepted() -> None:
    assert elicitation_result(Inner, ElicitResult(action="decline")) == DeclinedElicitation()
    assert elicitation_result(Inner, ElicitResult(action="cancel")) == CancelledElicitation()


@pytest.mark.parametrize(
    ("action", "result"),
    [
        ("accept", AcceptedUrlElicitation()),
        ("decline", DeclinedElicitation()),
        ("cancel", CancelledElicitation()),
    ],
)
def test_urls(action: Literal["accept", "decline", "cancel"], result: object) -> None:
    assert url_elicitation_result(ElicitResult(action=action)) == result
