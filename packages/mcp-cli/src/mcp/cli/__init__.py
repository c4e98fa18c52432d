"""The `mcp` command."""

from mcp.cli.cli import app

__all__ = ["app"]
