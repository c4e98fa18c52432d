"""What a client session asks: its verbs, limits and errors; and what it checks."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import anyio
import anyio.lowlevel
import pytest

import mcp.types as types
from mcp.client.answers import UnexpectedResult
from mcp.client.session import Limits
from mcp.shared.exceptions import ConnectionClosed, MethodNotFound, RequestTimeout
from mcp.types.jsonrpc import NotificationFrame, RequestFrame
from support.scripted import both
from support.sessions import (
    META,
    MODERN,
    TOOL,
    Call,
    both_eras,
    opened,
)

pytestmark = pytest.mark.anyio


# Asking

PAGE = types.PaginatedRequestParams(cursor="c")
VERBS: list[tuple[str, Call, dict[str, Any] | None, dict[str, Any]]] = [
    ("tools/list", lambda s: s.list_tools(), None, {"tools": []}),
    ("tools/list", lambda s: s.list_tools(""), {"cursor": ""}, {"tools": []}),
    ("tools/list", lambda s: s.list_tools(params=PAGE), {"cursor": "c"}, {"tools": []}),
    ("prompts/list", lambda s: s.list_prompts("c"), {"cursor": "c"}, {"prompts": []}),
    ("resources/list", lambda s: s.list_resources(), None, {"resources": []}),
    (
        "resources/templates/list",
        lambda s: s.list_resource_templates(params=PAGE),
        {"cursor": "c"},
        {"resourceTemplates": []},
    ),
    ("resources/read", lambda s: s.read_resource("HTTP://A.b"), {"uri": "HTTP://A.b"}, {"contents": []}),
    (
        "resources/read",
        lambda s: s.read_resource(types.AnyUrl("file:///x")),
        {"uri": "file:///x"},
        {"contents": []},
    ),
    ("prompts/get", lambda s: s.get_prompt("p"), {"name": "p"}, {"messages": []}),
    (
        "prompts/get",
        lambda s: s.get_prompt("p", {"a": "b"}),
        {"name": "p", "arguments": {"a": "b"}},
        {"messages": []},
    ),
    (
        "completion/complete",
        lambda s: s.complete(
            types.PromptReference(type="ref/prompt", name="p"), {"name": "a", "value": "v"}, {"b": "c"}
        ),
        {
            "ref": {"type": "ref/prompt", "name": "p"},
            "argument": {"name": "a", "value": "v"},
            "context": {"arguments": {"b": "c"}},
        },
        {"completion": {"values": ["v1"]}},
    ),
    (
        "tools/call",
        lambda s: s.call_tool("t", {"n": None}, meta={"trace": "x"}),
        {"name": "t", "arguments": {"n": None}, "_meta": {"trace": "x"}},
        {"content": [], "isError": True},
    ),
]


@both_eras
@pytest.mark.parametrize(("method", "call", "params", "result"), VERBS)
async def test_verbs(modern: bool, method: str, call: Call, params: Any, result: dict[str, Any]) -> None:
    async with opened(modern) as (session, server):

        async def script() -> None:
            request = await server.expect(method)
            sent = dict(request.params or {})
            meta = sent.pop("_meta", {})
            wanted = dict(params or {})
            if modern:
                assert meta.pop(META + "protocolVersion") == MODERN
                meta.pop(META + "clientCapabilities")
                meta.pop(META + "clientInfo")
            assert meta == wanted.pop("_meta", {})
            assert sent == wanted
            server.reply(request, result)

        answer = await both(script(), call(session))
        assert result.items() <= answer.model_dump(by_alias=True, mode="json", exclude_none=True).items()


@both_eras
async def test_cursor_or_params_not_both(modern: bool) -> None:
    async with opened(modern) as (session, _):
        with pytest.raises(ValueError, match="both cursor and params"):
            await session.list_tools("c", params=PAGE)


@both_eras
async def test_an_error_is_typed_and_keeps_its_data(modern: bool) -> None:
    async with opened(modern) as (session, server):

        async def script() -> None:
            server.fail(await server.expect("prompts/list"), -32601, "none here", {"a": 1})

        with pytest.raises(MethodNotFound) as caught:
            await both(script(), session.list_prompts())
        assert caught.value.error == types.ErrorData(code=-32601, message="none here", data={"a": 1})


@both_eras
async def test_progress_comes_in_order_and_before_the_result(modern: bool) -> None:
    seen: list[tuple[float, float | None, str | None]] = []

    async def progress(progress: float, total: float | None, message: str | None) -> None:
        await anyio.lowlevel.checkpoint()
        seen.append((progress, total, message))

    async with opened(modern) as (session, server):

        async def script() -> None:
            request = await server.expect("tools/call")
            assert request.params is not None
            token = request.params["_meta"]["progressToken"]
            server.notify("notifications/progress", {"progressToken": token, "progress": 1})
            server.notify("notifications/progress", {"progressToken": str(token), "progress": 9})
            server.notify(
                "notifications/progress",
                {"progressToken": token, "progress": 2.5, "total": 3, "message": "m"},
            )
            server.reply(request, {"content": [], "isError": True})

        await both(script(), session.call_tool("t", progress_callback=progress))
        assert seen == [(1.0, None, None), (2.5, 3.0, "m")]


@both_eras
async def test_a_limit_ends_the_wait_and_tells_the_server(modern: bool) -> None:
    async with opened(modern) as (session, server):

        async def script() -> None:
            request = await server.expect("tools/call")
            cancelled = await server.told("notifications/cancelled")
            assert cancelled.params is not None
            assert cancelled.params["requestId"] == request.id
            server.reply(request, {"content": []})  # late: nobody waits for it
            server.reply(await server.expect("tools/list"), {"tools": []})

        async def use() -> None:
            with pytest.raises(
                RequestTimeout, match="Timed out while waiting for response to CallToolRequest"
            ):
                await session.call_tool("t", read_timeout_seconds=timedelta(milliseconds=10))
            await session.list_tools()

        await both(script(), use())


@both_eras
async def test_the_limits_of_the_session(modern: bool) -> None:
    async with opened(modern, limits=Limits(idle=0.01, total=30)) as (session, server):

        async def script() -> None:
            request = await server.expect("resources/list")
            assert request.params is not None
            assert request.params["_meta"]["progressToken"] == request.id  # so that it can show that it lives
            await server.told("notifications/cancelled")

        async def use() -> None:
            with pytest.raises(RequestTimeout):
                await session.list_resources()

        await both(script(), use())


@both_eras
async def test_a_cancelled_caller_leaves_and_the_server_is_told(modern: bool) -> None:
    told: list[tuple[RequestFrame, NotificationFrame]] = []
    async with opened(modern) as (session, server), anyio.create_task_group() as group:
        group.start_soon(session.list_tools)
        request = await server.expect("tools/list")
        group.cancel_scope.cancel()
        with anyio.CancelScope(shield=True):
            told.append((request, await server.told("notifications/cancelled")))
    request, cancelled = told[0]
    assert cancelled.params is not None
    assert cancelled.params["requestId"] == request.id


@both_eras
async def test_the_end_of_the_connection_ends_every_wait(modern: bool) -> None:
    async with opened(modern) as (session, server):

        async def script() -> None:
            await server.expect("tools/list")
            await server.close()

        with pytest.raises(ConnectionClosed):
            await both(script(), session.list_tools())
        assert session.closed
        with pytest.raises(ConnectionClosed) as caught:
            await session.list_tools()
        assert caught.value.sent is False


@pytest.mark.parametrize("kind", ["task", "", None, 7])
async def test_a_result_of_an_unknown_type_is_no_result(kind: Any) -> None:
    async with opened(True) as (session, server):

        async def script() -> None:
            server.reply(await server.expect("tools/call"), {"resultType": kind, "content": []})

        with pytest.raises(UnexpectedResult, match="unknown type"):
            await both(script(), session.call_tool("t"))


async def test_the_result_type_means_nothing_after_a_handshake() -> None:
    async with opened(False) as (session, server):

        async def script() -> None:
            reply: dict[str, Any] = {"resultType": "input_required", "content": [], "isError": True}
            server.reply(await server.expect("tools/call"), reply)

        assert (await both(script(), session.call_tool("t"))).isError


@both_eras
async def test_a_raw_request_of_1x(modern: bool) -> None:
    async with opened(modern) as (session, server):

        async def script() -> None:
            server.reply(await server.expect("tools/list"), {"tools": [TOOL]})

        request = types.ClientRequest(types.ListToolsRequest())
        result = await both(script(), session.send_request(request, types.ListToolsResult))
        assert result.tools[0].name == "add"


# Structured results

SCHEMA = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}
OUTPUTS: list[tuple[Any, dict[str, Any], str | None]] = [
    (SCHEMA, {"structuredContent": {"n": 1}}, None),
    (None, {}, None),
    (None, {"structuredContent": {"any": "thing"}}, None),
    (SCHEMA, {}, "Tool t has an output schema but did not return structured content"),
    (
        SCHEMA,
        {"structuredContent": {}},
        "Invalid structured content returned by tool t: 'n' is a required property",
    ),
    (
        SCHEMA,
        {"structuredContent": {"n": "x"}},
        "Invalid structured content returned by tool t: 'x' is not of type",
    ),
    (SCHEMA, {"isError": True}, None),
    ({"type": 7}, {"structuredContent": {}}, "Invalid schema for tool t"),
]


@both_eras
@pytest.mark.parametrize(("schema", "result", "fault"), OUTPUTS)
async def test_structured_content_is_checked(
    modern: bool, schema: Any, result: dict[str, Any], fault: str | None
) -> None:
    tool = {"name": "t", "inputSchema": {"type": "object"}} | ({"outputSchema": schema} if schema else {})
    async with opened(modern) as (session, server):

        async def script() -> None:
            server.reply(await server.expect("tools/call"), {"content": [], **result})
            if "isError" not in result:
                server.reply(await server.expect("tools/list"), {"tools": [TOOL], "nextCursor": "2"})
                server.reply(await server.expect("tools/list"), {"tools": [tool]})
            server.reply(await server.expect("tools/call"), {"content": [], "isError": True})

        async def use() -> None:
            if fault is None:
                await session.call_tool("t")
            else:
                with pytest.raises(RuntimeError, match=fault):
                    await session.call_tool("t")
            await session.call_tool("t")  # the list is not fetched again

        await both(script(), use())


@both_eras
async def test_null_is_structured_content_where_any_value_is(modern: bool) -> None:
    async with opened(modern) as (session, server):

        async def script() -> None:
            server.reply(await server.expect("tools/call"), {"content": [], "structuredContent": None})
            tool = {"name": "t", "inputSchema": {"type": "object"}, "outputSchema": {"type": "null"}}
            server.reply(await server.expect("tools/list"), {"tools": [tool]})

        if modern:
            await both(script(), session.call_tool("t"))
        else:
            with pytest.raises(RuntimeError, match="did not return structured content"):
                await both(script(), session.call_tool("t"))


@both_eras
async def test_a_server_without_a_tool_list_is_no_failure(modern: bool) -> None:
    async with opened(modern) as (session, server):

        async def script() -> None:
            server.reply(await server.expect("tools/call"), {"content": [], "structuredContent": {"a": 1}})
            server.fail(await server.expect("tools/list"), -32601)
            server.reply(await server.expect("tools/call"), {"content": []})

        async def use() -> None:
            assert (await session.call_tool("t")).structuredContent == {"a": 1}
            await session.call_tool("t")

        await both(script(), use())


async def test_changed_tools_are_looked_up_again() -> None:
    async with opened(False) as (session, server):

        async def script() -> None:
            for _ in range(2):
                server.reply(await server.expect("tools/call"), {"content": []})
                server.reply(
                    await server.expect("tools/list"),
                    {"tools": [{"name": "t", "inputSchema": {"type": "object"}}]},
                )
                server.notify("notifications/tools/list_changed")

        async def use() -> None:
            await session.call_tool("t")
            assert session._tool_output_schemas == {"t": None}  # pyright: ignore[reportPrivateUsage]  # read by programs of 1.x
            await session.call_tool("t")

        await both(script(), use())
