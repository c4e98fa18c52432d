"""How a client session speaks: its era, its callbacks, its subscriptions, and the hooks of 1.x."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol, TypeVar, cast

from pydantic import AnyUrl, BaseModel

import mcp.types as types
from mcp.client._asked import Asked
from mcp.client._opening import Opened, Opening
from mcp.client._receiver import ClientReceiver
from mcp.client._stand_ins import StandIns
from mcp.client.answers import Callbacks, ElicitationFnT, ListRootsFnT, Question, SamplingFnT, complete
from mcp.client.eras import HANDSHAKE_REVISION, Mode, NoCommonRevision, is_modern, stamp
from mcp.client.subscriptions import Listen, Pushed, Subscription, Subscriptions, offered
from mcp.shared.context import RequestContext
from mcp.shared.exceptions import McpError, MethodNotFound
from mcp.shared.link import ReadStream, WriteStream
from mcp.shared.message import MessageMetadata
from mcp.shared.peer import Receiver
from mcp.shared.session import BaseSession, ProgressFnT, RequestResponder, overrides
from mcp.shared.typed import encode_params
from mcp.types import (
    DiscoverResult,
    InitializeResult,
    LoggingLevel,
    SubscriptionFilter,
)
from mcp.types.jsonrpc import NotificationFrame, dump_json
from mcp.types.methods import METHODS
from mcp.types.versions import takes_batches
from mcp.types.wire import without_bad_hints

__all__ = ["Limits", "LoggingFnT", "MessageHandlerFnT", "SessionCore"]

DEFAULT_CLIENT_INFO = types.Implementation(name="mcp", version="0.1.0")

ResultT = TypeVar("ResultT", bound=BaseModel)


class LoggingFnT(Protocol):
    """Gets the log messages of the server."""

    async def __call__(self, params: types.LoggingMessageNotificationParams, /) -> None:
        """Take note of a log message."""
        ...


class MessageHandlerFnT(Protocol):
    """Gets what arrives and is no answer."""

    async def __call__(
        self,
        message: (
            RequestResponder[types.ServerRequest, types.ClientResult] | types.ServerNotification | Exception
        ),
        /,
    ) -> None:
        """Take note of a notification, or of what went wrong with a message."""
        ...


@dataclass(frozen=True, slots=True)
class Limits:
    """How long requests may take that have no limit of their own.

    Attributes:
        idle: seconds without a sign of life; progress is one.
        total: seconds in all, over all rounds of a request; time in which a person is asked does not count.
    """

    idle: float | None = None
    total: float | None = None


class SessionCore(
    BaseSession[
        "types.ClientRequest",
        "types.ClientNotification",
        "types.ClientResult",
        "types.ServerRequest",
        "types.ServerNotification",
    ],
):
    """What a client session has beneath its verbs; the parameters are described at `ClientSession`."""

    _side = "client"

    def __init__(
        self,
        read_stream: ReadStream,
        write_stream: WriteStream,
        read_timeout_seconds: timedelta | None = None,
        sampling_callback: SamplingFnT | Callable[[Any], Awaitable[Any]] | None = None,
        elicitation_callback: ElicitationFnT | Callable[[Any], Awaitable[Any]] | None = None,
        list_roots_callback: ListRootsFnT | Callable[[], Awaitable[Any]] | None = None,
        logging_callback: LoggingFnT | None = None,
        message_handler: MessageHandlerFnT | None = None,
        client_info: types.Implementation | None = None,
        *,
        sampling_capabilities: types.SamplingCapability | None = None,
        experimental_task_handlers: None = None,
        extensions: dict[str, dict[str, Any]] | None = None,
        limits: Limits | None = None,
    ) -> None:
        if experimental_task_handlers is not None:
            raise NotImplementedError("experimental_task_handlers: tasks are not available yet")
        unset = cast(Any, None)  # the unions are loaded where something is driven by them, and nowhere else
        super().__init__(read_stream, write_stream, unset, unset, read_timeout_seconds)
        if self._hooked or message_handler is not None or logging_callback is not None:
            self._receive_request_type = types.ServerRequest
            self._receive_notification_type = types.ServerNotification
        self._callbacks = Callbacks(
            sampling_callback,
            elicitation_callback,
            list_roots_callback,
            sampling_capabilities=sampling_capabilities,
            extensions=extensions,
        )
        self._logging_callback = logging_callback
        self._message_handler = message_handler
        self._client_info = client_info or DEFAULT_CLIENT_INFO
        self._limits = limits or Limits()
        self._wraps = overrides(self, ("send_request",))
        self._spoken = HANDSHAKE_REVISION
        self._initialized: InitializeResult | None = None
        self._discovered: DiscoverResult | None = None
        self._log_level: LoggingLevel | None = None
        self._stamp: dict[str, Any] = {}
        self._subscriptions = Subscriptions()
        self._stand_ins = StandIns(self)
        self._ears = ClientReceiver(self)
        self._tool_output_schemas: dict[str, dict[str, Any] | None] = {}
        self.tools_changed = False  # a list may be on its way then: what is known is dropped when next needed

    # Opening

    async def _open(self, mode: Mode | None, limit: float | None, probe_limit: float) -> InitializeResult:
        if self._initialized is not None:
            return self._initialized  # a server refuses a second handshake, and that must not change the era

        async def discover(revision: str) -> dict[str, Any]:
            params = dump_json({"_meta": self._stamp_of(revision)})
            return await self._peer.request(
                "server/discover", lambda _: params, timeout=probe_limit, cancellable=False
            )

        async def initialize() -> InitializeResult:
            return await self._send_initialize(None if limit is None else timedelta(seconds=limit))

        steps = Opening(discover, initialize)
        try:
            opened = await (steps.handshake() if mode is None else steps.run(mode))
        except NoCommonRevision:
            await self._peer.aclose()
            raise
        await self._settle(opened)
        return opened.initialized

    async def _send_initialize(self, limit: timedelta | None) -> InitializeResult:
        params = types.InitializeRequestParams(
            protocolVersion=HANDSHAKE_REVISION,
            capabilities=self._callbacks.capabilities(),
            clientInfo=self._client_info,
        )
        return await self._send(types.InitializeRequest(params=params), InitializeResult, limit)

    async def _settle(self, opened: Opened) -> None:
        self._spoken = opened.revision
        self._initialized, self._discovered = opened.initialized, opened.discovered
        self._stamp = self._stamp_of(opened.revision)
        self._ears.takes_batches = takes_batches(opened.revision)
        if opened.discovered is None:
            await self.send_notification(cast(Any, types.InitializedNotification()))
        elif self._message_handler is not None:
            everything = SubscriptionFilter(
                toolsListChanged=True, promptsListChanged=True, resourcesListChanged=True
            )
            self._stand_ins.hear(offered(everything, opened.initialized.capabilities))

    def _stamp_of(self, revision: str) -> dict[str, Any]:
        return stamp(revision, self._callbacks.capabilities(), self._client_info, self._log_level)

    # What is known of the server

    @property
    def protocol_version(self) -> str | None:
        """The revision spoken; None before the session is open."""
        return None if self._initialized is None else self._spoken

    @property
    def self_contained(self) -> bool:
        """Whether each request says all there is to know of the client, so that there is no handshake."""
        return is_modern(self._spoken)

    @property
    def closed(self) -> bool:
        """Whether the connection has ended, from either side."""
        return self._open_peer is not None and self._open_peer.conversation.closed

    @property
    def server_info(self) -> types.Implementation | None:
        """Who the server says it is; never to be trusted."""
        return None if self._initialized is None else self._initialized.serverInfo

    @property
    def server_capabilities(self) -> types.ServerCapabilities | None:
        """What the server can do; None before the session is open."""
        return None if self._initialized is None else self._initialized.capabilities

    def get_server_capabilities(self) -> types.ServerCapabilities | None:
        """Return what the server can do; None before the session is open."""
        return self.server_capabilities

    @property
    def instructions(self) -> str | None:
        """How the server says it is to be used."""
        return None if self._initialized is None else self._initialized.instructions

    @property
    def experimental(self) -> Any:
        """The experimental tasks of 1.x: not available."""
        raise AttributeError("ClientSession.experimental: tasks are not available yet")

    # Asking

    async def _send(
        self,
        request: types.Request[Any, Any],
        result_type: type[ResultT],
        limit: timedelta | None = None,
        progress: ProgressFnT | None = None,
    ) -> ResultT:
        wrapped: Any = (
            types.ClientRequest.model_construct(root=cast(Any, request)) if self._wraps else request
        )
        if limit is None and progress is None:
            return await self.send_request(wrapped, result_type)
        return await self.send_request(wrapped, result_type, limit, progress_callback=progress)

    async def _ask(
        self, request: Any, timeout: float | None, metadata: MessageMetadata, progress: ProgressFnT | None
    ) -> dict[str, Any]:
        """Send a request, in as many rounds as it takes, and return its raw result."""
        if self.self_contained and self._stand_ins.serves(request.method):
            return await self._stand_ins.serve(request)
        asked = Asked(
            self._peer,
            request,
            revision=self._spoken,
            meta=self._stamp,
            total=self._limits.total if timeout is None else timeout,
            idle=self._limits.idle if timeout is None else None,
            progress=progress,
            metadata=metadata,
        )
        if not self.self_contained:
            return await asked.round({})
        result = await complete(request.method, asked.round, self._answer_question, asked.pause)
        method = METHODS.get(request.method)
        return without_bad_hints(result) if method is not None and method.cacheable else result

    async def _answer_question(self, key: str, question: Question) -> types.Result:
        return await self._answer(question, key)

    async def _answer(self, request: Any, request_id: types.RequestId) -> types.Result:
        """Return the answer to a request of the server, or to a question in a result.

        Raises:
            McpError: there is no answer.
        """
        if isinstance(request, types.PingRequest):
            return types.EmptyResult()
        if not isinstance(request, Question):
            raise MethodNotFound(f"Method not found: {request.method}")
        meta = None if request.params is None else request.params.meta
        context = RequestContext[Any, Any, Any](request_id, meta, self, None)
        with self._peer.rest():
            return await self._callbacks.answer(request, context)

    # What the stand-ins need

    @property
    def log_level(self) -> LoggingLevel | None:
        """The least level of log messages that each request asks for."""
        return self._log_level

    @log_level.setter
    def log_level(self, level: LoggingLevel | None) -> None:
        self._log_level = level
        self._stamp = self._stamp_of(self._spoken)

    async def sign_of_life(self) -> None:
        """Make a round trip to the server."""
        await self._send(types.DiscoverRequest(), DiscoverResult)

    def subscription(
        self, wanted: SubscriptionFilter, sink: Callable[[NotificationFrame], None] | None = None
    ) -> Subscription:
        """Return a subscription, not open yet, whose changes go to `sink` or to who iterates over it."""
        limit = self._session_read_timeout_seconds
        timeout = self._limits.idle if limit is None else limit.total_seconds()
        if self.self_contained:
            return Listen(
                wanted,
                sink,
                timeout,
                hub=self._subscriptions,
                peer=self._peer,
                encode=lambda request, _: encode_params(request, self._spoken, self._stamp),
            )
        return Pushed(
            wanted,
            timeout,
            hub=self._subscriptions,
            capabilities=self.server_capabilities,
            subscribe=self._subscribe,
            unsubscribe=self._unsubscribe,
        )

    async def _subscribe(self, uri: str) -> None:
        params = types.SubscribeRequestParams(uri=AnyUrl(uri))
        await self._send(types.SubscribeRequest(params=params), types.EmptyResult)

    async def _unsubscribe(self, uri: str) -> None:
        params = types.UnsubscribeRequestParams(uri=AnyUrl(uri))
        await self._send(types.UnsubscribeRequest(params=params), types.EmptyResult)

    def deliver(self, frame: NotificationFrame) -> None:
        """Hand a notification to the callbacks."""
        self._ears.deliver(frame)

    # What BaseSession asks

    def _revision(self) -> str:
        return self._spoken

    def _receiver(self) -> Receiver:
        return self._ears

    def _ended(self) -> None:
        self._subscriptions.end()

    @property
    def hears(self) -> bool:
        """Whether somebody is to be told of notifications."""
        return self._message_handler is not None or self._logging_callback is not None

    async def _received_request(
        self, responder: RequestResponder[types.ServerRequest, types.ClientResult]
    ) -> None:
        with responder:
            try:
                answer = await self._answer(responder.request.root, responder.request_id)
            except McpError as error:
                await responder.respond(error.error)
            else:
                await responder.respond(types.ClientResult.model_construct(root=cast(Any, answer)))

    async def _received_notification(self, notification: types.ServerNotification) -> None:
        if isinstance(notification.root, types.LoggingMessageNotification) and self._logging_callback:
            await self._logging_callback(notification.root.params)

    async def _handle_incoming(
        self,
        req: RequestResponder[types.ServerRequest, types.ClientResult] | types.ServerNotification | Exception,
    ) -> None:
        if self._message_handler is not None:
            await self._message_handler(req)
