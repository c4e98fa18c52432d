"""ServerSession: the 1.x verbs towards a client, on top of a channel."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from types import TracebackType
from typing import Any, Self, TypeVar, cast, overload

import anyio
from anyio.streams.memory import MemoryObjectReceiveStream
from pydantic import AnyUrl

from mcp.server.channels import LiveChannel, ServerChannel
from mcp.server.eras import Handshake, InitializationState, server_info
from mcp.server.models import InitializationOptions
from mcp.server.questions import kind_of
from mcp.server.validation import validate_sampling_tools, validate_tool_use_result_messages
from mcp.shared.channel import AnyNotification, AnyRequest
from mcp.shared.envelope import Envelope
from mcp.shared.exceptions import MethodNotFound
from mcp.shared.exchange import PeerExchange
from mcp.shared.link import ReadStream, WriteStream, streams_of
from mcp.shared.message import MessageMetadata, SessionMessage
from mcp.shared.peer import Peer
from mcp.shared.session import BaseSession, DrivenReceiver, ProgressFnT, ReceiveResultT, RequestResponder
from mcp.types import (
    ClientCapabilities,
    ClientNotification,
    ClientRequest,
    CreateMessageRequest,
    CreateMessageRequestParams,
    CreateMessageResult,
    CreateMessageResultWithTools,
    ElicitCompleteNotification,
    ElicitCompleteNotificationParams,
    ElicitRequest,
    ElicitRequestFormParams,
    ElicitRequestURLParams,
    ElicitResult,
    EmptyResult,
    Implementation,
    IncludeContext,
    InitializedNotification,
    InitializeRequest,
    InitializeRequestParams,
    ListRootsRequest,
    ListRootsResult,
    LoggingLevel,
    LoggingMessageNotification,
    LoggingMessageNotificationParams,
    ModelPreferences,
    PingRequest,
    ProgressNotification,
    ProgressNotificationParams,
    PromptListChangedNotification,
    RequestId,
    ResourceListChangedNotification,
    ResourceUpdatedNotification,
    ResourceUpdatedNotificationParams,
    Result,
    SamplingMessage,
    ServerNotification,
    ServerRequest,
    ServerResult,
    SetLevelRequest,
    Tool,
    ToolChoice,
    ToolListChangedNotification,
)
from mcp.types.jsonrpc import encode_frame, message_to_frame
from mcp.types.methods import Method
from mcp.types.versions import takes_batches
from mcp.types.wire import dump_result

__all__ = ["InitializationState", "ServerRequestResponder", "ServerSession", "ServerSessionT"]

ServerRequestResponder = RequestResponder[ClientRequest, ServerResult] | ClientNotification | Exception

ServerSessionT = TypeVar("ServerSessionT", bound="ServerSession")

UNSEEN = 1_000
"""Messages that may wait in `incoming_messages`."""


def _publish_nowhere(change: object) -> None:
    """A session that was built by hand belongs to no server's hub."""


class ServerSession(
    BaseSession[ServerRequest, ServerNotification, ServerResult, ClientRequest, ClientNotification],
):
    """A server's way to one client.

    Built by hand it is driven as in 1.x: `async with` it and iterate `incoming_messages`.

    Args:
        read_stream: delivers the client's messages.
        write_stream: takes ours.
        init_options: what the server says of itself.
        stateless: serve without `initialize`.
    """

    _side = "server"

    def __init__(
        self,
        read_stream: ReadStream,
        write_stream: WriteStream,
        init_options: InitializationOptions,
        stateless: bool = False,
    ) -> None:
        super().__init__(read_stream, write_stream, ClientRequest, ClientNotification)
        self._init_options = init_options
        self._handshake: Handshake | None = Handshake(init_options, stateless=stateless)
        self._envelope: Envelope | None = None
        self._channel: ServerChannel | None = None
        self._ears = DrivenReceiver(self)

    @classmethod
    def on_connection(cls, peer: Peer, handshake: Handshake, channel: ServerChannel) -> Self:
        """Return the session of a connection that somebody else reads."""
        session = cls.__new__(cls)
        session._init_options = handshake.options
        session._handshake, session._envelope, session._channel = handshake, None, channel
        session._open_peer, session._link = peer, peer.link
        session._read_stream, session._write_stream = streams_of(peer.link)
        session._routers = peer.routers
        session._session_read_timeout_seconds = None
        return session

    @classmethod
    def of_call(cls, envelope: Envelope, options: InitializationOptions, channel: ServerChannel) -> Self:
        """Return the session of one call, which knows of its client what the request says."""
        session = cls.__new__(cls)
        session._init_options = options
        session._handshake, session._envelope, session._channel = None, envelope, channel
        session._open_peer = None
        session._routers = []
        session._session_read_timeout_seconds = None
        return session

    async def __aenter__(self) -> Self:
        self._incoming_writer, self._incoming_reader = anyio.create_memory_object_stream[
            ServerRequestResponder
        ](UNSEEN)
        await super().__aenter__()
        self._channel = LiveChannel(self._peer, self.agreement, _publish_nowhere)
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc_val: BaseException | None,
        exc_tb: TracebackType | None,
    ) -> bool | None:
        self._incoming_writer.close()
        self._incoming_reader.close()
        return await super().__aexit__(exc_type, exc_val, exc_tb)

    @property
    def peer(self) -> Peer:
        """The connection."""
        return self._peer

    @property
    def agreement(self) -> Handshake:
        """What the connection has agreed on.

        Raises:
            RuntimeError: this is the session of one call.
        """
        if self._handshake is None:
            raise RuntimeError("The session of one call has agreed on nothing with its client")
        return self._handshake

    @property
    def _talk(self) -> ServerChannel:
        if self._channel is None:
            raise RuntimeError("ServerSession is not open: use it as 'async with ServerSession(...)'")
        return self._channel

    # What is known of the client

    @property
    def client_params(self) -> InitializeRequestParams | None:
        """What the client said of itself: in `initialize`, or with the request at hand; None before either."""
        if self._envelope is None:
            return self.agreement.client_params
        info = self._envelope.client_info or Implementation(name="unknown", version="unknown")
        return InitializeRequestParams(
            protocolVersion=self._envelope.revision, capabilities=self._envelope.capabilities, clientInfo=info
        )

    @property
    def _client_params(self) -> InitializeRequestParams | None:
        return self.client_params

    def check_client_capability(self, capability: ClientCapabilities) -> bool:
        """Return whether the client declared every capability named in `capability`."""
        params = self.client_params
        if params is None:
            return False
        declared = params.capabilities.model_dump(by_alias=True, exclude_none=True)
        return _covers(declared, capability.model_dump(by_alias=True, exclude_none=True))

    # Notifications

    async def send_notification(
        self, notification: ServerNotification | AnyNotification, related_request_id: RequestId | None = None
    ) -> None:
        """Send a notification, and wait for room.

        Args:
            notification: the notification, bare or in its union.
            related_request_id: the request of the client that it belongs to.
        """
        await self._talk.notify(
            cast("AnyNotification", getattr(notification, "root", notification)), related_request_id
        )

    async def send_log_message(
        self,
        level: LoggingLevel,
        data: Any,
        logger: str | None = None,
        related_request_id: RequestId | None = None,
    ) -> None:
        """Send a log message, if the client wants messages of this level.

        Args:
            level: its severity.
            data: any JSON value.
            logger: the name of the logger.
            related_request_id: the request of the client that it belongs to.
        """
        params = LoggingMessageNotificationParams(level=level, data=data, logger=logger)
        await self._talk.notify(LoggingMessageNotification(params=params), related_request_id)

    async def send_progress_notification(
        self,
        progress_token: str | int,
        progress: float,
        total: float | None = None,
        message: str | None = None,
        related_request_id: RequestId | None = None,
    ) -> None:
        """Report progress on a request of the client.

        Args:
            progress_token: the token of the request.
            progress: how far it is; increases from one report to the next.
            total: how far it will go, if known.
            message: what is going on, for people.
            related_request_id: the request itself.
        """
        params = ProgressNotificationParams(
            progressToken=progress_token, progress=progress, total=total, message=message
        )
        await self._talk.notify(ProgressNotification(params=params), related_request_id)

    async def send_resource_updated(self, uri: AnyUrl | str) -> None:
        """Tell that a resource has changed."""
        params = ResourceUpdatedNotificationParams.model_validate({"uri": str(uri)})
        await self._talk.notify(ResourceUpdatedNotification(params=params))

    async def send_resource_list_changed(self) -> None:
        """Tell that the list of resources has changed."""
        await self._talk.notify(ResourceListChangedNotification())

    async def send_tool_list_changed(self) -> None:
        """Tell that the list of tools has changed."""
        await self._talk.notify(ToolListChangedNotification())

    async def send_prompt_list_changed(self) -> None:
        """Tell that the list of prompts has changed."""
        await self._talk.notify(PromptListChangedNotification())

    async def send_elicit_complete(
        self, elicitation_id: str, related_request_id: RequestId | None = None
    ) -> None:
        """Tell that an elicitation in URL mode is complete, where the revision knows such a message."""
        params = ElicitCompleteNotificationParams(elicitationId=elicitation_id)
        await self._talk.notify(ElicitCompleteNotification(params=params), related_request_id)

    # Questions

    async def send_request(
        self,
        request: ServerRequest | AnyRequest,
        result_type: type[ReceiveResultT],
        request_read_timeout_seconds: timedelta | None = None,
        metadata: MessageMetadata = None,
        progress_callback: ProgressFnT | None = None,
    ) -> ReceiveResultT:
        """Put a request to the client and return its result; see `BaseSession.send_request`.

        Raises:
            MethodNotFound: the client cannot be asked this in the revision that it speaks.
        """
        if self._open_peer is not None:
            return await super().send_request(
                cast("ServerRequest", request),
                result_type,
                request_read_timeout_seconds,
                metadata,
                progress_callback,
            )
        question = cast("AnyRequest", getattr(request, "root", request))
        if isinstance(question, PingRequest):
            raise MethodNotFound("A client of this revision answers no ping: only clients send requests")
        result = await self._put(question)
        return result_type.model_validate(result.model_dump(by_alias=True, exclude_none=True))

    async def _put(self, question: AnyRequest) -> Result:
        key = self._talk.key_for(kind_of(question))
        return (await self._talk.ask({key: question}))[key]

    @overload
    async def create_message(
        self,
        messages: list[SamplingMessage],
        *,
        max_tokens: int,
        system_prompt: str | None = None,
        include_context: IncludeContext | None = None,
        temperature: float | None = None,
        stop_sequences: list[str] | None = None,
        metadata: dict[str, Any] | None = None,
        model_preferences: ModelPreferences | None = None,
        tools: None = None,
        tool_choice: ToolChoice | None = None,
        related_request_id: RequestId | None = None,
    ) -> CreateMessageResult: ...

    @overload
    async def create_message(
        self,
        messages: list[SamplingMessage],
        *,
        max_tokens: int,
        system_prompt: str | None = None,
        include_context: IncludeContext | None = None,
        temperature: float | None = None,
        stop_sequences: list[str] | None = None,
        metadata: dict[str, Any] | None = None,
        model_preferences: ModelPreferences | None = None,
        tools: list[Tool],
        tool_choice: ToolChoice | None = None,
        related_request_id: RequestId | None = None,
    ) -> CreateMessageResultWithTools: ...

    async def create_message(
        self,
        messages: list[SamplingMessage],
        *,
        max_tokens: int,
        system_prompt: str | None = None,
        include_context: IncludeContext | None = None,
        temperature: float | None = None,
        stop_sequences: list[str] | None = None,
        metadata: dict[str, Any] | None = None,
        model_preferences: ModelPreferences | None = None,
        tools: list[Tool] | None = None,
        tool_choice: ToolChoice | None = None,
        related_request_id: RequestId | None = None,
    ) -> CreateMessageResult | CreateMessageResultWithTools:
        """Ask the client to sample its model.

        Args:
            messages: the conversation.
            max_tokens: at most so many tokens.
            system_prompt: the system prompt.
            include_context: which servers' context to include.
            temperature: of the sampling.
            stop_sequences: end the sampling.
            metadata: for the model's provider.
            model_preferences: which model.
            tools: tools that the model may use; the result then may hold their use.
            tool_choice: how it may use them.
            related_request_id: the request of the client that this belongs to.

        Raises:
            McpError: the client cannot, or will not.
            ValueError: tool uses and tool results in `messages` do not match.

        Specification: client/sampling.
        """
        params = self.client_params
        validate_sampling_tools(None if params is None else params.capabilities, tools, tool_choice)
        validate_tool_use_result_messages(messages)
        request = CreateMessageRequest(
            params=CreateMessageRequestParams(
                messages=messages,
                systemPrompt=system_prompt,
                includeContext=include_context,
                temperature=temperature,
                maxTokens=max_tokens,
                stopSequences=stop_sequences,
                metadata=metadata,
                modelPreferences=model_preferences,
                tools=tools,
                toolChoice=tool_choice,
            )
        )
        return cast("CreateMessageResult | CreateMessageResultWithTools", await self._put(request))

    async def list_roots(self) -> ListRootsResult:
        """Ask the client for its roots. Specification: client/roots."""
        return cast("ListRootsResult", await self._put(ListRootsRequest()))

    async def elicit(
        self, message: str, requestedSchema: dict[str, Any], related_request_id: RequestId | None = None
    ) -> ElicitResult:
        """Ask the user to fill in a form; the older name of `elicit_form`."""
        return await self.elicit_form(message, requestedSchema, related_request_id)

    async def elicit_form(
        self, message: str, requestedSchema: dict[str, Any], related_request_id: RequestId | None = None
    ) -> ElicitResult:
        """Ask the user to fill in a form.

        Args:
            message: what it is for.
            requestedSchema: a flat JSON Schema of its fields.
            related_request_id: the request of the client that this belongs to.

        Specification: client/elicitation.
        """
        params = ElicitRequestFormParams(message=message, requestedSchema=requestedSchema)
        return cast("ElicitResult", await self._put(ElicitRequest(params=params)))

    async def elicit_url(
        self, message: str, url: str, elicitation_id: str, related_request_id: RequestId | None = None
    ) -> ElicitResult:
        """Ask the user to visit a URL.

        Args:
            message: what it is for.
            url: where to go.
            elicitation_id: names it in `send_elicit_complete`.
            related_request_id: the request of the client that this belongs to.

        Specification: client/elicitation.
        """
        params = ElicitRequestURLParams(message=message, url=url, elicitationId=elicitation_id)
        return cast("ElicitResult", await self._put(ElicitRequest(params=params)))

    async def send_ping(self) -> EmptyResult:
        """Ask for a sign of life."""
        return await self.send_request(PingRequest(), EmptyResult)

    async def send_message(self, message: SessionMessage) -> None:
        """Send a message as it is."""
        self._peer.link.send(encode_frame(message_to_frame(message.message)), message.metadata)
        await self._peer.link.drain()

    # Driven as in 1.x

    @property
    def incoming_messages(self) -> MemoryObjectReceiveStream[ServerRequestResponder]:
        """What arrives at a session built by hand: requests to be answered, notifications, and transport errors.

        Raises:
            RuntimeError: somebody else reads this connection, or it is not open.
        """
        try:
            return self._incoming_reader
        except AttributeError:
            raise RuntimeError(
                "incoming_messages needs a ServerSession built by hand, inside 'async with'"
            ) from None

    def _revision(self) -> str:
        return self.agreement.revision if self._envelope is None else self._envelope.revision

    def _revision_of(self, exchange: PeerExchange) -> str:
        if exchange.method == "initialize":
            return self._revision()
        return self.agreement.envelope(exchange).revision

    def _dump_result(self, exchange: PeerExchange, method: Method, result: Result) -> bytes:
        return dump_result(method, result, self._revision_of(exchange), server_info(self._init_options))

    async def _received_request(self, responder: RequestResponder[ClientRequest, ServerResult]) -> None:
        request = responder.request.root
        exchange = responder.exchange
        if isinstance(request, InitializeRequest) and exchange is not None:
            result = self.agreement.initialize(exchange)
            self._ears.takes_batches = takes_batches(self._revision())
            with responder:
                await responder.respond(ServerResult.model_construct(root=result))
        elif isinstance(request, SetLevelRequest):
            self.agreement.log_level = request.params.level

    async def _received_notification(self, notification: ClientNotification) -> None:
        if isinstance(notification.root, InitializedNotification):
            self.agreement.initialized()

    async def _handle_incoming(
        self, req: RequestResponder[ClientRequest, ServerResult] | ClientNotification | Exception
    ) -> None:
        with suppress(anyio.ClosedResourceError, anyio.BrokenResourceError):  # nobody iterates any more
            await self._incoming_writer.send(req)

    def _receiver(self) -> DrivenReceiver:
        return self._ears

    def _ended(self) -> None:
        async def close() -> None:
            self._incoming_writer.close()

        self._peer.post(close)  # after what was received before


def _covers(declared: Any, wanted: Any) -> bool:
    if not isinstance(wanted, dict):
        return bool(declared == wanted)
    if not isinstance(declared, dict):
        return False
    known = cast("dict[str, Any]", declared)
    return all(
        key in known and _covers(known[key], each) for key, each in cast("dict[str, Any]", wanted).items()
    )
