"""Our client drives server-everything, a server that is not ours, over stdio."""

import base64
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import anyio
import pytest

import mcp.types as types
from mcp import ClientSession, McpError
from mcp.client.client import Client
from mcp.client.eras import Mode, NoCommonRevision
from mcp.client.stdio import StdioServerParameters, stdio_client
from support import npm
from support.timeouts import scaled

pytestmark = [pytest.mark.anyio, pytest.mark.registry("npm")]

TOOLS = {
    "echo",
    "get-annotated-message",
    "get-env",
    "get-resource-links",
    "get-resource-reference",
    "get-roots-list",
    "get-structured-content",
    "get-sum",
    "get-tiny-image",
    "gzip-file-as-resource",
    "simulate-research-query",
    "toggle-simulated-logging",
    "toggle-subscriber-updates",
    "trigger-elicitation-request",
    "trigger-long-running-operation",
    "trigger-sampling-request",
    "trigger-url-elicitation",
}

PNG = b"\x89PNG\r\n\x1a\n"


class Person:
    """Who sits at the client: answers questions, and remembers them and what else arrived."""

    def __init__(self) -> None:
        self.asked: list[types.CreateMessageRequestParams | types.ElicitRequestParams] = []
        self.logged: list[types.LoggingMessageNotificationParams] = []
        self.heard: list[str] = []
        self.something = anyio.Event()

    async def sample(self, _: Any, params: types.CreateMessageRequestParams) -> types.CreateMessageResult:
        """Answer in place of a model."""
        self.asked.append(params)
        text = types.TextContent(type="text", text="a model's words")
        return types.CreateMessageResult(role="assistant", content=text, model="none", stopReason="endTurn")

    async def elicit(self, _: Any, params: types.ElicitRequestParams) -> types.ElicitResult:
        """Fill in the form."""
        self.asked.append(params)
        if isinstance(params, types.ElicitRequestURLParams):
            return types.ElicitResult(action="accept")
        return types.ElicitResult(action="accept", content={"name": "Ada", "check": True, "integer": 7})

    async def roots(self, _: Any) -> types.ListRootsResult:
        """Say which folder the server may use."""
        return types.ListRootsResult.model_validate({"roots": [{"uri": "file:///srv/data", "name": "data"}]})

    async def log(self, params: types.LoggingMessageNotificationParams) -> None:
        """Keep a log message."""
        self.logged.append(params)
        self._wake()

    async def hear(self, message: object) -> None:
        """Keep the method of a notification."""
        assert isinstance(message, types.ServerNotification), message
        self.heard.append(message.root.method)
        self._wake()

    async def until(self, happened: Callable[[], object]) -> None:
        """Wait until what arrived makes `happened` true."""
        with anyio.fail_after(scaled(20)):
            while not happened():
                self.something = anyio.Event()
                await self.something.wait()

    def callbacks(self) -> dict[str, Any]:
        """Return the callbacks as a client takes them."""
        return {
            "sampling_callback": self.sample,
            "elicitation_callback": self.elicit,
            "list_roots_callback": self.roots,
            "logging_callback": self.log,
            "message_handler": self.hear,
        }

    def _wake(self) -> None:
        self.something.set()


@pytest.fixture
def server(counterparts: Path) -> StdioServerParameters:
    """Return how to start the server."""
    program = npm.program(counterparts, "@modelcontextprotocol/server-everything", "mcp-server-everything")
    return StdioServerParameters(command=program[0], args=[*program[1:], "stdio"])


@asynccontextmanager
async def connected(server: StdioServerParameters, person: Person) -> AsyncGenerator[ClientSession]:
    """Yield an initialized session; no request of it may take long."""
    async with (
        stdio_client(server) as (read, write),
        ClientSession(read, write, timedelta(seconds=scaled(60)), **person.callbacks()) as session,
    ):
        await session.initialize()
        yield session


def texts(result: types.CallToolResult) -> str:
    """Return the text of a result that is no error."""
    assert not result.isError, result
    return "\n".join(block.text for block in result.content if isinstance(block, types.TextContent))


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_client_settles_on_the_revision_of_the_server(
    server: StdioServerParameters, mode: Mode
) -> None:
    async with Client(server, mode=mode, **Person().callbacks()) as client:
        assert client.protocol_version == "2025-11-25"
        assert client.server_info is not None
        assert client.server_info.name == "mcp-servers/everything"
        assert client.server_capabilities is not None
        assert client.server_capabilities.completions is not None
        assert client.instructions
        assert {tool.name for tool in (await client.list_tools()).tools} == TOOLS
        assert texts(await client.call_tool("echo", {"message": "hé"})) == "Echo: hé"


async def test_modern_client_has_no_revision_in_common(server: StdioServerParameters) -> None:
    with pytest.raises(NoCommonRevision):
        async with Client(server, mode="modern"):
            pytest.fail("connected")


async def test_a_server_that_is_told_of_no_callbacks_offers_less(server: StdioServerParameters) -> None:
    asking = {"get-roots-list", "trigger-elicitation-request", "trigger-sampling-request"}
    async with Client(server) as client:
        names = {tool.name for tool in (await client.list_tools()).tools}
    assert not names & asking
    assert names <= TOOLS


async def test_every_tool_is_listed_with_its_schemas(server: StdioServerParameters) -> None:
    async with connected(server, Person()) as session:
        tools = {tool.name: tool for tool in (await session.list_tools()).tools}
    assert set(tools) == TOOLS
    assert all(tool.inputSchema["type"] == "object" for tool in tools.values())
    assert [name for name, tool in tools.items() if tool.outputSchema] == ["get-structured-content"]
    execution = tools["simulate-research-query"].execution
    assert execution is not None
    assert execution.taskSupport == "required"


async def test_tools_are_called(server: StdioServerParameters) -> None:
    async with connected(server, Person()) as session:
        assert texts(await session.call_tool("echo", {"message": "hello"})) == "Echo: hello"
        assert "is 5" in texts(await session.call_tool("get-sum", {"a": 2, "b": 3}))
        weather = await session.call_tool("get-structured-content", {"location": "Chicago"})
        assert weather.structuredContent is not None
        assert set(weather.structuredContent) == {"temperature", "conditions", "humidity"}
        # Task-only, not one of the tools, and not with these arguments.
        for name in ("simulate-research-query", "no-such-tool", "echo"):
            assert (await session.call_tool(name, {"topic": "x"})).isError


async def test_content_of_each_kind_arrives(server: StdioServerParameters) -> None:
    async with connected(server, Person()) as session:
        image = (await session.call_tool("get-tiny-image")).content[1]
        assert isinstance(image, types.ImageContent)
        assert image.mimeType == "image/png"
        assert base64.b64decode(image.data).startswith(PNG)
        annotated = (await session.call_tool("get-annotated-message", {"messageType": "error"})).content[0]
        assert isinstance(annotated, types.TextContent)
        assert annotated.annotations is not None
        assert annotated.annotations.audience == ["user", "assistant"]
        linked = (await session.call_tool("get-resource-links", {"count": 2})).content[1:]
        assert [type(block) for block in linked] == [types.ResourceLink, types.ResourceLink]
        embedded = (await session.call_tool("get-resource-reference")).content[1]
        assert isinstance(embedded, types.EmbeddedResource)
        assert isinstance(embedded.resource, types.TextResourceContents)


async def test_progress_of_a_long_call(server: StdioServerParameters) -> None:
    reports: list[tuple[float, float | None]] = []

    async def report(progress: float, total: float | None, message: str | None) -> None:
        reports.append((progress, total))

    async with connected(server, Person()) as session:
        result = await session.call_tool(
            "trigger-long-running-operation", {"duration": 0.4, "steps": 4}, progress_callback=report
        )
    assert "completed" in texts(result)
    assert reports == [(step, 4) for step in (1, 2, 3, 4)]


async def test_a_call_that_takes_too_long_is_given_up_and_the_connection_lives(
    server: StdioServerParameters,
) -> None:
    async with connected(server, Person()) as session:
        with pytest.raises(McpError):
            await session.call_tool(
                "trigger-long-running-operation",
                {"duration": 600, "steps": 1},
                read_timeout_seconds=timedelta(seconds=0.2),
            )
        await session.send_ping()


async def test_resources(server: StdioServerParameters) -> None:
    async with connected(server, Person()) as session:
        resources = (await session.list_resources()).resources
        [features] = [resource for resource in resources if resource.name == "features.md"]
        assert features.mimeType == "text/markdown"
        [text] = (await session.read_resource(features.uri)).contents
        assert isinstance(text, types.TextResourceContents)
        assert "`echo`" in text.text
        templates = (await session.list_resource_templates()).resourceTemplates
        assert {template.uriTemplate for template in templates} == {
            "demo://resource/dynamic/text/{resourceId}",
            "demo://resource/dynamic/blob/{resourceId}",
        }
        [blob] = (await session.read_resource("demo://resource/dynamic/blob/3")).contents
        assert isinstance(blob, types.BlobResourceContents)
        assert base64.b64decode(blob.blob).startswith(b"Resource 3")
        with pytest.raises(McpError):
            await session.read_resource("demo://no/such/thing")


async def test_prompts(server: StdioServerParameters) -> None:
    async with connected(server, Person()) as session:
        prompts = {prompt.name: prompt for prompt in (await session.list_prompts()).prompts}
        assert set(prompts) == {"simple-prompt", "args-prompt", "completable-prompt", "resource-prompt"}
        arguments = prompts["args-prompt"].arguments
        assert arguments is not None
        assert [argument.required for argument in arguments] == [True, False]
        [message] = (await session.get_prompt("args-prompt", {"city": "Rome"})).messages
        assert isinstance(message.content, types.TextContent)
        assert "Rome" in message.content.text
        with pytest.raises(McpError) as refused:
            await session.get_prompt("args-prompt")
        assert refused.value.error.code == types.INVALID_PARAMS


async def test_completions(server: StdioServerParameters) -> None:
    prompt = types.PromptReference(type="ref/prompt", name="completable-prompt")
    template = types.ResourceTemplateReference(
        type="ref/resource", uri="demo://resource/dynamic/text/{resourceId}"
    )
    async with connected(server, Person()) as session:
        first = await session.complete(prompt, {"name": "department", "value": "E"})
        assert first.completion.values == ["Engineering"]
        chosen = {"department": "Engineering"}
        second = await session.complete(prompt, {"name": "name", "value": ""}, chosen)
        assert second.completion.total == len(second.completion.values) > 1
        third = await session.complete(template, {"name": "resourceId", "value": "1"})
        assert third.completion.values == ["1"]


async def test_log_messages_of_the_level_asked_for(server: StdioServerParameters) -> None:
    person = Person()
    async with connected(server, person) as session:
        await session.set_logging_level("debug")
        await session.call_tool("toggle-simulated-logging")
        await person.until(lambda: any("-level message" in str(entry.data) for entry in person.logged))
    assert "notifications/message" in person.heard


async def test_a_subscribed_resource_is_reported(server: StdioServerParameters) -> None:
    person = Person()
    async with connected(server, person) as session:
        await session.subscribe_resource("demo://resource/dynamic/text/1")
        await session.call_tool("toggle-subscriber-updates")
        await person.until(lambda: "notifications/resources/updated" in person.heard)
        await session.unsubscribe_resource("demo://resource/dynamic/text/1")


async def test_sampling_is_answered(server: StdioServerParameters) -> None:
    person = Person()
    async with connected(server, person) as session:
        result = await session.call_tool("trigger-sampling-request", {"prompt": "say", "maxTokens": 9})
    assert "a model's words" in texts(result)
    [params] = person.asked
    assert isinstance(params, types.CreateMessageRequestParams)
    assert params.maxTokens == 9


async def test_a_form_is_filled_in(server: StdioServerParameters) -> None:
    person = Person()
    async with connected(server, person) as session:
        result = await session.call_tool("trigger-elicitation-request")
    assert "Name: Ada" in texts(result)
    [params] = person.asked
    assert isinstance(params, types.ElicitRequestFormParams)
    assert params.requestedSchema["required"] == ["name"]


async def test_a_url_is_opened(server: StdioServerParameters) -> None:
    person = Person()
    async with connected(server, person) as session:
        result = await session.call_tool("trigger-url-elicitation", {"url": "https://example.com/pay"})
    assert "completed" in texts(result)
    [params] = person.asked
    assert isinstance(params, types.ElicitRequestURLParams)
    assert params.url == "https://example.com/pay"


async def test_roots_are_told(server: StdioServerParameters) -> None:
    person = Person()
    async with connected(server, person) as session:
        assert "file:///srv/data" in texts(await session.call_tool("get-roots-list"))
