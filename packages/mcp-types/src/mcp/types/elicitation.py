"""Elicitation: a server asks the client's user. Specification: client/elicitation."""

from typing import Any, Literal, TypeAlias

from pydantic import Field

from mcp.types._base import (
    Integer,
    Notification,
    NotificationParams,
    Number,
    Request,
    RequestParams,
    Result,
    WireModel,
    is_none,
)

__all__ = [
    "BooleanSchema",
    "ElicitCompleteNotification",
    "ElicitCompleteNotificationParams",
    "ElicitRequest",
    "ElicitRequestFormParams",
    "ElicitRequestParams",
    "ElicitRequestURLParams",
    "ElicitRequestedSchema",
    "ElicitResult",
    "ElicitationRequiredErrorData",
    "EnumOption",
    "EnumSchema",
    "LegacyTitledEnumSchema",
    "MultiSelectEnumSchema",
    "NumberSchema",
    "PrimitiveSchemaDefinition",
    "SingleSelectEnumSchema",
    "StringSchema",
    "TitledMultiSelectEnumSchema",
    "TitledMultiSelectItems",
    "TitledSingleSelectEnumSchema",
    "UntitledMultiSelectEnumSchema",
    "UntitledMultiSelectItems",
    "UntitledSingleSelectEnumSchema",
]

ElicitRequestedSchema: TypeAlias = dict[str, Any]


class _FieldSchema(WireModel):
    """What the schemas of all form fields have."""

    title: str | None = None
    description: str | None = None


class StringSchema(_FieldSchema):
    """A form field for text."""

    type: Literal["string"]
    minLength: Integer | None = None
    maxLength: Integer | None = None
    format: Literal["email", "uri", "date", "date-time"] | None = None
    default: str | None = None


class NumberSchema(_FieldSchema):
    """A form field for a number."""

    type: Literal["number", "integer"]
    minimum: Integer | Number | None = None
    maximum: Integer | Number | None = None
    default: Integer | Number | None = None


class BooleanSchema(_FieldSchema):
    """A form field for yes or no."""

    type: Literal["boolean"]
    default: bool | None = None


class EnumOption(WireModel):
    """One choice, with its title."""

    const: str
    title: str


class UntitledSingleSelectEnumSchema(_FieldSchema):
    """A form field for one of several values."""

    type: Literal["string"]
    enum: list[str]
    default: str | None = None


class TitledSingleSelectEnumSchema(_FieldSchema):
    """A form field for one of several values that have titles."""

    type: Literal["string"]
    oneOf: list[EnumOption]
    default: str | None = None


class UntitledMultiSelectItems(WireModel):
    """The values of a field for several."""

    type: Literal["string"]
    enum: list[str]


class UntitledMultiSelectEnumSchema(_FieldSchema):
    """A form field for any of several values."""

    type: Literal["array"]
    minItems: Integer | None = None
    maxItems: Integer | None = None
    items: UntitledMultiSelectItems
    default: list[str] | None = None


class TitledMultiSelectItems(WireModel):
    """The values, with titles, of a field for several."""

    anyOf: list[EnumOption]


class TitledMultiSelectEnumSchema(_FieldSchema):
    """A form field for any of several values that have titles."""

    type: Literal["array"]
    minItems: Integer | None = None
    maxItems: Integer | None = None
    items: TitledMultiSelectItems
    default: list[str] | None = None


class LegacyTitledEnumSchema(_FieldSchema):
    """A form field for one of several values, whose titles stand in `enumNames` in the same order."""

    type: Literal["string"]
    enum: list[str]
    enumNames: list[str] | None = None
    default: str | None = None


SingleSelectEnumSchema: TypeAlias = UntitledSingleSelectEnumSchema | TitledSingleSelectEnumSchema
MultiSelectEnumSchema: TypeAlias = UntitledMultiSelectEnumSchema | TitledMultiSelectEnumSchema
EnumSchema: TypeAlias = SingleSelectEnumSchema | MultiSelectEnumSchema | LegacyTitledEnumSchema
PrimitiveSchemaDefinition: TypeAlias = StringSchema | NumberSchema | BooleanSchema | EnumSchema


class ElicitRequestFormParams(RequestParams):
    """Asks by a form; `requestedSchema` is a flat object schema of `PrimitiveSchemaDefinition`."""

    mode: Literal["form"] = "form"
    message: str
    requestedSchema: ElicitRequestedSchema


class ElicitRequestURLParams(RequestParams):
    """Asks the user to go to `url`; the identifier is of one revision only, which requires it."""

    mode: Literal["url"] = "url"
    message: str
    url: str
    elicitationId: str | None = Field(default=None, exclude_if=is_none)


ElicitRequestParams: TypeAlias = ElicitRequestURLParams | ElicitRequestFormParams


class ElicitRequest(Request):
    """Asks the client's user."""

    method: Literal["elicitation/create"] = "elicitation/create"
    params: ElicitRequestParams


_Value: TypeAlias = str | Integer | Number | bool | list[str] | None


class ElicitResult(Result):
    """What the user did, and, accepting a form, its fields."""

    action: Literal["accept", "decline", "cancel"]
    content: dict[str, _Value] | None = None


class ElicitCompleteNotificationParams(NotificationParams):
    """Which elicitation is complete."""

    elicitationId: str


class ElicitCompleteNotification(Notification):
    """The user has done what was asked at the URL."""

    method: Literal["notifications/elicitation/complete"] = "notifications/elicitation/complete"
    params: ElicitCompleteNotificationParams


class ElicitationRequiredErrorData(WireModel):
    """`data` of the error URL_ELICITATION_REQUIRED."""

    elicitations: list[ElicitRequestURLParams]
