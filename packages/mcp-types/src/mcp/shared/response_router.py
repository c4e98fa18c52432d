"""Somebody who may take the answer to a request before the session does."""

from __future__ import annotations

from typing import Any, Protocol

from mcp.types import ErrorData, RequestId

__all__ = ["ResponseRouter"]


class ResponseRouter(Protocol):
    """Takes answers to requests that it has sent by other ways than `send_request`."""

    def route_response(self, request_id: RequestId, response: dict[str, Any]) -> bool:
        """Take a result.

        Args:
            request_id: the id of the request.
            response: the result, as decoded JSON.

        Returns:
            Whether the answer was this router's.
        """
        ...

    def route_error(self, request_id: RequestId, error: ErrorData) -> bool:
        """Take an error.

        Args:
            request_id: the id of the request.
            error: the error.

        Returns:
            Whether the answer was this router's.
        """
        ...
