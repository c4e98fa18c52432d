"""The server that `client.py` talks to: a prompt, a resource, and a tool that asks the client's model."""

from mcp.server.fastmcp import Context, FastMCP
from mcp.types import SamplingMessage, TextContent

mcp = FastMCP("Example")


@mcp.prompt("example-prompt")
def example_prompt(arg1: str) -> str:
    """An example of a prompt"""
    return f"Say something about {arg1}"


@mcp.resource("file://some/path", mime_type="text/plain")
def some_file() -> str:
    """An example of a resource"""
    return "The text of some file"


@mcp.tool("tool-name")
async def ask_model(arg1: str, ctx: Context) -> str:
    """Ask the client's model, and tell what it answered"""
    question = SamplingMessage(role="user", content=TextContent(type="text", text=arg1))
    answer = await ctx.session.create_message([question], max_tokens=100)
    return answer.content.text if isinstance(answer.content, TextContent) else answer.model


if __name__ == "__main__":
    mcp.run()
