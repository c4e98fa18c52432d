"""The low-level server: handlers by request, no magic."""

from mcp.server.lowlevel.server import NotificationOptions, Server

__all__ = ["NotificationOptions", "Server"]
