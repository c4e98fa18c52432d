"""`python -m mcp.cli` is the `mcp` command."""

from mcp.cli.cli import app

app(prog_name="mcp")
