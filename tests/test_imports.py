"""What an import costs: modules that must not be loaded by it."""

import subprocess
import sys

import pytest

from support.timeouts import scaled

HEAVY = {"starlette", "sse_starlette", "uvicorn", "authlib", "cryptography", "rich", "typer"}
UNUSED = {*HEAVY, "jsonschema_rs", "joserfc", "opentelemetry", "websockets"}
STDIO_SERVER = "from mcp.server import Server; from mcp.server.stdio import stdio_server"


def loaded(statement: str) -> set[str]:
    """Return the names of the modules that a fresh interpreter loads for `statement`."""
    program = f"import sys\nbefore = set(sys.modules)\n{statement}\nprint(*(set(sys.modules) - before))"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=scaled(60), check=True
    )
    return set(done.stdout.split())


def test_the_front_door_is_two_modules() -> None:
    assert {name for name in loaded("import mcp") if name.partition(".")[0] == "mcp"} == {"mcp", "mcp._api"}


@pytest.mark.parametrize(
    ("statement", "unwanted"),
    [
        ("import mcp", UNUSED),
        ("from mcp import ClientSession", UNUSED),
        ("from mcp import ClientSession, StdioServerParameters, stdio_client", {*UNUSED, "httpx"}),
        ("from mcp import types; types.Tool", {*UNUSED, "httpx", "anyio"}),
        (STDIO_SERVER, {*UNUSED, "httpx"}),
        ("from mcp.server.fastmcp import FastMCP", {*UNUSED, "httpx"} - {"starlette"}),
        ("from mcp.server.fastmcp import FastMCP; FastMCP('x')", {*UNUSED, "httpx"} - {"starlette"}),
    ],
)
def test_what_is_not_loaded(statement: str, unwanted: set[str]) -> None:
    assert {name.partition(".")[0] for name in loaded(statement)} & unwanted == set()


@pytest.mark.parametrize(
    "statement",
    [
        "from mcp.server import Server; Server('x')",
        "from mcp.server.fastmcp import FastMCP; FastMCP('x')",
        "from mcp import ClientSession",
    ],
)
def test_logging_is_left_alone(statement: str) -> None:
    program = f"import logging\n{statement}\nassert not logging.root.handlers and logging.root.level == 30"
    subprocess.run([sys.executable, "-c", program], check=True, timeout=scaled(60))
