"""Content blocks: what tools, prompts and messages are made of."""

from typing import Annotated, Any, ClassVar, Literal, TypeAlias

from pydantic import Field

from mcp.types._base import AnyUrl, BaseMetadata, Icon, Integer, Number, Role, WireModel, is_none

__all__ = [
    "Annotations",
    "AudioContent",
    "BlobResourceContents",
    "Content",
    "ContentBlock",
    "EmbeddedResource",
    "ImageContent",
    "Resource",
    "ResourceContents",
    "ResourceLink",
    "SamplingContent",
    "SamplingMessageContentBlock",
    "TextContent",
    "TextResourceContents",
    "ToolResultContent",
    "ToolUseContent",
]


class Annotations(WireModel):
    """Hints for whom something is, how much it matters (0 to 1) and when it last changed (ISO 8601)."""

    audience: list[Role] | None = None
    priority: Annotated[Number, Field(ge=0.0, le=1.0)] | None = None
    lastModified: str | None = Field(default=None, exclude_if=is_none)


class Resource(BaseMetadata):
    """A resource that can be read; `size` in bytes, before any encoding. Specification: server/resources."""

    uri: AnyUrl
    description: str | None = None
    mimeType: str | None = None
    size: Integer | None = None
    icons: list[Icon] | None = None
    annotations: Annotations | None = None
    meta: dict[str, Any] | None = Field(alias="_meta", default=None)


class ResourceContents(WireModel):
    """What text and binary contents of a resource have in common."""

    uri: AnyUrl
    mimeType: str | None = None
    meta: dict[str, Any] | None = Field(alias="_meta", default=None)


class TextResourceContents(ResourceContents):
    """The contents of a resource as text."""

    text: str


class BlobResourceContents(ResourceContents):
    """The contents of a resource as base64."""

    blob: str


class TextContent(WireModel):
    """Text."""

    type: Literal["text"]
    text: str
    annotations: Annotations | None = None
    meta: dict[str, Any] | None = Field(alias="_meta", default=None)


class ImageContent(WireModel):
    """An image; `data` in base64."""

    type: Literal["image"]
    data: str
    mimeType: str
    annotations: Annotations | None = None
    meta: dict[str, Any] | None = Field(alias="_meta", default=None)


class AudioContent(WireModel):
    """Sound; `data` in base64."""

    type: Literal["audio"]
    data: str
    mimeType: str
    annotations: Annotations | None = None
    meta: dict[str, Any] | None = Field(alias="_meta", default=None)


class EmbeddedResource(WireModel):
    """The contents of a resource, within a message."""

    type: Literal["resource"]
    resource: TextResourceContents | BlobResourceContents
    annotations: Annotations | None = None
    meta: dict[str, Any] | None = Field(alias="_meta", default=None)


class ResourceLink(Resource):
    """A resource that can be read, named within a message."""

    type: Literal["resource_link"]


# The public unions are plain, so that `isinstance` and `get_args` work on them; our own fields discriminate.
ContentBlock: TypeAlias = TextContent | ImageContent | AudioContent | ResourceLink | EmbeddedResource
Content: TypeAlias = ContentBlock

_Block = Annotated[ContentBlock, Field(discriminator="type")]


class ToolUseContent(WireModel):
    """A model's wish to call a tool. Specification: client/sampling."""

    type: Literal["tool_use"]
    name: str
    id: str
    input: dict[str, Any]
    meta: dict[str, Any] | None = Field(alias="_meta", default=None)


class ToolResultContent(WireModel):
    """What a tool gave, told to the model; `toolUseId` names the wish it answers."""

    nullable: ClassVar[frozenset[str]] = frozenset({"structuredContent"})

    type: Literal["tool_result"]
    toolUseId: str
    content: list[_Block] = Field(default=[])
    structuredContent: Any = None
    isError: bool | None = None
    meta: dict[str, Any] | None = Field(alias="_meta", default=None)


SamplingContent: TypeAlias = TextContent | ImageContent | AudioContent
SamplingMessageContentBlock: TypeAlias = (
    TextContent | ImageContent | AudioContent | ToolUseContent | ToolResultContent
)
