"""Calls that ask: parked in this process until the retry, sealed, bounded, and cleaned up whatever happens."""

from __future__ import annotations

import asyncio
import base64
import contextvars
import json
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, cast

import anyio
import pytest

from mcp.server import calls
from mcp.server.calls import GONE
from mcp.server.context import RequestContext
from mcp.server.lowlevel import Server
from mcp.server.state import KeyRing, RequestState, digest_of
from mcp.shared.channel import InputRequired
from mcp.types import (
    CreateMessageRequest,
    CreateMessageRequestParams,
    ElicitRequest,
    ElicitRequestFormParams,
    ElicitResult,
    InputRequiredResult,
    ListRootsRequest,
    ListRootsResult,
    ListToolsResult,
    SamplingMessage,
    TextContent,
    Tool,
)
from support.timeouts import scaled
from support.wire import Message, Wire, modern, request, serving

pytestmark = pytest.mark.anyio

BAD_PARAMS, INTERNAL, MISSING = -32602, -32603, -32021

ABLE: dict[str, Any] = {"elicitation": {"form": {}, "url": {}}, "sampling": {}, "roots": {}}
NAME_FORM = {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}

Body = Callable[[RequestContext[Any, Any, Any]], Awaitable[Any]]


class Asking(Server[Any, Any]):
    """A server with one tool, whose body is the test's."""

    def __init__(self, body: Body, **options: Any) -> None:
        super().__init__("asking", **options)
        self.runs = 0
        self.cleaned = 0

        async def call(name: str, arguments: dict[str, Any]) -> Any:
            self.runs += 1
            try:
                returned = await body(self.request_context)
            finally:
                self.cleaned += 1
            return text(returned) if isinstance(returned, str) else returned

        self.call_tool(validate_input=False)(call)


def text(value: str) -> list[TextContent]:
    """Return a tool's result."""
    return [TextContent(type="text", text=value)]


def form(message: str = "who?", schema: dict[str, Any] = NAME_FORM) -> ElicitRequest:
    """Return a question to the user."""
    return ElicitRequest(params=ElicitRequestFormParams(message=message, requestedSchema=schema))


def sampling() -> CreateMessageRequest:
    """Return a question to the model."""
    said = SamplingMessage(role="user", content=TextContent(type="text", text="hi"))
    return CreateMessageRequest(params=CreateMessageRequestParams(messages=[said], maxTokens=5))


def named(name: str) -> dict[str, Any]:
    """Return the user's answer."""
    return {"action": "accept", "content": {"name": name}}


def call(request_id: object, capabilities: Any = None, **more: Any) -> Message:
    """Return a call of the tool, self-contained."""
    able = ABLE if capabilities is None else capabilities
    return modern(request_id, "tools/call", able, name="t", arguments={"a": 1}, **more)


async def asked(wire: Wire, message: Message) -> tuple[dict[str, Message], str]:
    """Send a request; return the questions that it is answered with, and the state."""
    result = await wire.result(message)
    assert result["resultType"] == "input_required", result
    assert "ttlMs" not in result
    return result.get("inputRequests", {}), result["requestState"]


async def said(wire: Wire, message: Message) -> str:
    """Send a request; return the text of the result."""
    result = await wire.result(message)
    assert result["resultType"] == "complete", result
    assert not result["isError"], result
    answer: str = result["content"][0]["text"]
    return answer


def name_of(answer: Any) -> str:
    """Return the name in an answer to the form."""
    result = cast("ElicitResult", answer)
    assert result.content is not None
    return str(result.content["name"])


async def ask_name(context: RequestContext[Any, Any, Any]) -> str:
    """Ask one question."""
    return name_of((await context.ask(login=form()))["login"])


async def ask_as_1x(context: RequestContext[Any, Any, Any]) -> str:
    """Ask with the verbs of 1.x, one after the other."""
    first = await context.session.elicit("who?", NAME_FORM)
    second = await context.session.elicit_form("and who?", NAME_FORM)
    roots = await context.session.list_roots()
    return f"{name_of(first)} {name_of(second)} {len(roots.roots)}"


async def test_the_body_runs_once_and_goes_on_where_it_stopped() -> None:
    server = Asking(ask_name)
    async with serving(server) as wire:
        questions, state = await asked(wire, call(1))
        assert questions == {
            "login": {
                "method": "elicitation/create",
                "params": {"mode": "form", "message": "who?", "requestedSchema": NAME_FORM},
            }
        }
        assert server.calls.parked == 1
        answer = call(2, requestState=state, inputResponses={"login": named("Ann")})
        assert await said(wire, answer) == "Ann"
        assert (server.runs, server.cleaned, server.calls.parked) == (1, 1, 0)


async def test_code_of_1x_asks_round_by_round_with_keys_of_its_own() -> None:
    server = Asking(ask_as_1x)
    keys: list[str] = []
    answers: list[Any] = [named("Ann"), named("Bob"), {"roots": [{"uri": "file:///r"}]}]
    async with serving(server) as wire:
        message = call(0)
        for number, answer in enumerate(answers):
            questions, state = await asked(wire, message)
            [key] = questions
            keys.append(key)
            message = call(number + 1, requestState=state, inputResponses={key: answer})
        assert await said(wire, message) == "Ann Bob 1"
    assert keys == ["elicit-1", "elicit-2", "roots-1"]
    assert server.runs == 1


async def test_questions_of_one_pass_go_out_together() -> None:
    async def body(context: RequestContext[Any, Any, Any]) -> str:
        found: dict[str, str] = {}
        more: dict[str, Any] = {}

        async def ask(key: str) -> None:
            found[key] = name_of((await context.ask(**{key: form(key)}))[key])

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(ask, "a")
            tasks.start_soon(ask, "b")
            more.update(await context.ask(c=form("c"), d=form("d")))
        return " ".join([found["a"], found["b"], *(name_of(each) for each in more.values())])

    async with serving(Asking(body)) as wire:
        questions, state = await asked(wire, call(1))
        assert set(questions) == {"a", "b", "c", "d"}
        answers = {key: named(key.upper()) for key in questions}
        assert await said(wire, call(2, requestState=state, inputResponses=answers)) == "A B C D"


async def test_what_is_not_answered_is_asked_again_and_what_was_not_asked_is_ignored() -> None:
    async def body(context: RequestContext[Any, Any, Any]) -> str:
        answers = await context.ask(a=form("a"), b=form("b"))
        return " ".join(name_of(each) for each in answers.values())

    server = Asking(body)
    async with serving(server) as wire:
        _, state = await asked(wire, call(1))
        given: dict[str, Any] = {"a": named("A"), "nobody": named("N"), "odd": {"what": 1}}
        questions, state = await asked(wire, call(2, requestState=state, inputResponses=given))
        assert set(questions) == {"b"}
        questions, state = await asked(wire, call(3, requestState=state))
        assert set(questions) == {"b"}
        assert await said(wire, call(4, requestState=state, inputResponses={"b": named("B")})) == "A B"
    assert server.runs == 1


MALFORMED: list[Any] = [
    {},
    {"action": "perhaps"},
    {"action": "accept"},
    {"action": "accept", "content": {"name": 5}},
    {"action": "accept", "content": {}},
]


@pytest.mark.parametrize("answer", MALFORMED, ids=json.dumps)
async def test_a_malformed_answer_is_refused_and_the_call_stays(answer: Any) -> None:
    async with serving(Asking(ask_name)) as wire:
        _, state = await asked(wire, call(1))
        retry = call(2, requestState=state, inputResponses={"login": answer})
        assert await wire.error(retry) == (BAD_PARAMS, 2)
        good = call(3, requestState=state, inputResponses={"login": named("Ann")})
        assert await said(wire, good) == "Ann"


async def test_input_responses_that_are_no_object_are_refused() -> None:
    async with serving(Asking(ask_name)) as wire:
        _, state = await asked(wire, call(1))
        wrongs: list[Any] = [5, [], {"login": 5}]
        for wrong in wrongs:
            assert await wire.error(call(2, requestState=state, inputResponses=wrong)) == (BAD_PARAMS, 2)
        assert await said(wire, call(3, requestState=state, inputResponses={"login": named("A")})) == "A"


@pytest.mark.parametrize("action", ["decline", "cancel"])
async def test_a_refusal_is_an_answer(action: str) -> None:
    async def body(context: RequestContext[Any, Any, Any]) -> str:
        return str(cast("ElicitResult", (await context.ask(login=form()))["login"]).action)

    async with serving(Asking(body)) as wire:
        _, state = await asked(wire, call(1))
        answer = call(2, requestState=state, inputResponses={"login": {"action": action}})
        assert await said(wire, answer) == action


def tampered(state: str) -> str:
    """Return a state with other questions, under the old signature."""
    version, key, body, tag = state.split(".")
    raw = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    changed = base64.urlsafe_b64encode(json.dumps({**raw, "p": "root"}).encode()).rstrip(b"=").decode()
    return ".".join([version, key, changed, tag])


def foreign(_: str) -> str:
    """Return a state of another server's."""
    return sealed(KeyRing(["k" * 32]))


def sealed(ring: KeyRing, **changes: Any) -> str:
    """Return a state that belongs to the tests' call, but for the changes."""
    params = {"name": "t", "arguments": {"a": 1}}
    facts: dict[str, Any] = {
        "handle": None,
        "principal": "",
        "method": "tools/call",
        "digest": digest_of(params),
        "expires": 4e9,
        "questions": {},
        "user": None,
    }
    return RequestState(**{**facts, **changes}).seal(ring)


SPOILERS: list[Callable[[str], str]] = [
    tampered,
    foreign,
    lambda state: state[:-1],
    lambda state: "x" * 70_000,
    lambda state: "",
]


@pytest.mark.parametrize("spoil", SPOILERS)
async def test_a_state_that_is_not_ours_is_refused_and_the_call_stays(spoil: Callable[[str], str]) -> None:
    async with serving(Asking(ask_name)) as wire:
        _, state = await asked(wire, call(1))
        retry = {"inputResponses": {"login": named("Ann")}}
        assert await wire.error(call(2, requestState=spoil(state), **retry)) == (BAD_PARAMS, 2)
        assert await said(wire, call(3, requestState=state, **retry)) == "Ann"


@pytest.mark.parametrize(
    "changes",
    [{"principal": "ann"}, {"method": "prompts/get"}, {"digest": digest_of({"name": "t"})}, {"expires": 1.0}],
    ids=str,
)
async def test_a_state_of_another_request_is_refused(changes: dict[str, Any]) -> None:
    server = Asking(ask_name)
    async with serving(server) as wire:
        state = sealed(server.calls.keys, **changes)
        assert await wire.error(call(2, requestState=state)) == (BAD_PARAMS, 2)
    assert server.runs == 0


async def test_a_retry_repeats_its_params() -> None:
    async with serving(Asking(ask_name)) as wire:
        _, state = await asked(wire, call(1))
        other = modern(2, "tools/call", ABLE, name="t", arguments={"a": 2}, requestState=state)
        assert await wire.error(other) == (BAD_PARAMS, 2)


async def test_a_handle_is_good_for_one_retry() -> None:
    server = Asking(ask_name)
    async with serving(server) as wire:
        _, state = await asked(wire, call(1))
        retry = {"requestState": state, "inputResponses": {"login": named("Ann")}}
        assert await said(wire, call(2, **retry)) == "Ann"
        answer = await wire.ask(call(3, **retry))
        assert (answer["error"]["code"], answer["error"]["message"]) == (BAD_PARAMS, GONE)
    assert server.runs == 1


async def test_too_many_parked_calls_cost_the_oldest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calls, "PARKED", 2)
    server = Asking(ask_name)
    async with serving(server) as wire:
        states = [(await asked(wire, call(number)))[1] for number in range(3)]
        await anyio.wait_all_tasks_blocked()
        assert (server.calls.parked, server.cleaned) == (2, 1)
        retries = [
            call(number + 5, requestState=state, inputResponses={"login": named("Ann")})
            for number, state in enumerate(states)
        ]
        assert await wire.error(retries[0]) == (BAD_PARAMS, 5)
        assert [await said(wire, each) for each in retries[1:]] == ["Ann", "Ann"]


async def test_a_principal_may_park_few_calls_and_loses_its_own_oldest(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(calls, "PARKED_PER_PRINCIPAL", 2)
    table = calls.Calls(KeyRing())
    parked = [Parked(principal) for principal in ("ann", "bob", "ann", "ann", None, None, None)]
    handles = [table.park(cast("Any", each)) for each in parked]
    assert [each.cancelled for each in parked] == [True, False, False, False, False, False, False]
    assert len(set(handles)) == len(handles)
    assert table.take(handles[0]) is None
    assert table.take(handles[1]) is cast("Any", parked[1])


class Parked:
    """What the table of parked calls knows of a call."""

    def __init__(self, principal: str | None) -> None:
        self.cancelled = False
        self.inbound = self
        self.envelope = self
        self.principal = principal

    def cancel(self) -> None:
        """Be told to go."""
        self.cancelled = True


async def test_a_call_that_nobody_answers_goes_after_its_time() -> None:
    server = Asking(ask_name)
    server.calls.parked_seconds = 0.01
    gone = anyio.Event()
    forget = server.calls.forget

    def forgotten(each: calls.Call) -> None:
        forget(each)
        gone.set()

    server.calls.forget = forgotten  # type: ignore[assignment, method-assign]  # to learn when, without a wait
    async with serving(server) as wire:
        await asked(wire, call(1))
        with anyio.fail_after(scaled(5)):
            await gone.wait()
        assert (server.calls.parked, server.cleaned) == (0, 1)


async def test_the_end_of_the_server_cleans_up_what_is_parked() -> None:
    server = Asking(ask_name)
    async with serving(server) as wire:
        await asked(wire, call(1))
        assert server.cleaned == 0
    assert (server.cleaned, server.calls.parked) == (1, 0)


async def test_a_retry_can_be_cancelled_and_then_the_call_is() -> None:
    async def body(context: RequestContext[Any, Any, Any]) -> str:
        await ask_name(context)
        await anyio.sleep_forever()
        return "never"

    server = Asking(body)
    async with serving(server) as wire:
        _, state = await asked(wire, call(1))
        wire.send(call(2, requestState=state, inputResponses={"login": named("Ann")}))
        await anyio.wait_all_tasks_blocked()
        wire.send(cancelled(1))
        await anyio.wait_all_tasks_blocked()
        assert server.cleaned == 0, "the first exchange has ended long ago"
        wire.send(cancelled(2))
        await anyio.wait_all_tasks_blocked()
        assert (server.cleaned, server.calls.running) == (1, set())
        assert await wire.error(modern(3, "ping")) == (-32601, 3), "and nothing else came"


def cancelled(request_id: object) -> Message:
    """Return the notification that cancels a request."""
    return {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": request_id}}


QUESTIONS: list[tuple[Any, Any, Any]] = [
    (form(), {}, {"elicitation": {"form": {}}}),
    (form(), {"elicitation": {"url": {}}}, {"elicitation": {"form": {}}}),
    (sampling(), {"elicitation": {}}, {"sampling": {}}),
    (ListRootsRequest(), {}, {"roots": {}}),
]


@pytest.mark.parametrize(("question", "declared", "missing"), QUESTIONS)
async def test_a_question_that_the_client_did_not_declare_is_not_sent(
    question: Any, declared: Any, missing: Any
) -> None:
    async def body(context: RequestContext[Any, Any, Any]) -> str:
        return str(await context.ask(q=question))

    async def give_up(context: RequestContext[Any, Any, Any]) -> str:
        raise InputRequired({"q": question})

    for each in (body, give_up):
        async with serving(Asking(each)) as wire:
            error = (await wire.ask(call(1, declared)))["error"]
            assert (error["code"], error["data"]) == (MISSING, {"requiredCapabilities": missing})


async def test_the_capabilities_of_the_request_at_hand_count_not_those_of_initialize() -> None:
    async with serving(Asking(ask_name)) as wire:
        await wire.open(capabilities=ABLE)
        assert await wire.error(call(1, {})) == (MISSING, 1)


async def test_a_question_that_is_none_is_the_authors_fault() -> None:
    async def body(context: RequestContext[Any, Any, Any]) -> str:
        await context.ask(q=cast("Any", Tool(name="t", inputSchema={})))
        return "never"

    async with serving(Asking(body)) as wire:
        result = await wire.result(call(1))
        assert result["isError"]
        assert "no question" in result["content"][0]["text"]


async def test_one_key_names_one_open_question_and_may_be_used_again_later() -> None:
    async def body(context: RequestContext[Any, Any, Any]) -> str:
        async def clash() -> None:
            with pytest.raises(ValueError, match="'login' is open"):
                await context.ask(login=form("other"))

        first = ""
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(clash)
            first = await ask_name(context)
        return f"{first} {await ask_name(context)}"

    async with serving(Asking(body)) as wire:
        _, state = await asked(wire, call(1))
        _, state = await asked(wire, call(2, requestState=state, inputResponses={"login": named("A")}))
        assert await said(wire, call(3, requestState=state, inputResponses={"login": named("B")})) == "A B"


# Handlers that end with what they ask


async def gives_up(context: RequestContext[Any, Any, Any]) -> Any:
    """Raise the question, and look for the answer in the request."""
    params = context._call.request.params  # pyright: ignore[reportPrivateUsage]  # what `call_tool` does not pass on
    if params.inputResponses is None:
        raise InputRequired({"login": form()}, "mine")
    answer = ElicitResult.model_validate(params.inputResponses["login"])
    return f"{name_of(answer)} {params.requestState}"


async def gives_up_in_a_group(context: RequestContext[Any, Any, Any]) -> Any:
    """Raise it where it comes out in exception groups."""
    async with anyio.create_task_group() as outer, anyio.create_task_group():
        outer.start_soon(anyio.lowlevel.checkpoint)
        return await gives_up(context)


async def returns_it(context: RequestContext[Any, Any, Any]) -> Any:
    """Return it."""
    try:
        return await gives_up(context)
    except InputRequired as error:
        return InputRequiredResult(inputRequests=cast("Any", error.questions), requestState=error.state)


ENDERS = [gives_up, gives_up_in_a_group, returns_it]


@pytest.mark.parametrize("body", ENDERS)
async def test_a_handler_may_end_with_its_question_and_run_again(body: Body) -> None:
    server = Asking(body)
    async with serving(server) as wire:
        questions, state = await asked(wire, call(1))
        assert set(questions) == {"login"}
        assert server.calls.parked == 0
        answers = {"login": named("Ann")}
        assert await said(wire, call(2, requestState=state, inputResponses=answers)) == "Ann mine"
    assert server.runs == 2


@pytest.mark.parametrize("body", ENDERS)
async def test_the_same_handler_asks_on_the_connection_where_it_can(body: Body) -> None:
    server = Asking(body)
    async with serving(server) as wire:
        await wire.open(capabilities=ABLE)
        question = await wire.ask(request(1, "tools/call", name="t", arguments={}))
        assert question["method"] == "elicitation/create"
        wire.send({"jsonrpc": "2.0", "id": question["id"], "result": named("Ann")})
        assert (await wire.next())["result"]["content"][0]["text"] == "Ann mine"
    assert server.runs == 2


async def test_a_state_alone_asks_for_a_retry() -> None:
    async def body(context: RequestContext[Any, Any, Any]) -> str:
        state = context._call.request.params.requestState  # pyright: ignore[reportPrivateUsage]  # as above
        if state is None:
            raise InputRequired(state="later")
        return str(state)

    async with serving(Asking(body)) as wire:
        questions, state = await asked(wire, call(1))
        assert questions == {}
        assert await said(wire, call(2, requestState=state)) == "later"
        await wire.open()
        assert (await wire.result(request(3, "tools/call", name="t")))["content"][0]["text"] == "later"


async def test_a_handler_that_never_has_enough_is_stopped() -> None:
    async def body(context: RequestContext[Any, Any, Any]) -> str:
        raise InputRequired(state="more")

    server = Asking(body)
    async with serving(server) as wire:
        await wire.open()
        assert await wire.error(request(1, "tools/call", name="t")) == (INTERNAL, 1)
    assert server.runs == 16


async def test_a_handler_that_asks_for_nothing_is_wrong() -> None:
    async def body(context: RequestContext[Any, Any, Any]) -> str:
        raise InputRequired

    async with serving(Asking(body)) as wire:
        await wire.open()
        assert await wire.error(call(1)) == (INTERNAL, 1)
        assert await wire.error(request(2, "tools/call", name="t")) == (INTERNAL, 2)


async def list_and_ask(context: RequestContext[Any, Any, Any]) -> Any:
    """Ask in a method that cannot."""
    await context.ask(login=form())


async def list_and_give_up(context: RequestContext[Any, Any, Any]) -> Any:
    """Give up in a method that cannot."""
    raise InputRequired({"login": form()})


@pytest.mark.parametrize("body", [list_and_ask, list_and_give_up])
async def test_a_method_that_cannot_ask_does_not(body: Body) -> None:
    server: Server[Any, Any] = Server("lists")

    @server.list_tools()
    async def list_tools() -> Any:
        await body(server.request_context)
        return ListToolsResult(tools=[])

    async with serving(server) as wire:
        assert await wire.error(modern(1, "tools/list", ABLE)) == (INTERNAL, 1)


async def test_answers_may_come_with_the_first_request() -> None:
    async with serving(Asking(ask_name)) as wire:
        assert await said(wire, call(1, inputResponses={"login": named("Ann")})) == "Ann"


# What stands around a question


async def test_scopes_and_groups_around_the_question_hold() -> None:
    async def body(context: RequestContext[Any, Any, Any]) -> str:
        names: list[str] = []
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(anyio.sleep_forever)
            with anyio.fail_after(scaled(60)):
                names.append(await ask_name(context))
            tasks.cancel_scope.cancel()
        return names[0]

    async with serving(Asking(body)) as wire:
        _, state = await asked(wire, call(1))
        answer = call(2, requestState=state, inputResponses={"login": named("Ann")})
        assert await said(wire, answer) == "Ann"


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_a_timeout_of_asyncio_around_the_question_holds() -> None:
    async def body(context: RequestContext[Any, Any, Any]) -> str:
        async with asyncio.timeout(scaled(60)):
            return await ask_name(context)

    async with serving(Asking(body)) as wire:
        _, state = await asked(wire, call(1))
        answer = call(2, requestState=state, inputResponses={"login": named("Ann")})
        assert await said(wire, answer) == "Ann"


async def test_a_call_that_ended_while_it_was_parked_answers_its_retry() -> None:
    async def body(context: RequestContext[Any, Any, Any]) -> str:
        with anyio.move_on_after(0.01):
            return await ask_name(context)
        return "nobody answered"

    server = Asking(body)
    async with serving(server) as wire:
        _, state = await asked(wire, call(1))
        with anyio.fail_after(scaled(5)):
            while server.calls.running:
                await anyio.wait_all_tasks_blocked()
        retry = call(2, requestState=state, inputResponses={"login": named("Ann")})
        assert await said(wire, retry) == "nobody answered"
        answer = await wire.ask(call(3, requestState=state))
        assert answer["error"]["message"] == GONE
    assert server.runs == 1


async def test_a_call_that_failed_while_it_was_parked_fails_its_retry() -> None:
    release = anyio.Event()

    async def body(context: RequestContext[Any, Any, Any]) -> str:
        async def fail() -> None:
            await release.wait()
            raise ValueError("while parked")

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(fail)
            return await ask_name(context)
        return "never"

    server = Asking(body)
    async with serving(server) as wire:
        _, state = await asked(wire, call(1))
        release.set()
        await anyio.wait_all_tasks_blocked()
        assert (await wire.result(call(2, requestState=state)))["isError"]


async def test_a_question_put_while_parked_goes_out_with_the_next_exchange() -> None:
    release = anyio.Event()

    async def body(context: RequestContext[Any, Any, Any]) -> str:
        later: list[str] = []
        first: list[str] = []

        async def ask_later() -> None:
            await release.wait()
            later.append(name_of((await context.ask(later=form("later")))["later"]))

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(ask_later)
            first.append(await ask_name(context))
        return f"{first[0]} {later[0]}"

    async with serving(Asking(body)) as wire:
        _, state = await asked(wire, call(1))
        release.set()
        await anyio.wait_all_tasks_blocked()
        questions, state = await asked(
            wire, call(2, requestState=state, inputResponses={"login": named("A")})
        )
        assert set(questions) == {"later"}
        answers = {"later": named("B")}
        assert await said(wire, call(3, requestState=state, inputResponses=answers)) == "A B"


async def test_the_request_at_hand_is_the_one_attached_now() -> None:
    seen: list[Any] = []

    async def body(context: RequestContext[Any, Any, Any]) -> str:
        seen.append((context.request_id, getattr(context.meta, "progressToken", None)))
        await context.progress(1)
        await ask_name(context)
        seen.append((context.request_id, getattr(context.meta, "progressToken", None)))
        await context.progress(2)
        return "done"

    async with serving(Asking(body)) as wire:
        wire.send(call(1, _meta={"progressToken": "one"}))
        assert (await wire.next())["params"] == {"progressToken": "one", "progress": 1.0}
        state = (await wire.next())["result"]["requestState"]
        answers = {"login": named("Ann")}
        wire.send(call("2", _meta={"progressToken": 2}, requestState=state, inputResponses=answers))
        assert (await wire.next())["params"] == {"progressToken": 2, "progress": 2.0}
        assert (await wire.next())["id"] == "2"
    assert seen == [(1, "one"), ("2", 2)]


variable: contextvars.ContextVar[str] = contextvars.ContextVar("variable", default="unset")


async def test_each_call_has_context_variables_of_its_own() -> None:
    async def body(context: RequestContext[Any, Any, Any]) -> str:
        before = variable.get()
        variable.set(str(context.request_id))
        await ask_name(context)
        return f"{before} {variable.get()}"

    async with serving(Asking(body)) as wire:
        states = [(await asked(wire, call(number)))[1] for number in (1, 2)]
        for number, state in zip((1, 2), states, strict=True):
            answer = call(number + 5, requestState=state, inputResponses={"login": named("Ann")})
            assert await said(wire, answer) == f"unset {number}"


async def test_two_servers_with_one_key_tell_each_others_states_apart_by_the_handle() -> None:
    keys = ["k" * 32]
    one, other = Asking(ask_name, state_keys=keys), Asking(ask_name, state_keys=keys)
    async with both(one, other) as (here, there):
        _, state = await asked(here, call(1))
        answer = await there.ask(call(2, requestState=state, inputResponses={"login": named("Ann")}))
        assert answer["error"]["message"] == GONE
    assert other.runs == 0


@asynccontextmanager
async def both(one: Any, other: Any) -> AsyncGenerator[tuple[Wire, Wire]]:
    """Yield clients of two servers."""
    async with serving(one) as here, serving(other) as there:
        yield here, there


# On a connection where requests go either way


async def test_questions_are_requests_and_all_go_out_at_once() -> None:
    async def body(context: RequestContext[Any, Any, Any]) -> str:
        answers = await context.ask(a=form("a"), roots=ListRootsRequest())
        roots = cast("ListRootsResult", answers["roots"])
        return f"{name_of(answers['a'])} {len(roots.roots)}"

    async with serving(Asking(body)) as wire:
        await wire.open(capabilities=ABLE)
        wire.send(request(1, "tools/call", name="t"))
        questions = {each["method"]: each["id"] for each in [await wire.next(), await wire.next()]}
        wire.send({"jsonrpc": "2.0", "id": questions["roots/list"], "result": {"roots": []}})
        wire.send({"jsonrpc": "2.0", "id": questions["elicitation/create"], "result": named("Ann")})
        assert (await wire.next())["result"]["content"][0]["text"] == "Ann 0"


async def test_a_cancelled_call_takes_its_question_back() -> None:
    server = Asking(ask_name)
    async with serving(server) as wire:
        await wire.open(capabilities=ABLE)
        question = await wire.ask(request(1, "tools/call", name="t"))
        wire.send(cancelled(1))
        taken_back = await wire.next()
        assert taken_back["method"] == "notifications/cancelled"
        assert taken_back["params"]["requestId"] == question["id"]
        assert await wire.result(request(2, "ping")) == {}
    assert server.cleaned == 1


async def test_an_error_of_the_clients_reaches_the_handler() -> None:
    async with serving(Asking(ask_name)) as wire:
        await wire.open(capabilities=ABLE)
        question = await wire.ask(request(1, "tools/call", name="t"))
        wire.send({"jsonrpc": "2.0", "id": question["id"], "error": {"code": -1, "message": "not now"}})
        result = (await wire.next())["result"]
        assert (result["isError"], result["content"][0]["text"]) == (True, "not now")


@pytest.mark.parametrize(("revision", "declared"), [("2025-11-25", None), ("2024-11-05", ABLE)])
async def test_what_the_client_cannot_be_asked_fails_the_call_before_anything_is_sent(
    revision: str, declared: Any
) -> None:
    async with serving(Asking(ask_name)) as wire:
        await wire.open(revision, declared)
        result = await wire.result(request(1, "tools/call", name="t"))
        assert result["isError"]
        assert "elicitation" in result["content"][0]["text"]
