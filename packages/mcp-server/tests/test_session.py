"""The verbs of a ServerSession, in both eras, and outside of any."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import anyio
import pytest

from mcp import types
from mcp.server.lowlevel import Server
from mcp.server.session import ServerSession
from mcp.shared.exceptions import McpError, MethodNotFound
from mcp.shared.link import memory_links, streams_of
from mcp.shared.message import SessionMessage
from support.wire import Message, Wire, initialize, initialized, modern, request, serving

pytestmark = pytest.mark.anyio

ABLE: dict[str, Any] = {
    "elicitation": {"form": {}, "url": {}},
    "sampling": {"tools": {}},
    "roots": {"listChanged": True},
    "experimental": {"x": {"deep": {"y": 1}}},
}

FORM: dict[str, Any] = {"type": "object", "properties": {}}
SAID = types.SamplingMessage(role="user", content=types.TextContent(type="text", text="hi"))
TOOL = types.Tool(name="t", inputSchema={"type": "object"})
SAMPLED: dict[str, Any] = {"role": "assistant", "model": "m", "content": {"type": "text", "text": "yo"}}
USED: dict[str, Any] = {
    **SAMPLED,
    "stopReason": "toolUse",
    "content": [{"type": "tool_use", "id": "1", "name": "t", "input": {}}],
}

Body = Callable[[ServerSession], Awaitable[Any]]


def server_with(body: Body) -> Server[Any, Any]:
    """Return a server whose prompt does this with its session, and tells what came of it."""
    server: Server[Any, Any] = Server("s")

    @server.get_prompt()
    async def get(name: str, arguments: Any) -> types.GetPromptResult:
        return types.GetPromptResult(description=str(await body(server.request_context.session)), messages=[])

    return server


async def sample(session: ServerSession) -> Any:
    """Ask the model."""
    result = await session.create_message([SAID], max_tokens=5, system_prompt="be", temperature=0.5)
    return f"{type(result).__name__} {result.model}"


async def sample_with_tools(session: ServerSession) -> Any:
    """Ask the model, which may use a tool."""
    choice = types.ToolChoice(mode="required")
    result = await session.create_message([SAID], max_tokens=5, tools=[TOOL], tool_choice=choice)
    return f"{type(result).__name__} {result.stopReason}"


async def form(session: ServerSession) -> Any:
    """Ask the user."""
    return (await session.elicit("m", FORM)).action


async def url(session: ServerSession) -> Any:
    """Send the user somewhere."""
    return (await session.elicit_url("m", "https://example.com/a%7Eb", "e-1")).action


async def roots(session: ServerSession) -> Any:
    """Ask for the roots."""
    return len((await session.list_roots()).roots)


async def roots_in_the_union(session: ServerSession) -> Any:
    """Ask for the roots, in the way of all requests."""
    wrapped = types.ServerRequest(types.ListRootsRequest())
    return len((await session.send_request(wrapped, types.ListRootsResult)).roots)


QUESTIONS: list[tuple[Body, str, Message, Message, str]] = [
    (
        sample,
        "sampling/createMessage",
        {"messages": [], "maxTokens": 5, "systemPrompt": "be", "temperature": 0.5},
        SAMPLED,
        "CreateMessageResult m",
    ),
    (
        sample_with_tools,
        "sampling/createMessage",
        {"maxTokens": 5, "tools": [{"name": "t", "inputSchema": {"type": "object"}}]},
        USED,
        "CreateMessageResultWithTools toolUse",
    ),
    (form, "elicitation/create", {"message": "m", "requestedSchema": FORM}, {"action": "cancel"}, "cancel"),
    (
        url,
        "elicitation/create",
        {"mode": "url", "url": "https://example.com/a%7Eb"},
        {"action": "accept"},
        "accept",
    ),
    (roots, "roots/list", {}, {"roots": [{"uri": "file:///r"}]}, "1"),
    (roots_in_the_union, "roots/list", {}, {"roots": []}, "0"),
]

questions = pytest.mark.parametrize(("body", "method", "params", "answer", "text"), QUESTIONS)


def includes(params: Any, expected: Message) -> bool:
    """Return whether a question has these parameters, besides its messages."""
    found: Message = params or {}
    return all(found.get(key) == value for key, value in expected.items() if key != "messages")


@questions
async def test_questions_on_a_connection(
    body: Body, method: str, params: Message, answer: Message, text: str
) -> None:
    async with serving(server_with(body)) as wire:
        await wire.open(capabilities=ABLE)
        question = await wire.ask(request(1, "prompts/get", name="p"))
        assert question["method"] == method
        assert includes(question.get("params"), params)
        result = await wire.ask({"jsonrpc": "2.0", "id": question["id"], "result": answer})
        assert result["result"]["description"] == text


@questions
async def test_questions_of_a_self_contained_request(
    body: Body, method: str, params: Message, answer: Message, text: str
) -> None:
    async with serving(server_with(body)) as wire:
        asked = await wire.result(modern(1, "prompts/get", ABLE, name="p"))
        [(key, question)] = asked["inputRequests"].items()
        assert question["method"] == method
        assert includes(question.get("params"), params)
        more = {"requestState": asked["requestState"], "inputResponses": {key: answer}}
        result = await wire.result(modern(2, "prompts/get", ABLE, name="p", **more))
        assert result["description"] == text


async def ping(session: ServerSession) -> Any:
    """Ask for a sign of life."""
    return type(await session.send_ping()).__name__


async def test_a_ping_is_for_connections() -> None:
    async with serving(server_with(ping)) as wire:
        await wire.open()
        question = await wire.ask(request(1, "prompts/get", name="p"))
        assert question["method"] == "ping"
        result = await wire.ask({"jsonrpc": "2.0", "id": question["id"], "result": {}})
        assert result["result"]["description"] == "EmptyResult"
        error = (await wire.ask(modern(2, "prompts/get", name="p")))["error"]
        assert error["code"] == types.METHOD_NOT_FOUND


@pytest.mark.parametrize("body", [sample, sample_with_tools, form, url, roots])
async def test_nobody_is_asked_what_it_did_not_declare(body: Body) -> None:
    async with serving(server_with(body)) as wire:
        await wire.open()
        for make in (request, modern):
            answer = await wire.ask(make(1, "prompts/get", name="p"))
            assert (answer["id"], "error" in answer) == (1, True)


async def tell_all(session: ServerSession) -> Any:
    """Send every notification there is."""
    await session.send_progress_notification("t", 1, 2, "m", related_request_id="1")
    await session.send_log_message("info", {"a": None}, "logger", related_request_id=1)
    await session.send_resource_list_changed()
    await session.send_prompt_list_changed()
    await session.send_tool_list_changed()
    await session.send_resource_updated(types.AnyUrl("memo://R"))
    await session.send_elicit_complete("e-1")
    await session.send_notification(types.ServerNotification(types.ToolListChangedNotification()))
    return "told"


async def test_notifications() -> None:
    async with serving(server_with(tell_all)) as wire:
        await wire.open()
        wire.send(request(1, "prompts/get", name="p"))
        sent: list[Any] = []
        while "id" not in (message := await wire.next()):
            sent.append((message["method"].removeprefix("notifications/"), message.get("params")))
    assert sent == [
        ("progress", {"progressToken": "t", "progress": 1.0, "total": 2.0, "message": "m"}),
        ("message", {"level": "info", "data": {"a": None}, "logger": "logger"}),
        ("resources/list_changed", None),
        ("prompts/list_changed", None),
        ("tools/list_changed", None),
        ("resources/updated", {"uri": "memo://R"}),
        ("elicitation/complete", {"elicitationId": "e-1"}),
        ("tools/list_changed", None),
    ]


CAPABILITIES: list[tuple[Any, bool]] = [
    ({}, True),
    ({"roots": {}}, True),
    ({"roots": {"listChanged": True}}, True),
    ({"roots": {"listChanged": False}}, False),
    ({"sampling": {"tools": {}}}, True),
    ({"sampling": {"context": {}}}, False),
    ({"experimental": {"x": {}}}, True),
    ({"experimental": {"x": {"deep": {"y": 1}}}}, True),
    ({"experimental": {"x": {"deep": {"y": 2}}}}, False),
    ({"experimental": {"z": {}}}, False),
]


@pytest.mark.parametrize(("wanted", "has"), CAPABILITIES)
async def test_what_the_client_declared(wanted: Any, has: bool) -> None:
    async def check(session: ServerSession) -> Any:
        assert session.client_params is not None
        name = session.client_params.clientInfo.name
        return name, session.check_client_capability(types.ClientCapabilities.model_validate(wanted))

    async with serving(server_with(check)) as wire:
        await wire.open(capabilities=ABLE)
        found = await wire.result(request(1, "prompts/get", name="p"))
        assert found["description"] == str(("wire", has))
        found = await wire.result(modern(2, "prompts/get", ABLE, name="p"))
        assert found["description"] == str(("unknown", has))


@pytest.fixture
def options() -> Any:
    """What a server says of itself."""
    return Server("s").create_initialization_options()


async def test_a_session_built_by_hand(options: Any) -> None:
    near, far = memory_links()
    wire = Wire(near)
    async with ServerSession(*streams_of(far), options) as session:
        assert session.client_params is None
        assert not session.check_client_capability(types.ClientCapabilities())
        opened = await wire.result(initialize(0, capabilities=ABLE))
        assert opened["serverInfo"]["name"] == "s"
        wire.send(initialized())
        await anyio.wait_all_tasks_blocked()
        assert session.client_params is not None
        await session.send_tool_list_changed()
        assert (await wire.next())["method"] == "notifications/tools/list_changed"
        raw = types.JSONRPCNotification(jsonrpc="2.0", method="x/custom", params={"a": None})
        await session.send_message(SessionMessage(types.JSONRPCMessage(raw)))
        assert (await wire.next()) == {"jsonrpc": "2.0", "method": "x/custom", "params": {"a": None}}


async def test_a_session_that_is_not_open_says_so(options: Any) -> None:
    session = ServerSession(*streams_of(memory_links()[0]), options)
    with pytest.raises(RuntimeError, match="async with ServerSession"):
        await session.send_tool_list_changed()


async def test_the_session_of_a_call_has_no_connection() -> None:
    async def look(session: ServerSession) -> Any:
        with pytest.raises(RuntimeError):
            _ = session.peer
        with pytest.raises(RuntimeError):
            _ = session.agreement
        with pytest.raises(MethodNotFound):
            await session.send_ping()
        with pytest.raises(McpError):
            await session.list_roots()
        return "looked"

    async with serving(server_with(look)) as wire:
        assert (await wire.result(modern(1, "prompts/get", name="p")))["description"] == "looked"
