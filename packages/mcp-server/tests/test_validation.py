"""Sampling requests that may not be sent."""

from __future__ import annotations

from typing import Any

import pytest

from mcp.server.validation import (
    check_sampling_tools_capability,
    validate_sampling_tools,
    validate_tool_use_result_messages,
)
from mcp.shared.exceptions import McpError
from mcp.types import (
    INVALID_PARAMS,
    ClientCapabilities,
    Role,
    SamplingCapability,
    SamplingMessage,
    SamplingToolsCapability,
    TextContent,
    Tool,
    ToolChoice,
    ToolResultContent,
    ToolUseContent,
)

ABLE = ClientCapabilities(sampling=SamplingCapability(tools=SamplingToolsCapability()))
UNABLE = [None, ClientCapabilities(), ClientCapabilities(sampling=SamplingCapability())]
TOOL = Tool(name="t", inputSchema={"type": "object"})


@pytest.mark.parametrize("capabilities", UNABLE)
def test_a_client_without_tools_in_its_sampling_is_asked_without(
    capabilities: ClientCapabilities | None,
) -> None:
    assert not check_sampling_tools_capability(capabilities)
    validate_sampling_tools(capabilities, None, None)
    for tools, choice in (([TOOL], None), ([], None), (None, ToolChoice(mode="auto"))):
        with pytest.raises(McpError) as caught:
            validate_sampling_tools(capabilities, tools, choice)
        assert caught.value.error.code == INVALID_PARAMS


def test_a_client_with_tools_in_its_sampling_is_asked_with_them() -> None:
    assert check_sampling_tools_capability(ABLE)
    validate_sampling_tools(ABLE, [TOOL], ToolChoice(mode="auto"))


TEXT = TextContent(type="text", text="x")


def use(name: str) -> ToolUseContent:
    return ToolUseContent(type="tool_use", id=name, name="t", input={})


def answer(name: str) -> ToolResultContent:
    return ToolResultContent(type="tool_result", toolUseId=name, content=[TEXT])


def conversation(*contents: Any) -> list[SamplingMessage]:
    roles: tuple[Role, Role] = ("user", "assistant")
    return [SamplingMessage(role=roles[place % 2], content=each) for place, each in enumerate(contents)]


@pytest.mark.parametrize(
    "messages",
    [
        [],
        conversation(TEXT),
        conversation([TEXT, TEXT]),
        conversation(TEXT, use("1"), answer("1")),
        conversation(TEXT, [TEXT, use("1"), use("2")], [answer("2"), answer("1")]),
        conversation(TEXT, use("1"), answer("1"), TEXT),
    ],
)
def test_uses_and_results_that_match_are_sent(messages: list[SamplingMessage]) -> None:
    validate_tool_use_result_messages(messages)


@pytest.mark.parametrize(
    ("messages", "reason"),
    [
        (conversation([answer("1"), TEXT]), "only tool_result content"),
        (conversation(answer("1")), "not matching any tool_use"),
        (conversation(TEXT, TEXT, answer("1")), "not matching any tool_use"),
        (conversation(TEXT, use("1"), answer("2")), "do not match"),
        (conversation(TEXT, [use("1"), use("2")], answer("1")), "do not match"),
        (conversation(TEXT, use("1"), [answer("1"), answer("2")]), "do not match"),
        (conversation(TEXT, use("1"), TEXT), "do not match"),
    ],
)
def test_uses_and_results_that_do_not_match_are_refused(messages: list[SamplingMessage], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        validate_tool_use_result_messages(messages)
