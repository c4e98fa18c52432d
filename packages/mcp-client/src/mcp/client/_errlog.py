"""Where a server's stderr goes: to the descriptor of a file, or through a pipe and a thread into it."""

from __future__ import annotations

import codecs
import os
import threading
from contextlib import suppress
from typing import TextIO

from mcp.client._until import until

__all__ = ["ErrorLog"]

FLUSH_SECONDS = 1.0
"""How long the end waits for what a server has written."""

CHUNK = 64 * 1024


class ErrorLog:
    """A descriptor for a child's stderr.

    Args:
        file: gets the text; any object with `write`.

    Attributes:
        descriptor: to be given to the child.
    """

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._thread: threading.Thread | None = None
        self._inlet: int | None = None
        try:
            file.flush()
            self.descriptor = file.fileno()
        except (AttributeError, OSError, ValueError):  # a StringIO, a notebook's or a test's stderr
            outlet, self._inlet = os.pipe()
            self.descriptor = self._inlet
            self._thread = threading.Thread(target=self._copy, args=(outlet,), name="mcp errlog", daemon=True)
            self._thread.start()

    def started(self) -> None:
        """Leave the descriptor to the child alone."""
        if self._inlet is not None:
            os.close(self._inlet)
            self._inlet = None

    async def flushed(self) -> None:
        """Wait, within bounds, until all that the child wrote has arrived in the file."""
        if (thread := self._thread) is not None:
            await until(lambda: not thread.is_alive(), FLUSH_SECONDS)

    def _copy(self, outlet: int) -> None:
        decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        while data := os.read(outlet, CHUNK):
            with suppress(Exception):  # closed meanwhile: the pipe must still be emptied
                self._file.write(decode(data))
                self._file.flush()
        os.close(outlet)
