"""Text files that stand in for stdin and stdout, read and written as they are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

__all__ = ["reader_of", "writer_of"]

CHUNK = 64 * 1024


def reader_of(file: Any) -> Callable[[], bytes]:
    """Return a function that blocks, and returns the next bytes of a file, `b""` at its end.

    Args:
        file: a text file, or any object with a `readline`; None has nothing to read.
    """
    if file is None:
        return lambda: b""
    binary: Any = getattr(file, "buffer", None)
    if hasattr(binary, "read1"):
        return lambda: bytes(binary.read1(CHUNK))
    return lambda: _encoded(file.readline(CHUNK))


def _encoded(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")


def writer_of(file: Any) -> Callable[[bytes], None]:
    """Return a function that blocks until its bytes are written to a file.

    Args:
        file: a text file, or any object with `write` and `flush`; None swallows everything.
    """
    if file is None:
        return lambda data: None
    binary: Any = getattr(file, "buffer", None)

    def write(data: bytes) -> None:
        if binary is None:
            file.write(data.decode())
        else:
            _write_binary(binary, data)
        file.flush()

    return write


def _write_binary(file: Any, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[file.write(view) or 0 :]  # an unbuffered file may take a part
    file.flush()
