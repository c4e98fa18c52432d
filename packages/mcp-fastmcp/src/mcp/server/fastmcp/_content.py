"""What a tool returned, as content blocks."""

from collections.abc import Iterable
from typing import Any, cast

import pydantic_core

from mcp.server.fastmcp.utilities.types import Audio, Image
from mcp.types import AudioContent, ContentBlock, EmbeddedResource, ImageContent, ResourceLink, TextContent

__all__ = ["CONTENT_TYPES", "as_text", "readable", "to_content"]

CONTENT_TYPES = (TextContent, ImageContent, AudioContent, ResourceLink, EmbeddedResource)
"""The classes of a content block."""

_JSON_TYPES = frozenset({bool, int, float, dict})


def to_content(result: object) -> list[ContentBlock]:
    """Return `result` as content blocks: none for None, lists flattened, other values as JSON text.

    Raises ValueError for text that JSON cannot carry.
    """
    if result is None:
        return []
    if isinstance(result, str) or type(result) in _JSON_TYPES:
        return [TextContent(type="text", text=as_text(result))]
    if isinstance(result, CONTENT_TYPES):
        return [result]
    if isinstance(result, Image):
        return [result.to_image_content()]
    if isinstance(result, Audio):
        return [result.to_audio_content()]
    if isinstance(result, list | tuple):
        return [block for item in cast("Iterable[object]", result) for block in to_content(item)]
    return [TextContent(type="text", text=as_text(result))]


def as_text(value: Any) -> str:
    """Return text as it is and other values as JSON, in which what JSON lacks is given as `str(value)`.

    Raises ValueError for text that UTF-8 cannot carry.
    """
    if not isinstance(value, str):
        return pydantic_core.to_json(value, fallback=str, indent=2).decode()
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError as error:
            # A lone surrogate: found here, the author learns which function returned it.
            raise ValueError(f"the text returned cannot be sent: {error}") from None
    return value


def readable(text: str) -> str:
    """Return `text` with what UTF-8 cannot carry replaced, so that it can always be sent."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()
