"""What a sampling request must fulfil before it is sent. Specification: client/sampling."""

from __future__ import annotations

from mcp.shared.exceptions import InvalidParams
from mcp.types import ClientCapabilities, SamplingMessage, Tool, ToolChoice, ToolResultContent, ToolUseContent

__all__ = ["check_sampling_tools_capability", "validate_sampling_tools", "validate_tool_use_result_messages"]


def check_sampling_tools_capability(client_caps: ClientCapabilities | None) -> bool:
    """Return whether the client declared that its sampling can use tools."""
    return (
        client_caps is not None
        and client_caps.sampling is not None
        and client_caps.sampling.tools is not None
    )


def validate_sampling_tools(
    client_caps: ClientCapabilities | None, tools: list[Tool] | None, tool_choice: ToolChoice | None
) -> None:
    """Refuse tools that the client's sampling cannot use.

    Raises:
        InvalidParams: tools are given, and the client did not declare `sampling.tools`.
    """
    if (tools is not None or tool_choice is not None) and not check_sampling_tools_capability(client_caps):
        raise InvalidParams("Client does not support sampling tools capability")


def validate_tool_use_result_messages(messages: list[SamplingMessage]) -> None:
    """Refuse a conversation whose tool uses and tool results do not match.

    Raises:
        ValueError: the last message mixes tool results with other content, or they answer no tool uses, or others.
    """
    if not messages:
        return
    last = messages[-1].content_as_list
    previous = messages[-2].content_as_list if len(messages) > 1 else []
    results = [each for each in last if isinstance(each, ToolResultContent)]
    uses = {each.id for each in previous if isinstance(each, ToolUseContent)}
    if results:
        if len(results) != len(last):
            raise ValueError("The last message must contain only tool_result content if any is present")
        if not uses:
            raise ValueError("tool_result blocks are not matching any tool_use from the previous message")
    if uses and {each.toolUseId for each in results} != uses:
        raise ValueError("ids of tool_result blocks and tool_use blocks from previous message do not match")
