"""Change events: who is told, in which order, and how a subscription begins and ends."""

from __future__ import annotations

import threading
from collections.abc import Awaitable
from typing import Any

import anyio
import anyio.lowlevel
import pytest

from mcp.server.changes import (
    PROMPTS,
    QUEUE_LIMIT,
    RESOURCES,
    TOOLS,
    Change,
    Changes,
    Subscription,
    honoured,
    listen,
    resource_updated,
)
from mcp.types import (
    SUBSCRIPTION_ID_KEY,
    PromptsCapability,
    RequestId,
    ResourcesCapability,
    ServerCapabilities,
    SubscriptionFilter,
    SubscriptionsListenRequest,
    SubscriptionsListenRequestParams,
    SubscriptionsListenResult,
    ToolsCapability,
)
from mcp.types.wire import dump_model
from support.timeouts import scaled

pytestmark = pytest.mark.anyio

EVERYTHING = SubscriptionFilter(
    toolsListChanged=True,
    promptsListChanged=True,
    resourcesListChanged=True,
    resourceSubscriptions=["file:///a"],
)
ABLE = ServerCapabilities(
    tools=ToolsCapability(listChanged=True),
    prompts=PromptsCapability(listChanged=True),
    resources=ResourcesCapability(listChanged=True, subscribe=True),
)


@pytest.mark.parametrize(
    ("wanted", "change", "told"),
    [
        (SubscriptionFilter(toolsListChanged=True), TOOLS, True),
        (SubscriptionFilter(toolsListChanged=True), PROMPTS, False),
        (SubscriptionFilter(toolsListChanged=False), TOOLS, False),
        (SubscriptionFilter(promptsListChanged=True), PROMPTS, True),
        (SubscriptionFilter(resourcesListChanged=True), RESOURCES, True),
        (SubscriptionFilter(resourcesListChanged=True), resource_updated("file:///a"), False),
        (SubscriptionFilter(resourceSubscriptions=["file:///a"]), RESOURCES, False),
        (SubscriptionFilter(resourceSubscriptions=["file:///a"]), resource_updated("file:///a"), True),
        (SubscriptionFilter(resourceSubscriptions=["file:///a"]), resource_updated("file:///a/b"), True),
        (SubscriptionFilter(resourceSubscriptions=["file:///a/"]), resource_updated("file:///a/b"), True),
        (SubscriptionFilter(resourceSubscriptions=["file:///a"]), resource_updated("file:///ab"), False),
        (SubscriptionFilter(resourceSubscriptions=["file:///a/b"]), resource_updated("file:///a"), False),
        (SubscriptionFilter(resourceSubscriptions=["file:///A"]), resource_updated("file:///a"), False),
        (SubscriptionFilter(resourceSubscriptions=["x", "y"]), resource_updated("y"), True),
        (SubscriptionFilter(resourceSubscriptions=[]), resource_updated("x"), False),
        (SubscriptionFilter(), TOOLS, False),
    ],
)
async def test_a_listener_is_told_what_it_asked_for(
    wanted: SubscriptionFilter, change: Change, told: bool
) -> None:
    subscription = Subscription(wanted)
    subscription.offer(change)
    subscription.close()
    assert await subscription.next() == (change if told else None)


@pytest.mark.parametrize(
    ("capabilities", "kept"),
    [
        (ABLE, {"toolsListChanged", "promptsListChanged", "resourcesListChanged", "resourceSubscriptions"}),
        (ServerCapabilities(), set[str]()),
        (ServerCapabilities(tools=ToolsCapability()), {"toolsListChanged"}),
        (
            ServerCapabilities(resources=ResourcesCapability()),
            {"resourcesListChanged", "resourceSubscriptions"},
        ),
    ],
)
async def test_wishes_that_the_server_cannot_fulfil_are_left_out(
    capabilities: ServerCapabilities, kept: set[str]
) -> None:
    assert set(honoured(EVERYTHING, capabilities).model_dump(exclude_none=True)) == kept


async def test_wishes_that_nobody_has_are_not_honoured() -> None:
    assert honoured(SubscriptionFilter(toolsListChanged=False), ABLE).model_dump(exclude_none=True) == {}


async def test_changes_arrive_in_order() -> None:
    changes = Changes()
    subscription = changes.subscribe(EVERYTHING)
    sent = [TOOLS, resource_updated("file:///a"), TOOLS, PROMPTS]
    for change in sent:
        changes.publish(change)
    assert [await subscription.next() for _ in sent] == sent


async def test_a_change_published_in_a_thread_arrives() -> None:
    changes = Changes()
    subscription = changes.subscribe(EVERYTHING)
    thread = threading.Thread(target=changes.publish, args=(TOOLS,))
    thread.start()
    with anyio.fail_after(scaled(5)):
        assert await subscription.next() == TOOLS
    thread.join()


async def test_a_change_that_nobody_waits_for_is_forgotten() -> None:
    changes = Changes()
    changes.publish(TOOLS)
    subscription = changes.subscribe(EVERYTHING)
    changes.close()
    assert await subscription.next() is None


async def test_a_slow_listener_gets_what_was_queued_and_then_the_end() -> None:
    changes = Changes()
    slow, quick = changes.subscribe(EVERYTHING), changes.subscribe(EVERYTHING)
    for number in range(QUEUE_LIMIT + 5):
        changes.publish(resource_updated(f"file:///a/{number}"))
        assert await quick.next() is not None
    got = [await slow.next() for _ in range(QUEUE_LIMIT)]
    assert got[-1] == resource_updated(f"file:///a/{QUEUE_LIMIT - 1}")
    assert await slow.next() is None


async def test_a_listener_that_left_is_forgotten() -> None:
    changes = Changes()
    subscription = changes.subscribe(EVERYTHING)
    assert changes.listeners == 1
    changes.unsubscribe(subscription)
    changes.publish(TOOLS)
    changes.close()
    assert changes.listeners == 0
    subscription.close()
    assert await subscription.next() is None


class Recorder:
    def __init__(self) -> None:
        self.pushed: list[Change] = []

    def push_change(self, change: Change) -> None:
        self.pushed.append(change)


async def test_sessions_are_told_unless_they_are_left_out() -> None:
    changes, session = Changes(), Recorder()
    changes.attach(session)
    changes.publish(TOOLS)
    changes.publish(PROMPTS, sessions=False)
    changes.detach(session)
    changes.publish(RESOURCES)
    assert session.pushed == [TOOLS]


class Context:
    """A request that records what is sent on its stream."""

    def __init__(self, request_id: RequestId, capabilities: ServerCapabilities = ABLE) -> None:
        self.connection: object | None = None
        self.request_id = request_id
        self.server_capabilities = capabilities
        self.sent: list[dict[str, Any]] = []
        self.changed = anyio.Event()

    def tell(self, notification: Any) -> Awaitable[None]:
        self.sent.append(notification.model_dump(mode="json", by_alias=True, exclude_none=True))
        self.changed.set()
        self.changed = anyio.Event()
        return anyio.lowlevel.checkpoint()

    async def until(self, count: int) -> None:
        with anyio.fail_after(scaled(5)):
            while len(self.sent) < count:
                await self.changed.wait()


def request(**wanted: Any) -> SubscriptionsListenRequest:
    params = SubscriptionsListenRequestParams(notifications=SubscriptionFilter(**wanted))
    return SubscriptionsListenRequest(params=params)


@pytest.mark.parametrize("request_id", [0, 7, "7", ""])
async def test_listening_is_acknowledged_tagged_and_ended(request_id: RequestId) -> None:
    changes, context = Changes(), Context(request_id)
    results: list[SubscriptionsListenResult] = []
    meta = {SUBSCRIPTION_ID_KEY: request_id}

    async def serve() -> None:
        wanted = request(toolsListChanged=True, resourceSubscriptions=["file:///a b"])
        results.append(await listen(context, wanted, changes))

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(serve)
        await context.until(1)
        changes.publish(TOOLS)
        changes.publish(PROMPTS)
        changes.publish(resource_updated("file:///a b/c"))
        await context.until(3)
        changes.close()
    assert context.sent == [
        {
            "method": "notifications/subscriptions/acknowledged",
            "params": {
                "_meta": meta,
                "notifications": {"toolsListChanged": True, "resourceSubscriptions": ["file:///a b"]},
            },
        },
        {"method": TOOLS.method, "params": {"_meta": meta}},
        {"method": "notifications/resources/updated", "params": {"_meta": meta, "uri": "file:///a b/c"}},
    ]
    assert type(context.sent[0]["params"]["_meta"][SUBSCRIPTION_ID_KEY]) is type(request_id)
    assert results[0].meta == meta
    assert SUBSCRIPTION_ID_KEY.encode() in dump_model(results[0])
    assert changes.listeners == 0


async def test_a_change_during_the_acknowledgement_comes_after_it() -> None:
    changes = Changes()

    class Racing(Context):
        def tell(self, notification: Any) -> Awaitable[None]:
            if not self.sent:
                changes.publish(TOOLS)
            return super().tell(notification)

    context = Racing(1)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(listen, context, request(toolsListChanged=True), changes)
        await context.until(2)
        changes.close()
    assert [each["method"].rpartition("/")[2] for each in context.sent] == ["acknowledged", "list_changed"]


async def test_a_cancelled_listener_is_forgotten() -> None:
    changes, context = Changes(), Context(1)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(listen, context, request(toolsListChanged=True), changes)
        await context.until(1)
        assert changes.listeners == 1
        tasks.cancel_scope.cancel()
    assert changes.listeners == 0


async def test_only_what_is_honoured_is_acknowledged_and_told() -> None:
    changes, context = Changes(), Context(1, ServerCapabilities(prompts=PromptsCapability()))
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(listen, context, request(toolsListChanged=True, promptsListChanged=True), changes)
        await context.until(1)
        changes.publish(TOOLS)
        changes.publish(PROMPTS)
        await context.until(2)
        changes.close()
    assert context.sent[0]["params"]["notifications"] == {"promptsListChanged": True}
    assert [each["method"] for each in context.sent[1:]] == [PROMPTS.method]
