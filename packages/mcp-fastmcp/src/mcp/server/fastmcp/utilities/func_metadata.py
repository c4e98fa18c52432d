"""The 1.x import path of the compiled signature."""

from mcp.server.fastmcp._output import StrictJsonSchema
from mcp.server.fastmcp.signature import ArgModelBase, FuncMetadata, func_metadata

__all__ = ["ArgModelBase", "FuncMetadata", "StrictJsonSchema", "func_metadata"]
