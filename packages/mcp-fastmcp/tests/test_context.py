"""Context on the wire, in both eras: log, progress, resources, questions."""

import asyncio
from collections.abc import Awaitable, Generator
from typing import Any, cast

import anyio
import pytest
from pydantic import BaseModel

from mcp.server.elicitation import AcceptedElicitation, AcceptedUrlElicitation, DeclinedElicitation
from mcp.server.fastmcp import Context, FastMCP
from mcp.server.fastmcp.context import Sent
from mcp.shared.exceptions import MissingClientCapability
from mcp.types import (
    CreateMessageRequest,
    CreateMessageRequestParams,
    ElicitRequest,
    ElicitRequestFormParams,
    ElicitResult,
    SamplingMessage,
    TextContent,
)
from support.raw_client import ERAS, RawClient, connected

pytestmark = pytest.mark.anyio

FORM = "elicitation/create"
SAMPLE = "sampling/createMessage"


def on_asyncio() -> bool:
    return anyio.get_cancelled_exc_class() is asyncio.CancelledError


def logged(client: RawClient) -> list[tuple[Any, ...]]:
    return [
        (each.params["level"], each.params["data"], each.params.get("logger"))
        for each in client.notifications
        if each.method == "notifications/message" and each.params is not None
    ]


@pytest.mark.parametrize("era", ERAS)
async def test_log_with_and_without_await(era: str) -> None:
    mcp = FastMCP()

    @mcp.tool()
    async def later(ctx: Context) -> None:
        await ctx.debug("d")
        ctx.info("i", logger_name="n")
        await ctx.log("warning", "w", logger_name="n")

    @mcp.tool()
    def plain(ctx: Context) -> None:
        ctx.warning("w")
        ctx.error("e")

    @mcp.tool(run_in="thread")
    def threaded(ctx: Context) -> None:
        ctx.info("from a thread")

    async with connected(mcp, era) as client:
        await client.call("later")
        assert logged(client) == [("debug", "d", None), ("info", "i", "n"), ("warning", "w", "n")]
        client.notifications.clear()
        await client.call("plain")
        assert logged(client) == [("warning", "w", None), ("error", "e", None)]
        client.notifications.clear()
        await client.call("threaded")
        assert logged(client) == [("info", "from a thread", None)]


async def test_a_message_on_its_way_is_a_coroutine_to_those_who_need_one() -> None:
    mcp = FastMCP()

    @mcp.tool()
    async def tasks(ctx: Context) -> None:
        async with anyio.create_task_group() as group:
            group.start_soon(ctx.info, "in a group")
        if on_asyncio():
            await asyncio.create_task(ctx.info("in a task"))
            await asyncio.gather(ctx.info("gathered"), ctx.report_progress(1))
        unused = ctx.info("closed")
        unused.close()

    async with connected(mcp, "legacy") as client:
        assert not (await client.call("tasks"))["isError"]
    texts = [data for _, data, _ in logged(client)]
    assert (texts[0], texts[-1]) == ("in a group", "closed")


@pytest.mark.parametrize("era", ERAS)
async def test_progress(era: str) -> None:
    mcp = FastMCP()

    @mcp.tool()
    async def work(ctx: Context) -> None:
        await ctx.report_progress(1, 2, "half")
        ctx.report_progress(2.0)

    async with connected(mcp, era) as client:
        await client.call("work")
        assert not client.notifications
        await client.request("tools/call", name="work", arguments={}, _meta={"progressToken": "t"})
    assert [each.params for each in client.notifications] == [
        {"progressToken": "t", "progress": 1, "total": 2, "message": "half"},
        {"progressToken": "t", "progress": 2},
    ]


@pytest.mark.parametrize("era", ERAS)
async def test_what_the_request_says(era: str) -> None:
    mcp = FastMCP("Named")

    @mcp.tool()
    async def about(ctx: Context) -> list[Any]:
        await ctx.close_sse_stream()
        await ctx.close_standalone_sse_stream()
        return [
            ctx.request_id == str(ctx.request_context.request_id),
            ctx.client_id,
            ctx.fastmcp is mcp,
            ctx.session is ctx.request_context.session,
        ]

    async with connected(mcp, era) as client:
        result = await client.request("tools/call", name="about", arguments={}, _meta={"client_id": "me"})
    assert [each["text"] for each in result["content"]] == ["true", "me", "true", "true"]


async def test_resources_are_read_as_in_1x() -> None:
    mcp = FastMCP()

    @mcp.resource("file://{name}")
    def file(name: str) -> str:
        return f"text of {name}"

    @mcp.tool()
    async def read(ctx: Context) -> str:
        [contents] = await ctx.read_resource("file://a")
        return f"{contents.content!r} {contents.mime_type}"

    async with connected(mcp, "legacy") as client:
        assert await client.text("read") == "'text of a' text/plain"


async def test_outside_of_a_request() -> None:
    mcp = FastMCP()
    context = mcp.get_context()
    assert context.fastmcp is mcp
    uses: list[Any] = [
        lambda: context.request_context,
        lambda: context.session,
        lambda: context.request_id,
        lambda: context.info("x"),
        lambda: Context().fastmcp,
    ]
    for use in uses:
        with pytest.raises(ValueError, match="Context is not available outside of a request"):
            use()


class Booking(BaseModel):
    seats: int
    note: str = ""


def asking() -> FastMCP:
    mcp = FastMCP()

    @mcp.tool()
    async def book(ctx: Context) -> str:
        answer = await ctx.elicit("How many?", Booking)
        if isinstance(answer, AcceptedElicitation):
            return f"{answer.data.seats} seats"
        return answer.action

    @mcp.tool()
    async def visit(ctx: Context) -> str:
        answer = await ctx.elicit_url("Go there", "https://e.example/pay", "one")
        return type(answer).__name__

    @mcp.tool()
    async def several(ctx: Context) -> str:
        form = ElicitRequestFormParams(message="Name?", requestedSchema=Booking.model_json_schema())
        message = SamplingMessage(role="user", content=TextContent(type="text", text="?"))
        answers = await ctx.ask(
            form=ElicitRequest(params=form),
            model=CreateMessageRequest(params=CreateMessageRequestParams(messages=[message], maxTokens=1)),
        )
        assert isinstance(answers["form"], ElicitResult)
        return " ".join(sorted(answers))

    @mcp.tool()
    async def twice(ctx: Context) -> str:
        first, second = await ctx.elicit("1", Booking), await ctx.elicit("2", Booking)
        return f"{first.action} {second.action}"

    return mcp


ACCEPT = {"action": "accept", "content": {"seats": 2}}


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize(
    ("tool", "answer", "text"),
    [
        ("book", ACCEPT, "2 seats"),
        ("book", {"action": "decline"}, "decline"),
        ("book", {"action": "cancel"}, "cancel"),
        ("visit", {"action": "accept"}, AcceptedUrlElicitation.__name__),
        ("visit", {"action": "decline"}, DeclinedElicitation.__name__),
        ("twice", ACCEPT, "accept accept"),
    ],
)
async def test_questions_to_the_user(era: str, tool: str, answer: dict[str, Any], text: str) -> None:
    async with connected(asking(), era, {FORM: answer}) as client:
        assert await client.text(tool) == text
    assert client.asked[0]["method"] == FORM


@pytest.mark.parametrize("era", ERAS)
async def test_several_questions_at_once(era: str) -> None:
    reply = {"role": "assistant", "content": {"type": "text", "text": "!"}, "model": "m"}
    async with connected(asking(), era, {FORM: ACCEPT, SAMPLE: reply}) as client:
        assert await client.text("several") == "form model"
    assert sorted(each["method"] for each in client.asked) == [FORM, SAMPLE]


async def test_a_question_that_the_client_did_not_declare_is_no_refusal_by_the_user() -> None:
    async with connected(asking(), "modern") as client:
        with pytest.raises(MissingClientCapability):
            await client.call("book")
    async with connected(asking(), "legacy") as client:
        assert (await client.call("book"))["isError"] is True


async def test_an_answer_that_does_not_fit_fails_the_tool() -> None:
    async with connected(
        asking(), "legacy", {FORM: {"action": "accept", "content": {"seats": "x"}}}
    ) as client:
        assert "does not fit" in await client.text("book")


async def test_what_is_sent_is_awaitable() -> None:
    sent: list[Awaitable[None]] = []
    mcp = FastMCP()

    @mcp.tool()
    def keep(ctx: Context) -> None:
        sent.append(ctx.info("x"))

    async with connected(mcp, "legacy") as client:
        await client.call("keep")
        assert await sent[0] is None  # type: ignore[func-returns-value]  # that it ends is what is tested


def asking_everywhere() -> FastMCP:
    mcp = FastMCP()

    async def seats(ctx: Context) -> str:
        answer = await ctx.elicit("How many?", Booking)
        return str(answer.data.seats) if isinstance(answer, AcceptedElicitation) else answer.action

    mcp.prompt("prompt")(seats)
    mcp.resource("seats://static")(seats)

    @mcp.resource("seats://{where}/template")
    async def template(where: str, ctx: Context) -> str:
        return f"{where} {await seats(ctx)}"

    return mcp


PLACES = [
    ("prompts/get", {"name": "prompt"}, "2"),
    ("resources/read", {"uri": "seats://static"}, "2"),
    ("resources/read", {"uri": "seats://here/template"}, "here 2"),
]


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize(("method", "params", "text"), PLACES)
async def test_prompts_and_resources_may_ask(
    era: str, method: str, params: dict[str, Any], text: str
) -> None:
    async with connected(asking_everywhere(), era, {FORM: ACCEPT}) as client:
        result = await client.request(method, **params)
    [item] = result["messages"] if method == "prompts/get" else result["contents"]
    assert (item["content"]["text"] if method == "prompts/get" else item["text"]) == text


@pytest.mark.parametrize(("method", "params", "text"), PLACES)
async def test_what_they_may_not_ask_is_an_error_of_its_own(
    method: str, params: dict[str, Any], text: str
) -> None:
    async with connected(asking_everywhere(), "modern") as client:
        with pytest.raises(MissingClientCapability):
            await client.request(method, **params)


async def test_streams_are_closed_where_there_are_any() -> None:
    closed: list[str] = []

    async def close(which: str) -> None:
        closed.append(which)

    class Request:
        close_sse_stream = staticmethod(lambda: close("own"))
        close_standalone_sse_stream = staticmethod(lambda: close("standalone"))

    context: Context[Any, Any, Any] = Context(request_context=cast("Any", Request()))
    await context.close_sse_stream()
    await context.close_standalone_sse_stream()
    assert closed == ["own", "standalone"]


async def test_a_message_on_its_way_behaves_as_a_coroutine() -> None:
    class Room:
        def __await__(self) -> Generator[str, Any, None]:
            yield "waiting"

    sent = Sent(Room())
    assert sent.send(None) == "waiting"
    with pytest.raises(StopIteration):
        sent.send(None)
    begun = Sent(Room())
    assert begun.send(None) == "waiting"
    with pytest.raises(KeyError):
        begun.throw(KeyError("gone"))
    begun.close()
    with pytest.raises(KeyError):
        Sent(Room()).throw(KeyError("gone"))
