"""A client: start a server, look at what it offers, and use it."""

import asyncio
import sys
from pathlib import Path

from mcp import ClientSession, StdioServerParameters, types
from mcp.client.stdio import stdio_client

server_params = StdioServerParameters(
    command=sys.executable,
    args=[str(Path(__file__).with_name("example_server.py"))],
    env=None,  # what the server needs of the environment besides PATH, HOME and a few more
)


async def handle_sampling_message(message: types.CreateMessageRequestParams) -> types.CreateMessageResult:
    """Answer for the model: here it always says the same."""
    text = types.TextContent(type="text", text="Hello, world! from model")
    return types.CreateMessageResult(role="assistant", content=text, model="a-model", stopReason="endTurn")


async def run() -> None:
    async with (
        stdio_client(server_params) as (read, write),
        ClientSession(read, write, sampling_callback=handle_sampling_message) as session,
    ):
        await session.initialize()

        prompts = await session.list_prompts()
        print("prompts:", *(each.name for each in prompts.prompts))
        prompt = await session.get_prompt("example-prompt", arguments={"arg1": "value"})
        print("messages:", *(each.content for each in prompt.messages))

        resources = await session.list_resources()
        print("resources:", *(each.uri for each in resources.resources))
        resource = await session.read_resource("file://some/path")
        print("contents:", *resource.contents)

        tools = await session.list_tools()
        print("tools:", *(each.name for each in tools.tools))
        result = await session.call_tool("tool-name", arguments={"arg1": "value"})
        print("result:", *result.content)


if __name__ == "__main__":
    asyncio.run(run())
