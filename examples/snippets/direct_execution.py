"""A server that is its own command: `python direct_execution.py`, or `mcp run direct_execution.py`."""

from mcp.server.fastmcp import FastMCP

mcp = FastMCP("My App")

if __name__ == "__main__":
    mcp.run()
