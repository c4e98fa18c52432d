"""Ask the user for a form that fits a pydantic model, or to visit a URL.

Specification: client/elicitation.
"""

from __future__ import annotations

from typing import Any, Generic, Literal, TypeAlias, TypeVar, cast

from pydantic import BaseModel

from mcp.server.session import ServerSession
from mcp.types import ElicitResult, RequestId

__all__ = [
    "AcceptedElicitation",
    "AcceptedUrlElicitation",
    "CancelledElicitation",
    "DeclinedElicitation",
    "ElicitSchemaModelT",
    "ElicitationResult",
    "UrlElicitationResult",
    "elicit_url",
    "elicit_with_validation",
    "elicitation_result",
    "requested_schema",
    "url_elicitation_result",
]

ElicitSchemaModelT = TypeVar("ElicitSchemaModelT", bound=BaseModel)

_PRIMITIVES = frozenset({"string", "integer", "number", "boolean"})


class AcceptedElicitation(BaseModel, Generic[ElicitSchemaModelT]):
    """The user filled in the form; `data` has been validated."""

    action: Literal["accept"] = "accept"
    data: ElicitSchemaModelT


class DeclinedElicitation(BaseModel):
    """The user said no."""

    action: Literal["decline"] = "decline"


class CancelledElicitation(BaseModel):
    """The user went away without an answer."""

    action: Literal["cancel"] = "cancel"


ElicitationResult: TypeAlias = (
    AcceptedElicitation[ElicitSchemaModelT] | DeclinedElicitation | CancelledElicitation
)


class AcceptedUrlElicitation(BaseModel):
    """The user agreed to visit the URL; what happens there is not known here."""

    action: Literal["accept"] = "accept"


UrlElicitationResult: TypeAlias = AcceptedUrlElicitation | DeclinedElicitation | CancelledElicitation


async def elicit_with_validation(
    session: ServerSession,
    message: str,
    schema: type[ElicitSchemaModelT],
    related_request_id: RequestId | None = None,
) -> ElicitationResult[ElicitSchemaModelT]:
    """Ask the user to fill in the fields of `schema`.

    Args:
        session: the way to the client.
        message: what the user is told.
        schema: a flat model of texts, numbers, booleans, choices and lists of choices, optional or not.
        related_request_id: the request on whose behalf the question is put.

    Raises:
        TypeError: a field is none of these.
        pydantic.ValidationError: the client's answer does not fit.
    """
    answer = await session.elicit_form(message, requested_schema(schema), related_request_id)
    return elicitation_result(schema, answer)


async def elicit_url(
    session: ServerSession,
    message: str,
    url: str,
    elicitation_id: str,
    related_request_id: RequestId | None = None,
) -> UrlElicitationResult:
    """Ask the user to visit `url`, for what must not pass through the client.

    Args:
        session: the way to the client.
        message: what the user is told.
        url: where the user is sent.
        elicitation_id: names the elicitation when its end is announced.
        related_request_id: the request on whose behalf the question is put.
    """
    answer = await session.elicit_url(message, url, elicitation_id, related_request_id)
    return url_elicitation_result(answer)


def elicitation_result(
    schema: type[ElicitSchemaModelT], answer: ElicitResult
) -> ElicitationResult[ElicitSchemaModelT]:
    """Return the answer to a form, validated; raises pydantic's ValidationError where it does not fit."""
    if answer.action == "accept":
        return AcceptedElicitation(data=schema.model_validate(answer.content or {}))
    return DeclinedElicitation() if answer.action == "decline" else CancelledElicitation()


def url_elicitation_result(answer: ElicitResult) -> UrlElicitationResult:
    """Return the answer to a request to visit a URL."""
    if answer.action == "accept":
        return AcceptedUrlElicitation()
    return DeclinedElicitation() if answer.action == "decline" else CancelledElicitation()


def requested_schema(model: type[BaseModel]) -> dict[str, Any]:
    """Return the schema of a form: an object whose properties are primitive, without references.

    Raises TypeError for a field that no form can hold.
    """
    schema = model.model_json_schema()
    definitions = cast("dict[str, Any]", schema.pop("$defs", {}))
    schema["properties"] = {
        name: _form_field(name, field, definitions) for name, field in schema.get("properties", {}).items()
    }
    return schema


def _form_field(name: str, field: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    flat = _flat(field, definitions)
    if flat.get("type") in _PRIMITIVES:
        return flat
    if flat.get("type") == "array":
        items = _flat(flat.get("items", {}), definitions)
        if items.get("type") == "string" or "anyOf" in items:
            return {**flat, "items": items}
    raise TypeError(
        f"Elicitation schema field {name!r} must be a str, int, float or bool, a choice of these, "
        "a list of str, or one of these or None; a form has no place for nested values"
    )


def _flat(field: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    """Return the field with its reference resolved and "or null" dropped: forms leave such a field empty."""
    if "$ref" in field:
        target = definitions[cast("str", field["$ref"]).rpartition("/")[2]]
        return _flat({**target, **{key: value for key, value in field.items() if key != "$ref"}}, definitions)
    choices = cast("list[dict[str, Any]]", field.get("anyOf", []))
    others = [choice for choice in choices if choice.get("type") != "null"]
    if len(others) == len(choices) or len(others) != 1:
        return field
    rest = {
        key: value for key, value in field.items() if key != "anyOf" and (key, value) != ("default", None)
    }
    return _flat({**others[0], **rest}, definitions)
