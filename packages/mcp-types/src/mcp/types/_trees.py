"""Which fields, at any depth, a model must leave out: computed from its annotations."""

from collections.abc import Callable
from typing import Any, get_args, get_origin

from pydantic import BaseModel

from mcp.types._nulls import Tree

__all__ = ["exclude_tree"]


def exclude_tree(model: type[BaseModel], lacks: Callable[[type[BaseModel], str], bool]) -> Tree:
    """The `exclude` argument that leaves out each field for which `lacks(class, name)` holds.

    Members of a union share one branch, so a field is left out of all of them or of none.
    """
    tree: Tree = {}
    for name, field in model.model_fields.items():
        if lacks(model, name):
            tree[name] = True
        elif branch := _branch(field.annotation, lacks):
            tree[name] = branch
    return tree


def _branch(annotation: Any, lacks: Callable[[type[BaseModel], str], bool]) -> Tree:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return exclude_tree(annotation, lacks)
    merged: Tree = {}
    for part in get_args(annotation):
        _merge(merged, _branch(part, lacks))
    return {"__all__": merged} if merged and get_origin(annotation) in (list, dict) else merged


def _merge(into: Tree, tree: Tree) -> None:
    for name, branch in tree.items():
        if branch is True or into.get(name) is True:
            into[name] = True
        else:
            _merge(into.setdefault(name, {}), branch)
