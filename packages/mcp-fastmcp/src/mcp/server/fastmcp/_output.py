"""A return annotation -> the model and the schema of a tool's structured output."""

import dataclasses
import logging
import types
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Union, cast, get_args, get_origin, get_type_hints

import pydantic_core
from pydantic import BaseModel, ConfigDict, Field, RootModel, create_model, model_serializer
from pydantic.errors import PydanticUserError
from pydantic.fields import FieldInfo
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaWarningKind
from typing_extensions import is_typeddict

from mcp.server.fastmcp._content import CONTENT_TYPES
from mcp.server.fastmcp.exceptions import InvalidSignature
from mcp.server.fastmcp.utilities.types import Audio, Image
from mcp.types import CallToolResult

__all__ = ["Output", "StrictJsonSchema", "output_of"]

logger = logging.getLogger(__name__)

_BARE_CONTAINERS = (dict, list, tuple, set, frozenset)


class StrictJsonSchema(GenerateJsonSchema):
    """Refuses what it cannot describe faithfully, instead of warning about it."""

    def emit_warning(self, kind: JsonSchemaWarningKind, detail: str) -> None:
        """Raise ValueError: a schema that leaves something out would make a promise that is not kept."""
        raise ValueError(f"JSON schema: {detail} [{kind}]")


@dataclass(frozen=True, slots=True)
class Output:
    """How a result becomes structured: `wrap` puts it under the key `result` first."""

    model: type[BaseModel]
    schema: dict[str, Any]
    wrap: bool


class _PartialModel(BaseModel):
    """Stands for a TypedDict: a key that was not given stays away."""

    @model_serializer(mode="wrap")
    def _given_keys(self, handler: Callable[[Any], dict[str, Any]]) -> dict[str, Any]:
        dumped = handler(self)
        for name in type(self).model_fields.keys() - self.model_fields_set:
            dumped.pop(name, None)
        return dumped


class _AttributesModel(BaseModel):
    """Stands for a dataclass or another class with annotated attributes."""

    model_config: ClassVar[ConfigDict] = ConfigDict(from_attributes=True)


def output_of(function: str, annotation: Any) -> Output | None:
    """Return how results of this annotation become structured, or None where they do not.

    Raises InvalidSignature for a union that holds CallToolResult: such a tool has no one shape.
    """
    try:
        return _output_of(function, annotation)
    except (TypeError, ValueError, NameError, pydantic_core.SchemaError, PydanticUserError) as error:
        logger.info("The results of %s have no schema: %s", function, error)
        return None


def _output_of(function: str, annotation: Any) -> Output | None:
    inner, metadata = _without_metadata(annotation)
    members = _union_members(inner)
    if members and any(_is_subclass(member, CallToolResult) for member in members):
        raise InvalidSignature(
            f"Function {function}: CallToolResult cannot be one of several return types; "
            "return CallToolResult(content=[]) for an empty result"
        )
    if _is_subclass(inner, CallToolResult):
        return _output_of(function, metadata[0]) if metadata else None
    if all(_is_unstructured(member) for member in members or [inner]):
        return None
    return _as_it_is(function, inner) or _wrapped(function, annotation)


def _as_it_is(function: str, annotation: Any) -> Output | None:
    """Return the output of a type whose JSON is an object already."""
    if get_origin(annotation) is dict and get_args(annotation)[0] is str:
        root: Any = RootModel[annotation]
        return _output(create_model(f"{function}DictOutput", __base__=root))
    if not isinstance(annotation, type) or get_origin(annotation) is not None:
        return None
    if issubclass(annotation, BaseModel):
        return _output(annotation)
    cls = cast("type[Any]", annotation)
    if is_typeddict(cls):
        return _output(_typed_dict_model(cls))
    fields = _attributes(cls)
    return _output(_model(cls.__name__, _AttributesModel, fields)) if fields else None


def _wrapped(function: str, annotation: Any) -> Output:
    return _output(create_model(f"{function}Output", result=(annotation, ...)), wrap=True)


def _output(model: type[BaseModel], wrap: bool = False) -> Output:
    return Output(model, model.model_json_schema(schema_generator=StrictJsonSchema), wrap)


def _typed_dict_model(annotation: Any) -> type[BaseModel]:
    required: frozenset[str] = annotation.__required_keys__
    hints = get_type_hints(annotation, include_extras=False)
    fields = {name: (hint, ... if name in required else None) for name, hint in hints.items()}
    return _model(annotation.__name__, _PartialModel, fields)


def _attributes(cls: type) -> dict[str, tuple[Any, Any]]:
    """Return type and default of each public annotated attribute; none of those that come with Python."""
    if cls.__module__ == "builtins" or not any("__annotations__" in base.__dict__ for base in cls.__mro__):
        return {}
    hints = get_type_hints(cls, include_extras=True)
    return {
        name: (hint, _default(cls, name))
        for name, hint in hints.items()
        if not name.startswith("_") and get_origin(hint) is not ClassVar and hint is not ClassVar
    }


def _default(cls: type[Any], name: str) -> Any:
    if not dataclasses.is_dataclass(cls):
        plain: Any = cls
        return getattr(plain, name, ...)
    field = next(each for each in dataclasses.fields(cls) if each.name == name)
    if field.default_factory is not dataclasses.MISSING:
        return cast("FieldInfo", Field(default_factory=field.default_factory))
    return ... if field.default is dataclasses.MISSING else field.default


def _model(name: str, base: type[BaseModel], fields: dict[str, tuple[Any, Any]]) -> type[BaseModel]:
    definitions = cast("dict[str, Any]", fields)
    return create_model(name, __base__=base, **definitions)


def _without_metadata(annotation: Any) -> tuple[Any, list[Any]]:
    if get_origin(annotation) is not Annotated:
        return annotation, []
    inner, *metadata = get_args(annotation)
    return inner, [each for each in metadata if not isinstance(each, FieldInfo | str)]


def _union_members(annotation: Any) -> list[Any]:
    if get_origin(annotation) not in (Union, types.UnionType):
        return []
    return [member for each in get_args(annotation) for member in (_union_members(each) or [each])]


def _is_subclass(annotation: Any, base: type) -> bool:
    return isinstance(annotation, type) and get_origin(annotation) is None and issubclass(annotation, base)


def _is_unstructured(annotation: Any) -> bool:
    content = any(_is_subclass(annotation, each) for each in (Image, Audio, *CONTENT_TYPES))
    return content or any(annotation is each for each in _BARE_CONTAINERS)
