"""Bytes chosen to cost more than they should: reading them stays linear, and what they may grow to is bounded."""

from __future__ import annotations

import time

import pytest

from mcp.types.jsonrpc import MAX_BATCH, MalformedMessage, parse_message
from support.timeouts import scaled

MIB = 1024 * 1024
PING = b'{"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":%b}}'


def cost(digits: int) -> float:
    """Return the CPU seconds of reading a mebibyte of digits, in runs of this length."""
    data = PING % (b'"' + b" ".join([b"1" * digits] * (MIB // (digits + 1))) + b'"')
    seconds: list[float] = []
    for _ in range(3):
        began = time.process_time()
        parse_message(data)
        seconds.append(time.process_time() - began)
    return min(seconds)


def test_long_runs_of_digits_cost_no_more_than_short_ones() -> None:
    assert cost(290) < 4 * cost(3)


@pytest.mark.parametrize("member", [b"{}", PING % b"1"], ids=["malformed", "good"])
def test_a_batch_is_bounded_before_its_members_are_looked_at(member: bytes) -> None:
    data = b"[" + b",".join([member] * (MIB // len(member))) + b"]"
    began = time.perf_counter()
    with pytest.raises(MalformedMessage, match=f"{MAX_BATCH} are allowed"):
        parse_message(data)
    assert time.perf_counter() - began < scaled(2.0)


def test_the_largest_batch_is_read() -> None:
    frames = parse_message(b"[" + b",".join([PING % b"1"] * MAX_BATCH) + b"]")
    assert isinstance(frames, list)
    assert len(frames) == MAX_BATCH
