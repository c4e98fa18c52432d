"""The HTTP side of FastMCP: not in this version yet, which each entry says in one sentence."""

from typing import Any, NoReturn

__all__ = ["StreamableHTTPASGIApp", "not_available"]


def not_available(what: str) -> NoReturn:
    """Raise NotImplementedError: the transport asked for is not there yet."""
    raise NotImplementedError(
        f"{what}: the HTTP transports are not available in this version of mcp-fastmcp yet; "
        'serve over stdio: run() or run("stdio")'
    )


class StreamableHTTPASGIApp:
    """The ASGI application of a session manager.

    Args:
        session_manager: gets every request.
    """

    def __init__(self, session_manager: Any) -> None:
        self.session_manager = session_manager

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Hand the request on."""
        await self.session_manager.handle_request(scope, receive, send)
