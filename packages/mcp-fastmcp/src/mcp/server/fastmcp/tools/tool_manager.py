"""The tools of a server, by name."""

import logging
from collections.abc import Callable
from typing import Any

from mcp.server.fastmcp.context import Context
from mcp.server.fastmcp.exceptions import UnknownToolError
from mcp.server.fastmcp.tools.base import RunIn, Tool
from mcp.types import Icon, ToolAnnotations

__all__ = ["ToolManager"]

logger = logging.getLogger(__name__)


class ToolManager:
    """A table of tools; the first of two with one name stays.

    Args:
        warn_on_duplicate_tools: whether the second is named in the log.
        tools: what the table begins with.
    """

    def __init__(self, warn_on_duplicate_tools: bool = True, *, tools: list[Tool] | None = None) -> None:
        self.warn_on_duplicate_tools = warn_on_duplicate_tools
        self._tools: dict[str, Tool] = {}
        for tool in tools or ():
            self._add(tool)

    def get_tool(self, name: str) -> Tool | None:
        """Return the tool of that name."""
        return self._tools.get(name)

    def list_tools(self) -> list[Tool]:
        """Return all tools, the oldest first."""
        return list(self._tools.values())

    def add_tool(
        self,
        fn: Callable[..., Any],
        name: str | None = None,
        title: str | None = None,
        description: str | None = None,
        annotations: ToolAnnotations | None = None,
        icons: list[Icon] | None = None,
        meta: dict[str, Any] | None = None,
        structured_output: bool | None = None,
        *,
        run_in: RunIn = "loop",
    ) -> Tool:
        """Compile a function and add it; return the tool that has its name now."""
        return self._add(
            Tool.from_function(
                fn,
                name=name,
                title=title,
                description=description,
                annotations=annotations,
                icons=icons,
                meta=meta,
                structured_output=structured_output,
                run_in=run_in,
            )
        )

    def remove_tool(self, name: str) -> None:
        """Take a tool out; raises ToolError where there is none of that name."""
        if self._tools.pop(name, None) is None:
            raise UnknownToolError(f"Unknown tool: {name}")

    async def call_tool(
        self,
        name: str,
        arguments: dict[str, Any],
        context: Context[Any, Any, Any] | None = None,
        convert_result: bool = False,
    ) -> Any:
        """Call a tool; raises ToolError where there is none of that name, or it fails."""
        tool = self._tools.get(name)
        if tool is None:
            raise UnknownToolError(f"Unknown tool: {name}")
        return await tool.run(arguments, context=context, convert_result=convert_result)

    def _add(self, tool: Tool) -> Tool:
        present = self._tools.setdefault(tool.name, tool)
        if present is not tool and self.warn_on_duplicate_tools:
            logger.warning("Tool already exists: %s", tool.name)
        return present
