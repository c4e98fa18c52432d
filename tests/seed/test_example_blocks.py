"""The example servers of the seed, and the clients in their documents, unmodified, over stdio."""

import sys
from collections.abc import Generator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from mcp import McpError
from mcp.client.client import Client
from mcp.client.eras import Mode
from mcp.client.stdio import StdioServerParameters
from mcp.types import TextContent, TextResourceContents
from support import seed

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.skipif(sys.platform == "win32", reason="the command that the blocks run is a script here"),
]

BOTH_ERAS = pytest.mark.parametrize("mode", ["legacy", "modern"])

NO_NETWORK = [
    "import httpx",
    "async def answer(transport, request):",
    "    agent = request.headers['user-agent']",
    "    return httpx.Response(200, text=f'{request.url} for {agent}', request=request)",
    "httpx.AsyncHTTPTransport.handle_async_request = answer",
]


def example(folder: Path, name: str) -> StdioServerParameters:
    """Return how to start an example server."""
    uv = seed.command_shim(folder, name) / "uv"
    return StdioServerParameters(command=str(uv), args=["run", f"mcp-{name}", "--transport", "stdio"])


def run_client(folder: Path, name: str, prelude: list[str] | None = None) -> str:
    """Run the client in an example's document against the example's server; return what it prints."""
    commands = seed.command_shim(folder, name, prelude or [])
    client = seed.write_block(f"{name}/README.md Example", folder / "client.py")
    return seed.run_script(client, commands)


@pytest.fixture
def page() -> Generator[str]:
    """Yield the URL of a page on this machine."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = self.path == "/page"
            self.send_response(200 if found else 404)
            self.end_headers()
            self.wfile.write(b"a page")

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/page"
        server.shutdown()
        thread.join()


@BOTH_ERAS
async def test_prompt_server(tmp_path: Path, mode: Mode) -> None:
    async with Client(example(tmp_path, "simple-prompt"), mode=mode) as client:
        [prompt] = (await client.list_prompts()).prompts
        assert prompt.name == "simple"
        assert [argument.name for argument in prompt.arguments or []] == ["context", "topic"]
        both = await client.get_prompt("simple", {"context": "tests", "topic": "seeds"})
        neither = await client.get_prompt("simple")
        with pytest.raises(McpError, match="Unknown prompt: other"):
            await client.get_prompt("other")
    texts = [message.content.text for message in both.messages if isinstance(message.content, TextContent)]
    assert texts[0].endswith("tests")
    assert texts[1].endswith("seeds")
    assert len(neither.messages) == 1


def test_prompt_client(tmp_path: Path) -> None:
    printed = run_client(tmp_path, "simple-prompt")
    assert "name='simple'" in printed
    assert "the following topic: Python async programming" in printed


@BOTH_ERAS
async def test_resource_server(tmp_path: Path, mode: Mode) -> None:
    async with Client(example(tmp_path, "simple-resource"), mode=mode) as client:
        resources = {resource.name: resource for resource in (await client.list_resources()).resources}
        assert set(resources) == {"greeting", "help", "about"}
        for resource in resources.values():
            [content] = (await client.read_resource(resource.uri)).contents
            assert isinstance(content, TextResourceContents)
            assert content.mimeType == "text/plain"
            assert content.text
        with pytest.raises(McpError, match="Unknown resource"):
            await client.read_resource("file:///other.txt")


def test_resource_client(tmp_path: Path) -> None:
    printed = run_client(tmp_path, "simple-resource")
    assert "name='about'" in printed
    assert "text='Hello! This is a sample text resource.'" in printed


@BOTH_ERAS
async def test_tool_server(tmp_path: Path, mode: Mode, page: str) -> None:
    async with Client(example(tmp_path, "simple-tool"), mode=mode) as client:
        [tool] = (await client.list_tools()).tools
        assert tool.name == "fetch"
        assert tool.inputSchema["required"] == ["url"]
        fetched = await client.call_tool("fetch", {"url": page})
        missing = await client.call_tool("fetch", {"url": f"{page}/missing"})
        incomplete = await client.call_tool("fetch", {})
        other = await client.call_tool("other", {})
    assert fetched.content == [TextContent(type="text", text="a page")]
    assert not fetched.isError
    assert missing.isError
    assert incomplete.isError
    assert other.isError
    assert other.content == [TextContent(type="text", text="Unknown tool: other")]


def test_tool_client(tmp_path: Path) -> None:
    printed = run_client(tmp_path, "simple-tool", NO_NETWORK)
    assert "name='fetch'" in printed
    assert "text='https://example.com for MCP Test Server" in printed
