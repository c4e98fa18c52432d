"""Media that a tool may return: a file or bytes, turned into a content block."""

import base64
from pathlib import Path
from typing import ClassVar

from mcp.types import AudioContent, ImageContent

__all__ = ["Audio", "Image"]


class _Media:
    _kind: ClassVar[str]
    _default: ClassVar[str]
    _suffixes: ClassVar[dict[str, str]]

    def __init__(
        self, path: str | Path | None = None, data: bytes | None = None, format: str | None = None
    ) -> None:
        if path is None and data is None:
            raise ValueError("Either path or data must be provided")
        self.path = Path(path) if path is not None else None
        self.data = data
        self._format = format
        self._mime_type = self._find_mime_type()

    def _find_mime_type(self) -> str:
        if self._format:
            return f"{self._kind}/{self._format.lower()}"
        if self.path is not None:
            return self._suffixes.get(self.path.suffix.lower(), "application/octet-stream")
        return self._default

    def _base64(self) -> str:
        data = self.path.read_bytes() if self.path is not None else self.data
        return base64.b64encode(data or b"").decode("ascii")


class Image(_Media):
    """An image; `path` goes before `data`, `format` ("png", "jpeg", ...) before the file's suffix.

    Raises ValueError where neither a path nor data is given.
    """

    _kind = "image"
    _default = "image/png"
    _suffixes: ClassVar[dict[str, str]] = {
        ".png": "image/png",
        ".jpg": "image/jpeg",
        ".jpeg": "image/jpeg",
        ".gif": "image/gif",
        ".webp": "image/webp",
    }

    def to_image_content(self) -> ImageContent:
        """Return the content block; a file is read now."""
        return ImageContent(type="image", data=self._base64(), mimeType=self._mime_type)


class Audio(_Media):
    """A recording; `path` goes before `data`, `format` ("wav", "mp3", ...) before the file's suffix.

    Raises ValueError where neither a path nor data is given.
    """

    _kind = "audio"
    _default = "audio/wav"
    _suffixes: ClassVar[dict[str, str]] = {
        ".wav": "audio/wav",
        ".mp3": "audio/mpeg",
        ".ogg": "audio/ogg",
        ".flac": "audio/flac",
        ".aac": "audio/aac",
        ".m4a": "audio/mp4",
    }

    def to_audio_content(self) -> AudioContent:
        """Return the content block; a file is read now."""
        return AudioContent(type="audio", data=self._base64(), mimeType=self._mime_type)
