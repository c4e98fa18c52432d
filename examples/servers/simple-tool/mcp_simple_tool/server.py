"""A low-level server that offers one tool: it fetches a page."""

from typing import Any

import anyio
import click

import mcp.types as types
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server
from mcp.shared._httpx_utils import create_mcp_http_client

HEADERS = {"User-Agent": "mcp-simple-tool example"}

FETCH = types.Tool(
    name="fetch",
    description="Fetch a page and return its text",
    inputSchema={
        "type": "object",
        "required": ["url"],
        "properties": {"url": {"type": "string", "description": "Where the page is"}},
    },
)


async def fetch_website(url: str) -> list[types.ContentBlock]:
    """Return the text of a page; raises httpx.HTTPError where it cannot be had."""
    async with create_mcp_http_client(headers=HEADERS) as client:
        response = await client.get(url)
        response.raise_for_status()
        return [types.TextContent(type="text", text=response.text)]


def create_server() -> Server[Any, Any]:
    app: Server[Any, Any] = Server("mcp-website-fetcher")

    @app.list_tools()
    async def list_tools() -> list[types.Tool]:
        return [FETCH]

    @app.call_tool()
    async def call_tool(name: str, arguments: dict[str, Any]) -> list[types.ContentBlock]:
        if name != "fetch":
            raise ValueError(f"Unknown tool: {name}")
        if "url" not in arguments:
            raise ValueError("Missing required argument 'url'")
        return await fetch_website(arguments["url"])

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
