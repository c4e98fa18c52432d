"""The one funnel of errors: what the model is told, what the log keeps, and what nobody here may catch."""

import logging
import secrets
from traceback import walk_tb
from typing import cast

from mcp.server.fastmcp._content import readable
from mcp.server.fastmcp.exceptions import Failure, FastMCPError
from mcp.shared._loop import being_cancelled
from mcp.shared.channel import InputRequired
from mcp.shared.exceptions import MissingClientCapability, UrlElicitationRequiredError

__all__ = ["must_pass", "text_of", "told"]

_STEERING = (UrlElicitationRequiredError, MissingClientCapability, InputRequired, GeneratorExit)

_BETWEEN = {"mcp", "anyio", "threading", "concurrent"}
"""Packages whose frames are between us and the author's function."""

logger = logging.getLogger(__name__)


def must_pass(error: BaseException) -> bool:
    """Whether `error` is no failure of the author's function: it steers the call, and others act on it."""
    if isinstance(error, BaseExceptionGroup):
        return any(map(must_pass, cast("BaseExceptionGroup[BaseException]", error).exceptions))
    if isinstance(error, _STEERING):
        return True
    # A cancellation that leaked out of a task which the function awaited is a failure like any other.
    return being_cancelled(error)


def text_of(error: BaseException) -> str:
    """Return what `error` says, fit to be sent; the name of its class too where that says more."""
    text = str(error)
    if not isinstance(error, Exception):
        text = f"{type(error).__name__}: {text}" if text else type(error).__name__
    return readable(text or type(error).__name__)


def told(what: str, error: BaseException, mask: bool) -> str:
    """Return what the client is told of a failure, and log it, once, if it is none that the author spoke of.

    The traceback is rendered at DEBUG only: a failing call must not cost more than a good one.

    Args:
        what: the sentence in place of the error's text where that is masked.
        error: as caught.
        mask: whether to keep the text of errors that are no speech, and give a reference to the log instead.
    """
    author = _unwrapped(error)
    if isinstance(author, FastMCPError):
        return text_of(error)
    reference = secrets.token_hex(4)
    note = f" (reference {reference})" if mask else ""
    traceback = author if logger.isEnabledFor(logging.DEBUG) else None
    logger.error(
        "%s%s: %s: %r%s",
        what,
        note,
        type(author).__name__,
        text_of(author),
        _place(author),
        exc_info=traceback,
    )
    return f"{what}: internal error{note}" if mask else text_of(error)


def _place(error: BaseException) -> str:
    """Return where the author's function was, as far as it got into it."""
    for frame, line in walk_tb(error.__traceback__):
        if str(frame.f_globals.get("__name__")).partition(".")[0] not in _BETWEEN:
            return f" ({frame.f_code.co_filename}:{line})"
    return ""


def _unwrapped(error: BaseException) -> BaseException:
    while isinstance(error, Failure) and error.__cause__ is not None:
        error = error.__cause__
    return error
