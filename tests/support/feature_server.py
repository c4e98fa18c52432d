"""A server with one of each: run it in memory, or this file as a process."""

from __future__ import annotations

import os

from pydantic import BaseModel

import mcp.types as types
from mcp.server.fastmcp import Context, FastMCP

__all__ = ["server"]

server = FastMCP("features", instructions="Use them all.")


class Sum(BaseModel):
    """A structured result."""

    total: int


class Name(BaseModel):
    """What the user is asked."""

    name: str


@server.tool()
def add(a: int, b: int) -> Sum:
    """Add two numbers."""
    print("a print goes to stderr")
    return Sum(total=a + b)


@server.tool()
def fail() -> str:
    """Fail."""
    raise ValueError("on purpose")


@server.tool()
async def steps(ctx: Context) -> str:
    """Report progress."""
    for step in (1, 2, 3):
        await ctx.report_progress(step, 3, f"step {step}")
    return "done"


@server.tool()
async def log(ctx: Context) -> str:
    """Log at two levels."""
    await ctx.debug("too low")
    await ctx.warning("watch out")
    return "logged"


@server.tool()
async def greet(ctx: Context) -> str:
    """Ask the user for a name."""
    answer = await ctx.elicit("Who are you?", Name)
    return f"Hello, {answer.data.name}!" if answer.action == "accept" else f"You {answer.action}"


@server.tool()
async def think(ctx: Context) -> str:
    """Ask a model."""
    content = types.TextContent(type="text", text="Think!")
    message = types.SamplingMessage(role="user", content=content)
    result = await ctx.session.create_message([message], max_tokens=10)
    return result.content.text if isinstance(result.content, types.TextContent) else "?"


@server.tool()
async def folders(ctx: Context) -> str:
    """Ask for the roots."""
    result = await ctx.session.list_roots()
    return ", ".join(str(root.uri) for root in result.roots)


@server.tool()
async def touch(ctx: Context) -> str:
    """Say that things have changed."""
    await ctx.session.send_tool_list_changed()
    await ctx.session.send_resource_updated(types.AnyUrl("note://today"))
    return "touched"


@server.tool()
def die() -> str:
    """End the process, without a word."""
    os._exit(3)


@server.resource("note://today")
def today() -> str:
    """A note."""
    return "rain"


@server.resource("greeting://{name}")
def greeting(name: str) -> str:
    """A greeting."""
    return f"Hello, {name}!"


@server.prompt()
def review(code: str) -> str:
    """Ask for a review."""
    return f"Please review: {code}"


@server.completion()
async def complete(
    ref: types.PromptReference | types.ResourceTemplateReference,
    argument: types.CompletionArgument,
    context: types.CompletionContext | None,
) -> types.Completion:
    """Propose what begins like what was typed."""
    return types.Completion(values=[word for word in ("alpha", "beta") if word.startswith(argument.value)])


if __name__ == "__main__":
    server.run()
