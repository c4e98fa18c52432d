"""The end of a process that serves stdio: end of input, signals, a dead parent, and what stands in the way."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack

import pytest

from support.stdio_process import PROGRAM, Program
from support.timeouts import scaled

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the signals of POSIX")


def end_of_input(program: Program) -> None:
    program.close_stdin()


def sigterm(program: Program) -> None:
    program.process.terminate()


def sigint(program: Program) -> None:
    program.process.send_signal(signal.SIGINT)


EVERY_END = pytest.mark.parametrize(("end", "code"), [(end_of_input, 0), (sigint, 130), (sigterm, 143)])
EVERY_SIGNAL = pytest.mark.parametrize(("end", "code"), [(sigint, 130), (sigterm, 143)])

End = Callable[[Program], None]


def begun(program: Program) -> None:
    """Read stderr up to the beginning of the lifespan."""
    while program.noted() != "lifespan begins":
        pass


def timed(program: Program, end: End) -> tuple[int, float]:
    """End the program; return its exit code and the seconds that it took."""
    start = time.monotonic()
    end(program)
    code = program.ended()
    return code, time.monotonic() - start


@EVERY_END
def test_idle_it_is_gone_within_a_second(end: End, code: int) -> None:
    with Program() as program:
        assert program.call("echo", text="a") == "a"
        ended, seconds = timed(program, end)
        assert ended == code
        assert seconds < scaled(1)
        errors = program.errors()
        assert errors.endswith("lifespan ends\n")
        assert "Traceback" not in errors


@EVERY_END
def test_calls_in_flight_are_answered(end: End, code: int) -> None:
    with Program() as program:
        begun(program)
        program.start_call("sleeps", seconds=1)
        assert program.noted() == "sleeping"
        assert timed(program, end)[0] == code
        assert program.message()["result"]["content"][0]["text"] == "slept"
        assert program.errors() == "lifespan ends\n"


ENDS: list[tuple[End, int]] = [(end_of_input, 0), (sigint, 130), (sigterm, 143)]


def started(stack: ExitStack, tool: str, **arguments: object) -> Program:
    """Start a program, and a call in it."""
    program = stack.enter_context(Program())
    begun(program)
    program.start_call(tool, **arguments)
    if tool == "holds_a_thread":
        assert program.message()["result"]
    else:
        assert program.noted() in ("sleeping", "holding")
    return program


def all_ended(programs: list[tuple[Program, End, int]]) -> float:
    """End all the programs at once; return the seconds that they took."""
    start = time.monotonic()
    for program, end, _ in programs:
        end(program)
    assert [program.ended() for program, _, _ in programs] == [code for _, _, code in programs]
    return time.monotonic() - start


def test_calls_that_take_too_long_are_cancelled_and_clean_up() -> None:
    with ExitStack() as stack:
        programs = [(started(stack, "sleeps", seconds=60, cleanup=0.5), *each) for each in ENDS]
        assert 5 < all_ended(programs) < scaled(7)
        for program, _, _ in programs:
            errors = program.errors()
            assert (
                errors.index("cancelled\n") < errors.index("cleaned up\n") < errors.index("lifespan ends\n")
            )
            assert "Traceback" not in errors


def test_tools_that_never_let_go_are_left_behind() -> None:
    with ExitStack() as stack:
        programs = [
            (started(stack, tool, seconds=60), *each)
            for tool in ("holds_the_loop", "holds_a_thread")
            for each in ENDS
        ]
        assert 7 < all_ended(programs) < scaled(10)
        for program, _, _ in programs:
            assert "Traceback" not in program.errors()


def test_a_second_signal_ends_it_at_once() -> None:
    with Program() as program:
        begun(program)
        program.start_call("holds_the_loop", seconds=60)
        assert program.noted() == "holding"
        program.process.terminate()
        program.process.send_signal(signal.SIGINT)
        ended, seconds = timed(program, sigint)
        assert ended in (130, 143)
        assert seconds < scaled(1)


def test_a_signal_after_the_end_of_input_cancels_at_once() -> None:
    with Program((PROGRAM, "own", "DEBUG")) as program:
        begun(program)
        program.start_call("sleeps", seconds=60)
        assert program.noted() == "sleeping"
        program.close_stdin()
        while "No more requests" not in program.noted():
            pass
        ended, seconds = timed(program, sigterm)
        assert ended == 143
        assert seconds < scaled(2)
        assert "cleaned up\n" in program.errors()


def test_clean_up_without_end_is_cut_short() -> None:
    with Program((PROGRAM, "own", "DEBUG")) as program:
        begun(program)
        program.start_call("sleeps", seconds=60, cleanup=60)
        assert program.noted() == "sleeping"
        program.close_stdin()
        while "No more requests" not in program.noted():
            pass
        ended, seconds = timed(program, sigterm)
        assert ended == 143
        assert seconds < scaled(4)


def test_a_call_that_is_told_of_the_end_is_still_answered() -> None:
    with Program() as program:
        assert program.call("signals_itself") == "answered"
        assert program.ended() == 143


@EVERY_SIGNAL
def test_a_loop_that_takes_the_signals_descriptor_hides_no_signal(end: End, code: int) -> None:
    script = f"""
import sys; sys.path.insert(0, {str(PROGRAM.parent.parent)!r})
import asyncio, signal
from support import stdio_program

async def takes(arguments):
    asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, print)
    return "taken"

stdio_program.TOOLS["takes"] = takes
stdio_program.main("own")
"""
    with Program(("-c", script)) as program:
        assert program.call("takes") == "taken"
        assert timed(program, end)[0] == code


PARENT = """
import subprocess, sys, time
server = subprocess.Popen([sys.executable, *sys.argv[1:]])
print(server.pid, file=sys.stderr, flush=True)
time.sleep(600)
"""


def test_a_dead_parent_ends_it_where_its_input_stays_open() -> None:
    with Program(("-c", PARENT, PROGRAM, "own")) as parent:
        assert parent.noted().isdigit()
        assert parent.call("echo", text="a") == "a"
        begun(parent)
        parent.process.kill()
        assert parent.rest() == b"printed after\n"  # its end: nobody else has its stdout
        assert parent.errors() == "lifespan ends\n"


def test_off_the_main_thread_it_serves_without_signals() -> None:
    script = f"""
import sys; sys.path.insert(0, {str(PROGRAM.parent.parent)!r})
import threading
from support import stdio_program
thread = threading.Thread(target=stdio_program.main, args=("own",))
thread.start()
thread.join()
"""
    with Program(("-c", script)) as program:
        assert program.call("echo", text="a") == "a"
        program.close_stdin()
        assert program.ended() == 0


FAILS = """
from mcp.server.stdio import run_stdio

async def main(read, write, shutdown):
    {body}

run_stdio(main)
"""


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("raise ValueError('broken server')", 1),
        ("shutdown.request(3); raise ValueError('broken server')", 3),
        ("shutdown.request(3); await read.receive()", 3),
        ("return", 0),
    ],
)
def test_what_main_raises_and_returns(body: str, code: int) -> None:
    with Program(("-c", FAILS.format(body=body))) as program:
        assert program.ended() == code
        assert ("broken server" in program.errors()) == ("broken" in body)
