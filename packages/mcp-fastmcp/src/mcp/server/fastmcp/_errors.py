"""The one funnel of errors: what the model is told, what the log keeps, and what nobody here may catch."""

import asyncio
import logging
import secrets

import anyio

from mcp.server.fastmcp._content import readable
from mcp.server.fastmcp.exceptions import FastMCPError
from mcp.shared.channel import InputRequired
from mcp.shared.exceptions import MissingClientCapability, UrlElicitationRequiredError

__all__ = ["is_speech", "must_pass", "report", "text_of"]

logger = logging.getLogger(__name__)


def must_pass(error: BaseException) -> bool:
    """Whether `error` is no failure of the author's function: it steers the call, and others act on it."""
    if isinstance(error, BaseExceptionGroup):
        return any(map(must_pass, error.exceptions))
    if isinstance(
        error, UrlElicitationRequiredError | MissingClientCapability | InputRequired | GeneratorExit
    ):
        return True
    return isinstance(error, anyio.get_cancelled_exc_class()) and _is_ours(error)


def text_of(error: BaseException) -> str:
    """Return what `error` says, fit to be sent; its name too where that says more."""
    text = str(error)
    if not isinstance(error, Exception):
        text = f"{type(error).__name__}: {text}" if text else type(error).__name__
    return readable(text)


def is_speech(error: BaseException | None) -> bool:
    """Whether the author wrote the text of `error` for the model."""
    return error is None or isinstance(error, FastMCPError)


def report(what: str, error: BaseException, *, masked: bool) -> str | None:
    """Log a failure, once; return a reference to put in place of its text where that is to be masked.

    The traceback is rendered at DEBUG only: a failing call must not cost more than a good one.
    """
    reference = secrets.token_hex(4) if masked else None
    note = f" (reference {reference})" if reference else ""
    traceback = error if logger.isEnabledFor(logging.DEBUG) else None
    logger.error("%s%s: %s: %r", what, note, type(error).__name__, text_of(error), exc_info=traceback)
    return reference


def _is_ours(error: BaseException) -> bool:
    """Whether a cancellation was meant for the call, and did not just leak out of a task that it awaited."""
    if not isinstance(error, asyncio.CancelledError):
        return True
    task = asyncio.current_task()
    return task is None or task.cancelling() > 0
