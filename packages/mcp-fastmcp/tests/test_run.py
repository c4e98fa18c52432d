"""`run()` as the owner of a process: the stream stays clean, and the process ends as it should."""

import signal
import sys
from pathlib import Path

import pytest

from support.stdio_process import Program

SERVER = """
import logging, subprocess, sys
from mcp.server.fastmcp import Context, FastMCP

print("printed at import")
mcp = FastMCP("Program", log_level="WARNING")


@mcp.tool()
def plain(n: int) -> int:
    print("printed by a tool")
    logging.getLogger("somebody").warning("warned")
    subprocess.run([sys.executable, "-c", "print('printed by a child')"], check=True)
    return n + 1


@mcp.tool()
def leave() -> str:
    sys.exit("bye")


@mcp.tool()
async def interrupted() -> str:
    raise KeyboardInterrupt


@mcp.tool(run_in="thread")
def threaded(ctx: Context) -> str:
    return "threaded"


if __name__ == "__main__":
    mcp.run()
"""


@pytest.fixture
def server(tmp_path: Path) -> Path:
    path = tmp_path / "program.py"
    path.write_text(SERVER)
    return path


def test_the_stream_holds_nothing_but_messages(server: Path) -> None:
    with Program([server]) as program:
        assert program.call("plain", n=1) == "2"
        assert program.call("leave") == "Error executing tool leave: SystemExit: bye"
        assert program.call("interrupted") == "Error executing tool interrupted: KeyboardInterrupt"
        assert program.call("threaded") == "threaded"
        program.close_stdin()
        assert program.ended() == 0
        assert program.rest() == b""
        errors = program.errors().splitlines()
    assert {"printed at import", "printed by a tool", "printed by a child", "warned"} <= set(errors)
    assert "Traceback (most recent call last):" not in errors


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_signals_end_it(server: Path, number: signal.Signals, code: int) -> None:
    with Program([server]) as program:
        assert program.call("threaded") == "threaded"
        program.process.send_signal(number)
        assert program.ended() == code


def test_a_subclass_may_serve_in_its_own_way(tmp_path: Path) -> None:
    path = tmp_path / "own.py"
    path.write_text(
        "from mcp.server.fastmcp import FastMCP\n"
        "class Own(FastMCP):\n"
        "    async def run_stdio_async(self):\n"
        "        self.add_tool(lambda: 'own', name='own')\n"
        "        await super().run_stdio_async()\n"
        "Own().run()\n"
    )
    with Program([path]) as program:
        assert program.call("own") == "own"
        program.close_stdin()
        assert program.ended() == 0
