"""Writing models so that None means absent, except where null was said."""

from collections.abc import Iterable
from functools import cache
from typing import Any, cast, get_args

from pydantic import BaseModel
from pydantic_core import to_json

__all__ = ["Tree", "dump"]

# What pydantic takes as `exclude`.
Tree = dict[str, Any]


def dump(model: BaseModel, exclude: Tree | None = None) -> bytes:
    """The wire JSON of `model`.

    Declared fields that are None are absent; null survives in unknown fields and in nullable ones once set.

    Raises:
        ValueError: a value that JSON cannot hold.
    """
    serializer = type(model).__pydantic_serializer__
    if not _holds_null(model):
        return serializer.to_json(model, by_alias=True, exclude_none=True, exclude=exclude or None)
    out = serializer.to_python(
        model, mode="json", by_alias=True, exclude_none=True, exclude=cast(Any, exclude or None)
    )
    _restore(model, out, exclude or {})
    return to_json(out)


# Plain loops, and no isinstance() of BaseModel, whose check is slow: this runs for every message.
def _holds_null(value: Any) -> bool:
    if isinstance(value, dict):
        fields: dict[str, Any] = cast(Any, value)
        value = list(fields.values())
    if isinstance(value, list):
        items: list[Any] = cast(Any, value)
        for item in items:  # noqa: SIM110 any() is slower
            if _holds_null(item):
                return True
        return False
    return hasattr(value, "__pydantic_extra__") and _model_holds_null(value)


def _model_holds_null(model: BaseModel) -> bool:
    extra = model.__pydantic_extra__
    if extra and any(value is None or _holds_null(value) for value in extra.values()):
        return True
    nullable, nesting = _plan(type(model))
    fields = model.__dict__
    for name in nullable:
        if fields.get(name, ...) is None and name in model.__pydantic_fields_set__:
            return True
    for name in nesting:
        value = fields.get(name)
        if value is not None and _holds_null(value):
            return True
    return False


@cache
def _plan(model: type[BaseModel]) -> tuple[frozenset[str], tuple[str, ...]]:
    nesting = tuple(name for name, field in model.model_fields.items() if _nests(field.annotation))
    return getattr(model, "nullable", frozenset()), nesting


def _nests(annotation: Any) -> bool:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return True
    return any(_nests(part) for part in get_args(annotation))


def _restore(value: Any, out: Any, exclude: Tree) -> None:
    """Put the nulls of `value` into `out`, its plain copy without them."""
    if isinstance(value, BaseModel) and isinstance(out, dict):
        _restore_model(value, cast("dict[str, Any]", out), exclude)
        return
    branch = exclude.get("__all__", exclude)
    for item, copy in _pairs(value, out):
        _restore(item, copy, branch)


def _pairs(value: Any, out: Any) -> Iterable[tuple[Any, Any]]:
    if isinstance(value, list) and isinstance(out, list):
        items: list[Any] = cast(Any, value)
        copies: list[Any] = cast(Any, out)
        return zip(items, copies, strict=False)
    if isinstance(value, dict) and isinstance(out, dict):
        fields: dict[Any, Any] = cast(Any, value)
        copied: dict[Any, Any] = cast(Any, out)
        return [(item, copied.get(key)) for key, item in fields.items()]
    return ()


def _restore_model(model: BaseModel, out: dict[str, Any], exclude: Tree) -> None:
    for name, value in (model.__pydantic_extra__ or {}).items():
        if value is None and exclude.get(name) is not True:
            out[name] = None
    nullable, nesting = _plan(type(model))
    for name in nullable & model.__pydantic_fields_set__:
        if getattr(model, name) is None and exclude.get(name) is not True:
            out[_alias(model, name)] = None
    for name in nesting:
        branch = exclude.get(name)
        if branch is not True:
            _restore(getattr(model, name), out.get(_alias(model, name)), branch or {})


def _alias(model: BaseModel, name: str) -> str:
    return type(model).model_fields[name].serialization_alias or name
