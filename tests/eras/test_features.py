"""Each feature under each revision, in memory; all of them over stdio, once in each era: one body of tests for all."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import anyio
import pytest

import mcp.types as types
from mcp.client.client import Client
from mcp.client.stdio import StdioServerParameters
from mcp.shared.exceptions import ConnectionClosed, McpError
from mcp.types.versions import LEGACY_REVISIONS, MODERN_REVISIONS
from support import feature_server
from support.sessions import roots, sampling
from support.timeouts import scaled

pytestmark = pytest.mark.anyio

REVISIONS = (*LEGACY_REVISIONS, *MODERN_REVISIONS)
PROGRAM = StdioServerParameters(command=sys.executable, args=[str(Path(feature_server.__file__))])


class Heard:
    """What the callbacks of a client heard."""

    def __init__(self) -> None:
        self.logged: list[types.LoggingMessageNotificationParams] = []
        self.progress: list[tuple[float, float | None, str | None]] = []
        self.answer = types.ElicitResult(action="accept", content={"name": "Ada"})

    async def log(self, params: types.LoggingMessageNotificationParams) -> None:
        self.logged.append(params)

    async def report(self, progress: float, total: float | None, message: str | None) -> None:
        self.progress.append((progress, total, message))

    async def ask(self, context: Any, params: types.ElicitRequestParams) -> types.ElicitResult:
        assert isinstance(params, types.ElicitRequestFormParams)
        assert params.message == "Who are you?"
        return self.answer


def client_of(target: Any, revision: str, heard: Heard, monkeypatch: pytest.MonkeyPatch) -> Client:
    if revision in LEGACY_REVISIONS:
        monkeypatch.setattr("mcp.client._core.HANDSHAKE_REVISION", revision)
    return Client(
        target,
        mode="legacy" if revision in LEGACY_REVISIONS else "modern",
        elicitation_callback=heard.ask,
        sampling_callback=sampling,
        list_roots_callback=roots,
        logging_callback=heard.log,
    )


def text_of(result: types.CallToolResult) -> str:
    assert isinstance(result.content[0], types.TextContent)
    return result.content[0].text


Feature = Callable[[Client, Heard, str], Awaitable[None]]
FEATURES: list[Feature] = []


def feature(function: Feature) -> Feature:
    FEATURES.append(function)
    return function


@feature
async def opening(client: Client, heard: Heard, revision: str) -> None:
    assert client.protocol_version == revision
    assert client.server_info is not None
    assert client.server_info.name == "features"
    assert client.instructions == "Use them all."
    await client.ping()


@feature
async def lists(client: Client, heard: Heard, revision: str) -> None:
    tools = {tool.name: tool for tool in (await client.list_tools()).tools}
    assert {"add", "fail", "greet"} <= set(tools)
    assert (tools["add"].outputSchema is not None) is (revision >= "2025-06-18")
    assert [str(resource.uri) for resource in (await client.list_resources()).resources] == ["note://today"]
    templates = (await client.list_resource_templates()).resourceTemplates
    assert [template.uriTemplate for template in templates] == ["greeting://{name}"]
    assert [prompt.name for prompt in (await client.list_prompts()).prompts] == ["review"]


@feature
async def a_structured_result(client: Client, heard: Heard, revision: str) -> None:
    result = await client.call_tool("add", {"a": 2, "b": 3})
    assert '"total": 5' in text_of(result)
    assert result.structuredContent == ({"total": 5} if revision >= "2025-06-18" else None)


@feature
async def failures(client: Client, heard: Heard, revision: str) -> None:
    failed = await client.call_tool("fail")
    assert failed.isError
    assert text_of(failed) == "Error executing tool fail: on purpose"
    with pytest.raises(McpError) as caught:
        await client.call_tool("no-such-tool")
    assert caught.value.error.code == types.INVALID_PARAMS
    with pytest.raises(McpError):
        await client.read_resource("note://tomorrow")
    with pytest.raises(McpError):
        await client.get_prompt("no-such-prompt")


@feature
async def progress(client: Client, heard: Heard, revision: str) -> None:
    await client.call_tool("steps", progress_callback=heard.report)
    said = [f"step {step}" if revision >= "2025-03-26" else None for step in (1, 2, 3)]
    assert heard.progress == [(float(step), 3.0, said[step - 1]) for step in (1, 2, 3)]


@feature
async def logging(client: Client, heard: Heard, revision: str) -> None:
    if revision in MODERN_REVISIONS:
        await client.call_tool("log")
        assert heard.logged == []  # it was not asked for
        await client.set_logging_level("warning")
        await client.call_tool("log")
        assert [(each.level, each.data) for each in heard.logged] == [("warning", "watch out")]
    else:
        await client.call_tool("log")
        assert [(each.level, each.data) for each in heard.logged][-1] == ("warning", "watch out")


@feature
async def a_question_to_the_user(client: Client, heard: Heard, revision: str) -> None:
    result = await client.call_tool("greet")
    if revision < "2025-06-18":
        assert result.isError  # there is no such question yet
        return
    assert text_of(result) == "Hello, Ada!"
    heard.answer = types.ElicitResult(action="decline")
    assert text_of(await client.call_tool("greet")) == "You decline"


@feature
async def questions_to_a_model_and_for_roots(client: Client, heard: Heard, revision: str) -> None:
    assert text_of(await client.call_tool("think")) == "10 from ClientSession"
    assert text_of(await client.call_tool("folders")) == "file:///a"


@feature
async def resources_and_prompts(client: Client, heard: Heard, revision: str) -> None:
    (note,) = (await client.read_resource("note://today")).contents
    assert isinstance(note, types.TextResourceContents)
    assert (str(note.uri), note.text) == ("note://today", "rain")
    (greeting,) = (await client.read_resource(types.AnyUrl("greeting://World"))).contents
    assert isinstance(greeting, types.TextResourceContents)
    assert greeting.text == "Hello, World!"
    (message,) = (await client.get_prompt("review", {"code": "1 + 1"})).messages
    assert isinstance(message.content, types.TextContent)
    assert message.content.text == "Please review: 1 + 1"


@feature
async def completion(client: Client, heard: Heard, revision: str) -> None:
    reference = types.PromptReference(type="ref/prompt", name="review")
    result = await client.complete(reference, {"name": "code", "value": "al"})
    assert result.completion.values == ["alpha"]


@feature
async def changes(client: Client, heard: Heard, revision: str) -> None:
    uris = ["note://today"] if revision in MODERN_REVISIONS else []
    async with client.listen(tools=True, uris=uris) as changes:
        await client.call_tool("touch")
        assert isinstance(await anext(changes), types.ToolListChangedNotification)
        if uris:
            update = await anext(changes)
            assert isinstance(update, types.ResourceUpdatedNotification)
            assert str(update.params.uri) == "note://today"


@feature
async def side_by_side(client: Client, heard: Heard, revision: str) -> None:
    totals: list[str] = []

    async def one(number: int) -> None:
        totals.append(text_of(await client.call_tool("add", {"a": number, "b": 0})))

    async with anyio.create_task_group() as group:
        for number in range(20):
            group.start_soon(one, number)
    assert len(set(totals)) == 20


@pytest.mark.parametrize("revision", REVISIONS)
@pytest.mark.parametrize("feature", FEATURES, ids=lambda feature: feature.__name__)
async def test_in_memory(feature: Feature, revision: str, monkeypatch: pytest.MonkeyPatch) -> None:
    heard = Heard()
    with anyio.fail_after(scaled(20)):
        async with client_of(feature_server.server, revision, heard, monkeypatch) as client:
            await feature(client, heard, revision)


@pytest.mark.parametrize("revision", [LEGACY_REVISIONS[-1], MODERN_REVISIONS[-1]])
async def test_over_stdio(revision: str, monkeypatch: pytest.MonkeyPatch) -> None:
    heard = Heard()
    with anyio.fail_after(scaled(60)):
        async with client_of(PROGRAM, revision, heard, monkeypatch) as client:
            for each in FEATURES:
                await each(client, heard, revision)


@pytest.mark.parametrize("revision", [LEGACY_REVISIONS[-1], MODERN_REVISIONS[-1]])
async def test_a_process_that_dies_while_it_is_called(revision: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with anyio.fail_after(scaled(30)):
        async with client_of(PROGRAM, revision, Heard(), monkeypatch) as client:
            with pytest.raises(ConnectionClosed):
                await client.call_tool("die")
            with pytest.raises(ConnectionClosed):
                await client.list_tools()
            await client.open()
            assert (await client.call_tool("add", {"a": 1, "b": 1})).isError is False
