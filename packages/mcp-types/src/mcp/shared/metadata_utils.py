"""Names fit to be shown to people. Specification: basic, "BaseMetadata"."""

from __future__ import annotations

from mcp.types import Implementation, Prompt, Resource, ResourceTemplate, Tool

__all__ = ["get_display_name"]


def get_display_name(obj: Tool | Resource | Prompt | ResourceTemplate | Implementation) -> str:
    """Return the title; of a tool without one, that in its annotations; else the name."""
    if obj.title is not None:
        return obj.title
    if isinstance(obj, Tool) and obj.annotations is not None and obj.annotations.title is not None:
        return obj.annotations.title
    return obj.name
