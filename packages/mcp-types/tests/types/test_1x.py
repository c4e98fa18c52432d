"""The namespace against the listing of the 1.x API: each name, each field, what is required, each default."""

import re
from typing import Any

import pytest
from pydantic import BaseModel

from mcp import types
from support.shared import shared

# What 1.x requires and later revisions do not send.
NOW_OPTIONAL = {("ElicitRequestURLParams", "elicitationId"), ("JSONRPCError", "id")}


def listing() -> list[str]:
    text = shared("v1_api.md").read_text("utf-8")
    section = text.split("\n### mcp.types\n```\n", 1)[1].split("\n```", 1)[0]
    return section.splitlines()


def fields_of(line: str) -> dict[str, str | None]:
    """The fields that a listed class restates, with their defaults as text; None means required."""
    body = re.sub(r"\(alias _meta\)", "", line.split("): ", 1)[1])
    depth, parts, part = 0, [""], ""
    for char in body:
        depth += (char in "[({") - (char in "])}")
        if char == ";" and depth == 0:
            parts.append("")
        else:
            parts[-1] += char
    fields: dict[str, str | None] = {}
    for part in filter(str.strip, parts):
        name, _, kind = part.partition(":")
        default = kind.rsplit(" = ", 1)[1].strip() if " = " in kind else None
        fields[name.strip()] = default
    return fields


def test_each_name_is_there() -> None:
    names = {
        match[1]
        for line in listing()
        if (match := re.match(r"(?:class |TypeVar )?([A-Za-z_]+)", line)) and not line.startswith(" ")
    }
    assert len(names) > 180
    assert names <= set(types.__all__)


def test_each_constant_has_its_value() -> None:
    constants: dict[str, Any] = {
        match[1]: match[2] for line in listing() if (match := re.match(r"([A-Z_]+) = (.*)", line))
    }
    assert len(constants) > 15
    for name, value in constants.items():
        assert repr(getattr(types, name)) == value


def test_each_field_is_there_and_as_optional_as_it_was() -> None:
    checked = 0
    for line in listing():
        match = re.match(r"class (\w+)\(", line)
        if not match or line.startswith("class JSONRPCMessage"):
            continue
        model: type[BaseModel] = getattr(types, match[1])
        for name, default in fields_of(line).items():
            field = model.model_fields[name]
            if (match[1], name) not in NOW_OPTIONAL:
                assert field.is_required() == (default is None), (match[1], name)
            if default not in (None, "None") and (match[1], name) not in NOW_OPTIONAL:
                assert repr(field.get_default(call_default_factory=True)) == default, (match[1], name)
            checked += 1
    assert checked > 200


def test_bases_are_those_of_1x() -> None:
    for line in listing():
        match = re.match(r"class (\w+)\((\w+(?:, \w+)*)\)", line)
        if match and "RootModel" not in match[2]:
            model = getattr(types, match[1])
            for base in match[2].split(", "):
                if base != "Generic":
                    assert issubclass(model, getattr(types, base)), (match[1], base)


@pytest.mark.parametrize("module", ["mcp.types"])
def test_what_published_packages_import(module: str) -> None:
    text = shared("v1_api.md").read_text("utf-8")
    line = next(line for line in text.splitlines() if line.startswith(f"- `{module}`: "))
    names = set(line.split(": ", 1)[1].split(", "))
    assert len(names) > 100
    assert names <= set(types.__all__)
