"""Rounds: what a server asks in a result is answered by the callbacks, and the call goes on."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import anyio
import pytest

import mcp.types as types
from mcp.client.answers import (
    MAX_ROUNDS,
    InputRequiredRoundsExceededError,
    NoAnswer,
    UnexpectedResult,
    complete,
)
from mcp.client.session import ClientSession, Limits
from mcp.shared.exceptions import LocalError, McpError, RequestTimeout
from mcp.types.jsonrpc import RequestFrame
from support.scripted import both
from support.sessions import FORM, META, QUESTION, Call, elicitation, opened, roots, sampling
from support.timeouts import scaled

pytestmark = pytest.mark.anyio

ELICIT = {"method": "elicitation/create", "params": FORM}
SAMPLE = {"method": "sampling/createMessage", "params": QUESTION}
ROOTS = {"method": "roots/list"}
DONE: dict[str, Any] = {"resultType": "complete", "content": [], "isError": True}


def required(questions: dict[str, Any] | None = None, state: str | None = None) -> dict[str, Any]:
    result: dict[str, Any] = {"resultType": "input_required"}
    if questions is not None:
        result["inputRequests"] = questions
    if state is not None:
        result["requestState"] = state
    return result


def further(request: RequestFrame) -> dict[str, Any]:
    """Return what a retry has beyond the request itself."""
    return {
        key: value
        for key, value in (request.params or {}).items()
        if key in ("inputResponses", "requestState")
    }


def same(first: RequestFrame, retry: RequestFrame) -> bool:
    """Return whether a retry is the same request otherwise."""
    one, other = ({**(each.params or {})} for each in (first, retry))
    for each in (one, other):
        each.pop("inputResponses", None)
        each.pop("requestState", None)
    return one == other and first.id != retry.id


ASKING: list[tuple[str, dict[str, Any], Call]] = [
    ("tools/call", DONE, lambda s: s.call_tool("t", {"a": 1}, meta={"trace": "x"})),
    ("prompts/get", {"messages": []}, lambda s: s.get_prompt("p", {"a": "b"})),
    ("resources/read", {"contents": []}, lambda s: s.read_resource("a:b")),
]


@pytest.mark.parametrize(("method", "done", "call"), ASKING)
async def test_questions_are_answered_and_the_request_goes_again(method: str, done: Any, call: Call) -> None:
    callbacks: dict[str, Any] = {
        "sampling_callback": sampling,
        "elicitation_callback": elicitation,
        "list_roots_callback": roots,
    }
    async with opened(True, **callbacks) as (session, server):

        async def script() -> None:
            first = await server.expect(method)
            assert further(first) == {}
            server.reply(first, required({"s": SAMPLE, "e": ELICIT, "r": ROOTS}, ' {"opaque"}\u2028'))
            retry = await server.expect(method)
            assert same(first, retry)
            assert further(retry) == {
                "requestState": ' {"opaque"}\u2028',
                "inputResponses": {
                    "s": {
                        "role": "assistant",
                        "content": {"type": "text", "text": "7 from ClientSession"},
                        "model": "m",
                    },
                    "e": {"action": "accept", "content": {"message": "who?"}},
                    "r": {"roots": [{"uri": "file:///a"}]},
                },
            }
            server.reply(retry, required({"again": ELICIT}))
            last = await server.expect(method)
            assert same(first, last)  # nothing of the round before, and no state where none was given
            assert further(last) == {
                "inputResponses": {"again": {"action": "accept", "content": {"message": "who?"}}}
            }
            server.reply(last, done)

        await both(script(), call(session))


async def test_no_question_means_another_try() -> None:
    async with opened(True) as (session, server):

        async def script() -> None:
            server.reply(await server.expect("tools/call"), required(state="1"))
            retry = await server.expect("tools/call")
            assert further(retry) == {"requestState": "1"}
            server.reply(retry, required({}, ""))
            retry = await server.expect("tools/call")
            assert further(retry) == {"requestState": ""}
            server.reply(retry, DONE)

        await both(script(), session.call_tool("t"))


@pytest.mark.parametrize("action", ["decline", "cancel"])
async def test_a_user_who_declines_has_answered(action: Any) -> None:
    async def decline(params: Any) -> types.ElicitResult:
        return types.ElicitResult(action=action)

    async with opened(True, elicitation_callback=decline) as (session, server):

        async def script() -> None:
            server.reply(await server.expect("tools/call"), required({"q": ELICIT}))
            retry = await server.expect("tools/call")
            assert further(retry) == {"inputResponses": {"q": {"action": action}}}
            server.reply(retry, DONE)

        await both(script(), session.call_tool("t"))


async def gives_a_surrogate(params: Any) -> types.CreateMessageResult:
    text = types.TextContent.model_construct(type="text", text="\ud800")
    return types.CreateMessageResult.model_construct(role="assistant", content=text, model="m")


async def refuses(params: Any) -> types.ErrorData:
    return types.ErrorData(code=-1, message="User rejected sampling request")


async def fails(params: Any) -> Any:
    raise ValueError("no model")


@pytest.mark.parametrize(
    ("callback", "code", "text"),
    [
        (refuses, -1, "User rejected sampling request"),
        (fails, -32603, "no model"),
        (gives_a_surrogate, -32603, "surrogates not allowed"),
        (None, -32600, "Sampling not supported"),
    ],
)
async def test_no_answer_means_no_other_try(callback: Any, code: int, text: str) -> None:
    waiting = anyio.Event()

    async def person(params: Any) -> types.ElicitResult:
        waiting.set()
        await anyio.sleep_forever()
        raise AssertionError

    async with opened(True, sampling_callback=callback, elicitation_callback=person) as (session, server):

        async def script() -> None:
            server.reply(await server.expect("tools/call"), required({"e": ELICIT, "s": SAMPLE}))
            server.reply(await server.expect("prompts/list"), {"prompts": []})

        async def use() -> None:
            with pytest.raises(NoAnswer) as caught:
                await session.call_tool("t")
            assert (caught.value.error.code, caught.value.error.message) == (code, caught.value.error.message)
            assert text in caught.value.error.message
            assert isinstance(caught.value, LocalError)
            assert isinstance(caught.value.__cause__, McpError)
            await session.list_prompts()

        await both(script(), use())


async def test_questions_are_put_side_by_side_and_limits_rest() -> None:
    asked: list[str] = []
    all_asked = anyio.Event()

    async def person(context: Any, params: types.ElicitRequestParams) -> types.ElicitResult:
        asked.append(context.request_id)
        if len(asked) == 3:
            all_asked.set()
        with anyio.fail_after(scaled(5)):
            await all_asked.wait()
        await anyio.sleep(scaled(0.6))  # longer than the limit
        return types.ElicitResult(action="accept", content={"key": context.request_id})

    async with opened(True, elicitation_callback=person) as (session, server):

        async def script() -> None:
            server.reply(await server.expect("tools/call"), required({"a": ELICIT, "b": ELICIT, "c": ELICIT}))
            retry = await server.expect("tools/call")
            answers = further(retry)["inputResponses"]
            assert {key: answer["content"]["key"] for key, answer in answers.items()} == {
                "a": "a",
                "b": "b",
                "c": "c",
            }
            server.reply(retry, DONE)

        limit = timedelta(seconds=scaled(0.5))
        await both(script(), session.call_tool("t", read_timeout_seconds=limit))


async def test_the_limit_holds_over_all_rounds() -> None:
    async with opened(True, limits=Limits(total=scaled(0.2))) as (session, server):

        async def script() -> None:
            while True:
                frame = await server.receive()
                if not isinstance(frame, RequestFrame):
                    return
                server.reply(frame, required(state="wait"))

        with pytest.raises(RequestTimeout):
            await both(script(), session.call_tool("t"))


async def test_progress_goes_on_over_the_rounds() -> None:
    seen: list[float] = []

    async def progress(progress: float, total: float | None, message: str | None) -> None:
        seen.append(progress)

    async with opened(True) as (session, server):

        async def script() -> None:
            for value in (1, 2):
                request = await server.expect("tools/call")
                assert request.params is not None
                token = request.params["_meta"]["progressToken"]
                assert token == request.id
                server.notify("notifications/progress", {"progressToken": token, "progress": value})
                server.reply(request, required(state="go on") if value == 1 else DONE)

        await both(script(), session.call_tool("t", progress_callback=progress))
    assert seen == [1.0, 2.0]


async def test_too_many_rounds() -> None:
    rounds: list[dict[str, Any]] = []

    async def ask(more: dict[str, Any]) -> dict[str, Any]:
        rounds.append(more)
        return required({"q": ELICIT}, "s")

    async def answer(key: str, question: object) -> types.Result:
        return types.ElicitResult(action="decline")

    with pytest.raises(
        InputRequiredRoundsExceededError, match=f"{MAX_ROUNDS + 1} times, {MAX_ROUNDS} are allowed"
    ):
        await complete("tools/call", ask, answer)
    assert len(rounds) == MAX_ROUNDS + 1


NONSENSE: list[tuple[dict[str, Any], str]] = [
    (required(), "did not say for what"),
    (required({"q": {"method": "tools/call", "params": {"name": "x"}}}), "'q' by 'tools/call'"),
    (required({"q": {"method": "ping"}}), "'q' by 'ping'"),
    (required({"q": {}}), "'q' by None"),
    (required({"q": "who?"}), "'q' by None"),
    (required({"q": {"method": "elicitation/create"}}), "'q' is malformed: params"),
    (required() | {"inputRequests": ["q"]}, "in a form that cannot be read"),
    (required() | {"requestState": 7}, "in a form that cannot be read"),
]


@pytest.mark.parametrize(("result", "text"), NONSENSE)
async def test_nonsense_is_an_error_of_the_server(result: dict[str, Any], text: str) -> None:
    async with opened(True, elicitation_callback=elicitation) as (session, server):

        async def script() -> None:
            server.reply(await server.expect("tools/call"), result)

        with pytest.raises(UnexpectedResult, match=text):
            await both(script(), session.call_tool("t"))


NEVER: list[tuple[str, Call]] = [
    ("tools/list", lambda s: s.list_tools()),
    ("prompts/list", lambda s: s.list_prompts()),
    (
        "completion/complete",
        lambda s: s.complete(types.PromptReference(type="ref/prompt", name="p"), {"name": "a", "value": ""}),
    ),
]


@pytest.mark.parametrize(("method", "call"), NEVER)
async def test_only_three_requests_may_be_answered_with_a_question(method: str, call: Call) -> None:
    async with opened(True, elicitation_callback=elicitation) as (session, server):

        async def script() -> None:
            server.reply(await server.expect(method), required({"q": ELICIT}))

        with pytest.raises(UnexpectedResult, match=f"not allowed in answer to {method}"):
            await both(script(), call(session))


async def test_answers_given_by_hand_belong_to_one_round() -> None:
    async with opened(True) as (session, server):

        async def script() -> None:
            first = await server.expect("tools/call")
            assert further(first) == {"inputResponses": {"a": {"action": "decline"}}, "requestState": "mine"}
            server.reply(first, required(state="theirs"))
            retry = await server.expect("tools/call")
            assert further(retry) == {"requestState": "theirs"}
            server.reply(retry, required({}) | {"requestState": "x"})
            server.reply(await server.expect("tools/call"), DONE)

        params = types.CallToolRequestParams.model_validate(
            {"name": "t", "inputResponses": {"a": {"action": "decline"}}, "requestState": "mine"}
        )
        request = types.ClientRequest(types.CallToolRequest(params=params))
        await both(script(), session.send_request(request, types.CallToolResult))


async def test_a_caller_who_leaves_while_a_person_is_asked() -> None:
    asked, left = anyio.Event(), anyio.Event()

    async def person(params: Any) -> types.ElicitResult:
        asked.set()
        try:
            await anyio.sleep_forever()
        finally:
            left.set()
        raise AssertionError

    async with opened(True, elicitation_callback=person) as (session, server):
        async with anyio.create_task_group() as group:
            group.start_soon(call, session)
            server.reply(await server.expect("tools/call"), required({"q": ELICIT}))
            await asked.wait()
            group.cancel_scope.cancel()
        assert left.is_set()
        await both(
            server.discover(), session.send_ping()
        )  # the next message is this: no retry, no cancellation


async def call(session: ClientSession) -> None:
    await session.call_tool("t")


async def test_the_capabilities_are_declared_in_every_round() -> None:
    async with opened(True, elicitation_callback=elicitation, sampling_callback=sampling) as (
        session,
        server,
    ):

        async def script() -> None:
            for result in (required(state="s"), DONE):
                request = await server.expect("tools/call")
                assert request.params is not None
                assert request.params["_meta"][META + "clientCapabilities"] == {
                    "elicitation": {"form": {}, "url": {}},
                    "sampling": {},
                }
                server.reply(request, result)

        await both(script(), session.call_tool("t"))
