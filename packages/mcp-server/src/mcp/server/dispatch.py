"""Accept and run one request, in either era: the only place that maps exceptions to errors."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Protocol, TypeAlias, cast

from pydantic import ValidationError

from mcp.server.calls import Call, Calls, Serve
from mcp.server.context import RequestContext, request_ctx
from mcp.server.inbound import Inbound
from mcp.shared import _loop
from mcp.shared.channel import InputRequired
from mcp.shared.exceptions import InternalError, McpError, MethodNotFound, invalid_params
from mcp.types import InputRequiredResult, Result
from mcp.types.methods import find
from mcp.types.wire import dump_result, parse_request

__all__ = ["Handler", "Middleware", "Registry", "accept", "begin"]

logger = logging.getLogger(__name__)

ROUNDS = 16
"""How often one call may ask for input by ending its handler."""

Handler: TypeAlias = Callable[[Any], Awaitable[Any]]
"""Gets a request as its model and returns a result, bare or in its union."""

Middleware: TypeAlias = Callable[[RequestContext[Any, Any, Any], Any, Handler], Awaitable[Any]]
"""Gets the context, the request and what comes next."""


class Registry(Protocol):
    """What dispatch needs of a server."""

    request_handlers: dict[type[Any], Handler]
    calls: Calls

    @property
    def middleware(self) -> Sequence[Middleware]:
        """What wraps every handler, outermost first."""
        ...


def accept(server: Registry, inbound: Inbound) -> Call:
    """Look the method up and validate the parameters; a retry finds the call it belongs to.

    Raises:
        MethodNotFound: no such method at this revision, or the server does not offer it.
        InvalidParams: the parameters are wrong, or `requestState` is not good.
    """
    method = find(inbound.method, inbound.envelope.revision, "client", "request")
    handler = None if method is None else server.request_handlers.get(method.model)
    if method is None or handler is None:
        raise MethodNotFound(f"Method not found: {inbound.method[:200]}")
    try:
        request: Any = parse_request(method, inbound.params, inbound.envelope.revision)
    except ValidationError as error:
        raise invalid_params(inbound.method, error) from None
    if method.may_ask and (state := getattr(request.params, "requestState", None)) is not None:
        call, request.params.requestState = server.calls.resume(inbound, method, request, state)
        if call is not None:
            return call
    return Call(server.calls, inbound, method, request, _serve(server, handler))


def begin(server: Registry, inbound: Inbound) -> None:
    """Accept a request and run it; what is wrong with it is answered."""
    try:
        call = accept(server, inbound)
    except McpError as error:
        inbound.exchange.fail(error)
        return
    except Exception as error:
        logger.error(
            "A request of %s could not be accepted: %s", inbound.method, _one_line(error), exc_info=error
        )
        inbound.exchange.fail(InternalError(_text(error)))
        return
    if call.started:
        return
    is_plain = getattr(server.request_handlers[call.method.model], "is_plain", None)
    if is_plain is not None and not server.middleware and is_plain(call.request):
        call.step_through()
    else:
        call.start()


def _serve(server: Registry, handler: Handler) -> Serve:
    async def serve(call: Call) -> tuple[bytes, Result]:
        context: RequestContext[Any, Any, Any] = RequestContext(call)
        request_ctx.set(context)
        for _ in range(ROUNDS):
            result = await _run(server, handler, context, call)
            if not isinstance(result, InputRequiredResult):
                break
            questions = result.inputRequests or {}
            _check_asking(call, result)
            answers = await call.channel.ask_now(questions)
            if answers is None:
                call.check(questions)
                return call.input_required(questions, None, result.requestState)
            call.request.params.inputResponses, call.request.params.requestState = (
                answers,
                result.requestState,
            )
        else:
            raise InternalError(f"{call.method.name} asked for more input {ROUNDS} times")
        try:
            return dump_result(call.method, result, call.revision, call.inbound.server_info), result
        except Exception as error:  # whatever a handler returns: it fails this call alone
            text = f"The result of {call.method.name} cannot be sent: {_one_line(error)}"
            logger.error("%s", text)
            raise InternalError(text) from error

    return serve


def _check_asking(call: Call, result: InputRequiredResult) -> None:
    if not call.method.may_ask:
        raise InternalError(f"{call.method.name} cannot ask the client anything")
    if not result.inputRequests and result.requestState is None:
        raise InternalError(f"{call.method.name} asked for input and named neither questions nor a state")


async def _run(
    server: Registry, handler: Handler, context: RequestContext[Any, Any, Any], call: Call
) -> Result:
    """Run the handler behind a wall: whatever it raises ends in one error for this call.

    Raises:
        McpError: what to answer.
    """
    for middleware in reversed(server.middleware):
        handler = _wrapped(middleware, context, handler)
    try:
        result = await handler(call.request)
    except Exception as error:
        if isinstance(error, McpError) and "error" in vars(error):  # else a subclass never set it
            raise
        _note(call, error)
        raise InternalError(_text(error)) from error
    except BaseException as error:
        if (asked := _input_required(error)) is not None:
            return InputRequiredResult.model_construct(
                inputRequests=asked.questions or None, requestState=asked.state
            )
        if _loop.being_cancelled(error):
            raise
        logger.error("The handler of %s raised %s", call.method.name, type(error).__name__)
        raise InternalError(f"{type(error).__name__}: {_one_line(error)}") from error
    else:
        return cast("Result", getattr(result, "root", result))


def _wrapped(middleware: Middleware, context: RequestContext[Any, Any, Any], inner: Handler) -> Handler:
    async def run(request: Any) -> Any:
        return await middleware(context, request, inner)

    return run


def _input_required(error: BaseException) -> InputRequired | None:
    if isinstance(error, InputRequired):
        return error
    if isinstance(error, BaseExceptionGroup):
        group = cast("BaseExceptionGroup[BaseException]", error)
        found = (_input_required(each) for each in group.exceptions)
        return next((each for each in found if each is not None), None)
    return None


def _note(call: Call, error: Exception) -> None:
    if call.inbound.raised is not None:
        call.inbound.raised(error)
    show = logger.isEnabledFor(logging.DEBUG)  # a failing call must not cost more than a good one
    logger.error(
        "The handler of %s failed: %s", call.method.name, _one_line(error), exc_info=error if show else None
    )


def _text(error: BaseException) -> str:
    try:
        return str(error) or type(error).__name__
    except Exception:  # its `__str__` is user code, too
        return type(error).__name__


def _one_line(error: BaseException) -> str:
    return _text(error).encode("unicode_escape", "backslashreplace").decode("ascii")[:1_000]
