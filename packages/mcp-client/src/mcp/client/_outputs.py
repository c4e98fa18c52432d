"""The structured results of tools, checked against the schemas that they declare.

Specification: server/tools.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from mcp.shared.exceptions import MethodNotFound
from mcp.shared.schema import SchemaError, validator_of
from mcp.types import CallToolResult, ListToolsResult, PaginatedRequestParams

__all__ = ["check_output", "find_output_schema"]

PAGES = 1_000
"""Pages of a tool list that are read in search of one tool."""

TOOLS = 10_000
"""Tools whose schemas are kept; the list of a server that has more is read no further."""

ListTools = Callable[[PaginatedRequestParams | None], Awaitable[ListToolsResult]]


async def find_output_schema(
    name: str, known: dict[str, dict[str, Any] | None], list_tools: ListTools
) -> dict[str, Any] | None:
    """Return the output schema of a tool, None if it has none or is not listed.

    Args:
        name: the tool.
        known: the schemas seen so far; `list_tools` adds to it, a tool that is not listed is entered as None.
        list_tools: fetches a page of the list. A server that has none is no failure.
    """
    params: PaginatedRequestParams | None = None
    asked: set[str] = set()
    for _ in range(PAGES):
        if name in known:
            return known[name]
        if len(known) > TOOLS:
            break
        try:
            page = await list_tools(params)
        except MethodNotFound:
            break
        if page.nextCursor is None or page.nextCursor in asked:  # the list goes in circles
            break
        asked.add(page.nextCursor)
        params = PaginatedRequestParams(cursor=page.nextCursor)
    return known.setdefault(name, None)


def check_output(name: str, schema: dict[str, Any], result: CallToolResult, *, null_counts: bool) -> None:
    """Check a result against the tool's output schema.

    Args:
        name: the tool.
        schema: its output schema.
        result: what it returned.
        null_counts: whether `null` is structured content, as revisions have it that allow any JSON value.

    Raises:
        RuntimeError: there is no structured content, it is not as declared, or the declaration is unusable.
    """
    present = null_counts and "structuredContent" in result.model_fields_set
    if result.structuredContent is None and not present:
        raise RuntimeError(f"Tool {name} has an output schema but did not return structured content")
    try:
        fault = validator_of(schema).check(result.structuredContent)
    except SchemaError as error:
        raise RuntimeError(f"Invalid schema for tool {name}: {error}") from error
    if fault is not None:
        raise RuntimeError(f"Invalid structured content returned by tool {name}: {fault}")
