"""Both eras on one server, and on one connection: what each sees, and what it does not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import anyio
import anyio.to_thread
import pytest

from mcp.server.changes import PROMPTS, RESOURCES, TOOLS, resource_updated
from mcp.server.lowlevel import NotificationOptions, Server
from mcp.shared.exceptions import ResourceNotFound
from mcp.shared.link import memory_links, streams_of
from mcp.types import (
    CLIENT_CAPABILITIES_KEY,
    LOG_LEVEL_KEY,
    PROTOCOL_VERSION_KEY,
    SUBSCRIPTION_ID_KEY,
    ListToolsRequest,
    ListToolsResult,
    Prompt,
    Resource,
    TextContent,
    Tool,
)
from mcp.types.versions import LEGACY_REVISIONS, REVISIONS
from support.timeouts import scaled
from support.wire import Message, Wire, initialize, initialized, modern, request, serving

pytestmark = pytest.mark.anyio

SERVER_INFO = "io.modelcontextprotocol/serverInfo"
TOOLS_CHANGED = "notifications/tools/list_changed"
UPDATED = "notifications/resources/updated"


class Full(Server[Any, Any]):
    """A server with every feature, whose tool does what it is told."""

    def __init__(self, **options: Any) -> None:
        super().__init__("full", "3", "Be kind.", **options)
        self.list_tools()(self._tools)
        self.call_tool()(self._call)
        self.list_prompts()(self._prompts)
        self.list_resources()(self._resources)
        self.read_resource()(self._read)
        self.subscribe_resource()(self._take)
        self.unsubscribe_resource()(self._take)
        self.set_logging_level()(self._take)

    async def _tools(self) -> ListToolsResult:
        return ListToolsResult(tools=[Tool(name="t", inputSchema={"type": "object"})])

    async def _prompts(self) -> list[Prompt]:
        return [Prompt(name="p")]

    async def _resources(self) -> list[Resource]:
        return [Resource.model_validate({"name": "r", "uri": "memo://r"})]

    async def _read(self, uri: Any) -> Any:
        raise ResourceNotFound(f"Unknown resource: {uri}", str(uri))

    async def _take(self, value: Any) -> None:
        """Take note of it: the library does."""

    async def _call(self, name: str, arguments: dict[str, Any]) -> list[TextContent]:
        context = self.request_context
        for level in arguments.get("log", ()):
            await context.session.send_log_message(level, {"at": level}, "logger")
        for progress in arguments.get("progress", ()):
            await context.progress(progress, 10, "on the way")
        if arguments.get("changes"):
            await context.session.send_tool_list_changed()
            await context.session.send_resource_updated("memo://r")
        if arguments.get("completes"):
            await context.session.send_elicit_complete("e")
        return [TextContent(type="text", text=context.protocol_version)]

    def create_initialization_options(
        self, notification_options: NotificationOptions | None = None, *args: Any, **kwargs: Any
    ) -> Any:
        """Declare that all lists change."""
        return super().create_initialization_options(NotificationOptions(True, True, True), *args, **kwargs)


def call(make: Callable[..., Message], request_id: object, meta: Any = None, **arguments: Any) -> Message:
    """Return a call of the tool."""
    return make(request_id, "tools/call", name="t", arguments=arguments, _meta=meta or {})


async def until(wire: Wire, request_id: object) -> tuple[list[Message], Message]:
    """Return the notifications before an answer, and its result."""
    notifications: list[Message] = []
    while (message := await wire.next()).get("id") != request_id:
        notifications.append(message)
    return notifications, message["result"]


async def told(wire: Wire, message: Message) -> list[Message]:
    """Send a request, and return the notifications before its answer."""
    wire.send(message)
    return (await until(wire, message["id"]))[0]


# Who is there


async def test_discover_tells_what_there_is() -> None:
    async with serving(Full()) as wire:
        found = await wire.result(modern(1, "server/discover"))
    assert found == {
        "resultType": "complete",
        "supportedVersions": list(reversed(REVISIONS)),
        "capabilities": found["capabilities"],
        "instructions": "Be kind.",
        "ttlMs": 0,
        "cacheScope": "private",
        "_meta": {SERVER_INFO: {"name": "full", "version": "3"}},
    }
    assert set(found["capabilities"]) >= {"tools", "prompts", "resources", "logging"}
    assert found["capabilities"]["resources"] == {"subscribe": True, "listChanged": True}


async def test_a_bare_server_offers_nothing_in_particular() -> None:
    async with serving(Server("bare")) as wire:
        found = await wire.result(modern(1, "server/discover"))
        assert not {"tools", "prompts", "resources", "completions"} & set(found["capabilities"])
        assert await wire.error(modern(2, "tools/list")) == (-32601, 2)


@pytest.mark.parametrize("revision", LEGACY_REVISIONS)
async def test_initialize_agrees_on_a_revision_that_both_speak(revision: str) -> None:
    async with serving(Full()) as wire:
        opened = await wire.open(revision)
        assert opened["protocolVersion"] == revision
        assert opened["serverInfo"]["name"] == "full"
        assert opened["instructions"] == "Be kind."
        assert "resultType" not in opened
        assert (await wire.result(call(request, 1)))["content"][0]["text"] == revision


@pytest.mark.parametrize("revision", ["2026-07-28", "2099-01-01", "1999-01-01", "", "newest"])
async def test_initialize_offers_the_latest_it_can_where_it_cannot_agree(revision: str) -> None:
    async with serving(Full()) as wire:
        assert (await wire.open(revision))["protocolVersion"] == LEGACY_REVISIONS[-1]


@pytest.mark.parametrize("params", [{}, {"protocolVersion": "2025-11-25"}, {"protocolVersion": 5}])
async def test_a_bad_initialize_is_refused_and_a_good_one_may_follow(params: Any) -> None:
    async with serving(Full()) as wire:
        assert await wire.error(request(1, "initialize", **params)) == (-32602, 1)
        await wire.open()


async def test_initialize_comes_once() -> None:
    async with serving(Full()) as wire:
        await wire.open("2025-06-18")
        assert await wire.error(initialize(1)) == (-32600, 1)
        assert (await wire.result(call(request, 2)))["content"][0]["text"] == "2025-06-18"


async def test_requests_may_follow_initialize_at_once() -> None:
    async with serving(Full()) as wire:
        wire.send(initialize(1), request(2, "tools/list"), initialized())
        assert [(await wire.next())["id"] for _ in range(2)] == [1, 2]


async def test_a_server_without_sessions_needs_no_initialize() -> None:
    async with serving(Full(), stateless=True) as wire:
        assert await wire.result(request(1, "tools/list"))


@pytest.mark.parametrize(
    "method",
    ["ping", "initialize", "logging/setLevel", "resources/subscribe", "resources/unsubscribe", "tasks/list"],
)
async def test_what_the_modern_era_removed_is_not_there(method: str) -> None:
    async with serving(Full()) as wire:
        params: dict[str, Any] = {"level": "info", "uri": "memo://r"}
        assert await wire.error(modern(1, method, **params)) == (-32601, 1)


async def test_the_eras_may_alternate_on_one_connection() -> None:
    async with serving(Full()) as wire:
        assert (await wire.result(call(modern, 1)))["content"][0]["text"] == "2026-07-28"
        await wire.open("2024-11-05")
        assert (await wire.result(call(request, 2)))["content"][0]["text"] == "2024-11-05"
        assert (await wire.result(call(modern, 3)))["content"][0]["text"] == "2026-07-28"
        assert (await wire.result(call(request, 4)))["content"][0]["text"] == "2024-11-05"


UNFIT: list[tuple[Any, Any, int]] = [
    ("2027-01-01", {}, -32022),
    ("2025-11-25", {}, -32022),
    (5, {}, -32022),
    (None, {}, -32022),
    ("2099-01-01", ..., -32022),
    ("2026-07-28", ..., -32602),
    ("2026-07-28", None, -32602),
    ("2026-07-28", [], -32602),
    (..., {}, -32602),
]


@pytest.mark.parametrize("method", ["tools/list", "server/discover"])
@pytest.mark.parametrize(("revision", "capabilities", "code"), UNFIT, ids=str)
async def test_a_request_must_say_who_asks(method: str, revision: Any, capabilities: Any, code: int) -> None:
    given = {PROTOCOL_VERSION_KEY: revision, CLIENT_CAPABILITIES_KEY: capabilities}
    meta = {key: value for key, value in given.items() if value is not ...}
    async with serving(Full()) as wire:
        error = (await wire.ask(request(1, method, _meta=meta)))["error"]
        assert error["code"] == code
        if code == -32022:
            assert error["data"] == {"supported": list(REVISIONS), "requested": revision}


@pytest.mark.parametrize("method", ["server/discover", "subscriptions/listen"])
async def test_what_only_the_modern_era_has_must_say_so(method: str) -> None:
    async with serving(Full()) as wire:
        assert await wire.error(request(1, method, notifications={})) == (-32602, 1)
        await wire.open()
        assert await wire.error(request(2, method, notifications={})) == (-32601, 2)


async def test_who_asks_need_not_have_a_name() -> None:
    async with serving(Full()) as wire:
        assert await wire.result(modern(1, "tools/list"))
        info = {"io.modelcontextprotocol/clientInfo": {"name": 5}}
        assert await wire.error(modern(2, "tools/list", _meta=info)) == (-32602, 2)


# What an answer carries

CACHEABLE = ["tools/list", "prompts/list", "resources/list", "server/discover"]


@pytest.mark.parametrize("method", CACHEABLE)
async def test_answers_are_stamped_in_the_modern_era_alone(method: str) -> None:
    async with serving(Full()) as wire:
        result = await wire.result(modern(1, method))
        assert (result["resultType"], result["ttlMs"], result["cacheScope"]) == ("complete", 0, "private")
        assert result["_meta"][SERVER_INFO] == {"name": "full", "version": "3"}
        if method != "server/discover":
            await wire.open()
            result = await wire.result(request(2, method))
            assert not {"resultType", "ttlMs", "cacheScope", "_meta"} & set(result)


async def test_a_call_is_stamped_without_cache_hints() -> None:
    async with serving(Full()) as wire:
        result = await wire.result(call(modern, 1))
        assert result["resultType"] == "complete"
        assert result["_meta"][SERVER_INFO]["name"] == "full"
        assert not {"ttlMs", "cacheScope"} & set(result)


async def test_hints_and_meta_of_the_authors_stand() -> None:
    server = Full()

    async def listed(_: Any) -> ListToolsResult:
        return ListToolsResult.model_validate(
            {"tools": [], "ttlMs": 5, "cacheScope": "public", "_meta": {"a": None}}
        )

    server.request_handlers[ListToolsRequest] = listed
    async with serving(server) as wire:
        result = await wire.result(modern(1, "tools/list"))
        assert (result["ttlMs"], result["cacheScope"]) == (5, "public")
        assert result["_meta"] == {"a": None, SERVER_INFO: {"name": "full", "version": "3"}}
        await wire.open()
        assert await wire.result(request(2, "tools/list")) == {"tools": [], "_meta": {"a": None}}


async def test_extensions_are_declared_in_both_eras() -> None:
    extensions: dict[str, Any] = {"com.example/x": {"deep": True}}
    async with serving(Full(extensions=extensions)) as wire:
        opened = await wire.open()
        found = await wire.result(modern(1, "server/discover"))
    assert opened["capabilities"]["extensions"] == found["capabilities"]["extensions"] == extensions


async def test_a_code_that_an_era_lacks_is_not_sent_there() -> None:
    async with serving(Full()) as wire:
        await wire.open()
        for make, code in ((request, -32002), (modern, -32602)):
            error = (await wire.ask(make(1, "resources/read", uri="memo://gone")))["error"]
            assert (error["code"], error["data"]) == (code, {"uri": "memo://gone"})


# Log and progress


def levels(notifications: list[Message]) -> list[str]:
    """Return the levels of log messages."""
    assert {each["method"] for each in notifications} <= {"notifications/message"}
    return [each["params"]["level"] for each in notifications]


ALL = ["debug", "info", "warning", "emergency"]


@pytest.mark.parametrize(
    ("least", "expected"),
    [(None, []), ("debug", ALL), ("info", ALL[1:]), ("alert", ["emergency"])],
)
async def test_log_of_a_self_contained_request(least: str | None, expected: list[str]) -> None:
    meta = {} if least is None else {LOG_LEVEL_KEY: least}
    async with serving(Full()) as wire:
        await wire.open()
        await wire.result(request(0, "logging/setLevel", level="debug"))
        assert levels(await told(wire, call(modern, 1, meta, log=ALL))) == expected


@pytest.mark.parametrize(
    ("least", "expected"),
    [(None, ALL), ("debug", ALL), ("warning", ALL[2:]), ("emergency", ["emergency"])],
)
async def test_log_of_a_session(least: str | None, expected: list[str]) -> None:
    async with serving(Full()) as wire:
        await wire.open()
        if least is not None:
            await wire.result(request(0, "logging/setLevel", level=least))
        assert levels(await told(wire, call(request, 1, log=ALL))) == expected
        assert await wire.error(request(2, "logging/setLevel", level="loud")) == (-32602, 2)
        assert levels(await told(wire, call(request, 3, log=ALL))) == expected, "a bad level changes nothing"


@pytest.mark.parametrize("make", [request, modern], ids=["request", "self-contained request"])
@pytest.mark.parametrize("token", ["t", 0, None])
async def test_progress_is_told_to_who_asked_for_it(make: Callable[..., Message], token: Any) -> None:
    meta = {} if token is None else {"progressToken": token}
    async with serving(Full()) as wire:
        await wire.open()
        notifications = await told(wire, call(make, 1, meta, progress=[1, 2.5]))
    expected = [] if token is None else [1.0, 2.5]
    assert [each["params"] for each in notifications] == [
        {"progressToken": token, "progress": progress, "total": 10.0, "message": "on the way"}
        for progress in expected
    ]


async def test_what_a_revision_does_not_know_is_not_sent() -> None:
    async with serving(Full()) as wire:
        await wire.open("2025-11-25")
        sent = await told(wire, call(request, 1, completes=True))
        assert [each["method"] for each in sent] == ["notifications/elicitation/complete"]
        assert await told(wire, call(modern, 2, completes=True)) == []
    async with serving(Full()) as wire:
        await wire.open("2025-06-18")
        assert await told(wire, call(request, 1, completes=True)) == []


# Changes

EVERYTHING: dict[str, Any] = {
    "toolsListChanged": True,
    "promptsListChanged": True,
    "resourcesListChanged": True,
    "resourceSubscriptions": ["memo://r"],
}


async def listening(wire: Wire, request_id: object, wanted: Any) -> Any:
    """Begin to listen; return what is acknowledged."""
    acknowledged = await wire.ask(modern(request_id, "subscriptions/listen", notifications=wanted))
    assert acknowledged["method"] == "notifications/subscriptions/acknowledged"
    tag = acknowledged["params"]["_meta"][SUBSCRIPTION_ID_KEY]
    assert (tag, type(tag)) == (request_id, type(request_id))
    return acknowledged["params"]["notifications"]


def tag_of(message: Message) -> Any:
    """Return the subscription that a notification belongs to."""
    return message["params"]["_meta"][SUBSCRIPTION_ID_KEY]


@pytest.mark.parametrize("request_id", [1, "1", 0])
async def test_a_listener_is_told_what_it_asked_for_and_no_more(request_id: object) -> None:
    server = Full()
    async with serving(server) as wire:
        wanted = {"toolsListChanged": True, "resourceSubscriptions": ["memo://r"]}
        assert await listening(wire, request_id, wanted) == wanted
        for change in (
            PROMPTS,
            RESOURCES,
            resource_updated("memo://other"),
            TOOLS,
            resource_updated("memo://r"),
        ):
            server.changes.publish(change)
        first, second = await wire.next(), await wire.next()
        assert (first["method"], second["method"]) == (TOOLS_CHANGED, UPDATED)
        assert second["params"]["uri"] == "memo://r"
        assert [tag_of(first), tag_of(second)] == [request_id] * 2


async def test_what_a_server_does_not_have_is_not_honoured() -> None:
    server: Server[Any, Any] = Server("bare")
    async with serving(server) as wire:
        assert await listening(wire, 1, EVERYTHING) == {}


async def test_two_listen_at_once_and_one_goes() -> None:
    server = Full()
    async with serving(server) as wire:
        await listening(wire, "one", {"toolsListChanged": True})
        await listening(wire, "two", EVERYTHING)
        server.changes.publish(TOOLS)
        assert {tag_of(await wire.next()) for _ in range(2)} == {"one", "two"}
        wire.send({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": "one"}})
        await wire.result(call(modern, 1))
        await anyio.wait_all_tasks_blocked()
        assert server.changes.listeners == 1
        server.changes.publish(TOOLS)
        assert tag_of(await wire.next()) == "two"


async def test_the_end_of_the_server_is_told_to_who_listens() -> None:
    server = Full()
    async with serving(server) as wire:
        await listening(wire, 1, EVERYTHING)
        server.changes.publish(TOOLS)
        server.changes.close()
        assert (await wire.next())["method"] == TOOLS_CHANGED
        ended = await wire.next()
        assert ended["id"] == 1
        assert ended["result"]["resultType"] == "complete"
        assert ended["result"]["_meta"][SUBSCRIPTION_ID_KEY] == 1


async def test_at_the_end_of_input_nobody_waits_for_who_listens() -> None:
    server = Full()
    with anyio.fail_after(scaled(4)):
        async with serving(server) as wire:
            await listening(wire, 1, EVERYTHING)
            wire.link.end_output()
            assert (await wire.next())["result"]["_meta"][SUBSCRIPTION_ID_KEY] == 1
            await wire.end()
    assert server.changes.listeners == 0


async def test_the_end_of_one_connection_is_not_the_end_of_listening_on_another() -> None:
    server = Full()
    async with serving(server) as here:
        await listening(here, 1, EVERYTHING)
        async with serving(server) as there:
            await listening(there, 1, EVERYTHING)
        server.changes.publish(TOOLS)
        assert (await here.next())["method"] == TOOLS_CHANGED


async def test_a_change_that_a_handler_tells_of_reaches_listeners_not_its_own_answer() -> None:
    server = Full()
    async with serving(server) as here, serving(server) as there:
        await listening(there, 1, EVERYTHING)
        assert await told(here, call(modern, 1, changes=True)) == []
        assert [(await there.next())["method"] for _ in range(2)] == [TOOLS_CHANGED, UPDATED]


async def test_sessions_are_told_what_the_server_publishes() -> None:
    server = Full()
    async with serving(server) as wire:
        await wire.open()
        await wire.result(request(1, "resources/subscribe", uri="memo://r"))
        for change in (TOOLS, PROMPTS, RESOURCES, resource_updated("memo://r"), resource_updated("memo://o")):
            server.changes.publish(change)
        methods = [each["method"] for each in await told(wire, request(2, "ping"))]
        assert methods == [
            TOOLS_CHANGED,
            "notifications/prompts/list_changed",
            "notifications/resources/list_changed",
            UPDATED,
        ]
        await wire.result(request(3, "resources/unsubscribe", uri="memo://r"))
        server.changes.publish(resource_updated("memo://r"))
        assert await told(wire, request(4, "ping")) == []


async def test_a_change_may_be_published_from_a_thread() -> None:
    server = Full()
    async with serving(server) as wire:
        await wire.open()
        await anyio.to_thread.run_sync(server.changes.publish, TOOLS)
        assert (await wire.next())["method"] == TOOLS_CHANGED


async def test_a_client_that_never_shook_hands_is_told_nothing_unasked() -> None:
    server = Full()
    async with serving(server) as wire:
        await wire.result(call(modern, 1))
        server.changes.publish(TOOLS)
        assert await told(wire, call(modern, 2)) == []


async def test_changes_are_pushed_only_where_they_are_declared() -> None:
    server = Full()
    near, far = memory_links()
    async with anyio.create_task_group() as tasks:
        options = Server.create_initialization_options(server)
        tasks.start_soon(server.run, *streams_of(far), options)
        wire = Wire(near)
        await wire.open()
        server.changes.publish(TOOLS)
        assert await told(wire, request(1, "ping")) == []
        await near.aclose()


async def test_a_handler_may_tell_its_own_session_only() -> None:
    server = Full()
    async with serving(server) as here, serving(server) as there:
        await here.open()
        await there.open()
        assert {each["method"] for each in await told(here, call(request, 1, changes=True))} == {
            TOOLS_CHANGED,
            UPDATED,
        }
        assert await told(there, request(1, "ping")) == []
