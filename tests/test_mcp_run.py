"""`mcp run` serves the quickstart, as a process of its own, to our client in both eras."""

import io
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import anyio
import pytest

from mcp import ClientSession, McpError
from mcp.client.client import Client
from mcp.client.eras import Mode
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp.shared.exceptions import ConnectionClosed
from mcp.types import TextContent, TextResourceContents
from support.shared import ROOT
from support.stdio_process import Program, tool_call
from support.timeouts import scaled

pytestmark = pytest.mark.anyio

QUICKSTART = ROOT / "examples" / "snippets" / "quickstart.py"

TALKS_AT_IMPORT = """
import os

print("imported")
os.system("echo from a child")

from mcp.server.fastmcp import FastMCP

other = FastMCP("Other")


@other.tool()
def loud() -> str:
    print("called")
    return "quiet"
"""


def mcp_run(spec: str | Path) -> StdioServerParameters:
    """Return how to start the command that is installed beside this interpreter."""
    command = shutil.which("mcp", path=str(Path(sys.executable).parent))
    assert command is not None
    return StdioServerParameters(command=command, args=["run", str(spec)])


async def visit(client: Client | ClientSession) -> None:
    """Use all that the quickstart offers."""
    [tool] = (await client.list_tools()).tools
    assert tool.name == "add"
    [template] = (await client.list_resource_templates()).resourceTemplates
    assert template.uriTemplate == "greeting://{name}"
    assert (await client.list_resources()).resources == []
    assert (await client.list_prompts()).prompts == []
    added = await client.call_tool("add", {"a": 2, "b": 3})
    assert added.content == [TextContent(type="text", text="5")]
    assert added.structuredContent == {"result": 5}
    assert (await client.call_tool("add", {"a": 2, "b": "three"})).isError
    [greeting] = (await client.read_resource("greeting://World")).contents
    assert isinstance(greeting, TextResourceContents)
    assert greeting.text == "Hello, World!"
    with pytest.raises(McpError):
        await client.read_resource("farewell://World")


@pytest.mark.parametrize(
    ("mode", "revision"), [("legacy", "2025-11-25"), ("modern", "2026-07-28"), ("auto", "2026-07-28")]
)
async def test_client(mode: Mode, revision: str) -> None:
    async with Client(mcp_run(QUICKSTART), mode=mode) as client:
        assert client.protocol_version == revision
        assert client.server_info is not None
        assert client.server_info.name == "Demo"
        await visit(client)


async def test_session() -> None:
    async with (
        stdio_client(mcp_run(f"{QUICKSTART}:mcp")) as (read, write),
        ClientSession(read, write) as session,
    ):
        assert (await session.initialize()).protocolVersion == "2025-11-25"
        await visit(session)


@pytest.mark.parametrize("mode", ["legacy", "modern"])
async def test_many_calls_at_once(mode: Mode) -> None:
    sums: dict[int, Any] = {}
    async with Client(mcp_run(QUICKSTART), mode=mode) as client, anyio.create_task_group() as tasks:

        async def add(number: int) -> None:
            result = await client.call_tool("add", {"a": number, "b": number}, timeout=scaled(60))
            sums[number] = result.structuredContent

        for number in range(100):
            tasks.start_soon(add, number)
    assert sums == {number: {"result": 2 * number} for number in range(100)}


@pytest.mark.parametrize("mode", ["legacy", "modern"])
async def test_what_the_file_prints_is_kept_out(tmp_path: Path, mode: Mode) -> None:
    path = tmp_path / "talks.py"
    path.write_text(TALKS_AT_IMPORT, encoding="utf-8")
    async with Client(mcp_run(f"{path}:other"), mode=mode) as client:
        result = await client.call_tool("loud")
    assert result.content == [TextContent(type="text", text="quiet")]


async def test_a_file_that_is_not_there_is_a_closed_connection_and_one_line() -> None:
    heard = io.StringIO()
    async with (
        stdio_client(mcp_run("nowhere.py"), heard) as (read, write),
        ClientSession(read, write) as session,
    ):
        with pytest.raises(ConnectionClosed):
            await session.initialize()
    assert heard.getvalue().count("\n") == 1
    assert "nowhere.py" in heard.getvalue()


@pytest.mark.skipif(sys.platform == "win32", reason="the processes of POSIX")
def test_both_eras_on_one_process_until_the_end_of_input() -> None:
    def sent(method: str, **more: Any) -> Mapping[str, Any]:
        return {"jsonrpc": "2.0", "method": method, **more}

    handshake = {
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "a", "version": "1"},
    }
    call = {"name": "add", "arguments": {"a": 1, "b": 1}}
    with Program(("-m", "mcp.cli", "run", QUICKSTART)) as program:
        program.send(tool_call("add", 1, a=2, b=3))
        modern = program.message()["result"]
        program.send(sent("initialize", id=2, params=handshake))
        assert program.message()["result"]["protocolVersion"] == "2025-06-18"
        program.send(sent("notifications/initialized"))
        program.send(sent("tools/call", id=3, params=call))
        legacy = program.message()["result"]
        program.send(tool_call("add", 4, a=3, b=4))
        assert program.message()["result"]["structuredContent"] == {"result": 7}
        program.close_stdin()
        assert program.ended() == 0
        assert program.rest() == b""
    assert (modern["structuredContent"], modern["resultType"]) == ({"result": 5}, "complete")
    assert legacy == {
        "content": [{"type": "text", "text": "2"}],
        "structuredContent": {"result": 2},
        "isError": False,
    }
