"""What a server says of itself when a connection opens."""

from __future__ import annotations

from pydantic import BaseModel

from mcp.types import Icon, ServerCapabilities

__all__ = ["InitializationOptions"]


class InitializationOptions(BaseModel):
    """What a server says of itself.

    Args:
        server_name: what it is called.
        server_version: its version.
        capabilities: what it can do.
        instructions: how its features are to be used, for the model.
        website_url: where to read about it.
        icons: to show it with.
    """

    server_name: str
    server_version: str
    capabilities: ServerCapabilities
    instructions: str | None = None
    website_url: str | None = None
    icons: list[Icon] | None = None
