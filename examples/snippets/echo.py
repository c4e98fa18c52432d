"""One message, given back as a resource, by a tool and in a prompt."""

from mcp.server.fastmcp import FastMCP

mcp = FastMCP("Echo")


@mcp.resource("echo://{message}")
def echo_resource(message: str) -> str:
    """Give a message back as a resource"""
    return f"Resource echo: {message}"


@mcp.tool()
def echo_tool(message: str) -> str:
    """Give a message back from a tool"""
    return f"Tool echo: {message}"


@mcp.prompt()
def echo_prompt(message: str) -> str:
    """Put a message into a prompt"""
    return f"Please process this message: {message}"


if __name__ == "__main__":
    mcp.run()
