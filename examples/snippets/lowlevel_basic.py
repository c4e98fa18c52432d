"""The low-level server: handlers for requests, and the capabilities that it declares."""

import asyncio
from typing import Any

import mcp.server.stdio
import mcp.types as types
from mcp.server.lowlevel import NotificationOptions, Server
from mcp.server.models import InitializationOptions

server: Server[Any, Any] = Server("example-server")


@server.list_prompts()
async def handle_list_prompts() -> list[types.Prompt]:
    argument = types.PromptArgument(name="arg1", description="Example argument", required=True)
    return [types.Prompt(name="example-prompt", description="An example of a prompt", arguments=[argument])]


@server.get_prompt()
async def handle_get_prompt(name: str, arguments: dict[str, str] | None) -> types.GetPromptResult:
    if name != "example-prompt":
        raise ValueError(f"Unknown prompt: {name}")
    text = types.TextContent(type="text", text="Example prompt text")
    message = types.PromptMessage(role="user", content=text)
    return types.GetPromptResult(description="Example prompt", messages=[message])


async def run() -> None:
    capabilities = server.get_capabilities(NotificationOptions(), experimental_capabilities={})
    options = InitializationOptions(server_name="example", server_version="0.1.0", capabilities=capabilities)
    async with mcp.server.stdio.stdio_server() as (read_stream, write_stream):
        await server.run(read_stream, write_stream, options)


if __name__ == "__main__":
    asyncio.run(run())
