"""Who takes an answer before the session does."""

from __future__ import annotations

from typing import Any

import pytest

from mcp.shared.link import memory_links, streams_of
from mcp.shared.session import BaseSession
from mcp.types import (
    ErrorData,
    PingRequest,
    RequestId,
    Result,
    ServerNotification,
    ServerRequest,
)
from mcp.types.jsonrpc import encode_error, encode_response

pytestmark = pytest.mark.anyio


class Router:
    """Takes the answers to one id."""

    def __init__(self, request_id: RequestId) -> None:
        self.request_id = request_id
        self.taken: list[Any] = []

    def route_response(self, request_id: RequestId, response: dict[str, Any]) -> bool:
        """Take a result."""
        return self._take(request_id, response)

    def route_error(self, request_id: RequestId, error: ErrorData) -> bool:
        """Take an error."""
        return self._take(request_id, error.message)

    def _take(self, request_id: RequestId, what: Any) -> bool:
        if request_id == self.request_id:
            self.taken.append(what)
        return request_id == self.request_id


async def test_a_router_takes_its_answers_and_no_others() -> None:
    near, far = memory_links()
    router = Router("task")
    session: BaseSession[Any, Any, Any, Any, Any] = BaseSession(
        *streams_of(near), ServerRequest, ServerNotification
    )
    session.add_response_router(router)
    async with session:
        far.send(encode_response("task", b'{"a":1}'))
        far.send(encode_error("task", ErrorData(code=1, message="no")))
        far.send(encode_error(None, ErrorData(code=1, message="nobody's")))
        far.send(encode_response(0, b"{}"))
        assert isinstance(await session.send_request(PingRequest(), Result), Result)
    assert router.taken == [{"a": 1}, "no"]
