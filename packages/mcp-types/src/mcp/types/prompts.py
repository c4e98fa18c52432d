"""Prompts: listed and filled in. Specification: server/prompts."""

from typing import Annotated, Any, Literal

from pydantic import Field

from mcp.types._base import (
    BaseMetadata,
    CacheableResult,
    Icon,
    InputResponseRequestParams,
    Notification,
    NotificationParams,
    PaginatedRequest,
    PaginatedResult,
    Request,
    Result,
    Role,
    WireModel,
    is_none,
)
from mcp.types.content import ContentBlock

__all__ = [
    "GetPromptRequest",
    "GetPromptRequestParams",
    "GetPromptResult",
    "ListPromptsRequest",
    "ListPromptsResult",
    "Prompt",
    "PromptArgument",
    "PromptListChangedNotification",
    "PromptMessage",
]


class PromptArgument(WireModel):
    """A value that a prompt takes."""

    name: str
    description: str | None = None
    required: bool | None = None
    title: str | None = Field(default=None, exclude_if=is_none)


class Prompt(BaseMetadata):
    """A prompt that can be filled in."""

    description: str | None = None
    arguments: list[PromptArgument] | None = None
    icons: list[Icon] | None = None
    meta: dict[str, Any] | None = Field(alias="_meta", default=None)


class ListPromptsRequest(PaginatedRequest):
    """Asks for the prompts of a server."""

    method: Literal["prompts/list"] = "prompts/list"


class ListPromptsResult(PaginatedResult, CacheableResult):
    """One page of the prompts of a server."""

    prompts: list[Prompt]


class GetPromptRequestParams(InputResponseRequestParams):
    """The params of `prompts/get`."""

    name: str
    arguments: dict[str, str] | None = None


class GetPromptRequest(Request):
    """Asks for a prompt, filled in."""

    method: Literal["prompts/get"] = "prompts/get"
    params: GetPromptRequestParams


class PromptMessage(WireModel):
    """One message of a prompt."""

    role: Role
    content: Annotated[ContentBlock, Field(discriminator="type")]


class GetPromptResult(Result):
    """A prompt, filled in."""

    description: str | None = None
    messages: list[PromptMessage]


class PromptListChangedNotification(Notification):
    """The prompts of the server have changed."""

    method: Literal["notifications/prompts/list_changed"] = "notifications/prompts/list_changed"
    params: NotificationParams | None = None
