"""Requests of several round trips: what is asked before the answer. Specification: basic/patterns/mrtr."""

from typing import Annotated, TypeAlias

from pydantic import Field

from mcp.types._base import InputResponseRequestParams, InputResponses, Result, is_none
from mcp.types.elicitation import ElicitRequest, ElicitResult
from mcp.types.roots import ListRootsRequest, ListRootsResult
from mcp.types.sampling import CreateMessageRequest, CreateMessageResult, CreateMessageResultWithTools

__all__ = [
    "InputRequest",
    "InputRequests",
    "InputRequiredResult",
    "InputResponse",
    "InputResponseRequestParams",
    "InputResponses",
]

InputRequest: TypeAlias = CreateMessageRequest | ListRootsRequest | ElicitRequest
InputResponse: TypeAlias = CreateMessageResult | CreateMessageResultWithTools | ListRootsResult | ElicitResult
InputRequests: TypeAlias = dict[str, InputRequest]


class InputRequiredResult(Result):
    """Not the answer yet: questions by key, and text to be sent back as it is; at least one of the two."""

    inputRequests: dict[str, Annotated[InputRequest, Field(discriminator="method")]] | None = Field(
        default=None, exclude_if=is_none
    )
    requestState: str | None = Field(default=None, exclude_if=is_none)
    resultType: str | None = "input_required"
