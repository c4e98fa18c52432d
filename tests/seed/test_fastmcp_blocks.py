"""The blocks of the seed that are FastMCP servers, unmodified, in both eras."""

import base64
import shutil
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest

from mcp.client.client import Client
from mcp.client.eras import Mode
from mcp.client.stdio import StdioServerParameters
from mcp.server.fastmcp import FastMCP
from mcp.types import (
    CallToolResult,
    GetPromptResult,
    ImageContent,
    LoggingMessageNotificationParams,
    ReadResourceResult,
    TextContent,
    TextResourceContents,
)
from support import seed

pytestmark = [pytest.mark.anyio, pytest.mark.parametrize("mode", ["legacy", "modern"])]

Import = Callable[[str], ModuleType]


@pytest.fixture
def block(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Import:
    """Return what imports a block."""
    return lambda name: seed.import_block(name, tmp_path, monkeypatch)


def text(result: CallToolResult) -> str:
    """Return the text of a tool's result that is no error."""
    assert not result.isError, result
    [content] = result.content
    assert isinstance(content, TextContent)
    return content.text


def resource_text(result: ReadResourceResult) -> str:
    """Return the text of a resource."""
    [content] = result.contents
    assert isinstance(content, TextResourceContents)
    return content.text


def spoken(result: GetPromptResult) -> list[tuple[str, str]]:
    """Return role and text of each message."""
    messages = [(message.role, message.content) for message in result.messages]
    return [(role, content.text) for role, content in messages if isinstance(content, TextContent)]


async def test_quickstart(block: Import, mode: Mode) -> None:
    async with Client(block("Quickstart").mcp, mode=mode) as client:
        assert client.server_info is not None
        assert client.server_info.name == "Demo"
        [tool] = (await client.list_tools()).tools
        assert (tool.name, tool.description) == ("add", "Add two numbers")
        [template] = (await client.list_resource_templates()).resourceTemplates
        assert template.uriTemplate == "greeting://{name}"
        added = await client.call_tool("add", {"a": 2, "b": 3})
        assert (text(added), added.structuredContent) == ("5", {"result": 5})
        assert resource_text(await client.read_resource("greeting://World")) == "Hello, World!"


async def test_lifespan(block: Import, mode: Mode, database: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def query(_: object) -> str:
        return "rows"

    monkeypatch.setattr(database, "query", query, raising=False)
    server = block("Server").mcp
    async with Client(server, mode=mode) as client:
        [tool] = (await client.list_tools()).tools
        # The context is no argument of the tool.
        assert tool.inputSchema["properties"] == {}
        assert text(await client.call_tool("query_db")) == "rows"
        assert (database.opened, database.closed) == (1, 0)
    assert (database.opened, database.closed) == (1, 1)


async def test_resources(block: Import, mode: Mode) -> None:
    async with Client(block("Resources").mcp, mode=mode) as client:
        [resource] = (await client.list_resources()).resources
        assert str(resource.uri) == "config://app"
        assert resource.description == "Static configuration data"
        [template] = (await client.list_resource_templates()).resourceTemplates
        assert template.uriTemplate == "users://{user_id}/profile"
        assert resource_text(await client.read_resource("config://app")) == "App configuration here"
        assert resource_text(await client.read_resource("users://7/profile")) == "Profile data for user 7"


async def test_tools(block: Import, mode: Mode, monkeypatch: pytest.MonkeyPatch) -> None:
    async def weather(_: object, request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, text=f"sun over {request.url}")

    monkeypatch.setattr(httpx.AsyncHTTPTransport, "handle_async_request", weather)
    async with Client(block("Tools").mcp, mode=mode) as client:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        assert set(tools) == {"calculate_bmi", "fetch_weather"}
        bmi = await client.call_tool("calculate_bmi", {"weight_kg": 80, "height_m": 2})
        assert bmi.structuredContent == {"result": 20.0}
        fetched = await client.call_tool("fetch_weather", {"city": "oslo"})
        assert text(fetched) == "sun over https://api.weather.com/oslo"


async def test_prompts(block: Import, mode: Mode) -> None:
    async with Client(block("Prompts").mcp, mode=mode) as client:
        prompts = {prompt.name: prompt for prompt in (await client.list_prompts()).prompts}
        assert set(prompts) == {"review_code", "debug_error"}
        [argument] = prompts["review_code"].arguments or []
        assert (argument.name, argument.required) == ("code", True)
        review = await client.get_prompt("review_code", {"code": "x = 1"})
        assert spoken(review) == [("user", "Please review this code:\n\nx = 1")]
        debug = await client.get_prompt("debug_error", {"error": "boom"})
        assert [role for role, _ in spoken(debug)] == ["user", "user", "assistant"]
        assert spoken(debug)[1] == ("user", "boom")


async def test_images(block: Import, mode: Mode, tmp_path: Path) -> None:
    module = block("Images")
    picture = tmp_path / "picture.png"
    module.PILImage.new("RGB", (400, 200), "red").save(picture)
    async with Client(module.mcp, mode=mode) as client:
        result = await client.call_tool("create_thumbnail", {"image_path": str(picture)})
    [image] = result.content
    assert isinstance(image, ImageContent)
    assert image.mimeType == "image/png"
    assert base64.b64decode(image.data) == b"\xff\x00\x00" * (100 * 50)


async def test_context(block: Import, mode: Mode) -> None:
    server: FastMCP[Any] = block("Context").mcp

    @server.resource("file:///notes.txt")
    def notes() -> str:  # pyright: ignore[reportUnusedFunction]  # the decorator has a use for it
        return "some notes"

    logged: list[object] = []
    reports: list[tuple[float, float | None]] = []

    async def log(params: LoggingMessageNotificationParams) -> None:
        logged.append(params.data)

    async def report(progress: float, total: float | None, message: str | None) -> None:
        reports.append((progress, total))

    async with Client(server, mode=mode, logging_callback=log) as client:
        if mode == "modern":
            await client.set_logging_level("info")
        assert text(await client.call_tool("long_task", {"files": []})) == "Processing complete"
        failed = await client.call_tool("long_task", {"files": ["/notes.txt"]}, progress_callback=report)
    # What the block logs without `await` and reports arrives.
    assert logged == ["Processing /notes.txt"]
    assert reports == [(0, 1)]
    # It then takes the resource's contents, of which there is one, for a pair, as no release of 1.x had them.
    assert failed.isError
    [content] = failed.content
    assert isinstance(content, TextContent)
    assert "not enough values to unpack" in content.text


@pytest.mark.parametrize("starter", ["python", "mcp run"])
async def test_direct_execution(tmp_path: Path, mode: Mode, starter: str) -> None:
    path = seed.write_block("Direct Execution", tmp_path / "server.py")
    params = seed.script_server(path)
    if starter == "mcp run":
        command = shutil.which("mcp", path=str(Path(sys.executable).parent))
        assert command is not None
        params = StdioServerParameters(command=command, args=["run", "server.py"], cwd=tmp_path)
    async with Client(params, mode=mode) as client:
        assert client.server_info is not None
        assert client.server_info.name == "My App"
        assert (await client.list_tools()).tools == []
        assert (await client.list_resources()).resources == []


async def test_echo(block: Import, mode: Mode) -> None:
    async with Client(block("Echo Server").mcp, mode=mode) as client:
        assert text(await client.call_tool("echo_tool", {"message": "hi"})) == "Tool echo: hi"
        assert resource_text(await client.read_resource("echo://hi")) == "Resource echo: hi"
        prompt = await client.get_prompt("echo_prompt", {"message": "hi"})
        assert spoken(prompt) == [("user", "Please process this message: hi")]


async def test_sqlite(block: Import, mode: Mode, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    connection = sqlite3.connect("database.db")
    connection.executescript("CREATE TABLE people (name TEXT); INSERT INTO people VALUES ('Ada')")
    connection.close()
    opened: list[sqlite3.Connection] = []

    def connect(name: str) -> sqlite3.Connection:
        opened.append(sqlite3.Connection(name))
        return opened[-1]

    monkeypatch.setattr(sqlite3, "connect", connect)  # the block leaves them open, of which Python 3.13 warns
    async with Client(block("SQLite Explorer").mcp, mode=mode) as client:
        schema = resource_text(await client.read_resource("schema://main"))
        assert schema == "CREATE TABLE people (name TEXT)"
        found = await client.call_tool("query_data", {"sql": "SELECT name FROM people"})
        assert text(found) == "('Ada',)"
        refused = await client.call_tool("query_data", {"sql": "SELEKT"})
        assert text(refused).startswith("Error: ")
    for connection in opened:
        connection.close()
