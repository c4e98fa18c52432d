"""Sampling: a server asks the client's model. Specification: client/sampling."""

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Field

from mcp.types._base import Integer, Number, Request, RequestParams, Result, Role, WireModel
from mcp.types.content import SamplingContent, SamplingMessageContentBlock
from mcp.types.tools import Tool

__all__ = [
    "CreateMessageRequest",
    "CreateMessageRequestParams",
    "CreateMessageResult",
    "CreateMessageResultWithTools",
    "IncludeContext",
    "ModelHint",
    "ModelPreferences",
    "SamplingMessage",
    "StopReason",
    "ToolChoice",
]

IncludeContext: TypeAlias = Literal["none", "thisServer", "allServers"]
StopReason: TypeAlias = Literal["endTurn", "stopSequence", "maxTokens", "toolUse"] | str

_Block = Annotated[SamplingMessageContentBlock, Field(discriminator="type")]
_Priority = Annotated[Number, Field(ge=0.0, le=1.0)]


class _HasBlocks(WireModel):
    """What has one content block or several."""

    content: _Block | list[_Block]

    @property
    def content_as_list(self) -> list[SamplingMessageContentBlock]:
        """The content as a list, also when it is a single block."""
        return self.content if isinstance(self.content, list) else [self.content]


class SamplingMessage(_HasBlocks):
    """One message to or from a model."""

    role: Role
    content: _Block | list[_Block]
    meta: dict[str, Any] | None = Field(alias="_meta", default=None)


class ModelHint(WireModel):
    """Part of a model's name."""

    name: str | None = None


class ModelPreferences(WireModel):
    """What a server wants of the model: hints in order, priorities from 0 to 1."""

    hints: list[ModelHint] | None = None
    costPriority: _Priority | None = None
    speedPriority: _Priority | None = None
    intelligencePriority: _Priority | None = None


class ToolChoice(WireModel):
    """Whether the model may, must or must not use tools."""

    mode: Literal["auto", "required", "none"] | None = None


class CreateMessageRequestParams(RequestParams):
    """The params of `sampling/createMessage`."""

    messages: list[SamplingMessage]
    modelPreferences: ModelPreferences | None = None
    systemPrompt: str | None = None
    includeContext: IncludeContext | None = None
    temperature: Number | None = None
    maxTokens: Integer
    stopSequences: list[str] | None = None
    metadata: dict[str, Any] | None = None
    tools: list[Tool] | None = None
    toolChoice: ToolChoice | None = None


class CreateMessageRequest(Request):
    """Asks the client's model."""

    method: Literal["sampling/createMessage"] = "sampling/createMessage"
    params: CreateMessageRequestParams


class CreateMessageResult(Result):
    """A model's answer: one block of text, image or sound."""

    role: Role
    content: Annotated[SamplingContent, Field(discriminator="type")]
    model: str
    stopReason: StopReason | None = None


class CreateMessageResultWithTools(_HasBlocks, Result):
    """A model's answer that may have several blocks and wishes to use tools."""

    role: Role
    content: _Block | list[_Block]
    model: str
    stopReason: StopReason | None = None
