"""The revisions of the 1.x line, under their 1.x import path."""

from mcp.types.versions import LATEST_PROTOCOL_VERSION, SUPPORTED_PROTOCOL_VERSIONS

__all__ = ["LATEST_PROTOCOL_VERSION", "SUPPORTED_PROTOCOL_VERSIONS"]
