"""Context: a tool that tells how far it is, writes to the client's log and reads the server's resources."""

from pathlib import Path

from mcp.server.fastmcp import Context, FastMCP

mcp = FastMCP("My App")


@mcp.resource("file://{name}")
def read_file(name: str) -> str:
    """A file beside this one"""
    path = Path(__file__).with_name(Path(name).name)  # a decoded name may hold ".." and "/"
    return path.read_text()


@mcp.tool()
async def long_task(files: list[str], ctx: Context) -> str:
    """Count the lines of several files"""
    lines = 0
    for i, file in enumerate(files):
        ctx.info(f"Processing {file}")
        await ctx.report_progress(i, len(files))
        for contents in await ctx.read_resource(f"file://{file}"):
            lines += len(contents.content.splitlines())
    return f"Processing complete: {lines} lines"


if __name__ == "__main__":
    mcp.run()
