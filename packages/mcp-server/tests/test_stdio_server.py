"""`stdio_server` with files of the caller's: the arguments of 1.x, and replaced standard streams."""

from __future__ import annotations

import io
import sys
from typing import Any

import anyio
import pytest

from mcp.server._files import writer_of
from mcp.server.stdio import stdio_server
from mcp.shared.message import SessionMessage
from mcp.types import JSONRPCMessage, JSONRPCNotification, JSONRPCRequest
from mcp.types.jsonrpc import MalformedMessage
from support.timeouts import scaled

pytestmark = pytest.mark.anyio

LINES = (
    '{"jsonrpc":"2.0","id":1,"method":"ping"}\r\n'
    "\n"
    "{bad\n"
    '{"jsonrpc":"2.0","method":"grün"}'  # the last line needs no newline
)

EXPECTED = [
    JSONRPCRequest(jsonrpc="2.0", id=1, method="ping"),
    MalformedMessage,
    JSONRPCNotification(jsonrpc="2.0", method="grün"),
]


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def binary() -> tuple[Any, Any]:
    return (
        io.TextIOWrapper(io.BytesIO(LINES.encode()), encoding="utf-8"),
        io.TextIOWrapper(io.BytesIO(), encoding="utf-8"),
    )


def text() -> tuple[Any, Any]:
    return io.StringIO(LINES), io.StringIO()


class Bare:
    """No more than what reading and writing takes; reads bytes, takes text."""

    def __init__(self, data: bytes) -> None:
        self._data = io.BytesIO(data)
        self.written = ""

    def readline(self, size: int) -> bytes:
        return self._data.readline(size)

    def write(self, text: str) -> None:
        self.written += text

    def flush(self) -> None: ...


def bare() -> tuple[Any, Any]:
    return Bare(LINES.encode()), Bare(b"")


def written_to(file: Any) -> str:
    if isinstance(file, Bare):
        return file.written
    if isinstance(file, io.StringIO):
        return file.getvalue()
    file.seek(0)
    return str(file.read())


EVERY_FILE = pytest.mark.parametrize("files", [binary, text, bare])


async def talk(stdin: Any = None, stdout: Any = None) -> list[object]:
    """Send one message; return all that is received."""
    notification = JSONRPCNotification(jsonrpc="2.0", method="hello", params={"a": "ü"})
    received: list[object] = []
    with anyio.fail_after(scaled(20)):
        async with stdio_server(stdin, stdout) as (read, write):
            await write.send(SessionMessage(JSONRPCMessage(notification)))
            print("printed")
            async for item in read:
                received.append(item.message.root if isinstance(item, SessionMessage) else type(item))
    return received


@EVERY_FILE
async def test_files_given_as_arguments(files: Any, capsys: pytest.CaptureFixture[str]) -> None:
    stdin, stdout = files()
    assert await talk(anyio.AsyncFile(stdin), anyio.AsyncFile(stdout)) == EXPECTED
    assert written_to(stdout) == '{"jsonrpc":"2.0","method":"hello","params":{"a":"ü"}}\n'
    assert capsys.readouterr().out == "printed\n"


@EVERY_FILE
async def test_replaced_standard_streams(
    files: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stdin, stdout = files()
    monkeypatch.setattr(sys, "stdin", stdin)
    monkeypatch.setattr(sys, "stdout", stdout)
    assert await talk() == EXPECTED
    assert sys.stdout is stdout
    assert written_to(stdout) == '{"jsonrpc":"2.0","method":"hello","params":{"a":"ü"}}\n'
    assert capsys.readouterr().err == "printed\n"


async def test_without_standard_streams_there_is_nothing_to_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    monkeypatch.setattr(sys, "stdout", None)
    assert await talk() == []


async def test_text_that_cannot_be_encoded_is_a_malformed_message() -> None:
    stdin = io.StringIO('{"jsonrpc":"2.0","method":"\ud800"}\n')
    assert await talk(anyio.AsyncFile(stdin), anyio.AsyncFile(io.StringIO())) == [MalformedMessage]


def test_an_unbuffered_file_may_take_a_part() -> None:
    class Raw(io.RawIOBase):
        taken = b""

        def writable(self) -> bool:
            return True

        def write(self, data: Any, /) -> int | None:
            piece = bytes(data[:3])
            self.taken += piece
            return len(piece) or None

    class File:
        buffer = Raw()

        def flush(self) -> None: ...

    file = File()
    writer_of(file)(b"12345678")
    assert file.buffer.taken == b"12345678"
