"""What a handler knows of the request it serves, and how it talks back."""

from __future__ import annotations

from collections.abc import Awaitable
from contextvars import ContextVar
from typing import Any, Generic, cast

from mcp.server.calls import Call
from mcp.server.models import InitializationOptions
from mcp.server.questions import kind_of
from mcp.server.session import ServerSession
from mcp.shared.channel import AnyNotification, AnyRequest
from mcp.shared.context import LifespanContextT, RequestContext as SharedContext, RequestT, SessionT
from mcp.shared.typed import encode_params
from mcp.types import (
    ElicitRequest,
    ElicitRequestFormParams,
    ElicitResult,
    LoggingLevel,
    LoggingMessageNotification,
    LoggingMessageNotificationParams,
    ProgressNotification,
    ProgressNotificationParams,
    RequestId,
    RequestParams,
    Result,
    ServerCapabilities,
)

__all__ = ["RequestContext", "request_ctx"]


class RequestContext(
    SharedContext[SessionT, LifespanContextT, RequestT], Generic[SessionT, LifespanContextT, RequestT]
):
    """The request being served.

    A call outlives its exchange when it asks the client something that only a retry can answer: request id, `_meta`,
    transport request, progress and log are those of the exchange attached now.
    """

    def __init__(self, call: Call) -> None:
        self._call = call
        inbound = call.inbound
        session = inbound.session
        if session is None:
            session = ServerSession.of_call(inbound.envelope, inbound.options, call.channel)
        self.session = cast("SessionT", session)
        self.lifespan_context = cast("LifespanContextT", inbound.lifespan_context)
        self.experimental = None
        metadata = getattr(inbound.exchange, "metadata", None)
        self.close_sse_stream = getattr(metadata, "close_sse_stream", None)
        self.close_standalone_sse_stream = getattr(metadata, "close_standalone_sse_stream", None)

    # 1.x has fields where these properties are; fields could not follow the call from exchange to exchange.

    @property
    def request_id(self) -> RequestId:  # type: ignore[override]  # pyright: ignore[reportIncompatibleVariableOverride]
        """The JSON-RPC id of the exchange attached now."""
        return self._call.inbound.exchange.request_id

    @property
    def meta(self) -> RequestParams.Meta | None:  # type: ignore[override]  # pyright: ignore[reportIncompatibleVariableOverride]
        """The `_meta` of the exchange attached now."""
        meta = self._call.inbound.envelope.meta
        return RequestParams.Meta.model_validate(meta) if meta else None

    @property
    def request(self) -> RequestT | None:  # type: ignore[override]  # pyright: ignore[reportIncompatibleVariableOverride]
        """The transport's request object of the exchange attached now."""
        return cast("RequestT | None", self._call.inbound.exchange.request)

    @property
    def principal(self) -> str | None:
        """On whose behalf the request is made, as authenticated by the transport."""
        return self._call.inbound.envelope.principal

    @property
    def protocol_version(self) -> str:
        """The revision that the request speaks."""
        return self._call.revision

    @property
    def cancelled(self) -> bool:
        """Whether the client no longer wants an answer."""
        return self._call.cancelled

    @property
    def connection(self) -> object | None:
        """What the request came in on, if it outlives the request: subscriptions end with it."""
        return self._call.inbound.connection

    @property
    def options(self) -> InitializationOptions:
        """What the server says of itself."""
        return self._call.inbound.options

    @property
    def server_capabilities(self) -> ServerCapabilities:
        """What the server declares."""
        return self._call.inbound.options.capabilities

    def notify(self, notification: AnyNotification) -> Awaitable[None]:
        """Send a notification with this request; await what is returned to wait for room, or leave it."""
        return self._call.channel.notify(notification)

    def tell(self, notification: AnyNotification) -> Awaitable[None]:
        """Send a notification on the stream of this request, whatever its kind: for those who listen for changes."""
        return self._call.notify(notification.method, encode_params(notification, self._call.revision, {}))

    def progress(
        self, progress: float, total: float | None = None, message: str | None = None
    ) -> Awaitable[None]:
        """Report progress, if the client asked for it.

        Args:
            progress: how far it is; increases from one report to the next.
            total: how far it will go, if known.
            message: what is going on, for people.
        """
        token = self._call.inbound.envelope.progress_token
        if token is None or self._call.exchange is None:  # none is reported after the answer
            return self._call.nothing()
        params = ProgressNotificationParams(
            progressToken=token, progress=progress, total=total, message=message
        )
        return self.notify(ProgressNotification(params=params))

    def log(self, level: LoggingLevel, data: Any, logger: str | None = None) -> Awaitable[None]:
        """Send a log message, if the client wants messages of this level.

        Args:
            level: its severity.
            data: any JSON value.
            logger: the name of the logger.
        """
        params = LoggingMessageNotificationParams(level=level, data=data, logger=logger)
        return self.notify(LoggingMessageNotification(params=params))

    async def ask(self, **questions: AnyRequest) -> dict[str, Result]:
        """Put questions to the client and return the answers under the same names.

        Args:
            questions: ElicitRequest, CreateMessageRequest or ListRootsRequest, by names of the author's choice.

        Raises:
            McpError: the client did not declare that it answers such questions, or will not answer.

        Specification: basic/patterns/mrtr.
        """
        for question in questions.values():
            kind_of(question)
        return await self._call.channel.ask(questions)

    async def elicit(self, message: str, schema: dict[str, Any]) -> ElicitResult:
        """Ask the user to fill in a form.

        Args:
            message: what it is for.
            schema: a flat JSON Schema of its fields.
        """
        question = ElicitRequest(params=ElicitRequestFormParams(message=message, requestedSchema=schema))
        channel = self._call.channel
        key = channel.key_for(kind_of(question))
        return cast("ElicitResult", (await channel.ask({key: question}))[key])


request_ctx: ContextVar[RequestContext[Any, Any, Any]] = ContextVar("request_ctx")
