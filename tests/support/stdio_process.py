"""Programs that talk over their standard streams, driven from outside with nothing but descriptors."""

import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from mcp.types import CLIENT_CAPABILITIES_KEY, PROTOCOL_VERSION_KEY
from mcp.types.versions import LATEST_MODERN
from support.timeouts import scaled

__all__ = ["PROGRAM", "Program", "child_environment", "tool_call"]

PROGRAM = Path(__file__).with_name("stdio_program.py")
"""The server whose tools do to the process what tools do."""

META: Mapping[str, object] = {PROTOCOL_VERSION_KEY: LATEST_MODERN, CLIENT_CAPABILITIES_KEY: {}}

Stream = int | IO[Any]


def child_environment() -> Mapping[str, str]:
    """Return our environment, without what makes Python write at once: programs are started without it."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}


def tool_call(name: str, request_id: int, **arguments: object) -> dict[str, Any]:
    """Return the message that calls a tool, self-contained."""
    params: dict[str, Any] = {"name": name, "arguments": arguments, "_meta": META}
    return {"jsonrpc": "2.0", "id": request_id, "method": "tools/call", "params": params}


class Program:
    """A running program; killed, if need be, when the `with` block ends.

    Args:
        command: what to start, after the interpreter.
        stdin, stdout, stderr: as for `subprocess.Popen`.
    """

    def __init__(
        self,
        command: Sequence[str | Path] = (PROGRAM, "own"),
        *,
        stdin: Stream = subprocess.PIPE,
        stdout: Stream = subprocess.PIPE,
        stderr: Stream = subprocess.PIPE,
    ) -> None:
        self.process = subprocess.Popen(
            [sys.executable, *command],
            stdin=stdin,
            stdout=stdout,
            stderr=stderr,
            bufsize=0,
            env=child_environment(),
            start_new_session=True,
        )
        self._read = b""
        self._calls = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            if stream is not None:
                stream.close()

    def write(self, data: bytes) -> None:
        """Write to its stdin."""
        assert self.process.stdin is not None
        self.process.stdin.write(data)

    def send(self, message: object) -> None:
        """Write one message to its stdin."""
        self.write(json.dumps(message).encode() + b"\n")

    def close_stdin(self) -> None:
        """Let it read the end of its input."""
        assert self.process.stdin is not None
        self.process.stdin.close()

    def start_call(self, tool: str, **arguments: object) -> int:
        """Call a tool; return the id of the request."""
        self._calls += 1
        self.send(tool_call(tool, self._calls, **arguments))
        return self._calls

    def call(self, tool: str, **arguments: object) -> str:
        """Call a tool, and return the text that the next message answers with."""
        request_id = self.start_call(tool, **arguments)
        answer = self.message()
        assert answer["id"] == request_id
        return str(answer["result"]["content"][0]["text"])

    def message(self) -> dict[str, Any]:
        """Return the next message on its stdout; anything else there fails the test."""
        assert self.process.stdout is not None
        line = self._line(self.process.stdout)
        assert line, "the program ended its stdout"
        message = json.loads(line)
        assert message["jsonrpc"] == "2.0"
        return dict(message)

    def noted(self) -> str:
        """Return the next line of its stderr."""
        assert self.process.stderr is not None
        line = self._line(self.process.stderr, buffered=False)
        assert line, "the program ended its stderr"
        return line.decode()

    def _line(self, stream: IO[bytes], buffered: bool = True) -> bytes:
        deadline = time.monotonic() + scaled(20)
        data = self._read if buffered else b""
        while b"\n" not in data:
            assert select.select([stream], [], [], max(0, deadline - time.monotonic()))[0], (
                "nothing came in time"
            )
            piece = os.read(stream.fileno(), 65536 if buffered else 1)
            if not piece:
                break
            data += piece
        line, _, rest = data.partition(b"\n")
        if buffered:
            self._read = rest
        return line

    def ended(self, within: float = 20) -> int:
        """Wait for its end, at most `within` scaled seconds; return its exit code."""
        return self.process.wait(scaled(within))

    def rest(self) -> bytes:
        """Return all that its stdout still holds, to the end."""
        assert self.process.stdout is not None
        return self._read + self.process.stdout.read()

    def errors(self) -> str:
        """Return all that its stderr still holds, to the end."""
        assert self.process.stderr is not None
        return bytes(self.process.stderr.read()).decode()
