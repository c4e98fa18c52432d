"""Tells handlers that want the request from those that do not."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, TypeVar, get_type_hints

__all__ = ["create_call_wrapper"]

T = TypeVar("T")
R = TypeVar("R")


def create_call_wrapper(func: Callable[..., R], request_type: type[T]) -> Callable[[T], R]:
    """Return a function of the request that calls `func` with it, or with nothing.

    `func` gets the request if a parameter of its without default is annotated with the request's type.

    Args:
        func: a handler.
        request_type: the type of the request.
    """
    name = _wanting(func, request_type)
    if name is None:
        return lambda _: func()
    parameter = inspect.signature(func).parameters[name]
    if parameter.kind is parameter.KEYWORD_ONLY:
        return lambda request: func(**{name: request})
    return lambda request: func(request)


def _wanting(func: Callable[..., Any], request_type: type[Any]) -> str | None:
    try:
        parameters = inspect.signature(func).parameters
        hints = get_type_hints(func)
    except (ValueError, TypeError, NameError):
        return None
    for name, parameter in parameters.items():
        if hints.get(name) is request_type and parameter.default is parameter.empty:
            return name
    return None
