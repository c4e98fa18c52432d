"""The standard streams of a server: what it may be given, and that nothing but messages leaves it."""

from __future__ import annotations

import json
import os
import pty
import socket
import subprocess
import sys
import tty
from pathlib import Path

import pytest

from support.stdio_process import PROGRAM, Program, tool_call
from support.timeouts import scaled

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the descriptors of POSIX")

EVERY_RUN = pytest.mark.parametrize("how", ["own", "asyncio", "trio"])


@EVERY_RUN
def test_a_pipe_is_served_and_its_end_ends_the_program(how: str) -> None:
    with Program((PROGRAM, how)) as program:
        assert program.call("echo", text="a") == "a"
        program.close_stdin()
        assert program.ended() == 0
        assert program.rest() == b"printed after\n"
        assert program.errors().splitlines() == ["printed before", "lifespan begins", "lifespan ends"]


@EVERY_RUN
def test_crlf_and_blank_lines_are_accepted(how: str) -> None:
    with Program((PROGRAM, how)) as program:
        program.write(b"\r\n\n" + json.dumps(tool_call("echo", 1, text="a")).encode() + b"\r\n\r\n")
        assert program.message()["id"] == 1


@EVERY_RUN
def test_a_bad_line_is_answered_and_the_connection_lives(how: str) -> None:
    with Program((PROGRAM, how)) as program:
        program.write(b"{bad\n")
        program.write(b'{"jsonrpc":"2.0","id":1,"method":"' + b"x" * (16 * 1024 * 1024) + b'"}\n')
        errors = [program.message(), program.message()]
        assert [(answer["id"], answer["error"]["code"]) for answer in errors] == [
            (None, -32700),
            (None, -32600),
        ]
        assert program.call("echo", text="a") == "a"


@EVERY_RUN
def test_nothing_that_is_printed_reaches_the_stream(how: str) -> None:
    with Program((PROGRAM, how)) as program:
        assert program.call("prints") == "printed"
        assert program.call("echo", text="a") == "a"
        program.close_stdin()
        assert program.ended() == 0
        assert program.rest() == b"printed after\n"
        printed = program.errors()
        for source in ("print", "descriptor 1", "C", "a child", "a shell", "a fork", "logging"):
            assert f"from {source}\n" in printed


@EVERY_RUN
def test_a_client_that_never_reads_stderr_stops_nothing(how: str) -> None:
    with Program((PROGRAM, how)) as program:
        assert program.call("floods") == "flooded"
        assert program.call("echo", text="a") == "a"
        program.close_stdin()
        assert program.ended() == 0


def test_what_is_printed_arrives_whole_where_it_is_read(tmp_path: Path) -> None:
    errors = tmp_path / "errors"
    with errors.open("wb") as file, Program(stderr=subprocess.PIPE) as program:
        assert program.process.stderr is not None
        with subprocess.Popen(["cat"], stdin=program.process.stderr, stdout=file) as reader:
            assert program.call("floods") == "flooded"
            program.close_stdin()
            assert program.ended() == 0
            assert reader.wait(scaled(20)) == 0
    text = errors.read_text()
    # On a busy machine `cat` may be too slow for all of it; the end arrives all the same.
    if "bytes of stderr dropped" in text:
        assert "lifespan ends" in text
    else:
        assert [text.count(letter * 1000) > 0 for letter in "oec"] == [True] * 3
        assert text.endswith("lifespan ends\n")


def test_stdout_and_stderr_in_one_pipe_carry_messages_only() -> None:
    with Program(stderr=subprocess.STDOUT) as program:
        assert program.call("prints") == "printed"
        assert program.call("echo", text="a") == "a"
        program.close_stdin()
        assert program.ended() == 0
        assert program.rest() == b"printed after\n"


def test_a_closed_stderr_harms_nobody() -> None:
    script = "import os, sys; os.close(2); os.execv(sys.executable, [sys.executable, *sys.argv[1:]])"
    with Program(("-c", script, PROGRAM, "own")) as program:
        assert program.call("echo", text="a") == "a"
        program.close_stdin()
        assert program.ended() == 0


@EVERY_RUN
def test_a_socket_is_served(how: str) -> None:
    ours, theirs = socket.socketpair()
    with ours, Program((PROGRAM, how), stdin=theirs.fileno(), stdout=theirs.fileno()) as program:
        theirs.close()
        ours.sendall(json.dumps(tool_call("prints", 1)).encode() + b"\n")
        with ours.makefile("rb") as lines:
            assert json.loads(lines.readline())["id"] == 1
            ours.shutdown(socket.SHUT_WR)
            assert program.ended() == 0
            assert lines.read() == b"printed after\n"


@EVERY_RUN
def test_a_terminal_is_served_and_gets_its_flags_back(how: str) -> None:
    ours, theirs = pty.openpty()
    tty.setraw(theirs)
    with Program((PROGRAM, how), stdin=theirs, stdout=theirs, stderr=subprocess.DEVNULL) as program:
        os.write(ours, json.dumps(tool_call("prints", 1)).encode() + b"\n")
        data = b""
        while not data.endswith(b"}\n"):
            data += os.read(ours, 65536)
        assert json.loads(data.removeprefix(b"printed before\n"))["id"] == 1
        assert os.get_blocking(theirs)
        program.process.terminate()
        assert program.ended() in (143, -15)
        assert os.get_blocking(theirs)
    os.close(ours)
    os.close(theirs)


@EVERY_RUN
def test_a_file_is_served_to_its_end(how: str, tmp_path: Path) -> None:
    questions, answers = tmp_path / "in", tmp_path / "out"
    calls = [tool_call("prints", 1), *(tool_call("echo", number, text="a") for number in range(2, 50))]
    questions.write_text("\n".join(json.dumps(call) for call in calls))
    with (
        questions.open("rb") as stdin,
        answers.open("wb") as stdout,
        Program((PROGRAM, how), stdin=stdin, stdout=stdout) as program,
    ):
        assert program.ended() == 0
    *messages, last = answers.read_text().splitlines()
    assert sorted(json.loads(message)["id"] for message in messages) == list(range(1, 50))
    assert last == "printed after"


@EVERY_RUN
def test_the_null_device_ends_at_once(how: str) -> None:
    with Program((PROGRAM, how), stdin=subprocess.DEVNULL) as program:
        assert program.ended() == 0
        assert program.rest() == b"printed after\n"


SILENT = """
from support import stdio_program
stdio_program.run_stdio(stdio_program.serve)
"""


def test_a_client_that_reads_no_more_ends_the_program() -> None:
    with Program(("-c", _with_path(SILENT))) as program:
        assert program.call("echo", text="a") == "a"
        assert program.process.stdout is not None
        program.process.stdout.close()
        program.start_call("echo", text="b")
        assert program.ended() == 0


REPLACED = """
import io, sys
import {module} as program
out = io.BytesIO()
sys.stdin = {stdin}
sys.stdout = io.TextIOWrapper(out)
program.run_stdio(program.serve)
sys.stdout.flush()
sys.stderr.write("out: " + out.getvalue().decode())
"""


@pytest.mark.parametrize(
    "stdin",
    ["io.TextIOWrapper(io.BytesIO({data!r}.encode()))", "io.StringIO({data!r})"],
    ids=["bytes", "text"],
)
def test_replaced_standard_streams_are_used_as_they_are(stdin: str) -> None:
    data = json.dumps(tool_call("echo", 1, text="über")) + "\n"
    script = REPLACED.format(module="support.stdio_program", stdin=stdin.format(data=data))
    with Program(("-c", _with_path(script))) as program:
        assert program.ended() == 0
        assert program.rest() == b""
        errors = program.errors()
    assert "über" in json.loads(errors.split("out: ")[1].splitlines()[-1])["result"]["content"][0]["text"]


def _with_path(script: str) -> str:
    return f"import sys; sys.path.insert(0, {str(PROGRAM.parent.parent)!r})\n{script}"


PROTECTED = """
import sys
from support import stdio_program
sys.stdout = sys.stderr
stdio_program.main("own")
"""


def test_a_stdout_that_points_at_stderr_is_protection_not_the_stream() -> None:
    with Program(("-c", _with_path(PROTECTED))) as program:
        assert program.call("prints") == "printed"
        program.close_stdin()
        assert program.ended() == 0
        assert program.rest() == b""


REWRAPPED = """
import io, sys
from support import stdio_program
sys.stdin = io.TextIOWrapper(sys.stdin.buffer, encoding="utf-8")
sys.stdout = io.TextIOWrapper(sys.stdout.buffer, encoding="utf-8")
stdio_program.main("own")
"""


def test_wrapped_anew_the_standard_streams_are_still_themselves() -> None:
    with Program(("-c", _with_path(REWRAPPED))) as program:
        assert program.call("prints") == "printed"
        program.close_stdin()
        assert program.ended() == 0
        assert program.rest() == b"printed after\n"


TWICE = """
import anyio
from mcp.server.stdio import stdio_server

async def main():
    async with stdio_server():
        try:
            async with stdio_server():
                print("two")
        except RuntimeError as error:
            print(error)
    async with stdio_server():
        print("one after the other")

anyio.run(main)
"""


def test_only_one_at_a_time_can_serve_the_standard_streams() -> None:
    with Program(("-c", TWICE)) as program:
        assert program.ended() == 0
        assert program.rest() == b""
        first, second = program.errors().splitlines()
    assert "are being served already" in first
    assert second == "one after the other"


FORKED = """
import os, sys, time
from support import stdio_program

async def forks(arguments):
    if (child := os.fork()) == 0:
        time.sleep(60)
    return str(child)

stdio_program.TOOLS["forks"] = forks
stdio_program.main("own")
"""


def test_a_forked_child_does_not_hide_the_end_of_the_server() -> None:
    with Program(("-W", "ignore", "-c", _with_path(FORKED))) as program:
        child = int(program.call("forks"))
        program.process.kill()
        assert program.rest() == b""
        os.kill(child, 9)


def test_children_that_live_on_do_not_hold_the_server_back() -> None:
    with Program() as program:
        child = int(program.call("leaves_a_child", seconds=60))
        program.close_stdin()
        assert program.ended() == 0
        os.kill(child, 9)
