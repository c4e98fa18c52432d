"""JSON-RPC 2.0: frames, which our transports exchange, the models of 1.x, reading and writing one message."""

from dataclasses import dataclass
from typing import Any, ClassVar, Literal, TypeAlias, cast

from pydantic import RootModel, ValidationError
from pydantic_core import to_json

from mcp.types._base import Integer, Notification, Request, RequestId, WireModel
from mcp.types._json import dump_json, nearest, read_json

__all__ = [
    "CONNECTION_CLOSED",
    "HEADER_MISMATCH",
    "INTERNAL_ERROR",
    "INVALID_PARAMS",
    "INVALID_REQUEST",
    "METHOD_NOT_FOUND",
    "MISSING_CLIENT_CAPABILITY",
    "PARSE_ERROR",
    "RESOURCE_NOT_FOUND",
    "UNSUPPORTED_PROTOCOL_VERSION",
    "URL_ELICITATION_REQUIRED",
    "ErrorData",
    "ErrorFrame",
    "Frame",
    "JSONRPCError",
    "JSONRPCMessage",
    "JSONRPCNotification",
    "JSONRPCRequest",
    "JSONRPCResponse",
    "MalformedMessage",
    "NotificationFrame",
    "RequestFrame",
    "ResponseFrame",
    "dump_json",
    "encode_error",
    "encode_frame",
    "encode_notification",
    "encode_request",
    "encode_response",
    "frame_of",
    "frame_to_message",
    "message_to_frame",
    "parse_message",
]

PARSE_ERROR = -32700
INVALID_REQUEST = -32600
METHOD_NOT_FOUND = -32601
INVALID_PARAMS = -32602
INTERNAL_ERROR = -32603
CONNECTION_CLOSED = -32000
RESOURCE_NOT_FOUND = -32002
HEADER_MISMATCH = -32020
MISSING_CLIENT_CAPABILITY = -32021
UNSUPPORTED_PROTOCOL_VERSION = -32022
URL_ELICITATION_REQUIRED = -32042

_MAX_ID_BITS = 64
_MAX_ID_LENGTH = 256
MAX_BATCH = 256
"""Messages that one batch may hold: as many as a connection serves at once."""


class ErrorData(WireModel):
    """What went wrong: a code, one sentence, and any JSON value. Specification: basic."""

    nullable: ClassVar[frozenset[str]] = frozenset({"data"})

    code: Integer
    message: str
    data: Any = None


class JSONRPCRequest(Request):
    """A request on the wire."""

    method: str
    params: dict[str, Any] | None = None
    jsonrpc: Literal["2.0"]
    id: RequestId


class JSONRPCNotification(Notification):
    """A notification on the wire."""

    method: str
    params: dict[str, Any] | None = None
    jsonrpc: Literal["2.0"]


class JSONRPCResponse(WireModel):
    """A response with a result."""

    jsonrpc: Literal["2.0"]
    id: RequestId
    result: dict[str, Any]


class JSONRPCError(WireModel):
    """A response with an error; without an id if the request could not be read."""

    jsonrpc: Literal["2.0"]
    id: RequestId | None = None
    error: ErrorData


class JSONRPCMessage(RootModel[JSONRPCRequest | JSONRPCNotification | JSONRPCResponse | JSONRPCError]):
    """Any message on the wire."""


@dataclass(slots=True, frozen=True)
class RequestFrame:
    """A request, read or to be written."""

    id: RequestId
    method: str
    params: dict[str, Any] | None


@dataclass(slots=True, frozen=True)
class NotificationFrame:
    """A notification, read or to be written."""

    method: str
    params: dict[str, Any] | None


@dataclass(slots=True, frozen=True)
class ResponseFrame:
    """A result, read or to be written."""

    id: RequestId
    result: dict[str, Any]


@dataclass(slots=True, frozen=True)
class ErrorFrame:
    """An error, read or to be written; `id` is None where the request could not be read."""

    id: RequestId | None
    error: ErrorData


Frame: TypeAlias = RequestFrame | NotificationFrame | ResponseFrame | ErrorFrame


class MalformedMessage(ValueError):
    """What was read is no JSON (PARSE_ERROR), no message (INVALID_REQUEST), or one whose params are no object.

    Attributes:
        code: the error code to answer with.
        message: one sentence for the answer.
        id: its id, where that could be read.
        is_answer: it was meant to answer a request; then `id` names a request of the receiver's.
    """

    def __init__(
        self, code: int, message: str, id: RequestId | None = None, *, is_answer: bool = False
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.id = id
        self.is_answer = is_answer

    @property
    def is_notification(self) -> bool:
        """Whether it is a notification but for its params, so that it gets no answer."""
        return self.code == INVALID_PARAMS and self.id is None


def parse_message(data: bytes) -> Frame | list[Frame | MalformedMessage]:
    """Read one message; a list is a batch, which the caller allows or not.

    Raises:
        MalformedMessage: the bytes are not JSON within the bounds, or the value is no message.
    """
    value = _read_json(data)
    if not isinstance(value, list):
        return frame_of(value)
    members: list[Any] = cast(Any, value)
    if not members:
        raise MalformedMessage(INVALID_REQUEST, "Invalid request: an empty batch")
    if len(members) > MAX_BATCH:
        text = f"Invalid request: a batch of {len(members)} messages, {MAX_BATCH} are allowed"
        raise MalformedMessage(INVALID_REQUEST, text)
    return [_frame_or_fault(member) for member in members]


def _frame_or_fault(value: Any) -> Frame | MalformedMessage:
    try:
        return frame_of(value)
    except MalformedMessage as fault:
        return fault


def _read_json(data: bytes) -> Any:
    try:
        return read_json(data)
    except ValueError as error:
        shown = _shown(data[:80].decode("utf-8", "replace"))
        raise MalformedMessage(PARSE_ERROR, f"Parse error: {error}: {shown}") from None


def frame_of(value: Any) -> Frame:
    """The frame that one decoded JSON value is; `"params": null` counts as absent, as in 1.x.

    Raises:
        MalformedMessage: the value is no JSON-RPC 2.0 message.
    """
    if not isinstance(value, dict):
        raise MalformedMessage(INVALID_REQUEST, f"Invalid request: not an object: {_shown(value)}")
    message = cast(dict[str, Any], value)
    try:
        return _frame_of(message)
    except MalformedMessage as fault:
        fault.is_answer = "method" not in message and ("result" in message or "error" in message)
        raise


def _frame_of(message: dict[str, Any]) -> Frame:
    id = _readable_id(message)
    if message.get("jsonrpc") != "2.0":
        shown = _shown(message.get("jsonrpc"))
        raise MalformedMessage(INVALID_REQUEST, f'Invalid request: jsonrpc must be "2.0", not {shown}', id)
    if "id" in message and id is None and not _is_error_without_id(message):
        raise MalformedMessage(INVALID_REQUEST, f"Invalid request: bad id: {_shown(message['id'])}")
    if "method" in message:
        return _call_of(message, id)
    return _answer_of(message, id)


def _readable_id(message: dict[str, Any]) -> RequestId | None:
    id = message.get("id")
    if isinstance(id, str) and len(id) <= _MAX_ID_LENGTH:
        return id
    if type(id) is int and id.bit_length() <= _MAX_ID_BITS:
        return id
    return None


def _is_error_without_id(message: dict[str, Any]) -> bool:
    return message["id"] is None and "error" in message and "method" not in message


def _call_of(message: dict[str, Any], id: RequestId | None) -> RequestFrame | NotificationFrame:
    method, params = message["method"], message.get("params")
    if not isinstance(method, str):
        raise MalformedMessage(INVALID_REQUEST, f"Invalid request: bad method: {_shown(method)}", id)
    if params is not None and not isinstance(params, dict):
        raise MalformedMessage(INVALID_PARAMS, f"Invalid params: must be an object: {_shown(params)}", id)
    if "result" in message or "error" in message:
        raise MalformedMessage(INVALID_REQUEST, "Invalid request: both a request and a response", id)
    if id is None:
        return NotificationFrame(method, cast("dict[str, Any] | None", params))
    return RequestFrame(id, method, cast("dict[str, Any] | None", params))


def _answer_of(message: dict[str, Any], id: RequestId | None) -> ResponseFrame | ErrorFrame:
    if ("result" in message) == ("error" in message):
        fault = "both result and error" if "result" in message else "neither method, result nor error"
        raise MalformedMessage(INVALID_REQUEST, f"Invalid request: {fault}", id)
    if "error" in message:
        return ErrorFrame(id, _error_of(message["error"], id))
    result = message["result"]
    if id is None or not isinstance(result, dict):
        fault = "a result without an id" if id is None else f"bad result: {_shown(result)}"
        raise MalformedMessage(INVALID_REQUEST, f"Invalid request: {fault}", id)
    return ResponseFrame(id, cast(dict[str, Any], result))


def _error_of(error: Any, id: RequestId | None) -> ErrorData:
    try:
        return ErrorData.model_validate(error)
    except ValidationError:
        raise MalformedMessage(INVALID_REQUEST, f"Invalid request: bad error: {_shown(error)}", id) from None


def _shown(value: object) -> str:
    if isinstance(value, dict | list):
        return "an object" if isinstance(value, dict) else "an array"
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def encode_request(id: RequestId, method: str, params: bytes | None) -> bytes:
    """One line, without its end, of a request whose params are written already."""
    return b'{"jsonrpc":"2.0","id":%b,%b' % (_text(id), _call(method, params))


def encode_notification(method: str, params: bytes | None) -> bytes:
    """One line, without its end, of a notification whose params are written already."""
    return b'{"jsonrpc":"2.0",%b' % _call(method, params)


def encode_response(id: RequestId, result: bytes) -> bytes:
    """One line, without its end, of a response whose result is written already."""
    return b'{"jsonrpc":"2.0","id":%b,"result":%b}' % (_text(id), result)


def encode_error(id: RequestId | None, error: ErrorData) -> bytes:
    """One line, without its end, of an error response; what JSON cannot hold in it is replaced."""
    fields: dict[str, Any] = {"code": error.code, "message": error.message}
    if error.data is not None:
        fields["data"] = error.data
    fields.update(error.model_extra or {})
    try:
        body = dump_json(fields)
    except ValueError:
        body = to_json(nearest(fields))
    return b'{"jsonrpc":"2.0","id":%b,"error":%b}' % (_text(id), body)


def encode_frame(frame: Frame) -> bytes:
    """One line, without its end, of any frame.

    Raises:
        ValueError: params or result hold what JSON cannot.
    """
    if isinstance(frame, ErrorFrame):
        return encode_error(frame.id, frame.error)
    if isinstance(frame, ResponseFrame):
        return encode_response(frame.id, dump_json(frame.result))
    params = None if frame.params is None else dump_json(frame.params)
    if isinstance(frame, RequestFrame):
        return encode_request(frame.id, frame.method, params)
    return encode_notification(frame.method, params)


def _call(method: str, params: bytes | None) -> bytes:
    if params is None:
        return b'"method":%b}' % _text(method)
    return b'"method":%b,"params":%b}' % (_text(method), params)


def _text(value: RequestId | None) -> bytes:
    try:
        return to_json(value)
    except ValueError:
        return to_json(nearest(value))


def frame_to_message(frame: Frame) -> JSONRPCMessage:
    """The 1.x message for a frame."""
    if isinstance(frame, RequestFrame):
        return JSONRPCMessage(
            JSONRPCRequest(jsonrpc="2.0", id=frame.id, method=frame.method, params=frame.params)
        )
    if isinstance(frame, NotificationFrame):
        return JSONRPCMessage(JSONRPCNotification(jsonrpc="2.0", method=frame.method, params=frame.params))
    if isinstance(frame, ResponseFrame):
        return JSONRPCMessage(JSONRPCResponse(jsonrpc="2.0", id=frame.id, result=frame.result))
    return JSONRPCMessage(JSONRPCError(jsonrpc="2.0", id=frame.id, error=frame.error))


def message_to_frame(message: JSONRPCMessage) -> Frame:
    """The frame for a 1.x message."""
    root = message.root
    if isinstance(root, JSONRPCRequest):
        return RequestFrame(root.id, root.method, root.params)
    if isinstance(root, JSONRPCNotification):
        return NotificationFrame(root.method, root.params)
    if isinstance(root, JSONRPCResponse):
        return ResponseFrame(root.id, root.result)
    return ErrorFrame(root.id, root.error)
