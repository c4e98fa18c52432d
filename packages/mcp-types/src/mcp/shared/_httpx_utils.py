"""How an HTTP client for this protocol is made, and how redirects are followed: within the origin only.

Beyond it, the session, the arguments of tools and perhaps a token would go to a stranger.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Final, Protocol

import httpx

if TYPE_CHECKING:
    from httpx_sse import EventSource

__all__ = [
    "MCP_DEFAULT_SSE_READ_TIMEOUT",
    "MCP_DEFAULT_TIMEOUT",
    "McpHttpClientFactory",
    "create_mcp_http_client",
    "next_request_within_origin",
    "redirect_location",
    "redirect_note",
    "request_within_origin",
    "sse_within_origin",
    "stream_within_origin",
]

MCP_DEFAULT_TIMEOUT: Final = 30.0
"""Seconds to connect, to write, and to wait for a free connection."""

MCP_DEFAULT_SSE_READ_TIMEOUT: Final = 300.0
"""Seconds that a stream may be silent."""

_PORTS: Final = {"http": 80, "https": 443}


class McpHttpClientFactory(Protocol):
    """Makes the HTTP client of a transport."""

    def __call__(
        self,
        headers: dict[str, str] | None = None,
        timeout: httpx.Timeout | None = None,
        auth: httpx.Auth | None = None,
    ) -> httpx.AsyncClient:
        """Return a new client, to be closed by the caller."""
        ...


def create_mcp_http_client(
    headers: dict[str, str] | None = None,
    timeout: httpx.Timeout | None = None,
    auth: httpx.Auth | None = None,
) -> httpx.AsyncClient:
    """Return a client that follows no redirects by itself, to be closed by the caller.

    Args:
        headers: sent with every request.
        timeout: 30 seconds, and 300 for reading, if absent.
        auth: authenticates every request.
    """
    return httpx.AsyncClient(
        headers=headers,
        timeout=timeout or httpx.Timeout(MCP_DEFAULT_TIMEOUT, read=MCP_DEFAULT_SSE_READ_TIMEOUT),
        auth=auth,
        follow_redirects=False,
    )


def redirect_location(response: httpx.Response) -> httpx.URL | None:
    """Return where a response redirects to, as an absolute URL, or None."""
    return response.next_request.url if response.next_request is not None else None


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port or _PORTS.get(url.scheme)


def next_request_within_origin(response: httpx.Response) -> httpx.Request | None:
    """Return the request that a response redirects to, if it is to the same scheme, host and port."""
    following = response.next_request
    if following is None or _origin(following.url) != _origin(response.request.url):
        return None
    return following


def redirect_note(response: httpx.Response) -> str:
    """Return a remark for an error message if a response redirects elsewhere, else ""."""
    location = redirect_location(response)
    if location is None or next_request_within_origin(response) is not None:
        return ""
    shown = location.copy_with(userinfo=b"", query=None, fragment=None)
    return f" (a redirect to {shown}, another origin, was not followed: use that URL if you trust it)"


@asynccontextmanager
async def stream_within_origin(
    client: httpx.AsyncClient, method: str, url: httpx.URL | str, **kwargs: Any
) -> AsyncGenerator[httpx.Response]:
    """Send a request, follow its redirects within the origin, and yield the response, its body unread.

    Args:
        client: sends it.
        method: the HTTP method.
        url: where to.
        kwargs: as `httpx.AsyncClient.build_request` takes them, and `auth`.

    Raises:
        httpx.TooManyRedirects: more than the client allows.
    """
    auth = kwargs.pop("auth", httpx.USE_CLIENT_DEFAULT)
    request = client.build_request(method, url, **kwargs)
    for _ in range(client.max_redirects + 1):
        response = await client.send(request, stream=True, auth=auth, follow_redirects=False)
        try:
            following = next_request_within_origin(response)
            if following is None:
                yield response
                return
            request = following
        finally:
            await response.aclose()
    raise httpx.TooManyRedirects("Exceeded maximum allowed redirects.", request=request)


async def request_within_origin(
    client: httpx.AsyncClient, method: str, url: httpx.URL | str, **kwargs: Any
) -> httpx.Response:
    """Send a request, follow its redirects within the origin, and return the response, its body read.

    Args:
        client: sends it.
        method: the HTTP method.
        url: where to.
        kwargs: as `httpx.AsyncClient.build_request` takes them, and `auth`.

    Raises:
        httpx.TooManyRedirects: more than the client allows.
    """
    async with stream_within_origin(client, method, url, **kwargs) as response:
        await response.aread()
        return response


@asynccontextmanager
async def sse_within_origin(
    client: httpx.AsyncClient, url: httpx.URL | str, *, headers: dict[str, str] | None = None
) -> AsyncGenerator[EventSource]:
    """Open a stream of events with GET, following redirects within the origin.

    Args:
        client: sends the request.
        url: where to.
        headers: sent besides those of such a request.
    """
    from httpx_sse import EventSource  # of mcp-client, which alone opens such streams

    wanted = {"Accept": "text/event-stream", "Cache-Control": "no-store", **(headers or {})}
    async with stream_within_origin(client, "GET", url, headers=wanted) as response:
        yield EventSource(response)
