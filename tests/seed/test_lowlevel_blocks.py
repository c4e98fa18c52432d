"""The blocks of the seed that use the low-level server, or a client session, unmodified."""

import json
from pathlib import Path
from typing import Any

import pytest

from mcp import ClientSession, McpError
from mcp.client.client import Client
from mcp.client.eras import Mode
from mcp.shared.memory import create_connected_server_and_client_session
from mcp.types import TextContent
from support import seed

pytestmark = pytest.mark.anyio

EXAMPLE_SERVER = '''
"""Answers the client of the seed, and notes in a file what it was asked."""

import json
from pathlib import Path

from mcp.server.fastmcp import Context, FastMCP
from mcp.types import SamplingMessage, TextContent

mcp = FastMCP("example")
notes: list[object] = []


def note(what: object) -> None:
    notes.append(what)
    Path("notes.json").write_text(json.dumps(notes), encoding="utf-8")


@mcp.prompt("example-prompt")
def prompt(arg1: str) -> str:
    note(["prompt", arg1])
    return arg1


@mcp.resource("file://some/path", mime_type="text/plain")
def resource() -> str:
    note(["resource"])
    return "content"


@mcp.tool("tool-name")
async def tool(arg1: str, ctx: Context) -> str:
    question = SamplingMessage(role="user", content=TextContent(type="text", text=arg1))
    answer = await ctx.session.create_message([question], max_tokens=5)
    note(["tool", arg1, answer.content.text, answer.model])
    return "done"


mcp.run()
'''


@pytest.mark.parametrize("mode", ["legacy", "modern"])
async def test_lifespan(mode: Mode, database: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def query(_: object, text: str) -> list[TextContent]:
        return [TextContent(type="text", text=f"rows of {text}")]

    monkeypatch.setattr(database, "query", query, raising=False)
    server = seed.import_block("Low-Level Server", tmp_path, monkeypatch).server
    async with Client(server, mode=mode) as client:
        # The server lists no tools: nothing says what may come back, and nothing is checked.
        with pytest.raises(McpError):
            await client.list_tools()
        result = await client.call_tool("query_db", {"query": "people"})
        assert database.closed == 0
    assert result.content == [TextContent(type="text", text="rows of people")]
    assert not result.isError
    assert (database.opened, database.closed) == (1, 1)


async def check_prompts(client: Client | ClientSession) -> None:
    """Use all that the low-level server with one prompt offers."""
    [prompt] = (await client.list_prompts()).prompts
    assert (prompt.name, prompt.description) == ("example-prompt", "An example prompt template")
    got = await client.get_prompt("example-prompt", {"arg1": "value"})
    assert got.description == "Example prompt"
    assert got.messages[0].content == TextContent(type="text", text="Example prompt text")
    with pytest.raises(McpError, match="Unknown prompt: other"):
        await client.get_prompt("other")


@pytest.mark.parametrize("mode", ["legacy", "modern"])
async def test_prompt_server(mode: Mode, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module = seed.import_block("Low-Level Server #2", tmp_path, monkeypatch)
    async with Client(module.server, mode=mode) as client:
        await check_prompts(client)
    program = seed.write_block("Low-Level Server #2", tmp_path / "server.py")
    async with Client(seed.script_server(program), mode=mode) as client:
        assert client.server_info is not None
        assert (client.server_info.name, client.server_info.version) == ("example", "0.1.0")
        await check_prompts(client)


async def test_prompt_server_in_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module = seed.import_block("Low-Level Server #2", tmp_path, monkeypatch)
    async with create_connected_server_and_client_session(module.server) as session:
        await check_prompts(session)


def test_client(tmp_path: Path) -> None:
    client = seed.write_block("Writing MCP Clients", tmp_path / "client.py")
    (tmp_path / "example_server.py").write_text(EXAMPLE_SERVER, encoding="utf-8")
    seed.run_script(client)
    notes = json.loads((tmp_path / "notes.json").read_text(encoding="utf-8"))
    assert notes == [
        ["prompt", "value"],
        ["resource"],
        ["tool", "value", "Hello, world! from model", "gpt-3.5-turbo"],
    ]
