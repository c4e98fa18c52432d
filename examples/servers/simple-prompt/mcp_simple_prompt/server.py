"""A low-level server that offers one prompt with two optional arguments."""

from typing import Any

import anyio
import click

import mcp.types as types
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server

DESCRIPTION = "A simple prompt that may be given context and a topic"


def user_message(text: str) -> types.PromptMessage:
    return types.PromptMessage(role="user", content=types.TextContent(type="text", text=text))


def create_messages(context: str | None = None, topic: str | None = None) -> list[types.PromptMessage]:
    """Return the request for help, after the context if there is any."""
    subject = f"the following topic: {topic}" if topic else "whatever questions I may have."
    request = user_message(f"Please help me with {subject}")
    if not context:
        return [request]
    return [user_message(f"Here is some relevant context: {context}"), request]


def create_server() -> Server[Any, Any]:
    app: Server[Any, Any] = Server("mcp-simple-prompt")

    @app.list_prompts()
    async def list_prompts() -> list[types.Prompt]:
        context = types.PromptArgument(
            name="context", description="What the model should know", required=False
        )
        topic = types.PromptArgument(name="topic", description="What it should help with", required=False)
        return [types.Prompt(name="simple", description=DESCRIPTION, arguments=[context, topic])]

    @app.get_prompt()
    async def get_prompt(name: str, arguments: dict[str, str] | None) -> types.GetPromptResult:
        if name != "simple":
            raise ValueError(f"Unknown prompt: {name}")
        given = arguments or {}
        messages = create_messages(context=given.get("context"), topic=given.get("topic"))
        return types.GetPromptResult(description=DESCRIPTION, messages=messages)

    return app


async def serve(app: Server[Any, Any]) -> None:
    async with stdio_server() as (read_stream, write_stream):
        await app.run(read_stream, write_stream, app.create_initialization_options())


@click.command()
@click.option("--port", default=8000, help="Port for the SSE transport.")
@click.option("--transport", type=click.Choice(["stdio", "sse"]), default="stdio", help="How to serve.")
def main(port: int, transport: str) -> int:
    """Serve until the client is gone."""
    if transport == "sse":
        raise click.ClickException(
            f"the SSE transport (port {port}) is not available in this version of mcp yet; use --transport stdio"
        )
    anyio.run(serve, create_server())
    return 0
