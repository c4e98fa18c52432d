"""Which test runs which block of the seed: a block that is not listed here fails."""

import ast
from pathlib import Path

import pytest

from support import seed

FASTMCP = "test_fastmcp_blocks.py"
LOWLEVEL = "test_lowlevel_blocks.py"
EXAMPLES = "test_example_blocks.py"
HTTP = "needs an HTTP transport"

RUN_BY = {
    "Quickstart": f"{FASTMCP}::test_quickstart",
    "Server": f"{FASTMCP}::test_lifespan",
    "Resources": f"{FASTMCP}::test_resources",
    "Tools": f"{FASTMCP}::test_tools",
    "Prompts": f"{FASTMCP}::test_prompts",
    "Images": f"{FASTMCP}::test_images",
    "Context": f"{FASTMCP}::test_context",
    "Authentication": HTTP,
    "Direct Execution": f"{FASTMCP}::test_direct_execution",
    "Mounting to an Existing ASGI Server": HTTP,
    "Mounting to an Existing ASGI Server #2": HTTP,
    "Echo Server": f"{FASTMCP}::test_echo",
    "SQLite Explorer": f"{FASTMCP}::test_sqlite",
    "Low-Level Server": f"{LOWLEVEL}::test_lifespan",
    "Low-Level Server #2": f"{LOWLEVEL}::test_prompt_server",
    "Writing MCP Clients": f"{LOWLEVEL}::test_client",
    "simple-auth/mcp_simple_auth/server.py": HTTP,
    "simple-prompt/mcp_simple_prompt/server.py": f"{EXAMPLES}::test_prompt_server",
    "simple-prompt/README.md Example": f"{EXAMPLES}::test_prompt_client",
    "simple-resource/mcp_simple_resource/server.py": f"{EXAMPLES}::test_resource_server",
    "simple-resource/README.md Example": f"{EXAMPLES}::test_resource_client",
    "simple-streamablehttp/mcp_simple_streamablehttp/event_store.py": HTTP,
    "simple-streamablehttp/mcp_simple_streamablehttp/server.py": HTTP,
    "simple-streamablehttp-stateless/mcp_simple_streamablehttp_stateless/server.py": HTTP,
    "simple-tool/mcp_simple_tool/server.py": f"{EXAMPLES}::test_tool_server",
    "simple-tool/README.md Example": f"{EXAMPLES}::test_tool_client",
}


def test_every_block_is_listed() -> None:
    assert list(seed.blocks()) == list(RUN_BY)


def test_nineteen_blocks_run() -> None:
    assert sum(how != HTTP for how in RUN_BY.values()) == 19


@pytest.mark.parametrize("how", sorted({how for how in RUN_BY.values() if how != HTTP}))
def test_the_test_named_exists(how: str) -> None:
    file, name = how.split("::")
    tree = ast.parse(Path(__file__).with_name(file).read_text(encoding="utf-8"))
    functions = [node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    assert name in functions
