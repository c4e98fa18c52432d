"""What a client session does when it is asked or told something."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

import anyio
import anyio.lowlevel
import pytest

import mcp.types as types
from mcp.client.session import ClientSession
from mcp.shared.exceptions import McpError
from mcp.shared.session import RequestResponder
from mcp.types.jsonrpc import ResponseFrame
from support.scripted import ScriptedServer, both
from support.sessions import (
    FORM,
    QUESTION,
    TOOL,
    both_eras,
    elicitation,
    opened,
    roots,
    sampling,
)
from support.timeouts import scaled

pytestmark = pytest.mark.anyio


async def roots_alone() -> types.ListRootsResult:
    return types.ListRootsResult(roots=[])


# Being asked, after a handshake

ASKED: list[tuple[dict[str, Any], str, dict[str, Any] | None, dict[str, Any]]] = [
    ({}, "ping", None, {}),
    ({}, "ping", {"_meta": {"progressToken": 0}}, {}),
    (
        {"sampling_callback": sampling},
        "sampling/createMessage",
        QUESTION,
        {
            "role": "assistant",
            "content": {"type": "text", "text": "7 from ClientSession"},
            "model": "m",
        },
    ),
    (
        {"elicitation_callback": elicitation},
        "elicitation/create",
        FORM,
        {"action": "accept", "content": {"message": "who?"}},
    ),
    (
        {"elicitation_callback": elicitation},
        "elicitation/create",
        {"mode": "url", "message": "go", "url": "https://x", "elicitationId": "1"},
        {"action": "accept", "content": {"message": "go"}},
    ),
    ({"list_roots_callback": roots}, "roots/list", None, {"roots": [{"uri": "file:///a"}]}),
    ({"list_roots_callback": roots_alone}, "roots/list", None, {"roots": []}),
]


@pytest.mark.parametrize(("callbacks", "method", "params", "answer"), ASKED)
async def test_the_callbacks_answer(callbacks: Any, method: str, params: Any, answer: dict[str, Any]) -> None:
    async with opened(False, **callbacks) as (_, server):
        assert await server.answered(server.ask(method, params)) == answer


async def raises_mcp_error(params: Any) -> Any:
    raise McpError(types.ErrorData(code=-1, message="User rejected", data=[1]))


async def gives_error(params: Any) -> Any:
    return types.ErrorData(code=-1, message="User rejected", data=[1])


async def raises_value_error(params: Any) -> Any:
    raise ValueError("oops")


async def raises_system_exit(params: Any) -> Any:
    raise SystemExit("bye")


async def raises_keyboard_interrupt(params: Any) -> Any:
    raise KeyboardInterrupt


def is_no_coroutine_function(params: Any) -> Any:
    return types.ElicitResult(action="decline")


def raises_at_once(params: Any) -> Any:
    raise ValueError("at once")


async def gives_nonsense(params: Any) -> Any:
    return 7


async def gives_a_surrogate(params: Any) -> Any:
    return types.ElicitResult(action="accept", content={"a": "\ud800"})


REFUSED: list[tuple[Any, int, str]] = [
    (None, -32600, "Elicitation not supported"),
    (raises_mcp_error, -1, "User rejected"),
    (gives_error, -1, "User rejected"),
    (raises_value_error, -32603, "oops"),
    (raises_system_exit, -32603, "bye"),
    (raises_keyboard_interrupt, -32603, "KeyboardInterrupt"),
    (is_no_coroutine_function, -32603, "not async: define it"),
    (raises_at_once, -32603, "at once"),
    (gives_nonsense, -32603, "int, which is no ElicitResult"),
    (gives_a_surrogate, -32603, "surrogate"),
]


@pytest.mark.parametrize(("callback", "code", "text"), REFUSED)
async def test_what_a_callback_does_wrong_ends_in_one_error(callback: Any, code: int, text: str) -> None:
    async with opened(False, elicitation_callback=callback) as (_, server):
        error = await server.refused(server.ask("elicitation/create", FORM))
        assert error.code == code
        assert text in error.message
        assert error.data == ([1] if code == -1 else None)
        assert await server.answered(server.ask("ping")) == {}


async def test_a_callback_may_answer_with_a_plain_object() -> None:
    async def plain(params: Any) -> Any:
        return {"action": "decline"}

    async with opened(False, elicitation_callback=plain) as (_, server):
        assert await server.answered(server.ask("elicitation/create", FORM)) == {"action": "decline"}


@pytest.mark.parametrize(
    ("method", "params", "code", "text"),
    [
        ("sampling/createMessage", QUESTION, -32600, "Sampling not supported"),
        ("roots/list", None, -32600, "List roots not supported"),
        ("tools/list", None, -32601, "Method not found: tools/list"),
        ("tasks/list", None, -32601, "Method not found: tasks/list"),
        ("no/such", {}, -32601, "Method not found: no/such"),
        ("sampling/createMessage", {"messages": 7}, -32602, "Invalid params of sampling/createMessage: "),
    ],
)
async def test_what_nobody_answers(method: str, params: Any, code: int, text: str) -> None:
    async with opened(False) as (_, server):
        error = await server.refused(server.ask(method, params))
        assert error.code == code
        assert error.message.startswith(text)


async def test_questions_are_answered_side_by_side() -> None:
    go = anyio.Event()

    async def slow(params: Any) -> types.ElicitResult:
        await go.wait()
        return types.ElicitResult(action="decline")

    async with opened(False, elicitation_callback=slow) as (_, server):
        question = server.ask("elicitation/create", FORM)
        assert await server.answered(server.ask("ping")) == {}
        go.set()
        assert await server.answered(question) == {"action": "decline"}


async def test_a_question_that_is_cancelled_is_not_answered() -> None:
    ended = anyio.Event()

    async def slow(params: Any) -> types.ElicitResult:
        try:
            await anyio.sleep_forever()
        finally:
            ended.set()
        raise AssertionError

    async with opened(False, elicitation_callback=slow) as (_, server):
        question = server.ask("elicitation/create", FORM)
        assert await server.answered(server.ask("ping")) == {}
        server.notify("notifications/cancelled", {"requestId": question})
        with anyio.fail_after(scaled(5)):
            await ended.wait()
        assert await server.answered(server.ask("ping")) == {}


async def test_a_callback_may_ask_the_server() -> None:
    async def asks(context: Any, params: Any) -> types.ElicitResult:
        tools = await context.session.list_tools()
        return types.ElicitResult(action="accept", content={"tools": len(tools.tools)})

    async with opened(False, elicitation_callback=asks) as (_, server):
        question = server.ask("elicitation/create", FORM)
        server.reply(await server.expect("tools/list"), {"tools": [TOOL]})
        assert await server.answered(question) == {"action": "accept", "content": {"tools": 1}}


async def test_limits_rest_while_somebody_is_asked() -> None:
    go = anyio.Event()

    async def slow(params: Any) -> types.ElicitResult:
        await go.wait()
        return types.ElicitResult(action="decline")

    async with opened(False, elicitation_callback=slow) as (session, server):

        async def script() -> None:
            request = await server.expect("tools/call")
            question = server.ask("elicitation/create", FORM)
            with anyio.move_on_after(scaled(0.7)):  # longer than the limit
                await server.link.receive()
                raise AssertionError("something was sent")
            go.set()
            await server.answered(question)
            server.reply(request, {"content": [], "isError": True})

        await both(script(), session.call_tool("t", read_timeout_seconds=timedelta(seconds=scaled(0.5))))


async def test_self_contained_requests_leave_no_way_back(caplog: pytest.LogCaptureFixture) -> None:
    async with opened(True, elicitation_callback=elicitation) as (session, server):
        server.ask("elicitation/create", FORM)
        server.ask("ping")
        await both(server.discover(), session.send_ping())  # the next message is this, not an answer
    assert [record.getMessage() for record in caplog.records if "elicitation/create" in record.getMessage()]


# Hearing

HEARD: list[tuple[str, dict[str, Any] | None, type[Any]]] = [
    ("notifications/message", {"level": "info", "data": None}, types.LoggingMessageNotification),
    ("notifications/tools/list_changed", None, types.ToolListChangedNotification),
    ("notifications/prompts/list_changed", {}, types.PromptListChangedNotification),
    ("notifications/resources/list_changed", None, types.ResourceListChangedNotification),
    ("notifications/resources/updated", {"uri": "a:b"}, types.ResourceUpdatedNotification),
    ("notifications/progress", {"progressToken": "nobody's", "progress": 1}, types.ProgressNotification),
]


@both_eras
async def test_the_handler_hears_everything_in_order(modern: bool) -> None:
    heard: list[Any] = []
    logged: list[types.LoggingMessageNotificationParams] = []

    async def handler(message: Any) -> None:
        await anyio.lowlevel.checkpoint()
        heard.append(message)

    async def log(params: types.LoggingMessageNotificationParams) -> None:
        logged.append(params)

    async with opened(modern, message_handler=handler, logging_callback=log) as (session, server):

        async def script() -> None:
            request = await server.expect("prompts/list")
            for method, params, _ in HEARD:
                server.notify(method, params)
            server.notify("notifications/no/such", {})
            server.notify("notifications/message", {"level": "loud"})
            server.reply(request, {"prompts": []})

        await both(script(), session.list_prompts())
        assert all(isinstance(message, types.ServerNotification) for message in heard)
        assert [type(message.root) for message in heard] == [kind for _, _, kind in HEARD]
        assert [params.level for params in logged] == ["info"]


@both_eras
async def test_the_handler_hears_what_is_no_message(modern: bool, caplog: pytest.LogCaptureFixture) -> None:
    heard: list[Any] = []

    async def handler(message: Any) -> None:
        heard.append(message)

    async with opened(modern, message_handler=handler) as (session, server):

        async def script() -> None:
            request = await server.expect("prompts/list")
            server.link.send(b"Hello from a print")
            server.reply(request, {"prompts": []})

        await both(script(), session.list_prompts())
        assert [isinstance(message, Exception) for message in heard] == [True]


@both_eras
@pytest.mark.parametrize("failure", [ValueError("oops"), SystemExit(3), KeyboardInterrupt()])
async def test_a_handler_that_fails_harms_nobody(
    modern: bool, failure: BaseException, caplog: pytest.LogCaptureFixture
) -> None:
    calls: list[Any] = []

    async def handler(message: Any) -> None:
        calls.append(message)
        raise failure

    with caplog.at_level(logging.CRITICAL):
        async with opened(modern, message_handler=handler) as (session, server):

            async def script() -> None:
                request = await server.expect("prompts/list")
                server.notify("notifications/prompts/list_changed")
                server.notify("notifications/prompts/list_changed")
                server.reply(request, {"prompts": []})

            await both(script(), session.list_prompts())
    assert len(calls) == 2


async def test_arrays_are_taken_at_the_one_revision_that_has_them() -> None:
    for revision, taken in (("2025-03-26", True), ("2025-06-18", False)):
        server = ScriptedServer()
        async with ClientSession(*server.streams) as session:
            await both(server.handshake(revision), session.initialize())
            server.link.send(b'[{"jsonrpc":"2.0","id":"p","method":"ping"}]')
            if taken:
                with anyio.fail_after(scaled(5)):
                    assert await server.link.receive() == [ResponseFrame("p", {})]
            else:
                assert (await server.answered(server.ask("ping"))) == {}


# The hooks of 1.x


class Hooked(ClientSession):
    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.seen: list[str] = []

    async def _received_request(
        self, responder: RequestResponder[types.ServerRequest, types.ClientResult]
    ) -> None:
        self.seen.append(f"request {responder.request.root.method}")
        await super()._received_request(responder)

    async def _received_notification(self, notification: types.ServerNotification) -> None:
        self.seen.append(f"notification {notification.root.method}")
        await super()._received_notification(notification)


async def test_overridden_hooks_are_driven() -> None:
    server = ScriptedServer()
    async with Hooked(*server.streams, elicitation_callback=elicitation) as session:
        await both(server.handshake(), session.initialize())
        answer = await server.answered(server.ask("elicitation/create", FORM))
        assert answer == {"action": "accept", "content": {"message": "who?"}}
        assert (await server.refused(server.ask("roots/list"))).message == "List roots not supported"
        server.notify("notifications/tools/list_changed")
        assert await server.answered(server.ask("ping")) == {}
        assert session.seen == [
            "request elicitation/create",
            "request roots/list",
            "notification notifications/tools/list_changed",
            "request ping",
        ]


class Sending(ClientSession):
    sent: list[Any]

    async def send_request(self, request: Any, *args: Any, **more: Any) -> Any:
        self.sent.append(type(request.root).__name__)
        return await super().send_request(request, *args, **more)


async def test_an_overridden_send_request_sees_the_union_of_1x() -> None:
    server = ScriptedServer()
    async with Sending(*server.streams) as session:
        session.sent = []
        await both(server.handshake(), session.initialize())

        async def script() -> None:
            server.reply(await server.expect("tools/list"), {"tools": []})

        await both(script(), session.list_tools())
        assert session.sent == ["InitializeRequest", "ListToolsRequest"]
