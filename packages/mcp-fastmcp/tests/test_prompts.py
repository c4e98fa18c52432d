"""Prompts: what a function becomes, the messages it makes, and what it fails with."""

from typing import Annotated, Any

import pytest
from pydantic import AnyUrl, Field

from mcp.server.fastmcp import Context
from mcp.server.fastmcp.exceptions import InvalidArgumentsError, PromptFailure
from mcp.server.fastmcp.prompts import Prompt, PromptManager
from mcp.server.fastmcp.prompts.base import (
    AssistantMessage,
    Message,
    PromptArgument,
    UserMessage,
    message_validator,
)
from mcp.types import EmbeddedResource, TextContent, TextResourceContents


def review(code: str, times: Annotated[int, Field(description="how often")] = 1) -> str:
    """Review code."""
    return " ".join([code] * times)


def test_from_function() -> None:
    prompt = Prompt.from_function(review, title="Review")
    assert (prompt.name, prompt.title, prompt.description) == ("review", "Review", "Review code.")
    assert prompt.arguments == [
        PromptArgument(name="code", required=True),
        PromptArgument(name="times", description="how often", required=False),
    ]
    with pytest.raises(ValueError, match="You must provide a name for lambda functions"):
        Prompt.from_function(lambda: "")


BLOCK = EmbeddedResource(
    type="resource", resource=TextResourceContents(uri=AnyUrl("a://b"), text="t", mimeType="text/plain")
)


@pytest.mark.anyio
@pytest.mark.parametrize("later", [False, True])
@pytest.mark.parametrize(
    ("result", "messages"),
    [
        ("hello", [UserMessage("hello")]),
        (UserMessage("hello"), [UserMessage("hello")]),
        (["a", AssistantMessage("b")], [UserMessage("a"), AssistantMessage("b")]),
        (
            {"role": "assistant", "content": {"type": "text", "text": "c"}},
            [AssistantMessage(TextContent(type="text", text="c"))],
        ),
        (({"role": "user", "content": BLOCK.model_dump()},), [UserMessage(BLOCK)]),
        (UserMessage(content=BLOCK), [UserMessage(BLOCK)]),
        (3, [UserMessage("3")]),
    ],
)
async def test_messages(result: Any, messages: list[Message], later: bool) -> None:
    async def promise() -> Any:
        return result

    made = await Prompt.from_function(promise if later else lambda: result, name="p").render()
    assert [each.model_dump() for each in made] == [each.model_dump() for each in messages]


def test_messages_are_validated() -> None:
    raw = {"role": "assistant", "content": {"type": "text", "text": "c"}}
    assert message_validator.validate_python(raw).role == "assistant"
    assert Message("x", role="user").content == TextContent(type="text", text="x")


@pytest.mark.anyio
async def test_text_arguments_become_what_the_function_takes() -> None:
    assert await Prompt.from_function(review).render({"code": "a", "times": "2"}) == [UserMessage("a a")]


@pytest.mark.anyio
async def test_context() -> None:
    def prompt(name: str, ctx: Context) -> str:
        return f"{name} {type(ctx).__name__}"

    made = Prompt.from_function(prompt)
    assert [each.name for each in made.arguments or ()] == ["name"]
    assert await made.render({"name": "a"}, Context()) == [UserMessage("a Context")]


@pytest.mark.anyio
async def test_prompts_made_by_hand() -> None:
    made = Prompt(name="p", fn=str, arguments=[PromptArgument(name="object", required=True)])
    assert await made.render({"object": "x"}) == [UserMessage("x")]


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({}, r"^Missing required arguments: \{'code'\}$"),
        (None, r"^Missing required arguments: \{'code'\}$"),
        (
            {"code": "a", "times": "many"},
            r"^Error rendering prompt review: 1 validation error for review\ntimes",
        ),
        ({"code": "a", "more": "b"}, r"^Error rendering prompt review: 1 validation error for review\nmore"),
    ],
)
async def test_arguments_that_do_not_fit(arguments: dict[str, Any] | None, text: str) -> None:
    with pytest.raises(InvalidArgumentsError, match=text):
        await Prompt.from_function(review).render(arguments)


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("result", "text"),
    [
        ({"role": "nobody", "content": "x"}, "Could not convert prompt result to message: {'role': 'nobody'"),
        ("\ud800", "Could not convert prompt result to message"),
    ],
)
async def test_results_that_make_no_message(result: Any, text: str) -> None:
    with pytest.raises(PromptFailure, match=f"^Error rendering prompt p: {text}"):
        await Prompt.from_function(lambda: result, name="p").render()


@pytest.mark.anyio
async def test_manager(caplog: pytest.LogCaptureFixture) -> None:
    manager = PromptManager()
    first = manager.add_prompt(Prompt.from_function(review))
    assert manager.add_prompt(Prompt.from_function(lambda: "", name="review")) is first
    assert [record.getMessage() for record in caplog.records] == ["Prompt already exists: review"]
    assert manager.list_prompts() == [first]
    assert manager.get_prompt("review") is first
    assert await manager.render_prompt("review", {"code": "a"}) == [UserMessage("a")]
    with pytest.raises(ValueError, match=r"^Unknown prompt: nope$"):
        await manager.render_prompt("nope")


def test_duplicates_unannounced(caplog: pytest.LogCaptureFixture) -> None:
    manager = PromptManager(warn_on_duplicate_prompts=False)
    manager.add_prompt(Prompt.from_function(review))
    manager.add_prompt(Prompt.from_function(review))
    assert not caplog.records
