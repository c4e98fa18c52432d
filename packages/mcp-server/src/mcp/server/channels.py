"""The two ways back to a client: live on its connection, or through the exchanges of the call at hand."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol

from mcp.server.changes import Change
from mcp.server.eras import Handshake
from mcp.server.questions import missing_capability, parse_answer
from mcp.shared import _loop
from mcp.shared.channel import AnyNotification, AnyRequest, Channel
from mcp.shared.envelope import LEVELS
from mcp.shared.exceptions import InvalidRequest
from mcp.shared.exchange import PeerExchange, Room
from mcp.shared.message import ServerMessageMetadata
from mcp.shared.peer import Peer
from mcp.shared.typed import encode_params
from mcp.types import LoggingMessageNotification, RequestId, ResourceUpdatedNotification, Result
from mcp.types.methods import METHODS, find

__all__ = ["CallChannel", "LiveChannel", "ServerChannel", "Sink", "change_of", "wants_log"]

CHANGES = frozenset(
    {
        "notifications/tools/list_changed",
        "notifications/prompts/list_changed",
        "notifications/resources/list_changed",
        "notifications/resources/updated",
    }
)

Publish = Callable[[Change], None]


class ServerChannel(Channel, Protocol):
    """A channel as servers use it."""

    def notify(
        self, notification: AnyNotification, related_request_id: RequestId | None = None
    ) -> Awaitable[None]:
        """Send a notification; await what is returned to wait for room, or leave it."""
        ...

    def key_for(self, kind: str) -> str:
        """Return the key for a question put without one."""
        ...

    async def ask_now(self, questions: Mapping[str, AnyRequest]) -> dict[str, Any] | None:
        """Return the answers that a handler's own InputRequiredResult asks for; None if it must end the exchange."""
        ...


def change_of(notification: AnyNotification) -> Change | None:
    """Return the change that a notification tells of, if it does."""
    if isinstance(notification, ResourceUpdatedNotification):
        return Change(notification.method, str(notification.params.uri))
    return Change(notification.method, None) if notification.method in CHANGES else None


def wants_log(notification: AnyNotification, least: str | None) -> bool:
    """Return whether a notification is none of the log, or severe enough for it."""
    if not isinstance(notification, LoggingMessageNotification):
        return True
    return least is not None and LEVELS.index(notification.params.level) >= LEVELS.index(least)


class LiveChannel:
    """Talks on the connection of a client, where requests may go either way.

    Args:
        peer: the connection.
        handshake: what it has agreed on.
        publish: gets the changes told to this client, for everybody else who listens.
        exchange: the request being served, if this channel belongs to one.
    """

    def __init__(
        self, peer: Peer, handshake: Handshake, publish: Publish, exchange: PeerExchange | None = None
    ) -> None:
        self._peer = peer
        self._handshake = handshake
        self._publish = publish
        self._exchange = exchange

    def key_for(self, kind: str) -> str:
        """Return a key: on a connection, answers are told apart by request."""
        return kind

    def notify(
        self, notification: AnyNotification, related_request_id: RequestId | None = None
    ) -> Awaitable[None]:
        """Send a notification, unless the client does not know or want it."""
        if (change := change_of(notification)) is not None:
            self._publish(change)
        method, revision = notification.method, self._handshake.revision
        unknown = method in METHODS and find(method, revision, "server", "notification") is None
        if unknown or not wants_log(notification, self._handshake.log_level or LEVELS[0]):
            return Room(None)
        params = encode_params(notification, revision, {})
        if related_request_id is not None:
            return self._peer.notify(
                method, params, ServerMessageMetadata(related_request_id=related_request_id)
            )
        if self._exchange is not None:
            return self._exchange.notify(method, params)
        return self._peer.notify(method, params)

    async def ask(self, questions: Mapping[str, AnyRequest]) -> dict[str, Result]:
        """Put questions as requests, all at once.

        Raises:
            InvalidRequest: the revision does not know the question, or the client did not declare that it answers it.
            McpError: the client answered with an error, or is gone.
        """
        for question in questions.values():
            self._check(question)
        if len(questions) <= 1:
            return {key: await self._put(key, question) for key, question in questions.items()}
        return await self._put_all(questions)

    async def ask_now(self, questions: Mapping[str, AnyRequest]) -> dict[str, Any] | None:
        """Put the questions of an InputRequiredResult as requests."""
        answers = await self.ask(questions)
        return {
            key: answer.model_dump(mode="json", by_alias=True, exclude_none=True)
            for key, answer in answers.items()
        }

    def _check(self, question: AnyRequest) -> None:
        if find(question.method, self._handshake.revision, "server", "request") is None:
            raise InvalidRequest(
                f"Revision {self._handshake.revision}, which this client speaks, has no {question.method}"
            )
        missing = missing_capability(question, self._handshake.capabilities)
        if missing is not None:
            raise InvalidRequest(
                f"{question.method} needs a capability that the client did not declare: {missing}"
            )

    async def _put(self, key: str, question: AnyRequest) -> Result:
        raw = await self._peer.request(
            question.method,
            lambda _: encode_params(question, self._handshake.revision, {}),
            label=type(question).__name__,
            metadata=None if self._exchange is None else ServerMessageMetadata(self._exchange.request_id),
        )
        return parse_answer(key, question, raw)

    async def _put_all(self, questions: Mapping[str, AnyRequest]) -> dict[str, Result]:
        answers: dict[str, Result] = {}
        settled: _loop.Slot[None] = _loop.Slot()

        async def put(key: str) -> None:
            try:
                answers[key] = await self._put(key, questions[key])
            except Exception as error:
                settled.fail(error)
            else:
                if len(answers) == len(questions):
                    settled.set(None)

        tasks = [_loop.spawn(put, key, name=f"mcp question {key}") for key in questions]
        try:
            await settled.wait()
        finally:
            for task in tasks:
                task.cancel()
        return {key: answers[key] for key in questions}


class Sink(Protocol):
    """The call that a CallChannel belongs to."""

    def notify(self, method: str, params: bytes | None) -> Awaitable[None]:
        """Send a notification with the answer that is due now."""
        ...

    def key_for(self, kind: str) -> str:
        """Return the next key for a question put without one."""
        ...

    async def ask(self, questions: Mapping[str, AnyRequest]) -> dict[str, Result]:
        """Put questions that the client answers with a retry."""
        ...

    @property
    def revision(self) -> str:
        """The revision of the request."""
        ...

    @property
    def log_level(self) -> str | None:
        """The least level of log messages wanted with this request."""
        ...


class CallChannel:
    """Talks through the exchanges of one call, where only the client may ask.

    Args:
        call: the call.
        publish: gets the changes that the handler tells of: they travel on the streams of those who listen.
    """

    def __init__(self, call: Sink, publish: Publish) -> None:
        self._call = call
        self._publish = publish

    def key_for(self, kind: str) -> str:
        """Return the next key of its kind in this call."""
        return self._call.key_for(kind)

    def notify(
        self, notification: AnyNotification, related_request_id: RequestId | None = None
    ) -> Awaitable[None]:
        """Send a notification with the answer; while the call is parked it is dropped."""
        if (change := change_of(notification)) is not None:
            self._publish(change)
            return Room(None)
        method, revision = notification.method, self._call.revision
        unknown = method in METHODS and find(method, revision, "server", "notification") is None
        if unknown or not wants_log(notification, self._call.log_level):
            return Room(None)
        return self._call.notify(method, encode_params(notification, revision, {}))

    async def ask(self, questions: Mapping[str, AnyRequest]) -> dict[str, Result]:
        """Put questions that the client answers with a retry."""
        return await self._call.ask(questions)

    async def ask_now(self, questions: Mapping[str, AnyRequest]) -> dict[str, Any] | None:
        """Return None: the questions end this exchange."""
        return None
