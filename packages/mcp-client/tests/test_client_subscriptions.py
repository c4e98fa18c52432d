"""Being told of changes: subscriptions, and the verbs of 1.x that stand on them."""

from __future__ import annotations

import logging
from typing import Any

import anyio
import anyio.lowlevel
import pytest

import mcp.types as types
from mcp.client.session import ClientSession, Limits
from mcp.client.subscriptions import QUEUE, ListenerTooSlow, Subscription
from mcp.shared.exceptions import ConnectionClosed, McpError, MethodNotFound, RequestTimeout
from mcp.types.jsonrpc import RequestFrame
from support.scripted import ScriptedServer, both
from support.sessions import META, both_eras, opened
from support.timeouts import scaled

pytestmark = pytest.mark.anyio

ID = META + "subscriptionId"
ALL: dict[str, Any] = {
    "tools": {"listChanged": True},
    "prompts": {"listChanged": True},
    "resources": {"listChanged": True, "subscribe": True},
}


def acknowledge(server: ScriptedServer, request: RequestFrame, **honoured: Any) -> None:
    params = {"_meta": {ID: request.id}, "notifications": honoured}
    server.notify("notifications/subscriptions/acknowledged", params)


def change(server: ScriptedServer, request: RequestFrame, what: str, **params: Any) -> None:
    server.notify(f"notifications/{what}", {"_meta": {ID: request.id}, **params})


async def accepted(server: ScriptedServer, **wanted: Any) -> RequestFrame:
    """Accept a subscription as it is wanted."""
    request = await server.expect("subscriptions/listen")
    assert request.params is not None
    assert request.params["notifications"] == wanted
    acknowledge(server, request, **wanted)
    return request


async def rest_of(subscription: Subscription) -> list[str]:
    with anyio.fail_after(scaled(5)):
        return [each.method.removeprefix("notifications/") async for each in subscription]


async def test_a_subscription_from_beginning_to_end() -> None:
    async with opened(True, offers=ALL) as (session, server):

        async def script() -> None:
            request = await server.expect("subscriptions/listen")
            assert request.params is not None
            assert request.params["notifications"] == {
                "toolsListChanged": True,
                "resourceSubscriptions": ["a:B"],
            }
            assert request.params["_meta"][META + "protocolVersion"] == "2026-07-28"
            acknowledge(server, request, toolsListChanged=True)
            change(server, request, "tools/list_changed")
            change(server, request, "resources/updated", uri="a:B")
            change(server, request, "resources/updated")  # malformed: tells nothing
            change(server, request, "message", level="info", data="never on a subscription")
            server.reply(request, {"resultType": "complete", "_meta": {ID: request.id}})

        async def use() -> None:
            subscription = session.listen(tools=True, uris=["a:B"])
            with pytest.raises(RuntimeError, match="async with"):
                _ = subscription.acknowledged
            async with subscription as changes:
                assert changes.acknowledged == types.SubscriptionFilter(toolsListChanged=True)
                first, second = await anext(changes), await anext(changes)
                assert isinstance(first, types.ToolListChangedNotification)
                assert isinstance(second, types.ResourceUpdatedNotification)
                assert str(second.params.uri) == "a:B"
                assert await rest_of(changes) == []
                assert changes.ended

        await both(script(), use())
        await both(server.discover(), session.send_ping())  # nothing was cancelled that had ended


async def test_subscriptions_are_told_apart_by_their_ids() -> None:
    async with opened(True, offers=ALL) as (session, server):

        async def script() -> None:
            tools = await accepted(server, toolsListChanged=True)
            prompts = await accepted(server, promptsListChanged=True)
            change(server, prompts, "prompts/list_changed")
            change(server, tools, "tools/list_changed")
            server.notify("notifications/tools/list_changed", {"_meta": {ID: str(tools.id)}})  # "1" is not 1
            server.notify("notifications/tools/list_changed", {"_meta": {ID: True}})
            server.notify("notifications/tools/list_changed", {"_meta": {ID: 777}})
            server.notify("notifications/tools/list_changed")  # names none
            for request in (tools, prompts):
                server.reply(request, {})

        async def use() -> None:
            async with session.listen(tools=True) as tools, session.listen(prompts=True) as prompts:
                assert await rest_of(tools) == ["tools/list_changed"]
                assert await rest_of(prompts) == ["prompts/list_changed"]

        await both(script(), use())


@pytest.mark.parametrize("order", ["result", "cancelled", "result cancelled", "cancelled result"])
async def test_the_server_ends_it_in_any_order(order: str, caplog: pytest.LogCaptureFixture) -> None:
    async with opened(True, offers=ALL) as (session, server):

        async def script() -> None:
            request = await accepted(server, toolsListChanged=True)
            change(server, request, "tools/list_changed")
            for step in order.split():
                if step == "result":
                    server.reply(request, {"resultType": "complete", "_meta": {ID: request.id}})
                else:
                    server.notify("notifications/cancelled", {"requestId": request.id})

        async def use() -> None:
            async with session.listen(tools=True) as changes:
                assert await rest_of(changes) == ["tools/list_changed"]

        await both(script(), use())
        await both(server.discover(), session.send_ping())
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


async def test_the_client_ends_it() -> None:
    async with opened(True, offers=ALL) as (session, server):

        async def script() -> None:
            request = await accepted(server, toolsListChanged=True)
            cancelled = await server.told("notifications/cancelled")
            assert cancelled.params is not None
            assert cancelled.params["requestId"] == request.id
            change(server, request, "tools/list_changed")  # too late, and harmless

        async def use() -> None:
            async with session.listen(tools=True) as changes:
                pass
            assert await rest_of(changes) == []
            await changes.aclose()

        await both(script(), use())


async def test_a_lost_connection_is_no_orderly_end() -> None:
    async with opened(True, offers=ALL) as (session, server):

        async def script() -> None:
            request = await accepted(server, toolsListChanged=True)
            change(server, request, "tools/list_changed")
            await server.close()

        async def use() -> None:
            async with session.listen(tools=True) as changes:
                assert (await anext(changes)).method == "notifications/tools/list_changed"
                with pytest.raises(ConnectionClosed):
                    await anext(changes)

        await both(script(), use())


async def test_a_refusal_is_raised_where_it_is_opened() -> None:
    async with opened(True) as (session, server):

        async def script() -> None:
            server.fail(await server.expect("subscriptions/listen"), -32601, "nothing to listen to")

        async def use() -> None:
            with pytest.raises(MethodNotFound, match="nothing to listen to"):
                await session.listen(tools=True).open()

        await both(script(), use())


async def test_an_end_before_the_beginning() -> None:
    async with opened(True) as (session, server):

        async def script() -> None:
            server.reply(await server.expect("subscriptions/listen"), {})

        async def use() -> None:
            with pytest.raises(ConnectionClosed, match="before it began"):
                await session.listen(tools=True).open()

        await both(script(), use())


async def test_an_acknowledgement_is_waited_for_within_limits() -> None:
    async with opened(True, limits=Limits(idle=0.02)) as (session, server):

        async def script() -> None:
            request = await server.expect("subscriptions/listen")
            server.notify(
                "notifications/subscriptions/acknowledged", {"_meta": {ID: request.id}}
            )  # malformed
            await server.told("notifications/cancelled")

        async def use() -> None:
            with pytest.raises(RequestTimeout):
                await session.listen(tools=True).open()

        await both(script(), use())


async def test_who_does_not_take_changes_is_told_that_some_are_lost() -> None:
    async with opened(True, offers=ALL) as (session, server):

        async def script() -> None:
            request = await accepted(server, toolsListChanged=True)
            for _ in range(QUEUE + 1):
                change(server, request, "tools/list_changed")
            await server.told("notifications/cancelled")

        async def use() -> None:
            async with session.listen(tools=True) as changes:
                while not changes.ended:
                    await anyio.lowlevel.checkpoint()
                for _ in range(QUEUE):
                    await anext(changes)
                with pytest.raises(ListenerTooSlow):
                    await anext(changes)

        await both(script(), use())


# After a handshake, the same by other means


async def test_after_a_handshake_what_is_pushed_is_sorted() -> None:
    async with opened(False, offers=ALL) as (session, server):

        async def script() -> None:
            for uri in ("a:b", "c:d"):
                request = await server.expect("resources/subscribe")
                assert request.params == {"uri": uri}
                server.reply(request, {})
            server.notify("notifications/prompts/list_changed")
            server.notify("notifications/tools/list_changed")
            server.notify("notifications/resources/updated", {"uri": "x:y"})
            server.notify("notifications/resources/updated", {"uri": "c:d/e"})
            server.notify("notifications/resources/updated", {"uri": "c:de"})
            server.notify("notifications/resources/updated", {"uri": "a:b"})
            server.notify("notifications/resources/updated")
            for uri in ("a:b", "c:d"):
                request = await server.expect("resources/unsubscribe")
                assert request.params == {"uri": uri}
                server.reply(request, {})

        async def use() -> None:
            async with session.listen(tools=True, uris=["a:b", "c:d"]) as changes:
                assert changes.acknowledged == types.SubscriptionFilter(
                    toolsListChanged=True, resourceSubscriptions=["a:b", "c:d"]
                )
                assert [(await anext(changes)).method.split("/")[-1] for _ in range(3)] == [
                    "list_changed",
                    "updated",
                    "updated",
                ]

        await both(script(), use())


async def test_after_a_handshake_only_what_is_offered_is_acknowledged() -> None:
    async with (
        opened(False, offers={"tools": {}, "resources": {}}) as (session, _),
        session.listen(tools=True, prompts=True, resources=True, uris=["a:b"]) as changes,
    ):
        assert changes.acknowledged == types.SubscriptionFilter()


async def test_after_a_handshake_a_uri_stays_subscribed_while_somebody_needs_it() -> None:
    async with opened(False, offers=ALL) as (session, server):

        async def script() -> None:
            for _ in range(2):
                server.reply(await server.expect("resources/subscribe"), {})
            server.fail(await server.expect("resources/unsubscribe"), -32601)  # which is its own affair

        async def use() -> None:
            async with session.listen(uris=["a:b"]) as one:
                async with session.listen(uris=["a:b"]):
                    pass
                assert not one.ended

        await both(script(), use())


async def test_after_a_handshake_a_lost_connection_is_no_orderly_end() -> None:
    async with opened(False, offers=ALL) as (session, server):

        async def use() -> None:
            async with session.listen(tools=True) as changes:
                await server.close()
                with pytest.raises(ConnectionClosed):
                    await anext(changes)

        with anyio.fail_after(scaled(5)):
            await use()


async def test_after_a_handshake_a_refusal_is_raised_where_it_is_opened() -> None:
    async with opened(False, offers=ALL) as (session, server):

        async def script() -> None:
            server.fail(await server.expect("resources/subscribe"), -32002, "no such resource")

        async def use() -> None:
            with pytest.raises(McpError, match="no such resource"):
                await session.listen(uris=["a:b"]).open()

        await both(script(), use())


# The verbs of 1.x where their requests are gone


async def test_ping_is_a_round_trip() -> None:
    async with opened(True) as (session, server):
        assert await both(server.discover(), session.send_ping()) == types.EmptyResult()


async def test_the_logging_level_goes_with_every_request() -> None:
    async with opened(True) as (session, server):

        async def script() -> None:
            request = await server.expect("prompts/list")
            assert request.params is not None
            assert request.params["_meta"][META + "logLevel"] == "warning"
            server.reply(request, {"prompts": []})

        assert await session.set_logging_level("warning") == types.EmptyResult()
        assert session.log_level == "warning"
        await both(script(), session.list_prompts())


async def test_a_subscribed_resource_is_heard_of_until_it_is_not() -> None:
    heard: list[Any] = []

    async def handler(message: Any) -> None:
        heard.append(message.root)

    async with opened(True, message_handler=handler) as (session, server):

        async def script() -> None:
            request = await accepted(server, resourceSubscriptions=["A:b"])
            change(server, request, "resources/updated", uri="A:b")
            await server.told("notifications/cancelled")
            server.reply(await server.expect("prompts/list"), {"prompts": []})

        async def use() -> None:
            assert await session.subscribe_resource("A:b") == types.EmptyResult()
            await session.subscribe_resource(types.AnyUrl("A:b"))  # it is
            while not heard:
                await anyio.lowlevel.checkpoint()
            await session.unsubscribe_resource("A:b")
            await session.unsubscribe_resource("A:b")
            await session.list_prompts()

        await both(script(), use())
        assert [str(each.params.uri) for each in heard] == ["A:b"]


async def test_a_resource_that_is_not_watched_is_an_error() -> None:
    async with opened(True) as (session, server):

        async def script() -> None:
            acknowledge(server, await server.expect("subscriptions/listen"))
            await server.told("notifications/cancelled")

        async def use() -> None:
            with pytest.raises(McpError, match="resource A:b") as caught:
                await session.subscribe_resource("A:b")
            assert caught.value.error.code == types.METHOD_NOT_FOUND

        await both(script(), use())


async def test_a_message_handler_hears_of_changed_lists_unasked() -> None:
    heard: list[Any] = []

    async def handler(message: Any) -> None:
        heard.append(message.root.method)

    server = ScriptedServer()
    async with ClientSession(*server.streams, message_handler=handler) as session:

        async def script() -> None:
            await server.discover(tools={"listChanged": True}, prompts={}, resources={"listChanged": True})
            request = await accepted(server, toolsListChanged=True, resourcesListChanged=True)
            change(server, request, "tools/list_changed")
            server.reply(await server.expect("prompts/list"), {"prompts": []})

        async def use() -> None:
            await session.connect()
            while not heard:
                await anyio.lowlevel.checkpoint()
            await session.list_prompts()

        await both(script(), use())
        assert heard == ["notifications/tools/list_changed"]


async def test_a_server_that_does_not_keep_its_promise_harms_nobody() -> None:
    refused = anyio.Event()

    async def handler(message: Any) -> None:
        raise AssertionError

    server = ScriptedServer()
    async with ClientSession(*server.streams, message_handler=handler) as session:

        async def script() -> None:
            await server.discover(tools={"listChanged": True})
            server.fail(await server.expect("subscriptions/listen"), -32601)
            refused.set()
            server.reply(await server.expect("prompts/list"), {"prompts": []})

        async def use() -> None:
            await session.connect()
            await refused.wait()
            await session.list_prompts()

        await both(script(), use())


@both_eras
async def test_notifications_that_the_revision_does_not_have_are_not_sent(modern: bool) -> None:
    async with opened(modern) as (session, server):
        await session.send_roots_list_changed()
        await session.send_progress_notification("t", 1, 2, "m")
        if not modern:
            await server.told("notifications/roots/list_changed")
            told = await server.told("notifications/progress")
            assert told.params == {"progressToken": "t", "progress": 1, "total": 2, "message": "m"}
        cancelled = types.CancelledNotification(params=types.CancelledNotificationParams(requestId=9))
        await session.send_notification(types.ClientNotification(cancelled))
        await server.told("notifications/cancelled")
