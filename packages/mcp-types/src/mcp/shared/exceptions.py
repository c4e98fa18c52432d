"""Errors, told apart by what the caller would do about them.

McpError(error: ErrorData)      a JSON-RPC error: received from the peer, or to be sent to it
├── ParseError, InvalidRequest, MethodNotFound, InvalidParams, InternalError, ResourceNotFound
├── HeaderMismatch, MissingClientCapability, UnsupportedProtocolVersion, UrlElicitationRequiredError
└── LocalError                  never went over the wire: RequestTimeout, ConnectionClosed

The HTTP status of an error is an attribute of its class; no transport has a mapping table.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from pydantic import ValidationError

from mcp.types import (
    CONNECTION_CLOSED,
    HEADER_MISMATCH,
    INTERNAL_ERROR,
    INVALID_PARAMS,
    INVALID_REQUEST,
    METHOD_NOT_FOUND,
    MISSING_CLIENT_CAPABILITY,
    PARSE_ERROR,
    RESOURCE_NOT_FOUND,
    UNSUPPORTED_PROTOCOL_VERSION,
    URL_ELICITATION_REQUIRED,
    ElicitationRequiredErrorData,
    ElicitRequestURLParams,
    ErrorData,
)

__all__ = [
    "ConnectionClosed",
    "HeaderMismatch",
    "InternalError",
    "InvalidParams",
    "InvalidRequest",
    "LocalError",
    "McpError",
    "MethodNotFound",
    "MissingClientCapability",
    "ParseError",
    "RequestTimeout",
    "ResourceNotFound",
    "UnsupportedProtocolVersion",
    "UrlElicitationRequiredError",
    "error_of",
    "invalid_params",
]

REQUEST_TIMED_OUT = 408


class McpError(Exception):
    """A JSON-RPC error, received from the peer or to be sent to it.

    Args:
        error: code, message and optional data, as on the wire.
    """

    http_status: ClassVar[int] = 200

    def __init__(self, error: ErrorData) -> None:
        super().__init__(error.message)
        self.error = error

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), self.error, self.__dict__)


def _rebuild(cls: type[McpError], error: ErrorData, state: dict[str, Any]) -> McpError:
    made = cls.__new__(cls)
    McpError.__init__(made, error)
    made.__dict__.update(state)
    return made


class _Coded(McpError):
    """An error whose class fixes the code."""

    code: ClassVar[int]

    def __init__(self, message: str, data: Any = None) -> None:
        super().__init__(ErrorData(code=self.code, message=message, data=data))


class ParseError(_Coded):
    """The bytes received are not JSON."""

    code = PARSE_ERROR
    http_status = 400


class InvalidRequest(_Coded):
    """The JSON received is not a legal message at this point."""

    code = INVALID_REQUEST
    http_status = 400


class MethodNotFound(_Coded):
    """The method does not exist, or its feature is not offered."""

    code = METHOD_NOT_FOUND
    http_status = 404


class InvalidParams(_Coded):
    """The parameters of a request are wrong."""

    code = INVALID_PARAMS


class InternalError(_Coded):
    """The receiver failed while it served the request."""

    code = INTERNAL_ERROR


class ResourceNotFound(_Coded):
    """There is no such resource; its code depends on the revision spoken.

    Args:
        message: what is missing.
        uri: the URI asked for, repeated in `data.uri`.
    """

    code = RESOURCE_NOT_FOUND

    def __init__(self, message: str, uri: str) -> None:
        super().__init__(message, {"uri": uri})


class HeaderMismatch(_Coded):
    """A mirrored HTTP header is missing, malformed or differs from the body."""

    code = HEADER_MISMATCH
    http_status = 400


class MissingClientCapability(_Coded):
    """The request needs a capability that the client did not declare on it.

    Args:
        message: what needs it.
        required: the capabilities, in the shape of ClientCapabilities.
    """

    code = MISSING_CLIENT_CAPABILITY
    http_status = 400

    def __init__(self, message: str, required: dict[str, Any]) -> None:
        super().__init__(message, {"requiredCapabilities": required})


class UnsupportedProtocolVersion(_Coded):
    """The request names a revision that the receiver does not speak.

    Args:
        requested: the revision named.
        supported: the revisions spoken.
    """

    code = UNSUPPORTED_PROTOCOL_VERSION
    http_status = 400

    def __init__(self, requested: object, supported: Sequence[str]) -> None:
        message = f"Unsupported protocol version {requested!r}; supported: {', '.join(supported)}"
        super().__init__(message, {"supported": list(supported), "requested": requested})


class UrlElicitationRequiredError(McpError):
    """The request cannot go on before the user has visited one or more URLs.

    Args:
        elicitations: the URLs, as URL-mode elicitations.
        message: text for the error; derived from the number of URLs if absent.
    """

    def __init__(self, elicitations: list[ElicitRequestURLParams], message: str | None = None) -> None:
        if message is None:
            message = f"URL elicitation{'s' if len(elicitations) > 1 else ''} required"
        data = {"elicitations": [each.model_dump(by_alias=True, exclude_none=True) for each in elicitations]}
        super().__init__(ErrorData(code=URL_ELICITATION_REQUIRED, message=message, data=data))
        self._elicitations = elicitations

    @property
    def elicitations(self) -> list[ElicitRequestURLParams]:
        """The URL-mode elicitations that must be completed first."""
        return self._elicitations

    @classmethod
    def from_error(cls, error: ErrorData) -> UrlElicitationRequiredError:
        """Build the typed error from the one on the wire.

        Raises:
            ValueError: the code is another one, or the data name no elicitations.
        """
        if error.code != URL_ELICITATION_REQUIRED:
            raise ValueError(f"Expected error code {URL_ELICITATION_REQUIRED}, got {error.code}")
        data = ElicitationRequiredErrorData.model_validate(error.data or {"elicitations": []})
        return cls(data.elicitations, error.message)


class LocalError(McpError):
    """An error that arose on this side and never went over the wire."""


class RequestTimeout(LocalError):
    """The peer did not answer in time."""

    def __init__(self, message: str) -> None:
        super().__init__(ErrorData(code=REQUEST_TIMED_OUT, message=message))


class ConnectionClosed(LocalError):
    """The connection ended before the answer came.

    Args:
        message: what ended it.
        sent: whether the request had been handed to the transport.
    """

    def __init__(self, message: str = "Connection closed", *, sent: bool = True) -> None:
        super().__init__(ErrorData(code=CONNECTION_CLOSED, message=message))
        self.sent = sent


_BY_CODE: dict[int, type[McpError]] = {
    cls.code: cls
    for cls in (
        ParseError,
        InvalidRequest,
        MethodNotFound,
        InvalidParams,
        InternalError,
        ResourceNotFound,
        HeaderMismatch,
        MissingClientCapability,
        UnsupportedProtocolVersion,
    )
}


def error_of(error: ErrorData) -> McpError:
    """Return the exception for an error received from the peer, typed by its code."""
    if error.code == URL_ELICITATION_REQUIRED:
        try:
            return UrlElicitationRequiredError.from_error(error)
        except ValidationError:
            return McpError(error)
    return _rebuild(_BY_CODE.get(error.code, McpError), error, {})


def invalid_params(method: str, error: ValidationError) -> InvalidParams:
    """Return the error that says which parameters of `method` are wrong, and how."""
    problems = [
        f"{'.'.join(str(part) for part in each['loc']) or 'params'}: {each['msg']}"
        for each in error.errors(include_url=False, include_context=False, include_input=False)[:5]
    ]
    return InvalidParams(f"Invalid params of {method}: {'; '.join(problems)}")
