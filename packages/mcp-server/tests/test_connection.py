"""Bad input and rough handlers: one answer or silence, over memory and over stdio, and the connection lives."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import anyio
import pytest

import support.rough_server
from mcp.shared import _loop
from mcp.types import CLIENT_CAPABILITIES_KEY, PROTOCOL_VERSION_KEY, PingRequest
from support.rough_server import ROUGH, fastmcp_server, lowlevel_server
from support.stdio_process import Program
from support.timeouts import scaled
from support.wire import Wire, initialize, initialized, modern, request, serving

pytestmark = pytest.mark.anyio

PARSE, INVALID, NO_METHOD, BAD_PARAMS, INTERNAL = -32700, -32600, -32601, -32602, -32603

Row = tuple[bytes, int, object]
"""What is sent; the code and the id that it is answered with."""


def line(message: object) -> bytes:
    """Return a message as it is sent."""
    return json.dumps(message).encode()


def with_params(params: bytes) -> bytes:
    """Return a request with these parameters."""
    return b'{"jsonrpc":"2.0","id":7,"method":"tools/call","params":' + params + b"}"


def nested(depth: int) -> bytes:
    """Return a request whose JSON is so deep."""
    return with_params(b"[" * (depth - 1) + b"]" * (depth - 1))


UNREADABLE: list[Row] = [
    (b"nonsense", PARSE, None),
    (b'{"jsonrpc":"2.0","id":7,', PARSE, None),
    (with_params(b'{"name":"\xff"}'), PARSE, None),
    (with_params(b'{"name":"\xed\xa0\x80"}'), PARSE, None),
    (with_params(b'{"name":NaN}'), PARSE, None),
    (with_params(b'{"name":-Infinity}'), PARSE, None),
    (with_params(b'{"name":1e999}'), PARSE, None),
    (with_params(b"1" * 5_000), PARSE, None),
    (nested(201), PARSE, None),
    (nested(10_000), PARSE, None),
    (b"[" * 10_000, PARSE, None),
]

ILLEGAL: list[Row] = [
    (line([request(7, "ping")]), INVALID, None),
    (b"[]", INVALID, None),
    (b"5", INVALID, None),
    (b'"text"', INVALID, None),
    (b"null", INVALID, None),
    (b"true", INVALID, None),
    (line({"id": 7, "method": "ping"}), INVALID, 7),
    (line({"jsonrpc": "1.0", "id": "seven", "method": "ping"}), INVALID, "seven"),
    (line({"jsonrpc": 2.0, "id": 7, "method": "ping"}), INVALID, 7),
    (line(request(None, "ping")), INVALID, None),
    (line(request(True, "ping")), INVALID, None),
    (line(request(1.5, "ping")), INVALID, None),
    (line(request({}, "ping")), INVALID, None),
    (line(request(2**64, "ping")), INVALID, None),
    (line(request(-(2**64), "ping")), INVALID, None),
    (line(request("i" * 257, "ping")), INVALID, None),
    (line({"jsonrpc": "2.0", "id": 7, "method": 5}), INVALID, 7),
    (line({"jsonrpc": "2.0", "id": 7}), INVALID, 7),
    (line({"jsonrpc": "2.0", "id": 7, "result": 5}), INVALID, None),
    (line({"jsonrpc": "2.0", "id": 7, "result": {}, "error": {}}), INVALID, None),
]

WRONG: list[Row] = [
    (line(request(7, "no/such")), NO_METHOD, 7),
    (line(request("s", "server/discover")), NO_METHOD, "s"),
    (with_params(b"[1]"), BAD_PARAMS, 7),
    (with_params(b'"name"'), BAD_PARAMS, 7),
    (line(request(7, "tools/call")), BAD_PARAMS, 7),
    (line(request(7, "tools/call", name=5)), BAD_PARAMS, 7),
    (line(request(7, "tools/call", name="echo", arguments=[])), BAD_PARAMS, 7),
    (line(request(7, "prompts/get", arguments={})), BAD_PARAMS, 7),
    (line(request(7, "ping", _meta=5)), BAD_PARAMS, 7),
    (line(request(7, "tools/list", _meta=[])), BAD_PARAMS, 7),
    (line(request(7, "tools/list", _meta={"progressToken": 1.5})), BAD_PARAMS, 7),
    (line(request(7, "tools/list", cursor=5)), BAD_PARAMS, 7),
    (line(request(7, "tools/list", cursor="gone")), BAD_PARAMS, 7),
    (line(request(7, "logging/setLevel", level="loud")), BAD_PARAMS, 7),
    (line(request(7, "logging/setLevel", level=None)), BAD_PARAMS, 7),
    (line(request(7, "logging/setLevel", level=[])), BAD_PARAMS, 7),
    (line(initialize(7)), INVALID, 7),
]

UNSEALED: list[Row] = [
    (line(modern(7, "no/such")), NO_METHOD, 7),
    (line(modern(7, "tools/call")), BAD_PARAMS, 7),
    (line(modern(7, "tools/list", cursor="gone")), BAD_PARAMS, 7),
    (line(modern(7, "tools/list", _meta={"io.modelcontextprotocol/logLevel": "loud"})), BAD_PARAMS, 7),
    (line(modern(7, "tools/list", _meta={CLIENT_CAPABILITIES_KEY: 5})), BAD_PARAMS, 7),
    (line(modern(7, "tools/list", _meta={PROTOCOL_VERSION_KEY: 5})), -32022, 7),
    (line(modern(7, "tools/call", name="echo", requestState="forged")), BAD_PARAMS, 7),
    (line(modern(7, "tools/call", name="echo", requestState=5)), BAD_PARAMS, 7),
]

ROWS = UNREADABLE + ILLEGAL + WRONG + UNSEALED


def shown(row: Row) -> str:
    """Return what a row is called."""
    return row[0][:60].decode("latin-1")


SILENT: list[dict[str, Any]] = [
    {"jsonrpc": "2.0", "id": 99, "result": {}},
    {"jsonrpc": "2.0", "id": "99", "error": {"code": 1, "message": "no"}},
    {"jsonrpc": "2.0", "id": None, "error": {"code": 1, "message": "no"}},
    {"jsonrpc": "2.0", "method": "notifications/unheard-of", "params": {"a": 1}},
    {"jsonrpc": "2.0", "method": "notifications/progress", "params": {"progressToken": "nobody's"}},
    {"jsonrpc": "2.0", "method": "tools/list"},
    {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": "99"}},
    {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {}},
    {"jsonrpc": "2.0", "method": "notifications/cancelled"},
    {"jsonrpc": "2.0", "method": "notifications/progress", "params": [1]},
]


async def lives(wire: Wire) -> None:
    """Assert that the connection serves, and that nothing else was sent."""
    assert await wire.result(request("alive?", "ping")) == {}


@pytest.mark.parametrize("row", ROWS, ids=shown)
async def test_bad_input_gets_one_error(row: Row) -> None:
    data, code, request_id = row
    async with serving(lowlevel_server()) as wire:
        await wire.open()
        assert await wire.error(data) == (code, request_id)
        await lives(wire)


def test_bad_input_over_stdio_gets_one_error_and_nothing_else() -> None:
    with rough_program("lowlevel") as program:
        program.send(initialize("open"))
        assert program.message()["result"]["protocolVersion"]
        program.send(initialized())
        for data, code, request_id in ROWS:
            program.write(data + b"\n")
            answer = program.message()
            assert (answer["error"]["code"], answer["id"]) == (code, request_id), data[:80]
            alive(program)
        for message in SILENT:
            program.send(message)
            alive(program)
        program.close_stdin()
        assert program.ended() == 0
        assert program.rest() == b""


def rough_program(kind: str) -> Program:
    """Return the rough server as a running program."""
    return Program((Path(support.rough_server.__file__), kind))


def alive(program: Program) -> None:
    """Assert that the next message answers a ping."""
    program.send(request("alive?", "ping"))
    assert program.message() == {"jsonrpc": "2.0", "id": "alive?", "result": {}}


def test_a_line_over_16_mib_is_skipped_to_its_end() -> None:
    with rough_program("lowlevel") as program:
        program.write(with_params(b'"' + b"x" * (16 * 1024 * 1024) + b'"') + b"\n")
        answer = program.message()
        assert (answer["error"]["code"], answer["id"]) == (INVALID, None)
        alive(program)
        program.close_stdin()
        assert program.rest() == b""


@pytest.mark.parametrize("message", SILENT, ids=json.dumps)
async def test_what_belongs_to_nothing_is_ignored_and_logged_once(
    message: object, caplog: pytest.LogCaptureFixture
) -> None:
    async with serving(lowlevel_server()) as wire:
        await wire.open()
        wire.send(message, message, message)
        await lives(wire)
    ignored = [each for each in caplog.records if each.getMessage().startswith("Ignored")]
    assert len(ignored) == 1


async def test_a_cancellation_names_its_request_by_value_and_type() -> None:
    server = lowlevel_server()
    async with serving(server) as wire:
        await wire.open()
        wire.send(request(5, "tools/call", name="waits"))
        wire.send(cancelled("5"), cancelled(5.0), cancelled(True), cancelled(None))
        await lives(wire)
        server.release.set()
        assert (await wire.next())["id"] == 5


def cancelled(request_id: object) -> dict[str, Any]:
    """Return the notification that cancels a request."""
    return {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": request_id}}


@pytest.mark.parametrize("method", ["tools/list", "tools/call", "no/such", "resources/list"])
async def test_a_request_before_initialize_is_refused(method: str) -> None:
    async with serving(lowlevel_server()) as wire:
        await lives(wire)
        assert await wire.error(request(7, method)) == (INVALID, 7)
        await wire.open()
        await lives(wire)


async def test_a_duplicate_id_is_refused_and_the_first_is_answered() -> None:
    server = lowlevel_server()
    async with serving(server) as wire:
        await wire.open()
        wire.send(request(5, "tools/call", name="waits"))
        assert await wire.error(request(5, "tools/call", name="echo")) == (INVALID, 5)
        assert (await wire.result(request("5", "tools/call", name="echo")))["content"][0]["text"] == "echo"
        server.release.set()
        assert (await wire.next())["result"]["content"][0]["text"] == "waits"
        assert (await wire.result(request(5, "tools/call", name="echo")))["isError"] is False


async def test_more_requests_at_once_than_a_connection_may_have_are_refused() -> None:
    server = lowlevel_server()
    async with serving(server) as wire:
        await wire.open()
        for number in range(256):
            wire.send(request(number, "tools/call", name="waits"))
        assert await wire.error(request(256, "tools/call", name="echo")) == (INVALID, 256)
        server.release.set()
        assert {(await wire.next())["id"] for _ in range(256)} == set(range(256))
        await lives(wire)


@pytest.mark.parametrize("make", [request, modern], ids=["request", "self-contained request"])
async def test_calls_cancelled_at_once_are_not_answered(make: Callable[..., dict[str, Any]]) -> None:
    server = lowlevel_server()
    async with serving(server) as wire:
        await wire.open()
        for number in range(300):
            wire.send(make(number, "tools/call", name="waits"), cancelled(number))
        await lives(wire)
        await anyio.wait_all_tasks_blocked()
        assert server.calls.running == set()
        assert server.begun == server.cleaned
        server.release.set()
        await lives(wire)


async def test_a_call_that_runs_is_cancelled_cleaned_up_and_not_answered() -> None:
    server = lowlevel_server()
    async with serving(server) as wire:
        await wire.open()
        wire.send(request(5, "tools/call", name="waits"))
        await anyio.wait_all_tasks_blocked()
        assert (server.begun, server.cleaned) == (1, 0)
        wire.send(cancelled(5))
        await lives(wire)
        await anyio.wait_all_tasks_blocked()
        assert server.cleaned == 1
        assert server.calls.running == set()


async def test_the_end_of_the_connection_cancels_what_runs_and_waits_for_the_clean_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("mcp.server.connection.DRAIN_SECONDS", 0.01)
    server = lowlevel_server()
    async with serving(server) as wire:
        await wire.open()
        wire.send(request(5, "tools/call", name="waits"))
        await anyio.wait_all_tasks_blocked()
    assert server.cleaned == 1
    assert server.calls.running == set()


async def test_at_the_end_of_input_what_was_read_is_answered() -> None:
    server = lowlevel_server()
    async with serving(server) as wire:
        await wire.open()
        wire.send(request(5, "tools/call", name="waits"), request(6, "tools/call", name="echo"))
        wire.link.end_output()
        assert (await wire.next())["id"] == 6
        server.release.set()
        assert (await wire.next())["id"] == 5
        await wire.end()


@pytest.mark.parametrize("make", [request, modern], ids=["request", "self-contained request"])
@pytest.mark.parametrize("name", ROUGH)
@pytest.mark.parametrize("method", ["tools/call", "prompts/get"])
async def test_whatever_a_handler_raises_fails_its_call_alone(
    name: str, method: str, make: Callable[..., dict[str, Any]], caplog: pytest.LogCaptureFixture
) -> None:
    server = lowlevel_server()
    async with serving(server) as wire:
        await wire.open()
        wire.send(request("other", "tools/call", name="waits"))
        answer = await wire.ask(make(7, method, name=name))
        assert answer["id"] == 7
        assert failed(answer)
        await lives(wire)
        server.release.set()
        assert (await wire.next())["result"]["isError"] is False
    assert any(each.levelno >= logging.ERROR for each in caplog.records)
    assert all(each.exc_info is None for each in caplog.records), "a traceback is for DEBUG"


def failed(answer: dict[str, Any]) -> bool:
    """Return whether an answer says that the call failed."""
    if "error" in answer:
        return bool(answer["error"]["code"] == INTERNAL)
    return bool(answer["result"]["isError"])


@pytest.mark.parametrize("make", [request, modern], ids=["request", "self-contained request"])
async def test_what_json_cannot_hold_fails_its_call_alone(make: Callable[..., dict[str, Any]]) -> None:
    async with serving(lowlevel_server()) as wire:
        await wire.open()
        assert await wire.error(make(7, "tools/call", name="surrogate")) == (INTERNAL, 7)
        await lives(wire)


@pytest.mark.parametrize("make", [request, modern], ids=["request", "self-contained request"])
@pytest.mark.parametrize("name", [*ROUGH, *(f"{name}_later" for name in ROUGH), "surrogate"])
async def test_whatever_a_fastmcp_tool_does_fails_its_call_alone(
    name: str, make: Callable[..., dict[str, Any]]
) -> None:
    async with serving(fastmcp_server()) as wire:
        await wire.open()
        answer = await wire.ask(make(7, "tools/call", name=name, arguments={}))
        assert answer["id"] == 7
        assert failed(answer)
        await lives(wire)


FASTMCP_ROWS: list[tuple[dict[str, Any], str]] = [
    (request(7, "tools/call", name="nope", arguments={}), "Unknown tool: nope"),
    (modern(7, "tools/call", name="nope", arguments={}), "Unknown tool: nope"),
    (request(7, "prompts/get", name="nope"), "Unknown prompt: nope"),
    (modern(7, "prompts/get", name="nope"), "Unknown prompt: nope"),
    (request(7, "prompts/get", name="greet"), "Missing required arguments: {'name'}"),
]


@pytest.mark.parametrize(("message", "text"), FASTMCP_ROWS)
async def test_what_fastmcp_does_not_know_is_refused_in_the_words_of_1x(
    message: dict[str, Any], text: str
) -> None:
    async with serving(fastmcp_server()) as wire:
        await wire.open()
        answer = await wire.ask(message)
        assert (answer["id"], answer["error"]["code"]) == (7, BAD_PARAMS)
        assert answer["error"]["message"] == text
        await lives(wire)


def test_a_rough_fastmcp_over_stdio_answers_each_call_once_and_prints_nothing_else() -> None:
    with rough_program("fastmcp") as program:
        program.send(initialize("open"))
        program.message()
        for name in [*ROUGH, *(f"{name}_later" for name in ROUGH), "surrogate"]:
            for make in (request, modern):
                program.send(make(7, "tools/call", name=name, arguments={}))
                answer = program.message()
                assert answer["id"] == 7, name
                assert failed(answer), name
                alive(program)
        for message, text in FASTMCP_ROWS:
            program.send(message)
            assert program.message()["error"] == {"code": BAD_PARAMS, "message": text}
        program.close_stdin()
        assert program.ended() == 0
        assert program.rest() == b""


def test_calls_cancelled_at_once_over_stdio() -> None:
    with rough_program("lowlevel") as program:
        for number in range(300):
            program.send(modern(number, "tools/call", name="waits"))
            program.send(cancelled(number))
        alive(program)
        program.close_stdin()
        assert program.ended() == 0
        assert program.rest() == b""


# Arrays: one revision had them

BATCHES = "2025-03-26"


async def test_an_array_is_answered_by_an_array_in_the_revision_that_has_them() -> None:
    async with serving(lowlevel_server()) as wire:
        await wire.open(BATCHES)
        members: list[Any] = [
            request(1, "tools/call", name="echo"),
            initialized(),
            5,
            request(2, "no/such"),
            initialize(3),
            request(4, "tools/call", name="exits"),
            {"jsonrpc": "2.0", "id": 99, "result": {}},
            request(1, "ping"),
            request(True, "ping"),
        ]
        wire.send(members)
        answers = await wire.batch()
        codes = {str(each["id"]): each.get("error", {}).get("code") for each in answers}
        assert codes == {"1": codes["1"], "None": INVALID, "2": NO_METHOD, "3": INVALID, "4": INTERNAL}
        of_one = [each.get("error", {}).get("code") for each in answers if each["id"] == 1]
        assert sorted(of_one, key=str) == [INVALID, None], "a duplicate, and the first"
        assert len(answers) == 7
        await lives(wire)


async def test_an_array_of_notifications_is_not_answered() -> None:
    async with serving(lowlevel_server()) as wire:
        await wire.open(BATCHES)
        wire.send([initialized(), cancelled(5)])
        await lives(wire)


async def test_an_array_waits_for_its_slowest_and_not_for_what_is_cancelled() -> None:
    server = lowlevel_server()
    async with serving(server) as wire:
        await wire.open(BATCHES)
        waits = [request(number, "tools/call", name="waits") for number in (1, 2)]
        wire.send([*waits, request(3, "tools/call", name="echo")])
        await lives(wire)
        wire.send(cancelled(1))
        await lives(wire)
        server.release.set()
        assert {each["id"] for each in await wire.batch()} == {2, 3}


async def test_an_array_of_cancelled_requests_is_not_answered() -> None:
    async with serving(lowlevel_server()) as wire:
        await wire.open(BATCHES)
        wire.send([request(1, "tools/call", name="waits"), cancelled(1)])
        await lives(wire)


@pytest.mark.parametrize("data", [b"[]", b"[5]", b"[[]]"])
async def test_arrays_of_nothing_useful(data: bytes) -> None:
    async with serving(lowlevel_server()) as wire:
        await wire.open(BATCHES)
        if data == b"[]":
            assert await wire.error(data) == (INVALID, None)
        else:
            wire.send(data)
            [answer] = await wire.batch()
            assert (answer["error"]["code"], answer["id"]) == (INVALID, None)
        await lives(wire)


async def test_an_array_before_initialize_is_refused_whole() -> None:
    async with serving(lowlevel_server()) as wire:
        assert await wire.error(line([initialize(1, BATCHES)])) == (INVALID, None)
        await wire.open(BATCHES)


# What the owner of the server sees


async def test_an_exception_reaches_who_asked_for_it() -> None:
    server = lowlevel_server()

    async def fail() -> None:
        async with serving(server, raise_exceptions=True) as wire:
            await wire.open()
            server.request_handlers[PingRequest] = raises
            assert await wire.error(request(1, "ping")) == (INTERNAL, 1)
            await wire.end()

    with pytest.raises(ExceptionGroup) as caught:
        await fail()
    assert [str(each) for each in caught.value.exceptions] == ["of the handler"]


async def raises(_: Any) -> Any:
    """Fail."""
    raise ValueError("of the handler")


async def test_an_error_that_is_an_answer_does_not_end_the_connection() -> None:
    async with serving(lowlevel_server(), raise_exceptions=True) as wire:
        await wire.open()
        assert await wire.error(request(7, "tools/list", cursor="gone")) == (BAD_PARAMS, 7)
        await lives(wire)


async def test_a_handler_of_notifications_may_be_slow_or_rough(caplog: pytest.LogCaptureFixture) -> None:
    server = lowlevel_server()
    heard: list[tuple[Any, ...]] = []

    @server.progress_notification()
    async def progress(token: Any, value: float, total: float | None, message: str | None) -> None:
        heard.append((token, value, total, message))
        if token == "slow":
            await server.release.wait()
        elif token == "rough":
            raise SystemExit

    async with serving(server) as wire:
        await wire.open()
        for token in ("slow", "rough", "good"):
            params = {"progressToken": token, "progress": 1, "total": 2, "message": "m"}
            wire.send({"jsonrpc": "2.0", "method": "notifications/progress", "params": params})
        await lives(wire)
        await anyio.wait_all_tasks_blocked()
        server.release.set()
    assert sorted(heard) == [(token, 1, 2, "m") for token in ("good", "rough", "slow")]
    assert "notifications/progress failed" in caplog.text


async def test_a_dead_client_ends_the_connection_at_once() -> None:
    server = lowlevel_server()
    with anyio.fail_after(scaled(5)):
        async with serving(server) as wire:
            await wire.open()


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_no_task_is_left() -> None:
    before = asyncio.all_tasks()
    server = lowlevel_server()
    async with serving(server) as wire:
        await wire.open()
        for number in range(300):
            wire.send(modern(number, "tools/call", name="waits"), cancelled(number))
        await lives(wire)
    await _loop.checkpoint()
    assert asyncio.all_tasks() <= before
