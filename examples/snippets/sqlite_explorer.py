"""A database to look at: its schema is a resource, and a tool runs queries that cannot change it."""

import sqlite3
from collections.abc import Generator
from contextlib import closing, contextmanager
from pathlib import Path

from mcp.server.fastmcp import FastMCP

mcp = FastMCP("SQLite Explorer")

DATABASE = Path("database.db")


@contextmanager
def connection() -> Generator[sqlite3.Connection]:
    # Opened read-only: whatever SQL a model writes, the data stays.
    with closing(sqlite3.connect(f"{DATABASE.resolve().as_uri()}?mode=ro", uri=True)) as conn:
        yield conn


@mcp.resource("schema://main")
def get_schema() -> str:
    """The statements that made the tables"""
    with connection() as conn:
        rows = conn.execute("SELECT sql FROM sqlite_master WHERE type = 'table'").fetchall()
    return "\n".join(sql for (sql,) in rows if sql)


@mcp.tool()
def query_data(sql: str) -> str:
    """Run a query and return its rows, one a line"""
    try:
        with connection() as conn:
            return "\n".join(map(str, conn.execute(sql).fetchall()))
    except sqlite3.Error as error:
        return f"Error: {error}"


if __name__ == "__main__":
    mcp.run()
