"""How a session begins, message by message."""

from __future__ import annotations

from typing import Any, cast

import anyio
import pytest

import mcp.types as types
from mcp.client.eras import NoCommonRevision
from mcp.client.session import ClientSession
from mcp.shared.exceptions import ConnectionClosed, McpError
from support.scripted import ScriptedServer, both, initialized
from support.sessions import (
    META,
    MODERN,
    TOOL,
    both_eras,
    elicitation,
    opened,
    roots,
    sampling,
)
from support.timeouts import scaled

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("revision", ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"])
async def test_initialize(revision: str) -> None:
    server = ScriptedServer()
    async with ClientSession(*server.streams) as session:
        assert session.protocol_version is None
        assert session.get_server_capabilities() is None

        async def script() -> None:
            request = await server.handshake(revision, tools={})
            assert request.params == {
                "protocolVersion": "2025-11-25",
                "capabilities": {},
                "clientInfo": {"name": "mcp", "version": "0.1.0"},
            }

        result = await both(script(), session.initialize())
        assert result.protocolVersion == session.protocol_version == revision
        assert session.server_info == types.Implementation(name="scripted", version="1")
        capabilities = session.get_server_capabilities()
        assert capabilities is not None
        assert capabilities.tools == types.ToolsCapability()
        assert session.instructions is None


CAPABILITIES: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({}, {}),
    ({"sampling_callback": sampling}, {"sampling": {}}),
    ({"elicitation_callback": elicitation}, {"elicitation": {"form": {}, "url": {}}}),
    ({"list_roots_callback": roots}, {"roots": {"listChanged": True}}),
    (
        {
            "sampling_callback": sampling,
            "sampling_capabilities": types.SamplingCapability(tools=types.SamplingToolsCapability()),
        },
        {"sampling": {"tools": {}}},
    ),
    ({"sampling_capabilities": types.SamplingCapability()}, {}),
    ({"extensions": {"a.b/c": {}}}, {"extensions": {"a.b/c": {}}}),
]


@pytest.mark.parametrize(("callbacks", "announced"), CAPABILITIES)
async def test_capabilities_follow_the_callbacks(callbacks: Any, announced: dict[str, Any]) -> None:
    server = ScriptedServer()
    async with ClientSession(*server.streams, **callbacks) as session:

        async def refuse() -> None:
            request = await server.expect("initialize")
            assert request.params is not None
            assert request.params["capabilities"] == announced
            server.reply(request, initialized())
            await server.told("notifications/initialized")

        await both(refuse(), session.initialize())


@pytest.mark.parametrize("revision", [MODERN, "1999-01-01"])
async def test_a_handshake_on_an_unknown_revision_ends_the_connection(revision: str) -> None:
    server = ScriptedServer()
    async with ClientSession(*server.streams) as session:

        async def script() -> None:
            server.reply(await server.expect("initialize"), initialized(revision))
            assert await server.link.receive() is None

        with pytest.raises(
            NoCommonRevision, match=f"Unsupported protocol version from the server: {revision}"
        ):
            await both(script(), session.initialize())
        with pytest.raises(ConnectionClosed):
            await session.list_tools()


@pytest.mark.parametrize("code", [-32022, -32601, -32602, -32600, -32020])
async def test_initialize_goes_on_with_a_server_that_has_no_handshake(code: int) -> None:
    server = ScriptedServer()
    async with ClientSession(*server.streams) as session:

        async def script() -> None:
            server.fail(await server.expect("initialize"), code, data={"supported": [MODERN]})
            await server.discover()

        result = await both(script(), session.initialize())
        assert result.protocolVersion == session.protocol_version == MODERN
        assert result.serverInfo.name == "scripted"


async def test_initialize_fails_with_the_servers_own_error() -> None:
    server = ScriptedServer()
    async with ClientSession(*server.streams) as session:

        async def script() -> None:
            server.fail(await server.expect("initialize"), -32603, "broken")
            server.fail(await server.expect("server/discover"), -32601)

        with pytest.raises(McpError, match="broken"):
            await both(script(), session.initialize())


@both_eras
async def test_what_is_open_is_not_opened_again(modern: bool) -> None:
    async with opened(modern) as (session, _):  # the server says no more
        with anyio.fail_after(scaled(5)):
            first = await session.initialize()
            assert await session.connect() is first
        assert first.protocolVersion == session.protocol_version


@pytest.mark.parametrize("name", ["sampling_callback", "elicitation_callback", "list_roots_callback"])
def test_a_callback_must_be_callable(name: str) -> None:
    callbacks: dict[str, Any] = {name: "ask"}
    with pytest.raises(TypeError, match="must be an async function, not 'ask'"):
        ClientSession(*ScriptedServer().streams, **callbacks)


async def test_connect_to_a_self_contained_server() -> None:
    server = ScriptedServer()
    async with ClientSession(*server.streams, elicitation_callback=elicitation) as session:

        async def script() -> None:
            request = await server.discover(tools={})
            assert request.params == {
                "_meta": {
                    META + "protocolVersion": MODERN,
                    META + "clientCapabilities": {"elicitation": {"form": {}, "url": {}}},
                    META + "clientInfo": {"name": "mcp", "version": "0.1.0"},
                }
            }
            request = await server.expect("tools/list")
            assert request.params is not None
            assert request.params["_meta"][META + "protocolVersion"] == MODERN
            server.reply(
                request, {"resultType": "complete", "tools": [TOOL], "ttlMs": 0, "cacheScope": "public"}
            )

        async def use() -> types.ListToolsResult:
            assert (await session.connect()).protocolVersion == MODERN
            return await session.list_tools()

        assert (await both(script(), use())).tools[0].name == "add"


@pytest.mark.parametrize(
    ("code", "data"),
    [(-32601, None), (-32602, None), (-32000, None), (-32022, {"supported": ["2025-06-18"]})],
)
async def test_connect_falls_back_to_the_handshake(code: int, data: Any) -> None:
    server = ScriptedServer()
    async with ClientSession(*server.streams) as session:

        async def script() -> None:
            server.fail(await server.expect("server/discover"), code, data=data)
            await server.handshake("2025-06-18")
            request = await server.expect("tools/list")
            assert request.params is None
            server.reply(request, {"tools": []})

        async def use() -> None:
            await session.connect()
            assert session.protocol_version == "2025-06-18"
            await session.list_tools()

        await both(script(), use())


async def test_silence_means_the_handshake_and_a_late_answer_means_nothing() -> None:
    server = ScriptedServer()
    async with ClientSession(*server.streams) as session:

        async def script() -> None:
            probe = await server.expect("server/discover")
            request = await server.expect(
                "initialize"
            )  # and no cancellation, which an old server may choke on
            server.reply(probe, {"supportedVersions": [MODERN], "capabilities": {}})
            server.reply(request, initialized())
            await server.told("notifications/initialized")
            server.reply(await server.expect("ping"), {})

        async def use() -> None:
            await session.connect(probe_timeout=0.01)
            assert session.protocol_version == "2025-11-25"
            await session.send_ping()

        await both(script(), use())


async def test_a_mode_may_exclude_the_handshake() -> None:
    server = ScriptedServer()
    async with ClientSession(*server.streams) as session:

        async def script() -> None:
            server.fail(await server.expect("server/discover"), -32601, "what?")
            assert await server.link.receive() is None

        with pytest.raises(NoCommonRevision, match=r"-32601: what\?.*mode='auto'"):
            await both(script(), session.connect("modern"))


async def test_a_mode_may_exclude_the_probe() -> None:
    server = ScriptedServer()
    async with ClientSession(*server.streams) as session:
        await both(server.handshake(), session.connect("legacy"))
        assert session.protocol_version == "2025-11-25"


async def test_a_forced_handshake_does_not_go_on_without() -> None:
    server = ScriptedServer()
    async with ClientSession(*server.streams) as session:

        async def script() -> None:
            server.fail(await server.expect("initialize"), -32022, data={"supported": [MODERN]})

        with pytest.raises(McpError) as caught:
            await both(script(), session.connect("legacy"))
        assert caught.value.error.code == -32022


async def test_a_connection_that_ends_while_it_is_opened() -> None:
    server = ScriptedServer()
    async with ClientSession(*server.streams) as session:

        async def script() -> None:
            await server.expect("server/discover")
            await server.close()

        with pytest.raises(ConnectionClosed):
            await both(script(), session.connect())


async def test_discover_opens_a_session_and_asks_again() -> None:
    server = ScriptedServer()
    async with ClientSession(*server.streams) as session:
        assert (await both(server.discover(), session.discover())).supportedVersions == [MODERN]
        assert session.protocol_version == MODERN
        assert (await both(server.discover(MODERN, "2025-11-25"), session.discover())).supportedVersions == [
            MODERN,
            "2025-11-25",
        ]


async def test_a_session_that_is_not_open_says_so() -> None:
    session = ClientSession(*ScriptedServer().streams)
    with pytest.raises(RuntimeError, match="async with"):
        await session.initialize()
    assert session._request_id == 0  # pyright: ignore[reportPrivateUsage]  # used by programs of 1.x


def test_what_is_not_there_yet_says_so() -> None:
    with pytest.raises(NotImplementedError, match="tasks"):
        ClientSession(cast(Any, None), cast(Any, None), experimental_task_handlers=cast(Any, object()))
