"""A function's signature -> argument validator, schemas and result converter, compiled once."""

import inspect
from collections.abc import Awaitable, Callable, Sequence
from functools import cached_property, partial
from types import NoneType, UnionType
from typing import Annotated, Any, ClassVar, Union, cast, get_args, get_origin

import pydantic_core
from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema, create_model

from mcp.server.fastmcp._content import to_content
from mcp.server.fastmcp._output import Output, output_of
from mcp.server.fastmcp.exceptions import InvalidSignature
from mcp.types import CallToolResult

__all__ = [
    "ArgModelBase",
    "Arguments",
    "FuncMetadata",
    "argument_model",
    "func_metadata",
    "function_name",
    "is_async_callable",
    "signature_of",
]


class ArgModelBase(BaseModel):
    """The base of the models that stand for a function's parameters."""

    model_config: ClassVar[ConfigDict] = ConfigDict(arbitrary_types_allowed=True, protected_namespaces=())

    def model_dump_one_level(self) -> dict[str, Any]:
        """Return the values under the names that the function is called with; values are left as they are."""
        return {field.alias or name: getattr(self, name) for name, field in type(self).model_fields.items()}


class _ExactArguments(ArgModelBase):
    model_config: ClassVar[ConfigDict] = ConfigDict(extra="forbid")


class FuncMetadata(BaseModel):
    """What calling a function with a JSON object takes, and what becomes of its result.

    Args:
        arg_model: the parameters.
        output_schema: the JSON schema of the structured result, if there is one.
        output_model: what the structured result must fit.
        wrap_output: whether the result goes under the key `result` first.
    """

    arg_model: Annotated[type[ArgModelBase], WithJsonSchema(None)]
    output_schema: dict[str, Any] | None = None
    output_model: Annotated[type[BaseModel], WithJsonSchema(None)] | None = None
    wrap_output: bool = False

    model_config: ClassVar[ConfigDict] = ConfigDict(arbitrary_types_allowed=True)

    async def call_fn_with_arg_validation(
        self,
        fn: Callable[..., Any | Awaitable[Any]],
        fn_is_async: bool,
        arguments_to_validate: dict[str, Any],
        arguments_to_pass_directly: dict[str, Any] | None,
    ) -> Any:
        """Call `fn`; raises pydantic's ValidationError where the arguments do not fit."""
        arguments = self.validate_arguments(arguments_to_validate) | (arguments_to_pass_directly or {})
        result = fn(**arguments)
        return await result if fn_is_async else result

    def validate_arguments(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """Return the keyword arguments of a call; raises pydantic's ValidationError where they do not fit."""
        model = self._validator.validate_python(self.pre_parse_json(arguments))
        return model.model_dump_one_level() if self._has_aliases else dict(model.__dict__)

    def convert_result(self, result: Any) -> Any:
        """Return content blocks, or (blocks, structured output) where there is a schema, or a CallToolResult.

        Raises pydantic's ValidationError where the result does not fit the schema.
        """
        if isinstance(result, CallToolResult):
            if self.output_model is not None:
                self.output_model.model_validate(result.structuredContent)
            return result
        content = to_content(result)
        if self.output_model is None:
            return content
        value = {"result": result} if self.wrap_output else result
        validated = self.output_model.__pydantic_validator__.validate_python(value)
        serializer = self.output_model.__pydantic_serializer__
        return content, serializer.to_python(validated, mode="json", by_alias=True)

    def pre_parse_json(self, data: dict[str, Any]) -> dict[str, Any]:
        """Return `data` with JSON text of objects, arrays and null decoded where the parameter is no text.

        Some models send every argument as a string. A string, number or boolean in JSON stays as it came:
        the validator reads those from text itself.
        """
        found = {
            key: parsed
            for key, value in data.items()
            if key in self._json_types and isinstance(value, str)
            for parsed in _decoded(value, self._json_types[key])
        }
        return {**data, **found} if found else data

    @cached_property
    def _json_types(self) -> dict[str, tuple[type, ...]]:
        """For each key that may hold JSON text, the types of a decoded value that replace the text."""
        kinds: dict[str, tuple[type, ...]] = {}
        for name, field in self.arg_model.model_fields.items():
            if types := _replaced_by(field.annotation):
                kinds.update(dict.fromkeys([name, field.alias or name], types))
        return kinds

    @cached_property
    def _validator(self) -> Any:
        # Skips what `model_validate` does before it comes to the same: a call has this in its way.
        return self.arg_model.__pydantic_validator__

    @cached_property
    def _has_aliases(self) -> bool:
        return any(field.alias for field in self.arg_model.model_fields.values())


class Arguments:
    """The compiled parameters of a function that is given text: a prompt or a resource template.

    Args:
        fn: the function.
        skip_names: parameters that the caller does not give.
    """

    __slots__ = ("_model", "schema")

    def __init__(self, fn: Callable[..., Any], skip_names: Sequence[str] = ()) -> None:
        self._model = argument_model(fn, skip_names, function_name(fn), _ExactArguments)
        self.schema: dict[str, Any] = self._model.model_json_schema(by_alias=True)

    def validate(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """Return the keyword arguments of a call; raises pydantic's ValidationError where they do not fit."""
        return self._model.model_validate(arguments).model_dump_one_level()


def func_metadata(
    func: Callable[..., Any], skip_names: Sequence[str] = (), structured_output: bool | None = None
) -> FuncMetadata:
    """Compile a function's signature.

    Args:
        func: the function.
        skip_names: parameters that the caller does not give.
        structured_output: whether the result is structured too; by default where its annotation allows it.

    Raises:
        InvalidSignature: the signature cannot be offered as asked.
    """
    arguments = argument_model(func, skip_names)
    output = _output(func, structured_output) if structured_output is not False else None
    if output is None:
        return FuncMetadata(arg_model=arguments)
    return FuncMetadata(
        arg_model=arguments,
        output_schema=output.schema,
        output_model=output.model,
        wrap_output=output.wrap,
    )


def argument_model(
    fn: Callable[..., Any],
    skip_names: Sequence[str] = (),
    name: str | None = None,
    base: type[ArgModelBase] = ArgModelBase,
) -> type[ArgModelBase]:
    """Return the model of a function's parameters, called `<function>Arguments` unless `name` is given.

    Raises InvalidSignature for a parameter that a JSON object cannot fill.
    """
    function = function_name(fn)
    fields = dict(
        _field(function, parameter)
        for parameter in signature_of(fn).parameters.values()
        if parameter.name not in skip_names
    )
    return create_model(
        name or f"{function}Arguments",
        __base__=base,
        __module__=getattr(fn, "__module__", None) or __name__,
        **cast("dict[str, Any]", fields),
    )


def signature_of(fn: Callable[..., Any]) -> inspect.Signature:
    """Return the signature with its annotations evaluated; raises InvalidSignature where that fails."""
    try:
        return inspect.signature(fn, eval_str=True)
    except NameError as error:
        raise InvalidSignature(
            f"Unable to evaluate type annotations for callable {function_name(fn)!r}: {error}; "
            "annotations must name what the module defines"
        ) from error


def function_name(fn: Callable[..., Any]) -> str:
    """Return the name of a function, of what a partial wraps, or of the class of a callable object."""
    while isinstance(fn, partial):
        fn = fn.func
    name: str = getattr(fn, "__name__", type(fn).__name__)
    return name


def is_async_callable(fn: Callable[..., Any]) -> bool:
    """Whether calling `fn` gives a coroutine: a coroutine function, a partial or an object around one."""
    while isinstance(fn, partial):
        fn = fn.func
    called: Any = type(fn).__call__
    return inspect.iscoroutinefunction(fn) or inspect.iscoroutinefunction(called)


def _field(function: str, parameter: inspect.Parameter) -> tuple[str, tuple[Any, Any]]:
    name = parameter.name
    if name.startswith("_"):
        raise InvalidSignature(f"Parameter {name} of {function} cannot start with '_'")
    if parameter.kind is inspect.Parameter.POSITIONAL_ONLY:
        raise InvalidSignature(
            f"Parameter {name} of {function} is positional-only; it cannot be given by name"
        )
    annotation: Any = parameter.annotation
    if annotation is inspect.Parameter.empty:
        annotation = Annotated[Any, WithJsonSchema({"title": name, "type": "string"})]
    default: Any = ... if parameter.default is inspect.Parameter.empty else parameter.default
    if not hasattr(ArgModelBase, name):
        return name, (annotation, default)
    return f"field_{name}", (Annotated[annotation, Field(alias=name)], default)


def _output(func: Callable[..., Any], structured_output: bool | None) -> Output | None:
    name = function_name(func)
    annotation: Any = signature_of(func).return_annotation
    if annotation is inspect.Signature.empty:
        if structured_output:
            raise InvalidSignature(f"Function {name}: return annotation required for structured output")
        return None
    output = output_of(name, annotation)
    if output is None and structured_output:
        raise InvalidSignature(
            f"Function {name}: return type {annotation} is not serializable for structured output"
        )
    return output


def _replaced_by(annotation: Any) -> tuple[type, ...]:
    """Return the types of decoded JSON that replace the text given for a parameter of this annotation."""
    members = get_args(annotation) if get_origin(annotation) in (Union, UnionType) else (annotation,)
    others = [member for member in members if member is not str and member is not bytes]
    if not others:
        return ()
    return (NoneType,) if others == [NoneType] else (dict, list, NoneType)


def _decoded(text: str, kinds: tuple[type, ...]) -> tuple[Any, ...]:
    """Return the decoded text, alone in a tuple, or nothing where the text is to stay."""
    try:
        value = pydantic_core.from_json(text)
    except ValueError:
        return ()
    return (value,) if isinstance(value, kinds) else ()
