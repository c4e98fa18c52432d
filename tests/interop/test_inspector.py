"""The command line of the Inspector, a client that is not ours, drives the quickstart server."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from support import npm
from support.shared import ROOT
from support.timeouts import scaled

pytestmark = pytest.mark.registry("npm")

QUICKSTART = ROOT / "examples" / "snippets" / "quickstart.py"

Ask = Callable[..., dict[str, Any]]


@pytest.fixture(params=["legacy", "modern"])
def ask(request: pytest.FixtureRequest, counterparts: Path, tmp_path: Path) -> Ask:
    """Return what runs the Inspector with a method and its options, and gives back the result it prints."""
    inspector = npm.program(counterparts, "@modelcontextprotocol/inspector", "mcp-inspector")
    server = [sys.executable, "-m", "mcp.cli", "run", str(QUICKSTART)]
    era = ["--protocol-era", request.param, "--connect-timeout", str(int(scaled(60) * 1000))]
    # It keeps files in the home folder.
    environment = {**os.environ, "HOME": str(tmp_path), "USERPROFILE": str(tmp_path)}

    def run(method: str, *options: str) -> dict[str, Any]:
        done = subprocess.run(
            [*inspector, "--cli", *server, "--method", method, *options, *era, "--format", "json"],
            capture_output=True,
            text=True,
            env=environment,
            timeout=scaled(90),
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return dict(json.loads(done.stdout)["result"])

    return run


def test_lists_the_tools(ask: Ask) -> None:
    [tool] = ask("tools/list")["tools"]
    assert tool["name"] == "add"
    assert tool["description"] == "Add two numbers"
    assert tool["inputSchema"]["required"] == ["a", "b"]
    assert tool["outputSchema"]["properties"]["result"]["type"] == "integer"


def test_calls_the_tool(ask: Ask) -> None:
    result = ask("tools/call", "--tool-name", "add", "--tool-arg", "a=2", "--tool-arg", "b=3")
    assert result["content"] == [{"type": "text", "text": "5"}]
    assert result["structuredContent"] == {"result": 5}


def test_lists_the_templates(ask: Ask) -> None:
    [template] = ask("resources/templates/list")["resourceTemplates"]
    assert template["uriTemplate"] == "greeting://{name}"


def test_reads_the_resource(ask: Ask) -> None:
    [content] = ask("resources/read", "--uri", "greeting://World")["contents"]
    assert content == {"uri": "greeting://World", "mimeType": "text/plain", "text": "Hello, World!"}


def test_lists_no_prompts(ask: Ask) -> None:
    assert ask("prompts/list")["prompts"] == []
