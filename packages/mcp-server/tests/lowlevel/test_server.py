"""The low-level server: each decorator with what its handler may return, the registry, the lifespan, `run`."""

from __future__ import annotations

import base64
import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Any

import anyio
import pytest

from mcp import types
from mcp.server.lowlevel import NotificationOptions, Server
from mcp.server.lowlevel.helper_types import ReadResourceContents
from mcp.shared.exceptions import UrlElicitationRequiredError
from mcp.shared.link import memory_links, streams_of
from support.timeouts import scaled
from support.wire import Message, Wire, request, serving

pytestmark = pytest.mark.anyio

NUMBERS = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}


async def ask(server: Any, method: str, /, **params: Any) -> Message:
    """Return the result of one request."""
    async with serving(server) as wire:
        await wire.open()
        return await wire.result(request(1, method, **params))


async def refused(server: Any, method: str, /, **params: Any) -> Message:
    """Return the error of one request."""
    async with serving(server) as wire:
        await wire.open()
        answer = await wire.ask(request(1, method, **params))
        error: Message = answer["error"]
        return error


def fresh() -> Server[Any, Any]:
    """Return a server without handlers."""
    return Server("s", "1")


# Lists

TOOL = types.Tool(name="t", inputSchema={"type": "object"})
PROMPT = types.Prompt(name="p")
RESOURCE = types.Resource.model_validate({"name": "r", "uri": "memo://r"})
TEMPLATE = types.ResourceTemplate(name="x", uriTemplate="memo://{x}")

LISTS: list[tuple[str, str, str, Any, Any, Any]] = [
    ("list_tools", "tools/list", "tools", TOOL, types.ListToolsRequest, types.ListToolsResult),
    ("list_prompts", "prompts/list", "prompts", PROMPT, types.ListPromptsRequest, types.ListPromptsResult),
    (
        "list_resources",
        "resources/list",
        "resources",
        RESOURCE,
        types.ListResourcesRequest,
        types.ListResourcesResult,
    ),
]


@pytest.mark.parametrize(("decorator", "method", "field", "item", "request_type", "result_type"), LISTS)
async def test_a_lister_returns_items_or_a_result_with_or_without_the_request(
    decorator: str, method: str, field: str, item: Any, request_type: Any, result_type: Any
) -> None:
    async def items() -> Any:
        return [item]

    async def lazily() -> Any:
        return (each for each in [item])

    async def whole() -> Any:
        return result_type(**{field: [item]}, nextCursor="2")

    async def with_request(request: Any) -> Any:
        return result_type(**{field: [item]}, nextCursor=request.params.cursor)

    with_request.__annotations__["request"] = request_type
    expected = [item.model_dump(mode="json", by_alias=True, exclude_none=True)]
    cursors: list[Any] = []
    for handler in (items, lazily, whole, with_request):
        server = fresh()
        assert getattr(server, decorator)()(handler) is handler
        result = await ask(server, method, cursor="")
        assert result[field] == expected
        cursors.append(result.get("nextCursor"))
    assert cursors == [None, None, "2", ""]


async def test_templates_are_listed() -> None:
    server = fresh()

    @server.list_resource_templates()
    async def templates() -> list[types.ResourceTemplate]:
        return [TEMPLATE]

    result = await ask(server, "resources/templates/list")
    assert result == {"resourceTemplates": [{"name": "x", "uriTemplate": "memo://{x}"}]}


# Tools


def tool_server(
    returned: Any, *, output: Any = None, validate_input: bool = True, listed: bool = True
) -> Server[Any, Any]:
    """Return a server whose tool returns, or raises, this."""
    server = fresh()

    async def tools() -> list[types.Tool]:
        return [types.Tool(name="t", inputSchema=NUMBERS, outputSchema=output)]

    async def call(name: str, arguments: dict[str, Any]) -> Any:
        if isinstance(returned, Exception):
            raise returned
        return returned

    if listed:
        server.list_tools()(tools)
    server.call_tool(validate_input=validate_input)(call)
    return server


TEXT = types.TextContent(type="text", text="hi")
HI = [{"type": "text", "text": "hi"}]
RETURNS: list[tuple[Any, Message]] = [
    ([TEXT], {"content": HI, "isError": False}),
    ((TEXT,), {"content": HI, "isError": False}),
    ([], {"content": [], "isError": False}),
    (
        {"n": 1, "x": None},
        {
            "content": [{"type": "text", "text": '{\n  "n": 1,\n  "x": null\n}'}],
            "structuredContent": {"n": 1, "x": None},
            "isError": False,
        },
    ),
    (([TEXT], {"n": 1}), {"content": HI, "structuredContent": {"n": 1}, "isError": False}),
    (types.CallToolResult(content=[TEXT], isError=True), {"content": HI, "isError": True}),
]


@pytest.mark.parametrize(("returned", "expected"), RETURNS)
async def test_what_a_tool_may_return(returned: Any, expected: Message) -> None:
    if isinstance(returned, tuple) and len(returned) == 1:  # pyright: ignore[reportUnknownArgumentType]  # any tuple
        returned = iter([TEXT])
    assert await ask(tool_server(returned), "tools/call", name="t", arguments={"n": 1}) == expected


@pytest.mark.parametrize("returned", [5, None])
async def test_what_a_tool_may_not_return(returned: Any) -> None:
    result = await ask(tool_server(returned), "tools/call", name="t", arguments={"n": 1})
    assert result["isError"]
    assert "Unexpected return type from tool" in result["content"][0]["text"]


async def test_what_a_tool_raises_is_told_to_the_model() -> None:
    result = await ask(tool_server(ValueError("too late")), "tools/call", name="t", arguments={"n": 1})
    assert result == {"content": [{"type": "text", "text": "too late"}], "isError": True}


async def test_a_url_to_visit_first_is_an_error_of_the_protocol() -> None:
    url = types.ElicitRequestURLParams(message="m", url="https://example.com/", elicitationId="e")
    error = await refused(
        tool_server(UrlElicitationRequiredError([url])), "tools/call", name="t", arguments={"n": 1}
    )
    assert error["code"] == types.URL_ELICITATION_REQUIRED
    assert error["data"]["elicitations"][0]["elicitationId"] == "e"


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({}, "Input validation error: 'n' is a required property"),
        ({"n": "x"}, "Input validation error: 'x' is not of type 'integer'"),
    ],
)
async def test_arguments_are_validated_unless_that_is_switched_off(arguments: Any, text: str) -> None:
    result = await ask(tool_server([TEXT]), "tools/call", name="t", arguments=arguments)
    assert result == {"content": [{"type": "text", "text": text}], "isError": True}
    unchecked = tool_server([TEXT], validate_input=False)
    assert (await ask(unchecked, "tools/call", name="t", arguments=arguments))["content"] == HI
    unlisted = tool_server([TEXT], listed=False)
    assert (await ask(unlisted, "tools/call", name="t", arguments=arguments))["content"] == HI


UNFIT: list[tuple[Any, str]] = [
    ([TEXT], "Output validation error: outputSchema defined but no structured output returned"),
    ({"n": "x"}, "Output validation error: 'x' is not of type 'integer'"),
    (([TEXT], {}), "Output validation error: 'n' is a required property"),
]


@pytest.mark.parametrize(("returned", "text"), UNFIT)
async def test_structured_content_is_validated(returned: Any, text: str) -> None:
    result = await ask(tool_server(returned, output=NUMBERS), "tools/call", name="t", arguments={"n": 1})
    assert result == {"content": [{"type": "text", "text": text}], "isError": True}
    good = await ask(tool_server({"n": 1}, output=NUMBERS), "tools/call", name="t", arguments={"n": 1})
    assert good["structuredContent"] == {"n": 1}


async def test_a_result_of_the_authors_own_is_not_validated() -> None:
    server = tool_server(types.CallToolResult(content=[TEXT]), output=NUMBERS)
    assert (await ask(server, "tools/call", name="t", arguments={"n": 1}))["content"] == HI


async def test_a_tool_that_is_not_listed_is_called_unvalidated_and_noted(
    caplog: pytest.LogCaptureFixture,
) -> None:
    assert (await ask(tool_server([TEXT]), "tools/call", name="other"))["content"] == HI
    assert "'other' is not listed" in caplog.text


# Prompts, resources, completion, the rest


async def test_prompts() -> None:
    server = fresh()
    seen: list[Any] = []

    @server.get_prompt()
    async def get(name: str, arguments: dict[str, str] | None) -> types.GetPromptResult:
        seen.append((name, arguments))
        return types.GetPromptResult(messages=[types.PromptMessage(role="user", content=TEXT)])

    result = await ask(server, "prompts/get", name="p", arguments={"a": "b"})
    await ask(server, "prompts/get", name="p")
    assert result == {"messages": [{"role": "user", "content": HI[0]}]}
    assert seen == [("p", {"a": "b"}), ("p", None)]


URI = "memo://R/%7Ex"

CONTENTS: list[tuple[ReadResourceContents, Message]] = [
    (ReadResourceContents(content="t"), {"text": "t", "mimeType": "text/plain"}),
    (ReadResourceContents(content="t", mime_type="text/x"), {"text": "t", "mimeType": "text/x"}),
    (
        ReadResourceContents(content=b"\xff"),
        {"blob": base64.b64encode(b"\xff").decode(), "mimeType": "application/octet-stream"},
    ),
    (
        ReadResourceContents(content="t", meta={"a": None}),
        {"text": "t", "mimeType": "text/plain", "_meta": {"a": None}},
    ),
]


@pytest.mark.parametrize(("contents", "expected"), CONTENTS)
async def test_resources(contents: ReadResourceContents, expected: Message) -> None:
    server = fresh()
    seen: list[Any] = []

    @server.read_resource()
    async def read(uri: Any) -> Any:
        seen.append(uri)
        return (each for each in [contents, contents])

    result = await ask(server, "resources/read", uri=URI)
    assert result == {"contents": [{"uri": URI, **expected}] * 2}
    assert isinstance(seen[0], types.AnyUrl)


@pytest.mark.parametrize(("returned", "key"), [("t", "text"), (b"t", "blob")])
async def test_text_or_bytes_alone_are_deprecated(returned: Any, key: str) -> None:
    server = fresh()

    @server.read_resource()
    async def read(uri: Any) -> Any:
        return returned

    with pytest.warns(DeprecationWarning, match="Iterable"):
        result = await ask(server, "resources/read", uri=URI)
    assert key in result["contents"][0]


async def test_completion() -> None:
    server = fresh()
    seen: list[Any] = []
    answers = [types.Completion(values=["a"], total=1), None]

    @server.completion()
    async def complete(ref: Any, argument: Any, context: Any) -> types.Completion | None:
        seen.append((type(ref).__name__, argument.value, None if context is None else context.arguments))
        return answers.pop(0)

    prompt = {"type": "ref/prompt", "name": "p"}
    template = {"type": "ref/resource", "uri": "memo://{x}"}
    argument = {"name": "x", "value": "v"}
    more = {"context": {"arguments": {"y": "z"}}}
    first = await ask(server, "completion/complete", ref=prompt, argument=argument)
    second = await ask(server, "completion/complete", ref=template, argument=argument, **more)
    assert first == {"completion": {"values": ["a"], "total": 1}}
    assert second == {"completion": {"values": []}}
    assert seen == [("PromptReference", "v", None), ("ResourceTemplateReference", "v", {"y": "z"})]


async def test_levels_and_subscriptions_are_passed_on() -> None:
    server = fresh()
    seen: list[str] = []

    async def take(value: Any) -> None:
        seen.append(str(value))

    server.set_logging_level()(take)
    server.subscribe_resource()(take)
    server.unsubscribe_resource()(take)
    async with serving(server) as wire:
        await wire.open()
        assert await wire.result(request(1, "logging/setLevel", level="info")) == {}
        assert await wire.result(request(2, "resources/subscribe", uri=URI)) == {}
        assert await wire.result(request(3, "resources/unsubscribe", uri=URI)) == {}
    assert seen == ["info", URI, URI]


# The registry


async def test_handlers_may_be_assigned_and_removed_at_any_time() -> None:
    server = fresh()

    async def listed(request: types.ListToolsRequest) -> types.ServerResult:
        return types.ServerResult(types.ListToolsResult(tools=[TOOL]))

    async def bare(request: types.ListToolsRequest) -> types.ListToolsResult:
        return types.ListToolsResult(tools=[])

    async with serving(server) as wire:
        await wire.open()
        assert await wire.error(request(1, "tools/list")) == (-32601, 1)
        server.request_handlers[types.ListToolsRequest] = listed
        assert len((await wire.result(request(2, "tools/list")))["tools"]) == 1
        server.request_handlers[types.ListToolsRequest] = bare
        assert (await wire.result(request(3, "tools/list")))["tools"] == []
        del server.request_handlers[types.ListToolsRequest]
        assert await wire.error(request(4, "tools/list")) == (-32601, 4)


async def test_middleware_wraps_every_handler_outermost_first() -> None:
    server = tool_server([TEXT])
    seen: list[str] = []

    def middleware(name: str) -> Callable[..., Any]:
        async def wrap(context: Any, request: Any, call_next: Any) -> Any:
            seen.append(f"{name} before {request.method} {context.request_id}")
            try:
                return await call_next(request)
            finally:
                seen.append(f"{name} after")

        return wrap

    server.middleware.extend([middleware("outer"), middleware("inner")])
    await ask(server, "tools/call", name="t", arguments={"n": 1})
    assert seen == ["outer before tools/call 1", "inner before tools/call 1", "inner after", "outer after"]


def test_there_is_no_request_outside_a_request() -> None:
    with pytest.raises(LookupError):
        _ = fresh().request_context


async def test_a_handler_knows_its_request() -> None:
    seen: list[Any] = []
    server = fresh()

    @server.get_prompt()
    async def get(name: str, arguments: Any) -> types.GetPromptResult:
        context = server.request_context
        client = context.session.client_params
        assert client is not None
        seen.append((context.request_id, context.meta, client.clientInfo.name, context.lifespan_context))
        return types.GetPromptResult(messages=[])

    await ask(server, "prompts/get", name="p", _meta={"progressToken": 7, "x": None})
    [(request_id, meta, client_name, lifespan_context)] = seen
    assert (request_id, client_name, lifespan_context) == (1, "wire", {})
    assert (meta.progressToken, meta.model_extra) == (7, {"x": None})


def test_capabilities_follow_the_handlers() -> None:
    server = fresh()
    options = NotificationOptions(prompts_changed=True)
    assert server.get_capabilities(options, {}).model_dump(exclude_none=True) == {"experimental": {}}

    async def handler(*_: Any) -> Any:
        """Do nothing."""

    for decorate in (
        server.list_prompts,
        server.list_resources,
        server.list_tools,
        server.subscribe_resource,
        server.set_logging_level,
        server.completion,
    ):
        decorate()(handler)
    assert server.get_capabilities(options, {"x": {}}).model_dump(exclude_none=True) == {
        "experimental": {"x": {}},
        "prompts": {"listChanged": True},
        "resources": {"subscribe": True, "listChanged": False},
        "tools": {"listChanged": False},
        "logging": {},
        "completions": {},
    }


def test_what_a_server_says_of_itself() -> None:
    icons = [types.Icon(src="data:,")]
    server: Server[Any, Any] = Server("s", "1", "Be kind.", "https://example.com", icons)
    options = server.create_initialization_options(NotificationOptions(tools_changed=True), {"x": {"y": 1}})
    assert (options.server_name, options.server_version, options.instructions) == ("s", "1", "Be kind.")
    assert (options.website_url, options.icons) == ("https://example.com", icons)
    assert options.capabilities.experimental == {"x": {"y": 1}}
    unversioned: Server[Any, Any] = Server("s")
    assert unversioned.create_initialization_options().server_version


# The lifespan


class Life:
    """A lifespan that keeps count."""

    def __init__(self, fails: str = "") -> None:
        self.fails = fails
        self.begun = 0
        self.ended = 0
        self.ticked = anyio.Event()

    @asynccontextmanager
    async def __call__(self, server: Server[Any, Any]) -> AsyncGenerator[str]:
        """Live, with a task group of its own."""
        self.begun += 1
        if self.fails == "start":
            raise ValueError("at the start")
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._tick)
            yield f"life {self.begun}"
            tasks.cancel_scope.cancel()
        self.ended += 1
        if self.fails == "end":
            raise ValueError("at the end")

    async def _tick(self) -> None:
        self.ticked.set()
        await anyio.sleep_forever()


def living(life: Life) -> Server[Any, Any]:
    """Return a server with this lifespan, whose prompt tells of it."""
    server: Server[Any, Any] = Server("s", lifespan=life)

    @server.get_prompt()
    async def get(name: str, arguments: Any) -> types.GetPromptResult:
        return types.GetPromptResult(description=str(server.request_context.lifespan_context), messages=[])

    return server


async def test_sessions_that_overlap_share_one_life() -> None:
    life = Life()
    server = living(life)
    async with serving(server) as one:
        await one.open()
        async with serving(server) as other:
            await other.open()
            for wire in (one, other):
                assert (await wire.result(request(1, "prompts/get", name="p")))["description"] == "life 1"
        assert (life.begun, life.ended) == (1, 0)
        assert (await one.result(request(2, "prompts/get", name="p")))["description"] == "life 1"
        with anyio.fail_after(scaled(5)):
            await life.ticked.wait()
    assert (life.begun, life.ended) == (1, 1)
    assert (await ask(server, "prompts/get", name="p"))["description"] == "life 2"
    assert (life.begun, life.ended) == (2, 2)


@pytest.mark.parametrize("fails", ["start", "end"])
async def test_a_failing_life_is_told_to_who_runs_the_server(fails: str) -> None:
    near, far = memory_links()
    server = living(Life(fails))
    wire = Wire(near)
    if fails == "end":
        wire.send(request("early", "ping"))
        wire.link.end_output()
    with pytest.raises(ValueError, match=f"at the {fails}"), anyio.fail_after(scaled(5)):
        await server.run(*streams_of(far), server.create_initialization_options())
    if fails == "end":
        assert (await wire.next())["id"] == "early"


async def test_a_life_that_dies_early_is_told_at_the_end() -> None:
    release = anyio.Event()

    @asynccontextmanager
    async def life(server: Server[Any, Any]) -> AsyncGenerator[str]:
        async def die() -> None:
            await release.wait()
            raise ValueError("half way")

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(die)
            yield "short"

    server: Server[Any, Any] = Server("s", lifespan=life)
    near, far = memory_links()
    failed: list[Exception] = []

    async def run() -> None:
        try:
            await server.run(*streams_of(far), server.create_initialization_options())
        except ExceptionGroup as group:
            failed.extend(group.exceptions)

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(run)
        wire = Wire(near)
        await wire.open()
        release.set()
        await anyio.wait_all_tasks_blocked()
        assert await wire.result(request(1, "ping")) == {}
        await near.aclose()
    assert [str(each) for each in failed] == ["half way"]


async def test_calls_end_before_the_life_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mcp.server.connection.DRAIN_SECONDS", 0.01)
    order: list[str] = []

    @asynccontextmanager
    async def life(server: Server[Any, Any]) -> AsyncGenerator[None]:
        yield
        order.append("life")

    server: Server[Any, Any] = Server("s", lifespan=life)

    @server.get_prompt()
    async def get(name: str, arguments: Any) -> types.GetPromptResult:
        try:
            await anyio.sleep_forever()
        finally:
            with anyio.CancelScope(shield=True):
                await anyio.lowlevel.checkpoint()
            order.append("call")
        raise AssertionError

    async with serving(server) as wire:
        await wire.open()
        wire.send(request(1, "prompts/get", name="p"))
        await anyio.wait_all_tasks_blocked()
    assert order == ["call", "life"]


async def test_building_and_running_a_server_configures_no_logging() -> None:
    before = list(logging.getLogger().handlers), list(logging.getLogger("mcp").handlers)
    await ask(tool_server([TEXT]), "tools/list")
    assert (list(logging.getLogger().handlers), list(logging.getLogger("mcp").handlers)) == before


async def test_a_failing_transport_is_told_to_who_asked_for_it() -> None:
    send, read = anyio.create_memory_object_stream[Any](5)
    write, receive = anyio.create_memory_object_stream[Any](5)
    await send.send(ValueError("of the transport"))
    server = fresh()
    with anyio.fail_after(scaled(5)):
        with pytest.raises(ValueError, match="of the transport"):
            await server.run(read, write, server.create_initialization_options(), raise_exceptions=True)
    for stream in (send, read, write, receive):
        stream.close()
