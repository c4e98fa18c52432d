"""A low-level server that offers three texts as resources."""

from collections.abc import Iterable
from typing import Any

import anyio
import click
from pydantic import AnyUrl, FileUrl

import mcp.types as types
from mcp.server.lowlevel import Server
from mcp.server.lowlevel.helper_types import ReadResourceContents
from mcp.server.stdio import stdio_server

SAMPLE_RESOURCES = {
    "greeting": "Hello! You are reading a text resource.",
    "help": "This server has three texts to try resources with: greeting, help and about.",
    "about": "This is the simple-resource example, a server of the Model Context Protocol.",
}


def create_server() -> Server[Any, Any]:
    app: Server[Any, Any] = Server("mcp-simple-resource")

    @app.list_resources()
    async def list_resources() -> list[types.Resource]:
        return [
            types.Resource(
                uri=FileUrl(f"file:///{name}.txt"),
                name=name,
                description=f"The text called {name}",
                mimeType="text/plain",
            )
            for name in SAMPLE_RESOURCES
        ]

    @app.read_resource()
    async def read_resource(uri: AnyUrl) -> Iterable[ReadResourceContents]:
        name = (uri.path or "").removeprefix("/").removesuffix(".txt")
        if uri.scheme != "file" or name not in SAMPLE_RESOURCES:
            raise ValueError(f"Unknown resource: {uri}")
        return [ReadResourceContents(content=SAMPLE_RESOURCES[name], mime_type="text/plain")]

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
