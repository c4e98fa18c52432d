"""A stderr that never blocks: what arrives, what is dropped, and what the end waits for."""

from __future__ import annotations

import os
import sys
import time

import pytest

from mcp.server._relay import BACKLOG, FLUSH_SECONDS, StderrRelay
from support.timeouts import scaled

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the pipes of POSIX")


def read_all(descriptor: int) -> bytes:
    """Read to the end."""
    data = b""
    while piece := os.read(descriptor, 65536):
        data += piece
    os.close(descriptor)
    return data


@pytest.mark.parametrize("blocking", [True, False])
def test_all_arrives_where_it_is_read(blocking: bool) -> None:
    outlet, inlet = os.pipe()
    os.set_blocking(inlet, blocking)
    relay = StderrRelay(inlet)
    data = bytes(range(256)) * 1024  # more than a pipe holds
    os.write(relay.inlet, data)
    read = b""
    while len(read) < len(data):
        read += os.read(outlet, 65536)
    relay.close()
    assert read + read_all(outlet) == data


def test_nobody_reads_and_nobody_waits() -> None:
    outlet, inlet = os.pipe()
    relay = StderrRelay(inlet)
    for _ in range(8):
        os.write(relay.inlet, b"x" * BACKLOG)
    start = time.monotonic()
    relay.close()
    assert time.monotonic() - start < scaled(FLUSH_SECONDS + 0.5)
    read = read_all(outlet)
    assert BACKLOG // 2 < len(read) < 3 * BACKLOG
    assert read.endswith(b"bytes of stderr dropped: they were not read in time]\n")


def test_a_reader_that_has_gone_is_nobody() -> None:
    outlet, inlet = os.pipe()
    os.close(outlet)
    relay = StderrRelay(inlet)
    for _ in range(4):
        os.write(relay.inlet, b"x" * BACKLOG)
    relay.close()


def test_a_child_that_holds_the_pipe_does_not_hold_the_end_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mcp.server._relay.FLUSH_SECONDS", 600)
    outlet, inlet = os.pipe()
    relay = StderrRelay(inlet)
    held = os.dup(relay.inlet)
    os.write(held, b"before")
    start = time.monotonic()
    relay.close()
    assert time.monotonic() - start < scaled(20)
    os.write(held, b" and after")
    os.close(held)
    assert read_all(outlet) == b"before and after"
