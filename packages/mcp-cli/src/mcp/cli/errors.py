"""What a command cannot do, told in one line."""

__all__ = ["CommandError", "one_line"]


class CommandError(Exception):
    """A command failed for a reason that its user can act upon; the cause, if any, is for `--verbose`."""


def one_line(error: BaseException) -> str:
    """Return the type and message of `error` on one line."""
    message = " ".join(str(error).split())
    return f"{type(error).__name__}: {message}" if message else type(error).__name__
