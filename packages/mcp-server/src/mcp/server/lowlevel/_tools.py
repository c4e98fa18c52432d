"""What `call_tool` makes of arguments and of what a tool returns. Specification: server/tools."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, cast

from mcp.shared.schema import SchemaError, validator_of
from mcp.types import CallToolResult, ContentBlock, CreateTaskResult, InputRequiredResult, TextContent, Tool

__all__ = ["ToolFailure", "check_input", "error_result", "to_result"]


class ToolFailure(Exception):
    """The model is told what is wrong."""


def error_result(text: str) -> CallToolResult:
    """Return the result of a call that failed."""
    return CallToolResult(content=[TextContent(type="text", text=text)], isError=True)


def check_input(tool: Tool, arguments: dict[str, Any]) -> None:
    """Validate the arguments of a call.

    Raises:
        ToolFailure: they do not fit the tool's input schema.
    """
    if (problem := _problem(tool.inputSchema, arguments)) is not None:
        raise ToolFailure(f"Input validation error: {problem}")


def to_result(returned: Any, tool: Tool | None) -> CallToolResult | CreateTaskResult | InputRequiredResult:
    """Return what a tool returned as a result.

    Raises:
        ToolFailure: it does not fit the tool's output schema, or is nothing that a tool may return.
    """
    if isinstance(returned, CallToolResult | CreateTaskResult | InputRequiredResult):
        return returned
    content, structured = _parts(returned)
    if tool is not None and tool.outputSchema is not None:
        if structured is None:
            raise ToolFailure(
                "Output validation error: outputSchema defined but no structured output returned"
            )
        if (problem := _problem(tool.outputSchema, structured)) is not None:
            raise ToolFailure(f"Output validation error: {problem}")
    if structured is None:
        return CallToolResult(content=content, isError=False)
    return CallToolResult(content=content, structuredContent=structured, isError=False)


def _parts(returned: Any) -> tuple[list[ContentBlock], dict[str, Any] | None]:
    match returned:
        case (content, structured) if isinstance(returned, tuple):
            return list(cast("Iterable[ContentBlock]", content)), cast("dict[str, Any]", structured)
        case dict():
            text = json.dumps(returned, indent=2)
            return [TextContent(type="text", text=text)], cast("dict[str, Any]", returned)
        case Iterable():
            return list(cast("Iterable[ContentBlock]", returned)), None
        case _:
            raise ToolFailure(f"Unexpected return type from tool: {type(returned).__name__}")


def _problem(schema: dict[str, Any], instance: Any) -> str | None:
    try:
        return validator_of(schema).check(instance)
    except SchemaError as error:
        return str(error)
