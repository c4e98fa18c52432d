"""A call, the exchanges it spans, and the bounded table of parked calls.

A call is one run of a handler. It starts in the exchange that brought its request; when it asks the client
something that only another request can answer, that exchange ends with the questions, the call stays parked in
this process, and the retry with the answers becomes its next exchange. Specification: basic/patterns/mrtr.
"""

from __future__ import annotations

import contextvars
import logging
import secrets
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeAlias

import anyio

from mcp.server.channels import ServerChannel
from mcp.server.inbound import Exchange, Inbound
from mcp.server.questions import missing_capability, parse_answer
from mcp.server.state import KeyRing, RequestState, StateRejected, digest_of, digest_of_question
from mcp.shared import _loop
from mcp.shared.channel import AnyRequest
from mcp.shared.exceptions import InternalError, InvalidParams, McpError, MissingClientCapability
from mcp.shared.exchange import Room
from mcp.types import InputRequiredResult, Result
from mcp.types.methods import Method
from mcp.types.wire import dump_result, fit_error

__all__ = ["Call", "Calls", "Serve"]

logger = logging.getLogger(__name__)

PARKED = 1_000
"""Calls that may be parked at once."""
PARKED_PER_PRINCIPAL = 64
"""Calls of one authenticated principal that may be parked at once; its own oldest goes first."""
PARKED_SECONDS = 600.0
"""How long a parked call waits for its answers."""
CLEANUP_SECONDS = 2.0
"""How long cancelled calls may take to clean up before nobody waits for them any more."""


Serve: TypeAlias = Callable[["Call"], Awaitable[tuple[bytes, Result]]]
"""Runs the handler of a call, and returns its result as JSON and as model."""


class _Question:
    __slots__ = ("request", "sent", "slot")

    def __init__(self, request: AnyRequest) -> None:
        self.request = request
        self.slot: _loop.Slot[Result] = _loop.Slot()


class Call:
    """One run of a handler, from its acceptance to its result.

    Attributes:
        inbound: the request as it arrived, or its latest retry.
        exchange: where an answer would go now; None while the call is parked.
        channel: how its handler talks back.
        method: the row of the method table.
        request: the request as its model.
        cancelled: whether the call was told to end.
    """

    def __init__(self, calls: Calls, inbound: Inbound, method: Method, request: Any, serve: Serve) -> None:
        self.calls = calls
        self.inbound = inbound
        self.exchange: Exchange | None = inbound.exchange
        self.method = method
        self.request = request
        self.cancelled = False
        self._serve = serve
        self._task: _loop.Task | None = None
        self._begun = False
        self._questions: dict[str, _Question] = {}
        self._given: dict[str, Any] = dict(getattr(request.params, "inputResponses", None) or {})
        self._asked: dict[str, int] = {}
        self._put_soon = False
        self._handle: str | None = None
        self._outcome: tuple[bytes, Result] | McpError | None = None
        self._expiry: _loop.Timer | None = None
        self.channel: ServerChannel = inbound.open_channel(self)
        inbound.exchange.when_cancelled(self.cancel)

    @property
    def revision(self) -> str:
        """The revision of the request."""
        return self.inbound.envelope.revision

    @property
    def log_level(self) -> str | None:
        """The least level of log messages wanted with the request."""
        return self.inbound.envelope.log_level

    def notify(self, method: str, params: bytes | None) -> Awaitable[None]:
        """Send a notification with the answer that is due now; while the call is parked it is dropped."""
        exchange = self.exchange
        return Room(None) if exchange is None else exchange.notify(method, params)

    def nothing(self) -> Awaitable[None]:
        """Return what to await when there is nothing to send."""
        return Room(None)

    # Running

    @property
    def started(self) -> bool:
        """Whether the call runs already, so that its request was a retry."""
        return self._task is not None

    def start(self) -> None:
        """Run in a task of its own, from the first step to the last."""
        self.calls.running.add(self)
        self._task = _loop.spawn(
            self._main, name=f"mcp {self.method.name}", context=self.inbound.exchange.context
        )

    def step_through(self) -> None:
        """Run in place: for a handler that never waits."""
        context = self.inbound.exchange.context or contextvars.copy_context()
        steps = self._main()
        try:
            context.run(steps.send, None)
        except StopIteration:
            return
        self._end(InternalError(f"The handler of {self.method.name} said that it never waits, and did"))
        context.run(steps.close)

    async def _main(self) -> None:
        self._begun = True
        outcome: tuple[bytes, Result] | McpError
        try:
            outcome = await self._serve(self)
        except McpError as error:
            outcome = error
        except Exception as error:
            logger.error("A call of %s failed: %r", self.method.name, error, exc_info=error)
            outcome = InternalError(f"{self.method.name} failed")
        finally:
            self.calls.forget(self)
        self._end(outcome)

    def _end(self, outcome: tuple[bytes, Result] | McpError) -> None:
        exchange, self.exchange = self.exchange, None
        if self.cancelled:
            return
        if exchange is not None:
            self._answer(exchange, outcome)
        elif self._handle is not None:  # it ended while parked: the retry gets what came of it
            self._outcome = outcome

    def _answer(self, exchange: Exchange, outcome: tuple[bytes, Result] | McpError) -> None:
        exchange.when_cancelled(None)
        if not isinstance(outcome, McpError):
            exchange.reply(*outcome)
        elif (fitted := fit_error(outcome.error, self.revision)) is not outcome.error:
            exchange.fail(McpError(fitted))
        else:
            exchange.fail(outcome)

    def cancel(self) -> None:
        """End the call: nothing more is sent, and its handler is cancelled, once: its clean-up may wait."""
        if self.cancelled:
            return
        self.cancelled = True
        self.exchange = None
        if self._expiry is not None:
            self._expiry.cancel()
        if self._task is not None:
            self._task.cancel()
            if not self._begun:  # cancelled before its first step, so that its own clean-up never runs
                self.calls.forget(self)

    async def wait(self) -> None:
        """Return when the call has ended."""
        if self._task is not None:
            await self._task.wait()

    # Asking, where the answers come with another request

    def key_for(self, kind: str) -> str:
        """Return the next key for a question put without one: its kind and ordinal."""
        self._asked[kind] = self._asked.get(kind, 0) + 1
        return f"{kind}-{self._asked[kind]}"

    async def ask(self, questions: Mapping[str, AnyRequest]) -> dict[str, Result]:
        """Put questions that the client answers with a retry; those put in one pass of the loop go out together.

        Raises:
            MissingClientCapability: the client did not declare that it answers such questions.
            InvalidParams: an answer that came with the request is none, or the method cannot ask.
        """
        if not self.method.may_ask:
            raise InternalError(f"{self.method.name} cannot ask the client anything")
        self.check(questions)
        answers = self._take_given(questions)
        waiting = {key: _Question(each) for key, each in questions.items() if key not in answers}
        if clash := self._questions.keys() & waiting.keys():
            raise ValueError(
                f"A question with the key {sorted(clash)[0]!r} is open in this call: choose another key"
            )
        self._questions.update(waiting)
        try:
            if waiting:
                self._put_questions_soon()
            for key, question in waiting.items():
                answers[key] = await question.slot.wait()
        finally:
            for key in waiting:
                self._questions.pop(key, None)
        return {key: answers[key] for key in questions}

    def check(self, questions: Mapping[str, AnyRequest]) -> None:
        """Refuse questions of a kind that the client did not declare.

        Raises:
            MissingClientCapability: it did not.
        """
        for question in questions.values():
            missing = missing_capability(question, self.inbound.envelope.capabilities)
            if missing is not None:
                raise MissingClientCapability(
                    f"{question.method} needs a capability that the client did not declare: {missing}",
                    missing,
                )

    def _take_given(self, questions: Mapping[str, AnyRequest]) -> dict[str, Result]:
        return {
            key: parse_answer(key, question, self._given.pop(key))
            for key, question in questions.items()
            if key in self._given
        }

    def _put_questions_soon(self) -> None:
        if not self._put_soon:
            self._put_soon = True
            # after the next pass: tasks begun in this one may ask there, and trio runs a pass in any order
            _loop.call_soon(lambda: _loop.call_soon(self._put_questions))

    def _put_questions(self) -> None:
        self._put_soon = False
        exchange = self.exchange
        if exchange is None or self.cancelled or not self._questions:
            return
        handle = self.calls.park(self)
        try:
            put = self.input_required({key: each.request for key, each in self._questions.items()}, handle)
        except Exception as error:  # JSON cannot hold them, or the state is too long: the handler is told
            self.calls.take(handle)
            for question in self._questions.values():
                question.slot.fail(InternalError(f"A question of {self.method.name} cannot be sent: {error}"))
            return
        self.exchange, self._handle = None, handle
        exchange.when_cancelled(None)
        self._expiry = _loop.call_later(self.calls.parked_seconds, self._expire)
        exchange.reply(*put)

    def input_required(
        self, questions: Mapping[str, AnyRequest], handle: str | None, state: str | None = None
    ) -> tuple[bytes, InputRequiredResult]:
        """Return the result that puts questions, as JSON and as model, with the sealed state of this call."""
        sealed = RequestState(
            handle=handle,
            principal=self.inbound.envelope.principal or "",
            method=self.method.name,
            digest=digest_of(self.inbound.params or {}),
            expires=time.time() + self.calls.parked_seconds,
            questions={key: _digest(each) for key, each in questions.items()},
            user=state,
        ).seal(self.calls.keys)
        result = InputRequiredResult(inputRequests=dict(questions) or None, requestState=sealed)  # type: ignore[arg-type]  # kinds were checked
        return dump_result(
            self.method, result, self.inbound.envelope.revision, self.inbound.server_info
        ), result

    def _expire(self) -> None:
        logger.info(
            "A parked call of %s was given up: nobody answered its questions in time", self.method.name
        )
        self.calls.take(self._handle)
        self.cancel()

    def attach(self, inbound: Inbound, request: Any) -> None:
        """Go on in the exchange of a retry, with the answers it brings; questions left open are put again.

        Raises:
            InvalidParams: an answer is none; the call stays parked.
        """
        given: dict[str, Any] = getattr(request.params, "inputResponses", None) or {}
        answers = {
            key: parse_answer(key, question.request, given[key])
            for key, question in self._questions.items()
            if key in given
        }
        self.calls.take(self._handle)
        self._handle = None
        if self._expiry is not None:
            self._expiry.cancel()
        self.inbound = inbound
        if self._outcome is not None:
            self._answer(inbound.exchange, self._outcome)
            return
        self.exchange = inbound.exchange
        inbound.exchange.when_cancelled(self.cancel)
        for key, answer in answers.items():
            self._questions.pop(key).slot.set(answer)
        if self._questions:
            self._put_questions_soon()


def _digest(question: AnyRequest) -> str:
    params = question.params
    return digest_of_question(
        question.method,
        None if params is None else params.model_dump(mode="json", by_alias=True, exclude_none=True),
    )


class Calls:
    """The calls of one server: those that run, and those parked until the client answers.

    Args:
        keys: seal the state of parked calls.
    """

    def __init__(self, keys: KeyRing) -> None:
        self.keys = keys
        self.running: set[Call] = set()
        self.parked_seconds = PARKED_SECONDS
        self._parked: dict[str, Call] = {}

    @property
    def parked(self) -> int:
        """How many calls are parked."""
        return len(self._parked)

    def park(self, call: Call) -> str:
        """Keep a call until its answers come, and return the one-use handle; too many, and the oldest goes."""
        principal = call.inbound.envelope.principal
        own = [key for key, each in self._parked.items() if each.inbound.envelope.principal == principal]
        if principal is not None and len(own) >= PARKED_PER_PRINCIPAL:
            self._parked.pop(own[0]).cancel()
        elif len(self._parked) >= PARKED:
            oldest = own[0] if own else next(iter(self._parked))
            self._parked.pop(oldest).cancel()
        handle = secrets.token_urlsafe(16)
        self._parked[handle] = call
        return handle

    def take(self, handle: str | None) -> Call | None:
        """Take a parked call out of the table."""
        return None if handle is None else self._parked.pop(handle, None)

    def resume(
        self, inbound: Inbound, method: Method, request: Any, state: str
    ) -> tuple[Call | None, str | None]:
        """Find what a retry belongs to: a parked call, which goes on in its exchange, or the author's own state.

        Returns:
            The parked call and None, or None and the author's state for a fresh run.

        Raises:
            InvalidParams: the state is not good, or its call is not parked here.
        """
        try:
            opened = RequestState.open(
                state,
                self.keys,
                principal=inbound.envelope.principal or "",
                method=method.name,
                digest=digest_of(inbound.params or {}),
                now=time.time(),
            )
        except StateRejected as error:
            raise InvalidParams(str(error)) from None
        if opened.handle is None:
            return None, opened.user
        call = self._parked.get(opened.handle)
        if call is None:
            raise InvalidParams(GONE)
        call.attach(inbound, request)
        return call, None

    def forget(self, call: Call) -> None:
        """Take note that a call has ended."""
        self.running.discard(call)

    async def aclose(self) -> None:
        """Cancel all calls and give them a moment to clean up."""
        ending = list(self.running)
        self._parked.clear()
        for call in ending:
            call.cancel()
        with anyio.move_on_after(CLEANUP_SECONDS, shield=True):
            for call in ending:
                await call.wait()


GONE = (
    "The call that asked these questions is not waiting in this process: it was answered already, given up after its "
    "time, or it waits in another process or was lost in a restart. Nothing was done twice. Start again without "
    "requestState; where several processes serve, route the retries of a call to the process that asked."
)
