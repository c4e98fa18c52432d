"""What a resource handler returns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

__all__ = ["ReadResourceContents"]


@dataclass
class ReadResourceContents:
    """One content of a resource.

    Args:
        content: text, or bytes.
        mime_type: its type; text/plain or application/octet-stream if absent.
        meta: its `_meta`.
    """

    content: str | bytes
    mime_type: str | None = None
    meta: dict[str, Any] | None = None
