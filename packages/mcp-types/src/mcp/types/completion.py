"""Completion of arguments. Specification: server/utilities/completion."""

from typing import Annotated, Literal

from pydantic import Field

from mcp.types._base import Integer, Request, RequestParams, Result, WireModel, is_none

__all__ = [
    "CompleteRequest",
    "CompleteRequestParams",
    "CompleteResult",
    "Completion",
    "CompletionArgument",
    "CompletionContext",
    "PromptReference",
    "ResourceReference",
    "ResourceTemplateReference",
]


class ResourceTemplateReference(WireModel):
    """Names a resource or a template by its URI."""

    type: Literal["ref/resource"]
    uri: str


class ResourceReference(ResourceTemplateReference):
    """The older name of `ResourceTemplateReference`."""


class PromptReference(WireModel):
    """Names a prompt."""

    type: Literal["ref/prompt"]
    name: str
    title: str | None = Field(default=None, exclude_if=is_none)


class CompletionArgument(WireModel):
    """The argument that is being typed, and what stands there so far."""

    name: str
    value: str


class CompletionContext(WireModel):
    """Arguments that have a value already."""

    arguments: dict[str, str] | None = None


class CompleteRequestParams(RequestParams):
    """The params of `completion/complete`."""

    ref: Annotated[ResourceTemplateReference | PromptReference, Field(discriminator="type")]
    argument: CompletionArgument
    context: CompletionContext | None = None


class CompleteRequest(Request):
    """Asks how an argument might go on."""

    method: Literal["completion/complete"] = "completion/complete"
    params: CompleteRequestParams


class Completion(WireModel):
    """At most 100 values; `total` counts those that were left out too."""

    values: list[str]
    total: Integer | None = None
    hasMore: bool | None = None


class CompleteResult(Result):
    """How an argument might go on."""

    completion: Completion
