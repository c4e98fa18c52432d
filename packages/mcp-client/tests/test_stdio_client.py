"""A server as a process: started, talked to, and ended with all that it started."""

from __future__ import annotations

import contextlib
import io
import json
import os
import signal
import sys
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TextIO

import anyio
import pytest

from mcp.client._until import until
from mcp.client.session import ClientSession
from mcp.client.stdio import (
    DEFAULT_INHERITED_ENV_VARS,
    StdioServerParameters,
    get_default_environment,
    stdio_client,
)
from mcp.shared.exceptions import ConnectionClosed
from mcp.shared.link import LinkReadStream, LinkWriteStream
from mcp.shared.message import SessionMessage
from mcp.types import JSONRPCMessage, JSONRPCNotification
from mcp.types.jsonrpc import MalformedMessage, NotificationFrame, encode_notification
from support.timeouts import scaled

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.skipif(sys.platform == "win32", reason="the processes of POSIX"),
]

PRELUDE = """
import json, os, signal, subprocess, sys, time
def say(method, **params):
    print(json.dumps({"jsonrpc": "2.0", "method": method, "params": params}), flush=True)
"""

ECHO = """
for line in sys.stdin:
    print(line, end="", flush=True)
"""

STUBBORN = """
signal.signal(signal.SIGTERM, signal.SIG_IGN)
say("ready", pid=os.getpid())
while True:
    time.sleep(60)
"""

Streams = tuple[LinkReadStream, LinkWriteStream]


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def program(body: str, **fields: object) -> StdioServerParameters:
    """Return how to start a server of a few lines."""
    return StdioServerParameters.model_validate(
        {"command": sys.executable, "args": ["-c", PRELUDE + body], **fields}
    )


@asynccontextmanager
async def started(body: str, errlog: TextIO = sys.stderr, **fields: object) -> AsyncGenerator[Streams]:
    with anyio.fail_after(scaled(30)):
        async with stdio_client(program(body, **fields), errlog) as streams:
            yield streams


async def said(read: LinkReadStream) -> NotificationFrame:
    """Return the next message, which is a notification."""
    frame = await read.link.receive()
    assert isinstance(frame, NotificationFrame)
    return frame


async def pid_said(read: LinkReadStream) -> int:
    params = (await said(read)).params
    assert params is not None
    return int(params["pid"])


def exists(pid: int) -> bool:
    """Whether there is such a process, be it one that only waits to be reaped."""
    return Path(f"/proc/{pid}").exists()


def is_alive(pid: int) -> bool:
    """Whether a process runs; one that only waits to be reaped does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


async def test_messages_both_ways_in_the_shape_of_1x() -> None:
    notification = JSONRPCNotification(jsonrpc="2.0", method="hello", params={"a": "ü"})
    async with started(ECHO) as (read, write):
        await write.send(SessionMessage(JSONRPCMessage(notification)))
        item = await read.receive()
        assert isinstance(item, SessionMessage)
        assert item.message.root == notification


async def test_a_big_message_goes_round() -> None:
    data = encode_notification("x" * 3_000_000, None)
    async with started(ECHO) as (read, write):
        write.link.send(data)
        await write.link.drain()
        assert (await said(read)).method == "x" * 3_000_000


async def test_garbage_on_stdout_is_reported_and_the_connection_lives() -> None:
    body = (
        'print("Listening on port 1", flush=True); sys.stdout.buffer.write(b"\\xff\\n"); say("ready")' + ECHO
    )
    async with started(body) as (read, write):
        assert isinstance(await read.link.receive(), MalformedMessage)
        assert isinstance(await read.receive(), MalformedMessage)
        assert (await said(read)).method == "ready"
        write.link.send(encode_notification("hello", None))
        assert (await said(read)).method == "hello"


async def test_a_line_over_the_limit_is_skipped_to_its_end() -> None:
    body = 'print("x" * (16 * 1024 * 1024 + 1)); say("ready"); time.sleep(60)'
    async with started(body) as (read, _):
        assert isinstance(await read.link.receive(), MalformedMessage)
        assert (await said(read)).method == "ready"


@pytest.mark.parametrize(
    ("how", "why"),
    [
        ("sys.exit('no')", "the server ended with exit code 1"),
        ("os._exit(3)", "the server ended with exit code 3"),
        ("os.kill(os.getpid(), 9)", "the server ended by signal 9"),
        ("os.close(1); sys.stdin.read()", "the other end is gone"),
    ],
)
async def test_who_waits_is_told_how_the_server_ended(how: str, why: str) -> None:
    async with started(f"sys.stdin.readline(); {how}") as streams, ClientSession(*streams) as session:
        with pytest.raises(ConnectionClosed, match=f"^Connection closed: {why}$"):
            await session.initialize()


@pytest.mark.parametrize("how", ["os._exit(3)", "os.kill(os.getpid(), 9)", "os.close(1)"])
async def test_a_server_that_dies_ends_the_stream_after_what_it_said(how: str) -> None:
    async with started(f'sys.stdin.readline(); say("last words"); {how}') as (read, write):
        write.link.send(encode_notification("die", None))
        assert (await said(read)).method == "last words"
        assert await read.link.receive() is None
        with pytest.raises(anyio.EndOfStream):
            await read.receive()
        write.link.send(encode_notification("too late", None))


async def test_a_child_that_holds_stdout_does_not_hide_the_death_of_its_server() -> None:
    body = 'child = subprocess.Popen(["sleep", "600"]); say("ready", pid=child.pid); os._exit(3)'
    async with started(body) as (read, _):
        pid = await pid_said(read)
        assert await read.link.receive() is None
    assert not is_alive(pid)


async def test_a_server_ends_when_its_stdin_is_closed() -> None:
    async with started('say("ready", pid=os.getpid())' + ECHO) as (read, _):
        pid = await pid_said(read)
        start = time.monotonic()
    assert time.monotonic() - start < scaled(1.5)
    assert not exists(pid)


async def test_what_it_still_writes_at_the_end_does_not_hold_it_back() -> None:
    body = 'say("ready"); sys.stdin.read(); print("x" * 1_000_000); open(sys.argv[1], "w").write("done")'
    target = await anyio.Path(await anyio.mkdtemp()).joinpath("target").absolute()
    parameters = program(body)
    parameters.args.append(str(target))
    async with stdio_client(parameters) as (read, _):
        await said(read)
    assert await target.read_text() == "done"


async def test_a_server_that_ignores_the_end_of_its_stdin_is_terminated() -> None:
    body = """
def leave(*_):
    print("terminated", file=sys.stderr, flush=True)
    sys.exit()
signal.signal(signal.SIGTERM, leave)
say("ready", pid=os.getpid())
while True:
    time.sleep(60)
"""
    errlog = io.StringIO()
    async with started(body, errlog) as (read, _):
        pid = await pid_said(read)
        start = time.monotonic()
    assert 2 <= time.monotonic() - start < scaled(4)
    assert errlog.getvalue() == "terminated\n"
    assert not exists(pid)


async def test_a_stubborn_server_and_its_stubborn_child_are_killed() -> None:
    body = f"""
if os.fork() == 0:
    {STUBBORN.strip().replace(chr(10), chr(10) + "    ")}
{STUBBORN}"""
    async with started(body) as (read, _):
        pids = [await pid_said(read), await pid_said(read)]
        assert all(is_alive(pid) for pid in pids)
        start = time.monotonic()
    assert 4 <= time.monotonic() - start < scaled(6)
    assert not any(is_alive(pid) for pid in pids)


async def test_the_children_of_a_server_that_ends_by_itself_end_too() -> None:
    body = 'child = subprocess.Popen(["sleep", "600"]); say("ready", pid=child.pid)' + ECHO
    async with started(body) as (read, _):
        pid = await pid_said(read)
        assert is_alive(pid)
    assert not is_alive(pid)


async def test_a_cancelled_exit_still_ends_the_server() -> None:
    pid = 0
    with anyio.CancelScope() as scope:
        async with stdio_client(program(STUBBORN)) as (read, _):
            pid = await pid_said(read)
            scope.cancel()
            await anyio.sleep(60)
    assert scope.cancelled_caught
    assert not exists(pid)


async def test_an_error_in_the_body_still_ends_the_server() -> None:
    pids: list[int] = []

    async def fail() -> None:
        async with stdio_client(program('say("ready", pid=os.getpid())' + ECHO)) as (read, _):
            pids.append(await pid_said(read))
            raise ValueError("mine")

    with pytest.raises(ValueError, match="mine"):
        await fail()
    assert not exists(pids[0])


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_a_cancelled_asyncio_task_leaves_no_process() -> None:
    import asyncio

    pids: list[int] = []
    ready = asyncio.Event()

    async def use() -> None:
        async with stdio_client(program(STUBBORN)) as (read, _):
            pids.append(await pid_said(read))
            ready.set()
            await asyncio.sleep(60)

    task = asyncio.create_task(use())
    await ready.wait()
    task.cancel()
    await asyncio.sleep(0)
    task.cancel()  # again, in the middle of the exit
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not exists(pids[0])


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_entered_in_one_task_and_left_in_another_in_any_order() -> None:
    import asyncio

    first, second = stdio_client(program(ECHO)), stdio_client(program(ECHO))
    read, write = await asyncio.create_task(first.__aenter__())
    await asyncio.create_task(second.__aenter__())
    await asyncio.create_task(first.__aexit__(None, None, None))
    await asyncio.create_task(second.__aexit__(None, None, None))
    assert await read.link.receive() is None
    write.link.send(b"{}")


async def test_stderr_goes_into_a_file_that_has_a_descriptor(tmp_path: Path) -> None:
    target = tmp_path / "errors"
    with target.open("w") as file:
        async with started('print("problem", file=sys.stderr)', file) as (read, _):
            assert await read.link.receive() is None
    assert target.read_text() == "problem\n"


async def test_stderr_goes_into_a_file_without_a_descriptor() -> None:
    errlog = io.StringIO()
    body = 'sys.stderr.buffer.write("grün ".encode() + b"\\xff" + b"x" * 1_000_000)'
    async with started(body, errlog) as (read, _):
        assert await read.link.receive() is None
    assert errlog.getvalue() == "grün \ufffd" + "x" * 1_000_000


async def test_an_error_log_that_is_closed_stops_nothing() -> None:
    errlog = io.StringIO()
    errlog.close()
    async with started('print("e" * 1_000_000, file=sys.stderr); say("ready")', errlog) as (read, _):
        assert (await said(read)).method == "ready"


def no_such_command(folder: Path) -> tuple[StdioServerParameters, Sequence[str]]:
    return StdioServerParameters(command="no-such-command"), ["'no-such-command'", "not found", "PATH"]


def no_such_folder(folder: Path) -> tuple[StdioServerParameters, Sequence[str]]:
    parameters = StdioServerParameters(command=sys.executable, cwd=folder / "none")
    return parameters, [str(folder / "none"), "does not exist"]


def not_executable(folder: Path) -> tuple[StdioServerParameters, Sequence[str]]:
    (folder / "script").write_text("echo")
    return StdioServerParameters(command=str(folder / "script")), [str(folder / "script"), "not executable"]


def no_program(folder: Path) -> tuple[StdioServerParameters, Sequence[str]]:
    (folder / "script").write_text("\0\0")
    (folder / "script").chmod(0o755)
    return StdioServerParameters(command=str(folder / "script")), [str(folder / "script"), "format"]


@pytest.mark.parametrize(
    ("case", "error"),
    [
        (no_such_command, FileNotFoundError),
        (no_such_folder, FileNotFoundError),
        (not_executable, PermissionError),
        (no_program, OSError),
    ],
)
async def test_what_cannot_be_started_is_named_with_what_to_do(
    case: Callable[[Path], tuple[StdioServerParameters, Sequence[str]]], error: type[OSError], tmp_path: Path
) -> None:
    parameters, words = case(tmp_path)
    before = set(os.listdir("/proc/self/fd"))
    with pytest.raises(error) as caught:
        async with stdio_client(parameters, io.StringIO()):
            pytest.fail("it started")
    for word in words:
        assert word in str(caught.value)
    assert await until(lambda: set(os.listdir("/proc/self/fd")) <= before, scaled(5))


async def test_arguments_that_are_none_leave_nothing_behind() -> None:
    before = len(os.listdir("/proc/self/fd"))
    with pytest.raises(ValueError, match="null"):
        async with stdio_client(StdioServerParameters(command="a\0b")):
            pytest.fail("it started")
    with pytest.raises(LookupError, match="klingon"):
        async with stdio_client(program(ECHO, encoding="klingon")):
            pytest.fail("it started")
    assert len(os.listdir("/proc/self/fd")) == before


async def test_the_server_gets_its_environment_and_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET", "1")
    body = 'say("ready", env=dict(os.environ), cwd=os.getcwd())'
    async with started(body, env={"MINE": "2", "HOME": "/nowhere"}, cwd=tmp_path) as (read, _):
        params = (await said(read)).params
    assert params is not None
    assert params["cwd"] == str(tmp_path)
    env = params["env"]
    assert (env["MINE"], env["HOME"], env["PATH"]) == ("2", "/nowhere", os.environ["PATH"])
    assert "SECRET" not in env


def test_the_default_environment_holds_what_is_listed_and_no_functions(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HOME", "/home/me")
    monkeypatch.setenv("SHELL", "() { :; }; code")
    monkeypatch.delenv("TERM", raising=False)
    monkeypatch.setenv("OTHER", "1")
    environment = get_default_environment()
    assert DEFAULT_INHERITED_ENV_VARS == ["HOME", "LOGNAME", "PATH", "SHELL", "TERM", "USER"]
    assert environment["HOME"] == "/home/me"
    assert environment.keys() <= set(DEFAULT_INHERITED_ENV_VARS) - {"SHELL", "TERM"}


ENCODINGS = [
    ("utf-8", "replace", "grün".encode() + b"\xff", "grün\ufffd"),
    ("utf-8", "ignore", "grün".encode() + b"\xff", "grün"),
    ("latin-1", "strict", "grün".encode("latin-1"), "grün"),
    ("cp1252", "replace", "grün €".encode("cp1252"), "grün €"),
]


@pytest.mark.parametrize(("encoding", "errors", "raw", "text"), ENCODINGS)
async def test_other_encodings(encoding: str, errors: str, raw: bytes, text: str) -> None:
    body = f"""
sys.stdin.buffer.readline()
sys.stdout.buffer.write(b'{{"jsonrpc":"2.0","method":"' + {raw!r} + b'"}}\\n')
sys.stdout.flush()
for line in sys.stdin.buffer:
    say("got", raw=list(line))
"""
    async with started(body, encoding=encoding, encoding_error_handler=errors) as (read, write):
        write.link.send(b"{}")
        assert (await said(read)).method == text
        write.link.send("grün".encode())
        params = (await said(read)).params
        assert params == {"raw": list("grün\n".encode(encoding))}


@pytest.mark.parametrize("encoding", ["ascii", "utf-16-le"])
async def test_text_that_is_none_in_a_strict_encoding_is_one_malformed_message(encoding: str) -> None:
    bad = (
        json.dumps({"jsonrpc": "2.0", "method": "bad"}).encode(encoding) + b"\x00\xdc" + "\n".encode(encoding)
    )
    good = encode_notification("good", None).decode().encode(encoding) + "\n".encode(encoding)
    body = f"""
sys.stdout.buffer.write({bad!r}); sys.stdout.flush()
sys.stdin.buffer.readline()
sys.stdout.buffer.write({good!r}); sys.stdout.flush()
time.sleep(60)
"""
    async with started(body, encoding=encoding) as (read, write):
        assert isinstance(await read.link.receive(), MalformedMessage)
        write.link.send(b"{}\n")
        assert (await said(read)).method == "good"


def reap(pid: int) -> None:
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, 0)


async def test_a_server_reaped_by_somebody_else_is_gone_like_any_other() -> None:
    async with started('say("ready", pid=os.getpid())' + ECHO) as (read, _):
        pid = await pid_said(read)
        os.kill(pid, signal.SIGKILL)
        reap(pid)
        assert await read.link.receive() is None
