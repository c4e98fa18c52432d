"""The command: what it answers, how it fails, and with which exit code."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from mcp.cli import cli, run
from mcp.cli.errors import CommandError, one_line
from mcp.server.fastmcp import FastMCP
from mcp.shared._distribution import distribution_version
from support.timeouts import scaled

SERVER = "from mcp.server.fastmcp import FastMCP\n"


@pytest.fixture(autouse=True)
def at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let commands run in an empty folder, and leave no trace of them in this process."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setitem(sys.modules, run.MODULE, sys)
    monkeypatch.setattr(run, "claim", lambda: None)


def written(code: str, name: str = "server.py") -> str:
    Path(name).write_text(SERVER + code, encoding="utf-8")
    return name


def test_version() -> None:
    result = CliRunner().invoke(cli.app, ["version"])
    assert (result.exit_code, result.stdout) == (0, f"MCP version {distribution_version()}\n")


@pytest.mark.parametrize("name", cli.LATER)
def test_later_commands_say_so(name: str) -> None:
    result = CliRunner().invoke(cli.app, [name, "server.py", "--with", "pandas", "-v", "A=1"])
    sentence = "not available yet; a later version of the distribution 'mcp-cli' brings it"
    assert (result.exit_code, result.stderr) == (1, f"mcp {name}: {sentence}\n")


@pytest.mark.parametrize(
    ("code", "spec", "name"),
    [
        ("mcp = FastMCP('first'); server = FastMCP('second')", "server.py", "first"),
        ("server = FastMCP('second'); app = FastMCP('third')", "server.py", "second"),
        ("app = FastMCP('third')", "server.py", "third"),
        ("import mcp; app = FastMCP('third')", "server.py", "third"),
        ("mine = FastMCP('mine'); mcp = FastMCP('first')", "server.py:mine", "mine"),
        ("mine = FastMCP('mine'); mcp = FastMCP('first')", "server.py:", "first"),
        ("class Mine(FastMCP): ...\nmcp = Mine('mine')", "server.py", "mine"),
        ("mcp = FastMCP(__name__)", "server.py", "server_module"),
        ("import beside\nmcp = FastMCP(beside.NAME)", "server.py", "beside"),
        (
            "from dataclasses import dataclass\n@dataclass\nclass A:\n    b: 'int'\nmcp = FastMCP('x')",
            "server.py",
            "x",
        ),
    ],
)
def test_the_server_is_found(code: str, spec: str, name: str) -> None:
    Path("beside.py").write_text("NAME = 'beside'", encoding="utf-8")
    written(code)
    assert run.load(spec).name == name


@pytest.mark.parametrize(
    ("code", "spec", "message"),
    [
        ("", "nowhere.py", "there is no file 'nowhere.py'"),
        ("", "C:\\nowhere.py", "there is no file 'C:\\\\nowhere.py'"),
        ("", "server.py:app", "there is no object 'app' in 'server.py'"),
        ("app = 1", "server.py:app", "the object 'app' in 'server.py' is a int, not a FastMCP"),
        (
            "mcp = 1",
            "server.py",
            "there is no FastMCP object in 'server.py' called mcp, server or app; "
            "say which one it is: mcp run server.py:OBJECT",
        ),
        (
            "mine = FastMCP('mine')",
            "server.py",
            "there is no FastMCP object in 'server.py' called mcp, server or app; "
            "say which one it is: mcp run server.py:mine",
        ),
        (
            "from mcp.server import Server; server = Server('low')",
            "server.py",
            "the object 'server' in 'server.py' is a low-level server: "
            "serve it by stdio_server() in the file itself, and run that with python",
        ),
        (
            "1 / 0",
            "server.py",
            "'server.py' cannot be imported: ZeroDivisionError: division by zero (line 2)",
        ),
        (
            "import nowhere",
            "server.py",
            "'server.py' cannot be imported: ModuleNotFoundError: No module named 'nowhere' (line 2)",
        ),
        (
            "raise ValueError('one\\ntwo')",
            "server.py",
            "'server.py' cannot be imported: ValueError: one two (line 2)",
        ),
        (
            "x = (",
            "server.py",
            "'server.py' cannot be imported: SyntaxError: '(' was never closed (server.py, line 2)",
        ),
        ("", "server.txt", "'server.txt' is not a Python file"),
    ],
)
def test_failures_are_one_line(code: str, spec: str, message: str) -> None:
    written(code)
    written(code, "server.txt")
    result = CliRunner().invoke(cli.app, ["run", spec])
    assert (result.exit_code, result.stderr, result.stdout) == (1, f"mcp run: {message}\n", "")


def test_verbose_shows_where() -> None:
    result = CliRunner().invoke(cli.app, ["run", written("1 / 0"), "--verbose"])
    assert result.exit_code == 1
    assert "line 2, in <module>" in result.stderr
    assert result.stderr.endswith(
        "mcp run: 'server.py' cannot be imported: ZeroDivisionError: division by zero (line 2)\n"
    )


@pytest.mark.parametrize(("arguments", "called"), [([], ()), (["-t", "stdio"], ("stdio",))])
def test_the_transport_is_handed_on(
    monkeypatch: pytest.MonkeyPatch, arguments: list[str], called: tuple[str, ...]
) -> None:
    calls: list[tuple[object, ...]] = []

    def serve(_: object, *transport: object) -> None:
        calls.append(transport)

    monkeypatch.setattr(FastMCP, "run", serve)
    result = CliRunner().invoke(cli.app, ["run", written("mcp = FastMCP('x')"), *arguments])
    assert (result.exit_code, calls) == (0, [called])


def test_another_transport_is_an_error() -> None:
    result = CliRunner().invoke(cli.app, ["run", written("mcp = FastMCP('x')"), "--transport", "pigeon"])
    assert result.exit_code == 1
    assert "pigeon" in result.stderr
    assert result.stderr.count("\n") == 1


def test_what_a_file_prints_stays_out_of_the_stream() -> None:
    hello = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "x", "version": "1"}}
    request = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": hello}
    done = subprocess.run(
        [sys.executable, "-m", "mcp.cli", "run", written("print('loaded'); mcp = FastMCP('Printer')")],
        input=json.dumps(request) + "\n",
        capture_output=True,
        text=True,
        timeout=scaled(60),
        check=True,
    )
    assert [json.loads(line)["result"]["serverInfo"]["name"] for line in done.stdout.splitlines()] == [
        "Printer"
    ]
    assert "loaded" in done.stderr


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("1 / 0", "ZeroDivisionError: division by zero (line 2)"),
        (
            "from contextlib import asynccontextmanager\n@asynccontextmanager\nasync def life(_):\n"
            "    raise OSError('no database')\n    yield\nmcp = FastMCP('x', lifespan=life)",
            "OSError: no database",
        ),
    ],
)
def test_a_failure_is_told_where_stdout_and_stderr_are_one_pipe(code: str, why: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "mcp.cli", "run", written(code)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=scaled(60),
    )
    assert (done.returncode, done.stdout.endswith(f"{why}\n")) == (1, True)


@pytest.mark.parametrize(
    ("error", "line"), [(KeyError("a"), "KeyError: 'a'"), (CommandError(), "CommandError")]
)
def test_one_line(error: Exception, line: str) -> None:
    assert one_line(error) == line
