"""The lifespan of a low-level server, and how a handler reaches what it opened."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from fake_database import Database  # your database driver

import mcp.types as types
from mcp.server import Server
from mcp.server.stdio import stdio_server


@asynccontextmanager
async def server_lifespan(server: Server[Any, Any]) -> AsyncGenerator[dict[str, Any]]:
    """Hold one connection for as long as the server runs."""
    db = await Database.connect()
    try:
        yield {"db": db}
    finally:
        await db.disconnect()


server: Server[dict[str, Any], Any] = Server("example-server", lifespan=server_lifespan)


@server.list_tools()
async def list_tools() -> list[types.Tool]:
    schema = {"type": "object", "required": ["query"], "properties": {"query": {"type": "string"}}}
    return [types.Tool(name="query_db", description="Return the rows of a table", inputSchema=schema)]


@server.call_tool()
async def query_db(name: str, arguments: dict[str, Any]) -> list[types.ContentBlock]:
    db: Database = server.request_context.lifespan_context["db"]
    return [types.TextContent(type="text", text=db.query(arguments["query"]))]


async def run() -> None:
    async with stdio_server() as (read_stream, write_stream):
        await server.run(read_stream, write_stream, server.create_initialization_options())


if __name__ == "__main__":
    asyncio.run(run())
