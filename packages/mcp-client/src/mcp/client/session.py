"""ClientSession: one typed method per request, in both eras."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, cast

from pydantic import AnyUrl

import mcp.types as types
from mcp.client._core import DEFAULT_CLIENT_INFO, Limits, LoggingFnT, MessageHandlerFnT, SessionCore
from mcp.client._outputs import check_output, find_output_schema
from mcp.client.answers import ElicitationFnT, ListRootsFnT, SamplingFnT
from mcp.client.eras import Mode
from mcp.client.subscriptions import Subscription
from mcp.shared.session import ProgressFnT
from mcp.types import (
    DiscoverResult,
    InitializeResult,
    LoggingLevel,
    PaginatedRequestParams,
    SubscriptionFilter,
)
from mcp.types.methods import METHODS, find

__all__ = [
    "DEFAULT_CLIENT_INFO",
    "ClientSession",
    "ElicitationFnT",
    "Limits",
    "ListRootsFnT",
    "LoggingFnT",
    "MessageHandlerFnT",
    "ProgressFnT",
    "SamplingFnT",
]

CONNECT_SECONDS = 30.0
PROBE_SECONDS = 10.0


class ClientSession(SessionCore):
    """A client's end of a connection: `async with ClientSession(read, write) as session`.

    Then `initialize()` opens a session by the handshake, as in 1.x, or `connect()` speaks the newest revision
    that the server knows. All other methods work after either.

    Args:
        read_stream: delivers messages.
        write_stream: takes messages.
        read_timeout_seconds: how long a request may take; no limit if absent.
        sampling_callback: answers questions to a model.
        elicitation_callback: answers questions to the user.
        list_roots_callback: answers which folders the server may use.
        logging_callback: gets the server's log messages.
        message_handler: gets every notification, and what is no legal message.
        client_info: who the client says it is.
        sampling_capabilities: what sampling can do, announced if there is a callback for it.
        experimental_task_handlers: not available.
        extensions: identifiers of the extensions that the client supports, with their settings.
        limits: for requests without a limit of their own, where `read_timeout_seconds` is absent.
    """

    # Opening

    async def initialize(self) -> InitializeResult:
        """Open a session by the handshake; with a server that has none, go on without.

        Raises:
            NoCommonRevision: the server settled on a revision that is none of ours; the connection is closed.
            McpError: the server refused, did not answer, or is gone.
        """
        limit = self._session_read_timeout_seconds
        return await self._open(None, None if limit is None else limit.total_seconds(), PROBE_SECONDS)

    async def connect(
        self,
        mode: Mode = "auto",
        *,
        timeout: float | None = CONNECT_SECONDS,
        probe_timeout: float = PROBE_SECONDS,
    ) -> InitializeResult:
        """Find out which revisions the server speaks, and speak the newest that is common.

        Args:
            mode: which era to speak; see `mcp.client.eras.Mode`.
            timeout: seconds that the handshake may take, where there is one; no limit if None.
            probe_timeout: seconds after which a server that does not say what it speaks is taken to be older.

        Raises:
            NoCommonRevision: there is no revision that both sides speak and the mode allows.
            McpError: the server refused, did not answer, or is gone.
        """
        return await self._open(mode, timeout, probe_timeout)

    async def discover(self) -> DiscoverResult:
        """Ask the server which revisions and capabilities it has; if the session is not open yet, open it so.

        Raises:
            NoCommonRevision: the server speaks only revisions that have no such request.
            McpError: the server refused, did not answer, or is gone.
        """
        if self.protocol_version is None:
            await self.connect("modern")
            if self._discovered is not None:
                return self._discovered
        return await self._send(types.DiscoverRequest(), DiscoverResult)

    # Requests

    async def send_ping(self) -> types.EmptyResult:
        """Make a round trip to the server."""
        return await self._send(types.PingRequest(), types.EmptyResult)

    async def set_logging_level(self, level: LoggingLevel) -> types.EmptyResult:
        """Ask for log messages of this level and above."""
        params = types.SetLevelRequestParams(level=level)
        return await self._send(types.SetLevelRequest(params=params), types.EmptyResult)

    async def list_resources(
        self, cursor: str | None = None, *, params: PaginatedRequestParams | None = None
    ) -> types.ListResourcesResult:
        """Return one page of the resources."""
        request = types.ListResourcesRequest(params=_page(cursor, params))
        return await self._send(request, types.ListResourcesResult)

    async def list_resource_templates(
        self, cursor: str | None = None, *, params: PaginatedRequestParams | None = None
    ) -> types.ListResourceTemplatesResult:
        """Return one page of the resource templates."""
        request = types.ListResourceTemplatesRequest(params=_page(cursor, params))
        return await self._send(request, types.ListResourceTemplatesResult)

    async def read_resource(self, uri: AnyUrl | str) -> types.ReadResourceResult:
        """Return the contents of a resource."""
        params = types.ReadResourceRequestParams(uri=cast(AnyUrl, uri))
        return await self._send(types.ReadResourceRequest(params=params), types.ReadResourceResult)

    async def subscribe_resource(self, uri: AnyUrl | str) -> types.EmptyResult:
        """Have the message handler told when a resource changes.

        Raises:
            McpError: the server does not tell that.
        """
        params = types.SubscribeRequestParams(uri=cast(AnyUrl, uri))
        return await self._send(types.SubscribeRequest(params=params), types.EmptyResult)

    async def unsubscribe_resource(self, uri: AnyUrl | str) -> types.EmptyResult:
        """No longer have the message handler told when a resource changes."""
        params = types.UnsubscribeRequestParams(uri=cast(AnyUrl, uri))
        return await self._send(types.UnsubscribeRequest(params=params), types.EmptyResult)

    async def call_tool(
        self,
        name: str,
        arguments: dict[str, Any] | None = None,
        read_timeout_seconds: timedelta | None = None,
        progress_callback: ProgressFnT | None = None,
        *,
        meta: dict[str, Any] | None = None,
    ) -> types.CallToolResult:
        """Call a tool, answering what the server wants to know in between.

        Args:
            name: the tool.
            arguments: its arguments.
            read_timeout_seconds: how long the call may take; the session's limit if absent.
            progress_callback: gets the progress that the tool reports.
            meta: further keys for `_meta`.

        Raises:
            McpError: the call failed; a tool that failed is a result with `isError` instead.
            RuntimeError: the structured content is not as the tool's output schema declares.
        """
        given = None if meta is None else types.RequestParams.Meta.model_validate(meta)
        params = types.CallToolRequestParams(name=name, arguments=arguments, _meta=given)
        request = types.CallToolRequest(params=params)
        result = await self._send(request, types.CallToolResult, read_timeout_seconds, progress_callback)
        if not result.isError:
            await self._validate_tool_result(name, result)
        return result

    async def _validate_tool_result(self, name: str, result: types.CallToolResult) -> None:
        if self.tools_changed:
            self.tools_changed = False
            self._tool_output_schemas.clear()
        schema = await find_output_schema(
            name, self._tool_output_schemas, lambda params: self.list_tools(params=params)
        )
        if schema is not None:
            check_output(name, schema, result, null_counts=self.self_contained)

    async def list_prompts(
        self, cursor: str | None = None, *, params: PaginatedRequestParams | None = None
    ) -> types.ListPromptsResult:
        """Return one page of the prompts."""
        return await self._send(
            types.ListPromptsRequest(params=_page(cursor, params)), types.ListPromptsResult
        )

    async def get_prompt(self, name: str, arguments: dict[str, str] | None = None) -> types.GetPromptResult:
        """Return the messages of a prompt."""
        params = types.GetPromptRequestParams(name=name, arguments=arguments)
        return await self._send(types.GetPromptRequest(params=params), types.GetPromptResult)

    async def complete(
        self,
        ref: types.ResourceTemplateReference | types.PromptReference,
        argument: dict[str, str],
        context_arguments: dict[str, str] | None = None,
    ) -> types.CompleteResult:
        """Return proposals for an argument.

        Args:
            ref: the prompt or resource template.
            argument: `{"name": ..., "value": what has been typed}`.
            context_arguments: the other arguments, as far as they are known.
        """
        context = None if context_arguments is None else types.CompletionContext(arguments=context_arguments)
        params = types.CompleteRequestParams(
            ref=ref, argument=types.CompletionArgument.model_validate(argument), context=context
        )
        return await self._send(types.CompleteRequest(params=params), types.CompleteResult)

    async def list_tools(
        self, cursor: str | None = None, *, params: PaginatedRequestParams | None = None
    ) -> types.ListToolsResult:
        """Return one page of the tools."""
        request = types.ListToolsRequest(params=_page(cursor, params))
        result = await self._send(request, types.ListToolsResult)
        for tool in result.tools:
            self._tool_output_schemas[tool.name] = tool.outputSchema
        return result

    def listen(
        self, *, tools: bool = False, prompts: bool = False, resources: bool = False, uris: Sequence[str] = ()
    ) -> Subscription:
        """Be told of changes: `async with session.listen(tools=True) as changes:`, then iterate.

        Args:
            tools: when the list of tools changes.
            prompts: when the list of prompts changes.
            resources: when the list of resources changes.
            uris: when one of these resources changes.
        """
        return self.subscription(
            SubscriptionFilter(
                toolsListChanged=tools or None,
                promptsListChanged=prompts or None,
                resourcesListChanged=resources or None,
                resourceSubscriptions=list(uris) or None,
            )
        )

    # Notifications

    async def send_notification(
        self, notification: types.ClientNotification, related_request_id: types.RequestId | None = None
    ) -> None:
        """Send a notification; one that the revision spoken does not have is dropped.

        Args:
            notification: the notification, bare or in its union.
            related_request_id: the request of the server that it belongs to, for the transport.
        """
        method: str = getattr(cast(Any, notification), "root", cast(Any, notification)).method
        if find(method, self._spoken, "client", "notification") or method not in METHODS:
            await super().send_notification(notification, related_request_id)

    async def send_roots_list_changed(self) -> None:
        """Tell that the roots have changed; nothing is sent where servers ask for them when needed."""
        await self.send_notification(cast(Any, types.RootsListChangedNotification()))


def _page(cursor: str | None, params: PaginatedRequestParams | None) -> PaginatedRequestParams | None:
    if params is not None and cursor is not None:
        raise ValueError("Cannot specify both cursor and params")
    return PaginatedRequestParams(cursor=cursor) if cursor is not None else params
