"""Errors: told apart by class, carried by pickle, typed from the wire."""

from __future__ import annotations

import pickle
from typing import Any

import pytest
from pydantic import ValidationError

from mcp.shared.exceptions import (
    ConnectionClosed,
    HeaderMismatch,
    InternalError,
    InvalidParams,
    InvalidRequest,
    LocalError,
    McpError,
    MethodNotFound,
    MissingClientCapability,
    ParseError,
    RequestTimeout,
    ResourceNotFound,
    UnsupportedProtocolVersion,
    UrlElicitationRequiredError,
    error_of,
    invalid_params,
)
from mcp.types import CallToolRequestParams, ElicitRequestURLParams, ErrorData

URL = ElicitRequestURLParams(message="m", url="https://example.com/x", elicitationId="e")

ERRORS: list[tuple[McpError, int, int]] = [
    (ParseError("m"), -32700, 400),
    (InvalidRequest("m"), -32600, 400),
    (MethodNotFound("m"), -32601, 404),
    (InvalidParams("m", {"a": None}), -32602, 200),
    (InternalError("m"), -32603, 200),
    (ResourceNotFound("m", "memo://x"), -32002, 200),
    (HeaderMismatch("m"), -32020, 400),
    (MissingClientCapability("m", {"roots": {}}), -32021, 400),
    (UnsupportedProtocolVersion("x", ["a", "b"]), -32022, 400),
    (UrlElicitationRequiredError([URL]), -32042, 200),
]

LOCAL: list[tuple[McpError, int, int]] = [
    (RequestTimeout("m"), 408, 200),
    (ConnectionClosed("m", sent=False), -32000, 200),
]


def named(value: object) -> str | None:
    """Name a row by the class of its error."""
    return type(value).__name__ if isinstance(value, McpError) else None


@pytest.mark.parametrize(("error", "code", "status"), ERRORS + LOCAL, ids=named)
def test_each_class_has_its_code_and_status(error: McpError, code: int, status: int) -> None:
    assert (error.error.code, type(error).http_status) == (code, status)
    assert str(error) == error.error.message


@pytest.mark.parametrize(("error", "code", "status"), ERRORS + LOCAL, ids=named)
def test_errors_survive_pickle(error: McpError, code: int, status: int) -> None:
    copy: Any = pickle.loads(pickle.dumps(error))
    assert type(copy) is type(error)
    assert (copy.error, str(copy), vars(copy)) == (error.error, str(error), vars(error))


@pytest.mark.parametrize(("error", "code", "status"), ERRORS, ids=named)
def test_errors_of_the_wire_are_typed_by_their_code(error: McpError, code: int, status: int) -> None:
    typed = error_of(error.error)
    assert type(typed) is type(error)
    assert typed.error == error.error


@pytest.mark.parametrize("code", [0, 1, -32000, 408, -32050])
def test_what_arose_elsewhere_is_not_taken_for_ours(code: int) -> None:
    error = error_of(ErrorData(code=code, message="m"))
    assert type(error) is McpError
    assert not isinstance(error, LocalError)


@pytest.mark.parametrize("data", [None, {}, {"elicitations": [{"message": 5}]}, {"elicitations": "x"}, [1]])
def test_a_malformed_list_of_urls_is_an_error_all_the_same(data: Any) -> None:
    error = error_of(ErrorData(code=-32042, message="m", data=data))
    assert error.error.code == -32042


def test_urls_to_visit() -> None:
    error = UrlElicitationRequiredError([URL, URL])
    assert str(error) == "URL elicitations required"
    assert str(UrlElicitationRequiredError([URL])) == "URL elicitation required"
    again = UrlElicitationRequiredError.from_error(error.error)
    assert [each.url for each in again.elicitations] == [URL.url] * 2
    with pytest.raises(ValueError, match="Expected error code -32042"):
        UrlElicitationRequiredError.from_error(ErrorData(code=1, message="m"))


def test_what_is_wrong_with_params_is_said_in_one_line() -> None:
    with pytest.raises(ValidationError) as caught:
        CallToolRequestParams.model_validate({"arguments": 5})
    text = str(invalid_params("tools/call", caught.value))
    assert text.startswith("Invalid params of tools/call: ")
    assert "name: Field required" in text
    assert "arguments: " in text
    assert "\n" not in text
