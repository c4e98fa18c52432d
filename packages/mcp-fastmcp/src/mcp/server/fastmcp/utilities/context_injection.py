"""Find the parameter that takes the Context, and fill it."""

import types
from collections.abc import Callable
from typing import Annotated, Any, Union, get_args, get_origin

from mcp.server.fastmcp.context import Context
from mcp.server.fastmcp.exceptions import InvalidSignature
from mcp.server.fastmcp.signature import signature_of

__all__ = ["find_context_parameter", "inject_context"]


def find_context_parameter(fn: Callable[..., Any]) -> str | None:
    """Return the name of the first parameter annotated with Context, its subclass or a union with it."""
    try:
        parameters = signature_of(fn).parameters.values()
    except (InvalidSignature, TypeError, ValueError):
        return None
    return next((each.name for each in parameters if _is_context(each.annotation)), None)


def inject_context(
    fn: Callable[..., Any], kwargs: dict[str, Any], context: Any | None, context_kwarg: str | None
) -> dict[str, Any]:
    """Return `kwargs` with the context under the name `context_kwarg`, where both are there."""
    if context_kwarg is None or context is None:
        return kwargs
    return {**kwargs, context_kwarg: context}


def _is_context(annotation: Any) -> bool:
    origin = get_origin(annotation)
    if origin in (Union, types.UnionType):
        return any(_is_context(member) for member in get_args(annotation))
    if origin is Annotated:
        return _is_context(get_args(annotation)[0])
    cls = origin or annotation
    return isinstance(cls, type) and issubclass(cls, Context)
