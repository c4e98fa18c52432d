"""FastMCP: servers of the Model Context Protocol from plain functions."""

from typing import TYPE_CHECKING, Any

__all__ = ["Audio", "Context", "FastMCP", "Icon", "Image"]

if TYPE_CHECKING:
    from mcp.server.fastmcp.context import Context
    from mcp.server.fastmcp.server import FastMCP
    from mcp.server.fastmcp.utilities.types import Audio, Image
    from mcp.types import Icon

    __version__: str
else:
    from mcp import _api
    from mcp.shared._distribution import distribution_version

    _load, __dir__ = _api.front_door(
        __name__,
        {
            "Audio": "mcp.server.fastmcp.utilities.types",
            "Context": "mcp.server.fastmcp.context",
            "FastMCP": "mcp.server.fastmcp.server",
            "Icon": "mcp.types",
            "Image": "mcp.server.fastmcp.utilities.types",
        },
    )

    def __getattr__(name: str) -> Any:
        # Read when asked for: looking metadata up takes longer than loading this package.
        return distribution_version() if name == "__version__" else _load(name)
