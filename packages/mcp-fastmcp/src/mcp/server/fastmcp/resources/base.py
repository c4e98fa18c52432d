"""What every resource has: a URI, what it is called and what it holds."""

import re
from abc import ABC, abstractmethod
from typing import Any, ClassVar, Self

from pydantic import AnyUrl as PydanticUrl, BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from mcp.server.fastmcp.context import Context
from mcp.types import Annotations, AnyUrl, Icon

__all__ = ["Resource", "normal_form"]

_MIME_TYPE = re.compile(
    r"[\w!#$&^.+-]+/[\w!#$&^.+-]+(?:\s*;\s*[\w!#$&^.+-]+=(?:[^\s;\"]+|\"[^\"]*\"))*", re.ASCII
)


class Resource(BaseModel, ABC):
    """Something that a client may read.

    Args:
        uri: what it is read by.
        name: what it is called; its URI by default.
        title: for people.
        description: for people and the model.
        mime_type: of what it holds.
        icons: for user interfaces.
        annotations: for whom it is, and how much it matters.
        meta: `_meta` in the list and beside the contents.
    """

    uri: AnyUrl = Field(default=...)
    name: str | None = None
    title: str | None = None
    description: str | None = None
    mime_type: str = "text/plain"
    icons: list[Icon] | None = None
    annotations: Annotations | None = None
    meta: dict[str, Any] | None = None

    model_config: ClassVar[ConfigDict] = ConfigDict(validate_default=True)

    @field_validator("name", mode="before")
    @classmethod
    def set_default_name(cls, name: str | None, info: ValidationInfo) -> str:
        """Return the name, or the URI in its place."""
        if name:
            return name
        if uri := info.data.get("uri"):
            return str(uri)
        raise ValueError("Either name or uri must be provided")

    @field_validator("mime_type")
    @classmethod
    def _check_mime_type(cls, mime_type: str) -> str:
        if not _MIME_TYPE.fullmatch(mime_type):
            raise ValueError(f"{mime_type!r} is no MIME type; write it as type/subtype")
        return mime_type

    @abstractmethod
    async def read(self) -> str | bytes:
        """Return what the resource holds now."""

    def for_request(self, context: Context[Any, Any, Any] | None) -> Self:
        """Return the resource as it is to be read in this request."""
        return self


def normal_form(uri: PydanticUrl | str) -> str:
    """Return the normal form of a URI, in which two spellings of one URI are equal; other text as it is.

    Some clients put a URI into this form before they send it back.
    """
    try:
        return str(PydanticUrl(str(uri)))
    except ValueError:
        return str(uri)
