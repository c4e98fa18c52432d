"""ServerSession: the 1.x verbs towards a client, on top of a channel."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, TypeVar, cast, overload

from pydantic import AnyUrl

from mcp.server._core import ServerRequestResponder, SessionCore
from mcp.server.eras import InitializationState
from mcp.server.questions import kind_of
from mcp.server.validation import validate_sampling_tools, validate_tool_use_result_messages
from mcp.shared.channel import AnyNotification, AnyRequest
from mcp.shared.exceptions import MethodNotFound
from mcp.shared.message import MessageMetadata, SessionMessage
from mcp.shared.session import ProgressFnT, ReceiveResultT
from mcp.types import (
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
    IncludeContext,
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
    Tool,
    ToolChoice,
    ToolListChangedNotification,
)
from mcp.types.jsonrpc import encode_frame, message_to_frame

__all__ = ["InitializationState", "ServerRequestResponder", "ServerSession", "ServerSessionT"]

ServerSessionT = TypeVar("ServerSessionT", bound="ServerSession")


class ServerSession(SessionCore):
    """A server's way to one client.

    Built by hand it is driven as in 1.x: `async with` it and iterate `incoming_messages`.

    Args:
        read_stream: delivers the client's messages.
        write_stream: takes ours.
        init_options: what the server says of itself.
        stateless: serve without `initialize`.
    """

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
