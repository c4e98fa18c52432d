"""Servers: the low-level server, and the transports that serve it."""

from pkgutil import extend_path
from typing import TYPE_CHECKING

__path__ = extend_path(__path__, __name__)

__all__ = ["FastMCP", "InitializationOptions", "NotificationOptions", "Server"]

if TYPE_CHECKING:
    from mcp.server.fastmcp import FastMCP
    from mcp.server.lowlevel.server import NotificationOptions, Server
    from mcp.server.models import InitializationOptions
else:
    from mcp import _api

    __getattr__, __dir__ = _api.front_door(
        __name__,
        {
            "FastMCP": "mcp.server.fastmcp",
            "InitializationOptions": "mcp.server.models",
            "NotificationOptions": "mcp.server.lowlevel.server",
            "Server": "mcp.server.lowlevel.server",
        },
    )
