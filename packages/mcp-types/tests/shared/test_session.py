"""The 1.x face of a connection: a session on its own, its hooks, its responders, its parameters."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import anyio
import pytest

from mcp import types
from mcp.shared.exceptions import ConnectionClosed, McpError, RequestTimeout
from mcp.shared.link import MemoryLink, memory_links, streams_of
from mcp.shared.message import ServerMessageMetadata, SessionMessage
from mcp.shared.session import BaseSession, RequestResponder
from mcp.shared.typed import encode_params
from mcp.types.jsonrpc import ErrorFrame, NotificationFrame, RequestFrame, ResponseFrame, encode_frame
from mcp.types.versions import LATEST_LEGACY
from support.timeouts import scaled

pytestmark = pytest.mark.anyio

Base = BaseSession[
    types.ClientRequest,
    types.ClientNotification,
    types.ClientResult,
    types.ServerRequest,
    types.ServerNotification,
]
Responder = RequestResponder[types.ServerRequest, types.ClientResult]


class Session(Base):
    """A client's session whose hooks keep what they see."""

    def __init__(self, link: MemoryLink, **options: Any) -> None:
        super().__init__(*streams_of(link), types.ServerRequest, types.ServerNotification, **options)
        self.seen: list[Any] = []
        self.order: list[str] = []
        self.release = anyio.Event()
        self.responders: list[Responder] = []

    async def _received_request(self, responder: Responder) -> None:
        root = responder.request.root
        self.order.append(f"request {root.method}")
        self.responders.append(responder)
        if isinstance(root, types.PingRequest):
            with responder:
                await responder.respond(types.ClientResult(types.EmptyResult()))
        elif isinstance(root, types.ListRootsRequest):
            await self.release.wait()
            raise ValueError("no roots")
        elif isinstance(root, types.CreateMessageRequest):
            raise McpError(types.ErrorData(code=7, message="not now"))

    async def _received_notification(self, notification: types.ServerNotification) -> None:
        self.order.append(f"notification {notification.root.method}")

    async def _handle_incoming(self, req: Responder | types.ServerNotification | Exception) -> None:
        self.seen.append(req)

    async def _send_response(self, request_id: types.RequestId, response: Any) -> None:
        self.order.append(f"answer {request_id}")
        await super()._send_response(request_id, response)


async def next_frame(far: MemoryLink) -> Any:
    """Return the next frame that the session sent."""
    with anyio.fail_after(scaled(5)):
        return await far.receive()


def ask(far: MemoryLink, request_id: str | int, method: str, params: Any = None) -> None:
    """Send a request to the session."""
    far.send(encode_frame(RequestFrame(request_id, method, params)))


async def test_a_session_asks_and_is_answered() -> None:
    near, far = memory_links()
    found: list[Any] = []
    async with Session(near) as session, anyio.create_task_group() as tasks:

        async def list_tools() -> None:
            request = types.ClientRequest(types.ListToolsRequest())
            found.append(await session.send_request(request, types.ListToolsResult))

        tasks.start_soon(list_tools)
        assert await next_frame(far) == RequestFrame(0, "tools/list", None)
        far.send(encode_frame(ResponseFrame(0, {"tools": [], "nextCursor": "", "more": None})))
    assert found == [types.ListToolsResult.model_validate({"tools": [], "nextCursor": "", "more": None})]


async def test_a_progress_callback_names_its_request_and_is_called() -> None:
    near, far = memory_links()
    heard: list[Any] = []

    async def hear(progress: float, total: float | None, message: str | None) -> None:
        heard.append((progress, total, message))

    async with Session(near) as session, anyio.create_task_group() as tasks:
        params = types.CallToolRequestParams.model_validate({"name": "t", "_meta": {"x": None}})
        request = types.ClientRequest(types.CallToolRequest(params=params))

        async def call() -> None:
            await session.send_request(request, types.CallToolResult, progress_callback=hear)

        tasks.start_soon(call)
        frame = await next_frame(far)
        assert frame.params == {"name": "t", "_meta": {"x": None, "progressToken": 0}}
        progress = {"progressToken": 0, "progress": 1, "total": 2, "message": "m"}
        far.send(encode_frame(NotificationFrame("notifications/progress", progress)))
        far.send(encode_frame(ResponseFrame(0, {"content": []})))
    assert heard == [(1.0, 2.0, "m")]


@pytest.mark.parametrize("where", ["session", "request"])
async def test_a_limit_is_the_requests_or_the_sessions(where: str) -> None:
    near, _ = memory_links()
    limit = timedelta(seconds=0.01)
    options = {"read_timeout_seconds": limit if where == "session" else timedelta(hours=1)}
    async with Session(near, **options) as session:
        request = types.ClientRequest(types.PingRequest())
        own = limit if where == "request" else None
        with pytest.raises(RequestTimeout, match=r"PingRequest. Waited 0.01 seconds"):
            await session.send_request(request, types.EmptyResult, own)


async def test_a_session_that_is_not_open_says_so() -> None:
    session = Session(memory_links()[0])
    with pytest.raises(RuntimeError, match="async with Session"):
        await session.send_request(types.ClientRequest(types.PingRequest()), types.EmptyResult)


async def test_after_the_end_a_request_is_not_sent() -> None:
    near, _ = memory_links()
    async with Session(near) as session:
        pass
    with pytest.raises(ConnectionClosed) as caught:
        await session.send_request(types.ClientRequest(types.PingRequest()), types.EmptyResult)
    assert not caught.value.sent


async def test_notifications_are_sent() -> None:
    near, far = memory_links()
    async with Session(near) as session:
        note = types.ClientNotification(types.RootsListChangedNotification())
        await session.send_notification(note)
        await session.send_progress_notification("t", 1, 2, "m")
        assert await next_frame(far) == NotificationFrame("notifications/roots/list_changed", None)
        frame = await next_frame(far)
        assert frame.params == {"progressToken": "t", "progress": 1, "total": 2, "message": "m"}


async def test_what_belongs_to_a_request_says_so_to_the_transport() -> None:
    send, read = anyio.create_memory_object_stream[SessionMessage | Exception](5)
    write, receive = anyio.create_memory_object_stream[SessionMessage](5)
    session: Base = BaseSession(read, write, types.ServerRequest, types.ServerNotification)
    async with session:
        note = types.ClientNotification(types.RootsListChangedNotification())
        await session.send_notification(note, related_request_id=7)
        assert (await receive.receive()).metadata == ServerMessageMetadata(related_request_id=7)
    send.close()
    receive.close()


async def test_hooks_see_messages_one_after_the_other() -> None:
    near, far = memory_links()
    async with Session(near) as session:
        ask(far, "slow", "roots/list")
        ask(far, 1, "ping")
        far.send(encode_frame(NotificationFrame("notifications/tools/list_changed", None)))
        far.send(b"nonsense")
        await anyio.wait_all_tasks_blocked()
        assert session.order == ["request roots/list"]
        session.release.set()
        refused = await next_frame(far)
        assert isinstance(refused, ErrorFrame)
        assert (refused.id, refused.error.code, refused.error.message) == ("slow", -32603, "no roots")
        assert await next_frame(far) == ResponseFrame(1, {})
        await anyio.wait_all_tasks_blocked()
    assert session.order[1:] == ["request ping", "answer 1", "notification notifications/tools/list_changed"]
    assert [type(each).__name__ for each in session.seen] == ["ServerNotification", "MalformedMessage"]


@pytest.mark.parametrize(
    ("method", "params", "code"),
    [
        ("no/such", None, -32601),
        ("tools/list", None, -32601),
        ("sampling/createMessage", {}, -32602),
        ("sampling/createMessage", {"messages": [], "maxTokens": 5}, 7),
    ],
)
async def test_what_is_wrong_with_a_request_is_answered(method: str, params: Any, code: int) -> None:
    near, far = memory_links()
    async with Session(near):
        ask(far, 1, method, params)
        frame = await next_frame(far)
        assert (frame.id, frame.error.code) == (1, code)


async def test_unknown_notifications_are_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    near, far = memory_links()
    async with Session(near) as session:
        for _ in range(3):
            far.send(encode_frame(NotificationFrame("notifications/unheard-of", None)))
        ask(far, 1, "ping")
        await next_frame(far)
    assert caplog.text.count("unheard-of") == 1
    assert session.seen == []


async def test_a_request_without_an_answer_is_handed_on_and_can_be_cancelled() -> None:
    near, far = memory_links()
    cancelled: list[str] = []
    async with Session(near) as session:
        params: dict[str, Any] = {"message": "m", "requestedSchema": {"type": "object", "properties": {}}}
        ask(far, 1, "elicitation/create", {**params, "_meta": {"progressToken": 5}})
        await anyio.wait_all_tasks_blocked()
        [responder] = session.responders
        assert session.seen == [responder]
        assert responder.request_meta is not None
        assert responder.request_meta.progressToken == 5
        assert responder.in_flight
        responder.when_cancelled(lambda: cancelled.append("yes"))
        far.send(encode_frame(NotificationFrame("notifications/cancelled", {"requestId": 1})))
        await anyio.wait_all_tasks_blocked()
        assert (responder.cancelled, responder.in_flight, cancelled) == (True, False, ["yes"])
        with responder:
            await responder.respond(types.ClientResult(types.EmptyResult()))
        ask(far, 1, "ping")
        assert await next_frame(far) == ResponseFrame(1, {})


async def test_a_responder_answers_once_inside_its_block() -> None:
    near, far = memory_links()
    answer = types.ClientResult(types.ElicitResult(action="decline"))
    async with Session(near) as session:
        ask(far, 1, "elicitation/create", {"message": "m", "requestedSchema": {"type": "object"}})
        await anyio.wait_all_tasks_blocked()
        [responder] = session.responders
        with pytest.raises(RuntimeError, match="context manager"):
            await responder.respond(answer)
        with responder:
            await responder.respond(answer)
            with pytest.raises(RuntimeError, match="already responded"):
                await responder.respond(answer)
        assert not responder.in_flight
        assert await next_frame(far) == ResponseFrame(1, {"action": "decline"})
        await session._send_response(1, answer)  # pyright: ignore[reportPrivateUsage]  # a second answer goes nowhere
        ask(far, 2, "ping")
        assert await next_frame(far) == ResponseFrame(2, {})


@pytest.mark.parametrize(
    ("message", "meta", "expected"),
    [
        (types.PingRequest(), {}, None),
        (types.PingRequest(), {"a": 1}, {"_meta": {"a": 1}}),
        (types.ListToolsRequest(params=types.PaginatedRequestParams()), {"a": 1}, {"_meta": {"a": 1}}),
        (
            types.ListToolsRequest(params=types.PaginatedRequestParams(cursor="")),
            {"a": None},
            {"cursor": "", "_meta": {"a": None}},
        ),
        (
            types.CallToolRequest(
                params=types.CallToolRequestParams.model_validate({"name": "t", "_meta": {"a": 1, "b": None}})
            ),
            {"a": 2},
            {"name": "t", "_meta": {"a": 2, "b": None}},
        ),
        (
            types.CallToolRequest(
                params=types.CallToolRequestParams(name="t", arguments={"_meta": {"mine": None}})
            ),
            {"a": 2},
            {"name": "t", "arguments": {"_meta": {"mine": None}}, "_meta": {"a": 2}},
        ),
        (types.Request(method="x/custom", params={"n": None}), {"a": 1}, {"n": None, "_meta": {"a": 1}}),
    ],
)
def test_parameters_are_written_with_what_the_connection_adds(message: Any, meta: Any, expected: Any) -> None:
    written = encode_params(message, LATEST_LEGACY, meta)
    assert (None if written is None else json.loads(written)) == expected
