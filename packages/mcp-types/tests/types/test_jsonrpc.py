"""One message, read and written: what is legal, and which error answers what is not."""

import json
import re
from typing import Any

import pytest
from pydantic import ValidationError

from mcp import types
from mcp.types.jsonrpc import (
    INVALID_PARAMS,
    INVALID_REQUEST,
    PARSE_ERROR,
    ErrorFrame,
    Frame,
    MalformedMessage,
    NotificationFrame,
    RequestFrame,
    ResponseFrame,
    dump_json,
    encode_error,
    encode_frame,
    encode_notification,
    encode_request,
    encode_response,
    frame_of,
    frame_to_message,
    message_to_frame,
    parse_message,
)

ERROR = types.ErrorData(code=-32601, message="no")

FRAMES: list[tuple[str, Frame]] = [
    ('{"jsonrpc":"2.0","id":1,"method":"ping"}', RequestFrame(1, "ping", None)),
    ('{"jsonrpc":"2.0","id":0,"method":"ping","params":{}}', RequestFrame(0, "ping", {})),
    ('{"jsonrpc":"2.0","id":"","method":"ping"}', RequestFrame("", "ping", None)),
    ('{"jsonrpc":"2.0","id":-5,"method":"a","params":{"x":null}}', RequestFrame(-5, "a", {"x": None})),
    ('{"jsonrpc":"2.0","method":"notifications/x"}', NotificationFrame("notifications/x", None)),
    ('{"jsonrpc":"2.0","method":"n","params":{"a":[1]}}', NotificationFrame("n", {"a": [1]})),
    ('{"jsonrpc":"2.0","id":"1","result":{"a":"☃"}}', ResponseFrame("1", {"a": "☃"})),
    ('{"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"no"}}', ErrorFrame(1, ERROR)),
    ('{"jsonrpc":"2.0","id":null,"error":{"code":-32601,"message":"no"}}', ErrorFrame(None, ERROR)),
]


@pytest.mark.parametrize(("text", "frame"), FRAMES)
def test_frames_are_read_and_written(text: str, frame: Frame) -> None:
    assert parse_message(text.encode()) == frame
    assert frame_of(json.loads(text)) == frame
    assert encode_frame(frame).decode() == text


@pytest.mark.parametrize("frame", [frame for _, frame in FRAMES])
def test_frames_and_messages_of_1x_are_the_same(frame: Frame) -> None:
    assert message_to_frame(frame_to_message(frame)) == frame


@pytest.mark.parametrize(
    ("text", "frame"),
    [
        ('{"jsonrpc":"2.0","error":{"code":-32601,"message":"no"}}', ErrorFrame(None, ERROR)),
        ('{"jsonrpc":"2.0","id":1,"method":"ping","params":null}', RequestFrame(1, "ping", None)),
        (' {"jsonrpc":"2.0","id":1,"method":"ping"}\r\n', RequestFrame(1, "ping", None)),
        ('{"jsonrpc":"2.0","id":1,"method":"ping","more":1}', RequestFrame(1, "ping", None)),
        (f'{{"jsonrpc":"2.0","id":{2**64 - 1},"method":"p"}}', RequestFrame(2**64 - 1, "p", None)),
        (f'{{"jsonrpc":"2.0","id":"{"i" * 256}","method":"p"}}', RequestFrame("i" * 256, "p", None)),
        ('{"jsonrpc":"2.0","method":"\\ud83d\\ude00"}', NotificationFrame("😀", None)),
    ],
)
def test_what_is_also_taken(text: str, frame: Frame) -> None:
    assert parse_message(text.encode()) == frame


def nested(depth: int) -> bytes:
    return b'{"jsonrpc":"2.0","method":"m","params":{"a":' + b"[" * (depth - 2) + b"]" * (depth - 2) + b"}}"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"nonsense",
        b'{"jsonrpc":"2.0"} x',
        b"\xef\xbb\xbf{}",
        b'{"a":"\xff"}',
        b'{"a":"\xed\xa0\x80"}',
        b'{"a":"\\ud800"}',
        b'{"a":"\\udc00b"}',
        b'{"\\ud800":1}',
        b'{"a":NaN}',
        b'{"a":-Infinity}',
        b'{"a":1e999}',
        b'{"a":[{"b":-1E+400}]}',
        b'{"a":' + b"9" * 400 + b".5}",
        b'{"a":' + b"9" * 5000 + b"}",
        b'{"a":"line\nbreak"}',
        nested(201),
        nested(202),
        nested(10_000),
        b"[" * 10_000,
    ],
    ids=lambda data: data[:24].decode("latin-1"),
)
def test_what_is_no_json(data: bytes) -> None:
    with pytest.raises(MalformedMessage) as caught:
        parse_message(data)
    assert (caught.value.code, caught.value.id) == (PARSE_ERROR, None)
    assert caught.value.message.startswith("Parse error: ")


@pytest.mark.parametrize(("data", "shown"), [(b"hello", "'hello'"), (b"a" * 100, f"'{'a' * 56}...")])
def test_what_is_no_json_is_shown(data: bytes, shown: str) -> None:
    with pytest.raises(MalformedMessage, match=re.escape(shown) + "$"):
        parse_message(data)


def test_depth_and_size_up_to_the_bounds() -> None:
    assert isinstance(parse_message(nested(200)), NotificationFrame)
    wide: dict[str, Any] = {"a": [{} for _ in range(1000)]}
    line = encode_notification("m", json.dumps(wide).encode())
    assert parse_message(line) == NotificationFrame("m", wide)
    number = 10**400
    assert parse_message(b'{"jsonrpc":"2.0","method":"m","params":{"a":%d}}' % number) == NotificationFrame(
        "m", {"a": number}
    )


@pytest.mark.parametrize(
    ("message", "id"),
    [
        (1, None),
        ("text", None),
        (True, None),
        (None, None),
        ({}, None),
        ({"id": 1, "method": "m"}, 1),
        ({"jsonrpc": "1.0", "id": "a", "method": "m"}, "a"),
        ({"jsonrpc": 2.0, "id": 1, "method": "m"}, 1),
        ({"jsonrpc": None, "method": "m"}, None),
        ({"jsonrpc": "2.0", "id": None, "method": "m"}, None),
        ({"jsonrpc": "2.0", "id": True, "method": "m"}, None),
        ({"jsonrpc": "2.0", "id": 1.5, "method": "m"}, None),
        ({"jsonrpc": "2.0", "id": 1.0, "method": "m"}, None),
        ({"jsonrpc": "2.0", "id": {}, "method": "m"}, None),
        ({"jsonrpc": "2.0", "id": [], "method": "m"}, None),
        ({"jsonrpc": "2.0", "id": 2**64, "method": "m"}, None),
        ({"jsonrpc": "2.0", "id": -(2**64), "method": "m"}, None),
        ({"jsonrpc": "2.0", "id": "i" * 257, "method": "m"}, None),
        ({"jsonrpc": "2.0", "id": 1}, 1),
        ({"jsonrpc": "2.0", "id": 1, "method": 5}, 1),
        ({"jsonrpc": "2.0", "id": 1, "method": None}, 1),
        ({"jsonrpc": "2.0", "id": 1, "method": "m", "result": {}}, 1),
        ({"jsonrpc": "2.0", "id": 1, "result": {}, "error": {"code": 1, "message": "m"}}, 1),
        ({"jsonrpc": "2.0", "id": 1, "result": None}, 1),
        ({"jsonrpc": "2.0", "id": 1, "result": [1]}, 1),
        ({"jsonrpc": "2.0", "result": {}}, None),
        ({"jsonrpc": "2.0", "id": None, "result": {}}, None),
        ({"jsonrpc": "2.0", "id": 1, "error": "text"}, 1),
        ({"jsonrpc": "2.0", "id": 1, "error": {"code": "1", "message": "m"}}, 1),
        ({"jsonrpc": "2.0", "id": 1, "error": {"code": True, "message": "m"}}, 1),
        ({"jsonrpc": "2.0", "id": 1, "error": {"code": 1}}, 1),
        ({"jsonrpc": "2.0", "id": 1.5, "error": {"code": 1, "message": "m"}}, None),
    ],
)
def test_what_is_no_message(message: Any, id: types.RequestId | None) -> None:
    with pytest.raises(MalformedMessage) as caught:
        parse_message(json.dumps(message).encode())
    assert caught.value.code == INVALID_REQUEST
    assert caught.value.id == id
    assert type(caught.value.id) is type(id)
    assert caught.value.message.startswith("Invalid request: ")
    assert len(caught.value.message) < 150


@pytest.mark.parametrize("params", [[1], "x", 0, True])
@pytest.mark.parametrize("id", [{"id": 1}, {}])
def test_params_that_are_no_object(id: dict[str, int], params: Any) -> None:
    with pytest.raises(MalformedMessage, match="Invalid params: must be an object") as caught:
        parse_message(json.dumps({"jsonrpc": "2.0", **id, "method": "m", "params": params}).encode())
    assert (caught.value.code, caught.value.id) == (INVALID_PARAMS, id.get("id"))


def test_a_batch_is_told_member_by_member() -> None:
    batch = parse_message(b'[{"jsonrpc":"2.0","id":1,"method":"m"}, 5, {"id":2}]')
    assert isinstance(batch, list)
    assert batch[0] == RequestFrame(1, "m", None)
    faults = [member for member in batch if isinstance(member, MalformedMessage)]
    assert [(fault.code, fault.id) for fault in faults] == [(INVALID_REQUEST, None), (INVALID_REQUEST, 2)]


def test_an_empty_batch_is_no_message() -> None:
    with pytest.raises(MalformedMessage, match="empty batch"):
        parse_message(b"[]")


@pytest.mark.parametrize(
    ("written", "text"),
    [
        (encode_request(1, "m", None), '{"jsonrpc":"2.0","id":1,"method":"m"}'),
        (encode_request("1", "m", b"{}"), '{"jsonrpc":"2.0","id":"1","method":"m","params":{}}'),
        (encode_notification("n", None), '{"jsonrpc":"2.0","method":"n"}'),
        (encode_notification("n", b'{"a":1}'), '{"jsonrpc":"2.0","method":"n","params":{"a":1}}'),
        (encode_response(0, b"{}"), '{"jsonrpc":"2.0","id":0,"result":{}}'),
        (encode_request('"\n', "m", None), '{"jsonrpc":"2.0","id":"\\"\\n","method":"m"}'),
        (encode_error(None, ERROR), '{"jsonrpc":"2.0","id":null,"error":{"code":-32601,"message":"no"}}'),
    ],
)
def test_splicing(written: bytes, text: str) -> None:
    assert written.decode() == text


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ({"a": [1, None]}, {"a": [1, None]}),
        (0, 0),
        ("lone \ud800", "lone ?"),
        ({"\ud800": float("nan")}, {"?": None}),
        ([float("inf"), {1}, (2, "x")], [None, [1], [2, "x"]]),
        (KeyError("k"), "'k'"),
    ],
)
def test_an_error_can_always_be_written(data: Any, told: Any) -> None:
    line = encode_error(
        "i\ud800", types.ErrorData(code=1, message="m\ud800").model_copy(update={"data": data})
    )
    if isinstance(data, KeyError):
        told = str(data)
    assert json.loads(line) == {
        "jsonrpc": "2.0",
        "id": "i?",
        "error": {"code": 1, "message": "m?", "data": told},
    }


def test_unknown_fields_of_an_error_are_kept() -> None:
    error = types.ErrorData.model_validate({"code": 1, "message": "m", "more": None})
    assert json.loads(encode_error(1, error))["error"] == {"code": 1, "message": "m", "more": None}


@pytest.mark.parametrize(
    "value",
    [float("nan"), {"a": [float("-inf")]}, "\ud800", {"a": "\udc00"}, object(), {"a": (float("inf"),)}],
)
def test_what_json_cannot_hold_is_refused(value: Any) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  # the serialiser's words are its own
        dump_json(value)


@pytest.mark.parametrize("value", [None, 0, "NaN", {"a": ["Infinity", 1.5]}, 10**30])
def test_what_json_can_hold_is_written(value: Any) -> None:
    assert json.loads(dump_json(value)) == value


def test_messages_of_1x() -> None:
    request = types.JSONRPCMessage.model_validate_json('{"jsonrpc":"2.0","id":1,"method":"m","params":{}}')
    assert isinstance(request.root, types.JSONRPCRequest)
    assert isinstance(request.root, types.Request)
    notification = types.JSONRPCMessage.model_validate({"jsonrpc": "2.0", "method": "m"})
    assert isinstance(notification.root, types.JSONRPCNotification)
    response = types.JSONRPCMessage.model_validate({"jsonrpc": "2.0", "id": 1, "result": {}})
    assert isinstance(response.root, types.JSONRPCResponse)
    error = types.JSONRPCMessage.model_validate(
        {"jsonrpc": "2.0", "id": 1, "error": {"code": 1, "message": ""}}
    )
    assert isinstance(error.root, types.JSONRPCError)
    assert request.model_dump(by_alias=True, exclude_none=True) == {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "m",
        "params": {},
    }


@pytest.mark.parametrize("id", [True, 1.0, None])
def test_ids_of_1x_messages_are_strict(id: Any) -> None:
    with pytest.raises(ValidationError):
        types.JSONRPCRequest(jsonrpc="2.0", id=id, method="m")
