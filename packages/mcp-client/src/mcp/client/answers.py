"""The callbacks that answer a server's questions, in both eras, and the rounds until a call is complete.

Specification: basic/patterns/mrtr, client/sampling, client/elicitation, client/roots.
"""

from __future__ import annotations

import inspect
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, Protocol, TypeAlias, cast

import anyio
from pydantic import BaseModel, ValidationError
from pydantic_core import from_json

from mcp.shared import _loop
from mcp.shared.context import RequestContext
from mcp.shared.exceptions import LocalError, McpError
from mcp.types import (
    INTERNAL_ERROR,
    INVALID_REQUEST,
    ClientCapabilities,
    CreateMessageRequest,
    CreateMessageRequestParams,
    CreateMessageResult,
    CreateMessageResultWithTools,
    ElicitationCapability,
    ElicitRequest,
    ElicitRequestFormParams,
    ElicitRequestURLParams,
    ElicitResult,
    ErrorData,
    FormElicitationCapability,
    ListRootsRequest,
    ListRootsResult,
    Result,
    RootsCapability,
    SamplingCapability,
    UrlElicitationCapability,
)
from mcp.types.methods import METHODS
from mcp.types.wire import dump_model

__all__ = [
    "MAX_ROUNDS",
    "Callbacks",
    "ElicitationFnT",
    "InputRequiredRoundsExceededError",
    "ListRootsFnT",
    "NoAnswer",
    "Question",
    "SamplingFnT",
    "UnexpectedResult",
    "complete",
]

logger = logging.getLogger(__name__)

MAX_ROUNDS = 16
"""How often a server may ask for more before a call is given up."""

MAX_QUESTIONS = 256
"""Questions in one round: as many as may be open at once where questions are requests."""

PAUSE_SECONDS = 0.05
LONGEST_PAUSE_SECONDS = 2.0

Context: TypeAlias = RequestContext[Any, Any, Any]
Sampled: TypeAlias = CreateMessageResult | CreateMessageResultWithTools | ErrorData
Elicited: TypeAlias = ElicitResult | ErrorData
Question: TypeAlias = CreateMessageRequest | ElicitRequest | ListRootsRequest


Kinds: TypeAlias = tuple[type[Result], ...]
SAMPLED: Kinds = (CreateMessageResult, CreateMessageResultWithTools)
ELICITED: Kinds = (ElicitResult,)
ROOTS: Kinds = (ListRootsResult,)


class SamplingFnT(Protocol):
    """Asks a model on behalf of the server."""

    async def __call__(self, context: Context, params: CreateMessageRequestParams, /) -> Sampled:
        """Return the model's answer, or an error if there is none."""
        ...


class ElicitationFnT(Protocol):
    """Asks the user on behalf of the server."""

    async def __call__(
        self, context: Context, params: ElicitRequestURLParams | ElicitRequestFormParams, /
    ) -> Elicited:
        """Return what the user did, or an error if the user could not be asked."""
        ...


class ListRootsFnT(Protocol):
    """Tells the server which folders it may use."""

    async def __call__(self, context: Context, /) -> ListRootsResult | ErrorData:
        """Return the roots, or an error if there are none to be told."""
        ...


class UnexpectedResult(LocalError):
    """The server answered with a result that it must not give here."""

    def __init__(self, message: str) -> None:
        super().__init__(ErrorData(code=INTERNAL_ERROR, message=message))


class NoAnswer(LocalError):
    """A question of the server's got an error for an answer, so the call was not retried.

    Its `error` is what the callback gave.
    """


class InputRequiredRoundsExceededError(LocalError):
    """The server asked for more too often."""

    def __init__(self, method: str, rounds: int) -> None:
        text = (
            f"{method} was given up: the server asked for more input {rounds + 1} times, {rounds} are allowed"
        )
        super().__init__(ErrorData(code=INTERNAL_ERROR, message=text))


class Callbacks:
    """What the client can answer, and how.

    A callback takes a context and the parameters, as in 1.x, or the parameters alone (the one for roots: a
    context, or nothing); which of the two is looked up once.

    Args:
        sampling: asks a model.
        elicitation: asks the user.
        list_roots: tells the roots.
        sampling_capabilities: what sampling can do, to be announced with it.
        extensions: identifiers of extensions that the client supports, with their settings.

    Raises:
        TypeError: a callback is not callable.
    """

    def __init__(
        self,
        sampling: Callable[..., Awaitable[Sampled]] | None = None,
        elicitation: Callable[..., Awaitable[Elicited]] | None = None,
        list_roots: Callable[..., Awaitable[ListRootsResult | ErrorData]] | None = None,
        *,
        sampling_capabilities: SamplingCapability | None = None,
        extensions: dict[str, dict[str, Any]] | None = None,
    ) -> None:
        self._sampling = sampling and _with_context(sampling, 1)
        self._elicitation = elicitation and _with_context(elicitation, 1)
        self._list_roots = list_roots and _with_context(list_roots, 0)
        self._sampling_capabilities = sampling_capabilities
        self._extensions = extensions

    def capabilities(self) -> ClientCapabilities:
        """Return the capabilities that follow from the callbacks there are."""
        elicitation = ElicitationCapability(form=FormElicitationCapability(), url=UrlElicitationCapability())
        return ClientCapabilities(
            sampling=(self._sampling_capabilities or SamplingCapability()) if self._sampling else None,
            elicitation=elicitation if self._elicitation else None,
            roots=RootsCapability(listChanged=True) if self._list_roots else None,
            extensions=self._extensions,
        )

    async def answer(self, question: Question, context: Context) -> Result:
        """Return the answer to a question.

        Raises:
            McpError: there is no callback for it, the callback gave an error, or it failed.
        """
        if isinstance(question, CreateMessageRequest):
            callback, kinds, text = self._sampling, SAMPLED, "Sampling not supported"
        elif isinstance(question, ElicitRequest):
            callback, kinds, text = self._elicitation, ELICITED, "Elicitation not supported"
        else:
            callback, kinds, text = self._list_roots, ROOTS, "List roots not supported"
        if callback is None:
            raise McpError(ErrorData(code=INVALID_REQUEST, message=text))
        return _checked(await _behind_wall(callback, context, question.params), kinds)


def _with_context(callback: Callable[..., Awaitable[Any]], parameters: int) -> Callable[..., Awaitable[Any]]:
    """Return the callback in the form `(context, params)`, whichever form it has itself."""
    if not callable(callback):
        raise TypeError(f"A callback must be an async function, not {callback!r}")
    first, last = 0, 1 + parameters
    if not _accepts(callback, last) and _accepts(callback, last - 1):
        first = 1

    async def call(context: Context, params: Any) -> Any:
        answer = callback(*(context, params)[first:last])
        if not inspect.isawaitable(answer):
            raise TypeError("The callback is not async: define it with 'async def'")
        return await answer

    return call


def _accepts(callback: Callable[..., object], arguments: int) -> bool:
    try:
        inspect.signature(callback).bind(*(None,) * arguments)
    except TypeError:
        return False
    except ValueError:  # it has no signature that can be read: taken for the form of 1.x
        return True
    return True


async def _behind_wall(callback: Callable[..., Awaitable[Any]], context: Context, params: Any) -> Any:
    try:
        return await callback(context, params)
    except McpError:
        raise
    except BaseException as error:
        if _loop.being_cancelled(error):
            raise
        logger.error("A callback failed: %r", error, exc_info=logger.isEnabledFor(logging.DEBUG))
        text = str(error) or type(error).__name__
        raise McpError(ErrorData(code=INTERNAL_ERROR, message=text)) from error


def _checked(answer: Any, kinds: Kinds) -> Result:
    if isinstance(answer, ErrorData):
        raise McpError(answer)
    if isinstance(answer, kinds):
        return answer
    value: Any = answer.model_dump(by_alias=True) if isinstance(answer, BaseModel) else answer
    for kind in kinds:
        with suppress(ValidationError):
            return kind.model_validate(value)
    wanted = " or ".join(kind.__name__ for kind in kinds)
    text = f"The callback returned {type(cast(object, answer)).__name__}, which is no {wanted}"
    raise McpError(ErrorData(code=INTERNAL_ERROR, message=text))


Ask: TypeAlias = Callable[[dict[str, Any]], Awaitable[dict[str, Any]]]
Answer: TypeAlias = Callable[[str, Question], Awaitable[Result]]
Pause: TypeAlias = Callable[[float], Awaitable[None]]


async def complete(method: str, ask: Ask, answer: Answer, pause: Pause = anyio.sleep) -> dict[str, Any]:
    """Ask until the result is complete, answering what the server wants to know in between.

    Args:
        method: the method asked for.
        ask: sends the request under a new id, with further members in its parameters; returns the raw result.
        answer: answers one question, which has a key.
        pause: lets some seconds pass before a server that asked nothing is asked again.

    Raises:
        UnexpectedResult: the server may not give such a result here.
        NoAnswer: a question could not be answered; the server is not told, because it does not wait.
        InputRequiredRoundsExceededError: the server asked too often.
    """
    further: dict[str, Any] = {}
    for rounds in range(MAX_ROUNDS + 1):
        result = await ask(further)
        kind = result.get("resultType", "complete")
        if kind == "complete":
            return result
        questions = _questions(method, kind, result)
        if rounds == MAX_ROUNDS:
            break
        further = {} if "requestState" not in result else {"requestState": result["requestState"]}
        if questions:
            further["inputResponses"] = await _answers(questions, answer)
        elif rounds:
            await pause(min(PAUSE_SECONDS * 2 ** (rounds - 1), LONGEST_PAUSE_SECONDS))
    raise InputRequiredRoundsExceededError(method, MAX_ROUNDS)


KINDS: dict[str, type[Question]] = {
    "sampling/createMessage": CreateMessageRequest,
    "elicitation/create": ElicitRequest,
    "roots/list": ListRootsRequest,
}


def _questions(method: str, kind: object, result: dict[str, Any]) -> dict[str, Question]:
    if kind != "input_required":
        raise UnexpectedResult(f"The server answered {method} with a result of the unknown type {kind!r}")
    if method not in METHODS or not METHODS[method].may_ask:
        raise UnexpectedResult(f"The server asked for input, which is not allowed in answer to {method}")
    raw, state = result.get("inputRequests"), result.get("requestState")
    if not isinstance(raw, dict | None) or not isinstance(state, str | None):
        raise UnexpectedResult(f"The server asked for input on {method} in a form that cannot be read")
    if raw is None and state is None:
        raise UnexpectedResult(f"The server asked for input on {method} and did not say for what")
    asked = cast("dict[str, Any]", raw or {})
    if len(asked) > MAX_QUESTIONS:
        text = f"The server asked {len(asked)} questions at once on {method}, {MAX_QUESTIONS} are allowed"
        raise UnexpectedResult(text)
    return {key: _question(key, value) for key, value in asked.items()}


def _question(key: str, value: Any) -> Question:
    wanted: object = cast("dict[str, Any]", value).get("method") if isinstance(value, dict) else None
    model = KINDS.get(wanted) if isinstance(wanted, str) else None
    if model is None:
        raise UnexpectedResult(f"The server asked {key!r} by {wanted!r}; it may ask by {', '.join(KINDS)}")
    try:
        return model.model_validate(value)
    except ValidationError as error:
        problem = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in problem["loc"])
        raise UnexpectedResult(
            f"The server's question {key!r} is malformed: {where}: {problem['msg']}"
        ) from None


async def _answers(questions: dict[str, Question], answer: Answer) -> dict[str, Any]:
    answers: dict[str, Any] = {}
    failures: list[McpError] = []

    async def one(key: str, question: Question) -> None:
        try:
            answers[key] = from_json(dump_model(await answer(key, question)))
        except McpError as error:
            failures.append(error)
            group.cancel_scope.cancel()
        except ValueError as error:  # it holds what JSON cannot
            failures.append(McpError(ErrorData(code=INTERNAL_ERROR, message=str(error))))
            group.cancel_scope.cancel()

    async with anyio.create_task_group() as group:
        for key, question in questions.items():
            group.start_soon(one, key, question)
    if failures:
        raise NoAnswer(failures[0].error) from failures[0]
    return {key: answers[key] for key in questions}
