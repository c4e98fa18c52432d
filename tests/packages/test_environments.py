"""What works where only some of our distributions are installed."""

import json
import sys
import tomllib
from pathlib import Path

import pytest

from mcp import types
from mcp.client.client import Client
from mcp.client.stdio import StdioServerParameters
from support.environments import ENVIRONMENTS, Environment, run
from support.shared import ROOT

pytestmark = pytest.mark.registry("pypi")

UMBRELLA = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
SERVER = tomllib.loads((ROOT / "packages/mcp-server/pyproject.toml").read_text("utf-8"))["project"]["version"]
QUICKSTART = ROOT / "examples" / "snippets" / "quickstart.py"

INSTALLED = """
import json
from importlib.metadata import distributions
urls = {d.metadata["Name"]: d.read_text("direct_url.json") for d in distributions()}
print(json.dumps({name: url and json.loads(url)["url"] for name, url in urls.items()}))
"""

IMPORT_ALL = """
import importlib, json, pkgutil, mcp, mcp.shared, mcp.types
failed = {}
for package in (mcp.shared, mcp.types):
    for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        try:
            importlib.import_module(module.name)
        except ImportError as error:
            failed[module.name] = str(error)
print(json.dumps(failed))
"""

SERVE = """
import runpy, sys
runpy.run_path(sys.argv[1])["mcp"].run()
"""

HOST = """
import asyncio, sys
from mcp import Client, ClientSession, StdioServerParameters, stdio_client

SERVER = StdioServerParameters(command=sys.argv[1], args=sys.argv[2:])

async def main():
    async with Client(SERVER) as client:
        print((await client.call_tool("add", {"a": 2, "b": 3})).content[0].text)
    async with stdio_client(SERVER) as (read, write), ClientSession(read, write) as session:
        await session.initialize()
        print((await session.call_tool("add", {"a": 4, "b": 5})).content[0].text)

asyncio.run(main())
"""

VERSIONS = """
import importlib.metadata
try:
    print(importlib.metadata.version("mcp"))
except importlib.metadata.PackageNotFoundError:
    print("none")
import mcp.server.fastmcp
from mcp.server import Server
print(mcp.server.fastmcp.__version__)
print(Server("x").create_initialization_options().server_version)
"""


NO_RUNTIME = {
    "_distribution",
    "auth",
    "auth_utils",
    "channel",
    "conversation",
    "envelope",
    "exceptions",
    "message",
    "metadata_utils",
    "tool_name_validation",
    "version",
}
"""What of `mcp.shared` needs nothing but mcp-types: errors, envelopes, the rules that do no I/O."""


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_all_of_ours_is_ours(environment: Environment, wheels: Path, name: str) -> None:
    installed: dict[str, str | None] = json.loads(run(environment(name), "-c", INSTALLED))
    ours = {what: url for what, url in installed.items() if what.startswith("mcp")}
    assert set(ours) == {what.partition("[")[0] for what in ENVIRONMENTS[name]}
    assert all(url and url.startswith(wheels.as_uri()) for url in ours.values())


def test_types_bring_pydantic_and_its_needs_only(environment: Environment) -> None:
    installed = set(json.loads(run(environment("types"), "-c", INSTALLED)))
    pydantic = {"pydantic", "pydantic_core", "annotated-types", "typing_extensions", "typing-inspection"}
    assert {name.replace("-", "_") for name in installed} == {
        name.replace("-", "_") for name in {"mcp-types", *pydantic}
    }


def test_what_needs_the_runtime(environment: Environment) -> None:
    failed: dict[str, str] = json.loads(run(environment("types"), "-c", IMPORT_ALL))
    assert failed.keys() & {f"mcp.shared.{name}" for name in NO_RUNTIME} == set()
    assert {name for name in failed if not name.startswith("mcp.shared.")} == set()
    assert set(failed.values()) <= {
        f"No module named {name!r}" for name in ("anyio", "jsonschema_rs", "httpx")
    }


@pytest.mark.parametrize(
    ("statement", "sentence"),
    [
        (
            "from mcp import ClientSession",
            "mcp.ClientSession is provided by the distribution 'mcp-client': pip install mcp-client",
        ),
        (
            "from mcp import stdio_server",
            "mcp.stdio_server is provided by the distribution 'mcp-server': pip install mcp-server",
        ),
        (
            "import mcp; mcp.server",
            "mcp.server is provided by the distribution 'mcp-server': pip install mcp-server",
        ),
        (
            "from mcp import cli",
            "mcp.cli is provided by the distribution 'mcp-cli': pip install mcp-cli",
        ),
    ],
)
def test_a_missing_distribution_speaks(environment: Environment, statement: str, sentence: str) -> None:
    program = f"try:\n    {statement}\nexcept ImportError as error:\n    print(error)"
    assert run(environment("types"), "-c", program).strip() == sentence


def test_a_missing_floor_speaks(environment: Environment) -> None:
    program = (
        "try:\n    from mcp import McpError, ServerSession\nexcept ImportError as error:\n    print(error)"
    )
    sentence = "mcp.ServerSession is provided by the distribution 'mcp-server': pip install mcp-server"
    assert run(environment("client"), "-c", program).strip() == sentence


@pytest.mark.parametrize(
    ("name", "expected"), [("fastmcp", ["none", SERVER, SERVER]), ("whole", [UMBRELLA, UMBRELLA, UMBRELLA])]
)
def test_versions(environment: Environment, name: str, expected: list[str]) -> None:
    assert run(environment(name), "-c", VERSIONS).split() == expected


def test_the_command_tells_the_version(environment: Environment) -> None:
    command = environment("whole").parent / ("mcp.exe" if sys.platform == "win32" else "mcp")
    assert run(command, "version") == f"MCP version {UMBRELLA}\n"


@pytest.mark.anyio
async def test_fastmcp_alone_serves(environment: Environment) -> None:
    server = StdioServerParameters(command=str(environment("fastmcp")), args=["-c", SERVE, str(QUICKSTART)])
    async with Client(server) as client:
        result = await client.call_tool("add", {"a": 2, "b": 3})
    assert [block.text for block in result.content if isinstance(block, types.TextContent)] == ["5"]


def test_client_alone_reaches_a_server(environment: Environment) -> None:
    host = run(environment("client"), "-c", HOST, environment("fastmcp"), "-c", SERVE, QUICKSTART)
    assert host.split() == ["5", "9"]
