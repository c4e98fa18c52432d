"""Lines: what is cut out of a byte stream, however it arrives."""

from __future__ import annotations

import tracemalloc

import pytest

from mcp.shared._lines import LINE_LIMIT, LineSplitter
from mcp.types.jsonrpc import INVALID_REQUEST, MalformedMessage

TOO_LONG = "too long"


def shown(items: list[bytes | MalformedMessage]) -> list[bytes | str]:
    return [item if isinstance(item, bytes) else TOO_LONG for item in items]


CASES: list[tuple[bytes, list[bytes | str]]] = [
    (b"", []),
    (b"a\n", [b"a"]),
    (b"a\nb\n", [b"a", b"b"]),
    (b"a\r\nb\r\n", [b"a\r", b"b\r"]),
    (b"\n\r\n  \n\t\na\n", [b"a"]),
    (b"a", [b"a"]),
    (b"a\nb", [b"a", b"b"]),
    (b"\xff\xfe\n", [b"\xff\xfe"]),
    (b"12345678\n", [b"12345678"]),
    (b"123456789\nb\n", [TOO_LONG, b"b"]),
    (b"123456789" * 5 + b"\nb\n", [TOO_LONG, b"b"]),
    (b"a\n123456789", [b"a", TOO_LONG]),
    (b"123456789\n123456789\nb", [TOO_LONG, TOO_LONG, b"b"]),
]


@pytest.mark.parametrize("step", [1, 2, 7, 1000])
@pytest.mark.parametrize(("data", "expected"), CASES)
def test_lines_do_not_depend_on_how_the_bytes_arrive(
    data: bytes, expected: list[bytes | str], step: int
) -> None:
    splitter = LineSplitter(limit=8)
    items: list[bytes | MalformedMessage] = []
    for start in range(0, len(data), step):
        items += splitter.feed(data[start : start + step])
    items += splitter.end()
    assert shown(items) == expected


def test_a_line_that_is_too_long_is_an_invalid_request_and_names_the_limit() -> None:
    [error] = LineSplitter(limit=8).feed(b"123456789")
    assert isinstance(error, MalformedMessage)
    assert (error.code, error.id) == (INVALID_REQUEST, None)
    assert "8 bytes" in error.message


def test_the_limit_is_16_mib() -> None:
    splitter = LineSplitter()
    assert LINE_LIMIT == 16 * 1024 * 1024
    assert splitter.feed(b"x" * LINE_LIMIT) == []
    assert len(splitter.feed(b"x")) == 1


def test_a_line_that_drips_in_takes_no_more_room_than_its_bytes() -> None:
    splitter = LineSplitter()
    tracemalloc.start()
    for _ in range(50_000):
        splitter.feed(b"ab")
    size, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert size < 300_000
    assert splitter.feed(b"\n") == [b"ab" * 50_000]
