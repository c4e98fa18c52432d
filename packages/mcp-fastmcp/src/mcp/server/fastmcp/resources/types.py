"""The kinds of resources: text, bytes, a function's result, a file, a page, a directory."""

import inspect
import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Self

import anyio
import anyio.to_thread
from pydantic import Field, ValidationInfo, field_validator

from mcp.server.fastmcp._content import as_text
from mcp.server.fastmcp._errors import must_pass, text_of
from mcp.server.fastmcp.context import Context
from mcp.server.fastmcp.exceptions import ResourceFailure
from mcp.server.fastmcp.resources.base import Resource
from mcp.server.fastmcp.signature import function_name
from mcp.server.fastmcp.utilities.context_injection import find_context_parameter
from mcp.types import Annotations, AnyUrl, Icon

__all__ = [
    "BinaryResource",
    "DirectoryResource",
    "FileResource",
    "FunctionResource",
    "HttpResource",
    "TextResource",
]

_TEXT_TYPES = ("application/json", "application/xml", "application/yaml", "application/javascript")
_TEXT_SUFFIXES = ("+json", "+xml", "+yaml")


class TextResource(Resource):
    """Text that does not change."""

    text: str

    async def read(self) -> str:
        """Return the text."""
        return self.text


class BinaryResource(Resource):
    """Bytes that do not change."""

    data: bytes

    async def read(self) -> bytes:
        """Return the bytes."""
        return self.data


class FunctionResource(Resource):
    """What a function returns when the resource is read: text, bytes, or a value that becomes JSON.

    Args:
        fn: takes nothing, or the Context under the name `context_kwarg`.
    """

    fn: Callable[..., Any] = Field(exclude=True)
    context_kwarg: str | None = Field(default=None, exclude=True)

    @classmethod
    def from_function(
        cls,
        fn: Callable[..., Any],
        uri: str,
        name: str | None = None,
        title: str | None = None,
        description: str | None = None,
        mime_type: str | None = None,
        icons: list[Icon] | None = None,
        annotations: Annotations | None = None,
        meta: dict[str, Any] | None = None,
    ) -> Self:
        """Make a resource of a function; raises ValueError for a lambda without a name."""
        name = name or function_name(fn)
        if name == "<lambda>":
            raise ValueError("You must provide a name for lambda functions")
        return cls(
            uri=AnyUrl(uri),
            name=name,
            title=title,
            description=description or fn.__doc__ or "",
            mime_type=mime_type or "text/plain",
            icons=icons,
            annotations=annotations,
            meta=meta,
            fn=fn,
            context_kwarg=find_context_parameter(fn),
        )

    def for_request(self, context: Context[Any, Any, Any] | None) -> Self:
        """Return the resource with the context filled in, where the function takes it."""
        if self.context_kwarg is None:
            return self
        bound = partial(self.fn, **{self.context_kwarg: context})
        return self.model_copy(update={"fn": bound, "context_kwarg": None})

    async def read(self) -> str | bytes:
        """Call the function; raises ResourceFailure, a ValueError, where it fails."""
        try:
            result = self.fn()
            if inspect.isawaitable(result):
                result = await result
            if isinstance(result, Resource):
                return await result.read()
            return result if isinstance(result, bytes) else as_text(result)
        except BaseException as error:
            if must_pass(error):
                raise
            raise ResourceFailure(f"Error reading resource {self.uri}: {text_of(error)}") from error


class FileResource(Resource):
    """A file, read in a thread each time.

    Args:
        path: absolute.
        is_binary: whether it holds bytes; by default where its MIME type is not one of text.
    """

    mime_type: str = "text/plain"
    path: Path = Field(default=...)
    is_binary: bool = False

    @field_validator("path")
    @classmethod
    def validate_absolute_path(cls, path: Path) -> Path:
        """Return the path; raises ValueError for a relative one, which would depend on the process."""
        return _absolute(path)

    @field_validator("is_binary")
    @classmethod
    def set_binary_from_mime_type(cls, is_binary: bool, info: ValidationInfo) -> bool:
        """Return whether the file holds bytes."""
        return is_binary or not _is_text(info.data.get("mime_type", "text/plain"))

    async def read(self) -> str | bytes:
        """Return the file's contents; raises ValueError where it cannot be read."""
        read: Callable[[], str | bytes] = (
            self.path.read_bytes if self.is_binary else partial(self.path.read_text, "utf-8")
        )
        try:
            return await anyio.to_thread.run_sync(read)
        except Exception as error:
            raise ValueError(f"Error reading file {self.path}: {text_of(error)}") from error


class HttpResource(Resource):
    """A page, fetched with httpx each time.

    Args:
        url: where it is.
    """

    mime_type: str = "application/json"
    url: str = Field(default=...)

    async def read(self) -> str | bytes:
        """Return the body as text; raises httpx.HTTPError where that fails."""
        import httpx  # loaded only where a server fetches pages: it is large, and not among our requirements

        async with httpx.AsyncClient() as client:
            response = await client.get(self.url)
            return response.raise_for_status().text


class DirectoryResource(Resource):
    """The names of the files in a directory, as JSON.

    Args:
        path: absolute.
        recursive: whether files in its directories are listed too.
        pattern: a glob that names must match.
    """

    mime_type: str = "application/json"
    path: Path = Field(default=...)
    recursive: bool = False
    pattern: str | None = None

    @field_validator("path")
    @classmethod
    def validate_absolute_path(cls, path: Path) -> Path:
        """Return the path; raises ValueError for a relative one, which would depend on the process."""
        return _absolute(path)

    def list_files(self) -> list[Path]:
        """Return what the directory holds; raises OSError where it cannot be read."""
        if not self.path.exists():
            raise FileNotFoundError(f"Directory not found: {self.path}")
        if not self.path.is_dir():
            raise NotADirectoryError(f"Not a directory: {self.path}")
        pattern = self.pattern or "*"
        return list(self.path.rglob(pattern) if self.recursive else self.path.glob(pattern))

    async def read(self) -> str:
        """Return `{"files": [...]}`, relative to the directory; raises ValueError where it cannot be read."""
        try:
            files = await anyio.to_thread.run_sync(self._files)
        except Exception as error:
            raise ValueError(f"Error reading directory {self.path}: {text_of(error)}") from error
        return json.dumps({"files": files}, indent=2)

    def _files(self) -> list[str]:
        return [str(each.relative_to(self.path)) for each in self.list_files() if each.is_file()]


def _absolute(path: Path) -> Path:
    if not path.is_absolute():
        raise ValueError("Path must be absolute")
    return path


def _is_text(mime_type: str) -> bool:
    kind = mime_type.partition(";")[0].strip().lower()
    return kind.startswith("text/") or kind in _TEXT_TYPES or kind.endswith(_TEXT_SUFFIXES)
