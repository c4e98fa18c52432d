"""Saying with less: content, schemas and questions in the terms of a peer that lacks the newer ones."""

from collections.abc import Sequence
from typing import Any, TypeVar, cast

from pydantic import BaseModel

from mcp.types._nulls import dump
from mcp.types.content import AudioContent, ResourceLink, TextContent, ToolResultContent, ToolUseContent
from mcp.types.sampling import SamplingMessage
from mcp.types.tools import CallToolResult, Tool

__all__ = [
    "as_text",
    "flat_form",
    "one_block",
    "split_message",
    "with_object_properties",
    "without",
    "without_structured_value",
]

M = TypeVar("M", bound=BaseModel)


def without(model: M, name: str) -> M:
    """A copy whose field `name` is absent."""
    copy = model.model_copy(update={name: None})
    copy.__pydantic_fields_set__.discard(name)
    return copy


def as_text(block: AudioContent | ResourceLink | ToolUseContent | ToolResultContent) -> TextContent:
    """A block that the peer does not know, told in words."""
    if isinstance(block, AudioContent):
        text = f"[audio, {block.mimeType}: not supported by this protocol revision]"
    elif isinstance(block, ResourceLink):
        lines = [f"[resource] {block.title or block.name}: {block.uri}", block.description]
        text = "\n".join(filter(None, lines))
    else:
        text = dump(block).decode()
    return TextContent(type="text", text=text)


def without_structured_value(result: M) -> M:
    """A tool result without `structuredContent`, whose JSON stays as text if there is no other."""
    holder = cast("CallToolResult | ToolResultContent", result)
    value, fitted = holder.structuredContent, without(holder, "structuredContent")
    if not any(isinstance(block, TextContent) for block in holder.content):
        text = CallToolResult(content=[], structuredContent=value)
        json = text.model_dump_json(include={"structuredContent"})[len('{"structuredContent":') : -1]
        fitted.content = [*holder.content, TextContent(type="text", text=json)]
    return cast(M, fitted)


def with_object_properties(tool: Tool, name: str) -> Tool:
    """A tool in whose schema `name` no property is the schema `true` or `false`."""
    schema: dict[str, Any] | None = getattr(tool, name)
    properties: Any = (schema or {}).get("properties")
    if not isinstance(properties, dict):
        return tool
    members = cast(dict[str, Any], properties)
    if not any(isinstance(member, bool) for member in members.values()):
        return tool
    plain = {key: _schema_object(member) for key, member in members.items()}
    return tool.model_copy(update={name: {**(schema or {}), "properties": plain}})


def _schema_object(schema: Any) -> Any:
    return ({} if schema else {"not": {}}) if isinstance(schema, bool) else schema


def split_message(message: SamplingMessage) -> list[SamplingMessage]:
    """One message for each content block."""
    if not isinstance(message.content, list):
        return [message]
    return [message.model_copy(update={"content": block}) for block in message.content]


def one_block(blocks: Sequence[Any]) -> Any:
    """A single block for several: all text there is, else the first block."""
    texts = [block.text for block in blocks if isinstance(block, TextContent)]
    if len(blocks) == 1 or (blocks and not texts):
        return blocks[0]
    return TextContent(type="text", text="\n".join(texts))


def flat_form(schema: dict[str, Any]) -> dict[str, Any]:
    """A form schema in its first shape: choices as `enum` and `enumNames`, defaults for booleans only.

    A choice of several becomes a choice of one: that shape has no lists.
    """
    properties: Any = schema.get("properties")
    if not isinstance(properties, dict):
        return schema
    fields = cast(dict[str, Any], properties)
    return {**schema, "properties": {name: _flat_field(field) for name, field in fields.items()}}


def _flat_field(field: Any) -> Any:
    if not isinstance(field, dict):
        return field
    flat = dict(cast(dict[str, Any], field))
    if flat.get("type") != "boolean":
        flat.pop("default", None)
    choices: dict[str, Any] = flat
    if flat.get("type") == "array":
        choices = flat.pop("items", None) or {}
        flat = {key: value for key, value in flat.items() if key in ("title", "description")}
    options = choices.get("oneOf") or choices.get("anyOf")
    if options:
        flat = {key: value for key, value in flat.items() if key not in ("oneOf", "anyOf")}
        flat |= {"type": "string", "enum": [option.get("const") for option in options]}
        flat["enumNames"] = [option.get("title", option.get("const")) for option in options]
    elif "enum" in choices:
        flat |= {"type": "string", "enum": choices["enum"]}
    return flat
