"""What a server opens when it starts and closes when it ends: here, a database connection."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from fake_database import Database  # your database driver

from mcp.server.fastmcp import Context, FastMCP
from mcp.server.session import ServerSession


@dataclass
class AppContext:
    db: Database


@asynccontextmanager
async def app_lifespan(server: FastMCP) -> AsyncGenerator[AppContext]:
    """Hold one connection for as long as the server runs, however many clients come."""
    db = await Database.connect()
    try:
        yield AppContext(db=db)
    finally:
        await db.disconnect()


# `dependencies` are what `mcp dev` and `mcp install` give the server besides mcp itself.
mcp = FastMCP("My App", dependencies=["pandas", "numpy"], lifespan=app_lifespan)


@mcp.tool()
def query_db(ctx: Context[ServerSession, AppContext]) -> str:
    """Return all users"""
    db = ctx.request_context.lifespan_context.db
    return db.query()


if __name__ == "__main__":
    mcp.run()
