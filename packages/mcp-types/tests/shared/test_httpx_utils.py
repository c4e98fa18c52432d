"""HTTP clients: their defaults, and redirects that stay within the origin."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import httpx
import pytest

from mcp.shared._httpx_utils import (
    MCP_DEFAULT_SSE_READ_TIMEOUT,
    MCP_DEFAULT_TIMEOUT,
    McpHttpClientFactory,
    create_mcp_http_client,
    next_request_within_origin,
    redirect_location,
    redirect_note,
    request_within_origin,
    sse_within_origin,
    stream_within_origin,
)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


pytestmark = pytest.mark.anyio


async def test_the_defaults_are_those_of_1x() -> None:
    factory: McpHttpClientFactory = create_mcp_http_client
    async with factory() as client:
        assert client.timeout == httpx.Timeout(30.0, read=300.0)
        assert client.follow_redirects is False
        assert client.auth is None
    assert (MCP_DEFAULT_TIMEOUT, MCP_DEFAULT_SSE_READ_TIMEOUT) == (30.0, 300.0)


async def test_what_is_given_is_used() -> None:
    auth = httpx.BasicAuth("u", "p")
    async with create_mcp_http_client(headers={"x-a": "1"}, timeout=httpx.Timeout(2.0), auth=auth) as client:
        assert client.headers["x-a"] == "1"
        assert client.timeout == httpx.Timeout(2.0)
        assert client.auth is auth


Answer = Callable[[httpx.Request], httpx.Response]


def client_of(answer: Answer, **more: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.MockTransport(answer), headers=more)


def redirecting(location: str, status: int = 307) -> Answer:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/start":
            return httpx.Response(status, headers={"location": location})
        return httpx.Response(200, text=f"{request.method} {request.url} {request.content.decode()}")

    return answer


@pytest.mark.parametrize(
    "location",
    ["/end", "end", "https://h.example/end", "https://h.example:443/end", "HTTPS://H.EXAMPLE/end"],
)
async def test_a_redirect_within_the_origin_is_followed(location: str) -> None:
    async with client_of(redirecting(location)) as client:
        response = await request_within_origin(client, "POST", "https://h.example/start", content=b"body")
    assert response.status_code == 200
    assert response.text.startswith("POST https://h.example")
    assert response.text.endswith("/end body")
    assert redirect_note(response) == ""


@pytest.mark.parametrize(
    "location",
    [
        "http://h.example/end",
        "https://h.example:444/end",
        "https://sub.h.example/end",
        "//evil.example/end",
        "https://user:secret@evil.example/end?token=secret#secret",
    ],
)
async def test_a_redirect_to_another_origin_is_told_and_not_followed(location: str) -> None:
    async with client_of(redirecting(location), authorization="Bearer t") as client:
        response = await request_within_origin(client, "POST", "https://h.example/start", content=b"body")
    assert response.status_code == 307
    assert next_request_within_origin(response) is None
    target = redirect_location(response)
    assert target is not None
    assert target.path == "/end"
    assert target.host in redirect_note(response)
    assert "secret" not in redirect_note(response)


async def test_what_is_no_redirect_leads_nowhere() -> None:
    async with client_of(lambda _: httpx.Response(404)) as client:
        response = await request_within_origin(client, "GET", "https://h.example/")
    assert redirect_location(response) is None
    assert next_request_within_origin(response) is None
    assert redirect_note(response) == ""


async def test_redirects_in_a_circle_end() -> None:
    async with client_of(lambda _: httpx.Response(307, headers={"location": "/start"})) as client:
        with pytest.raises(httpx.TooManyRedirects):
            await request_within_origin(client, "GET", "https://h.example/start")


async def test_a_streamed_response_is_closed_at_the_end() -> None:
    async def body() -> AsyncIterator[bytes]:
        yield b"one"

    def answer(request: httpx.Request) -> httpx.Response:
        return (
            redirecting("/end")(request)
            if request.url.path == "/start"
            else httpx.Response(200, content=body())
        )

    async with client_of(answer) as client:
        async with stream_within_origin(client, "GET", "https://h.example/start") as response:
            assert not response.is_closed
            assert [part async for part in response.aiter_bytes()] == [b"one"]
        assert response.is_closed


async def test_auth_may_be_given_for_one_request() -> None:
    seen: list[str | None] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers.get("authorization"))
        return httpx.Response(200)

    async with client_of(answer) as client:
        await request_within_origin(client, "GET", "https://h.example/", auth=httpx.BasicAuth("u", "p"))
        await request_within_origin(client, "GET", "https://h.example/")
    assert [each is not None for each in seen] == [True, False]


async def test_a_stream_of_events_is_asked_for_as_one() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/start":
            return httpx.Response(307, headers={"location": "/end"})
        assert request.headers["accept"] == "text/event-stream"
        assert request.headers["x-a"] == "1"
        return httpx.Response(
            200, headers={"content-type": "text/event-stream"}, text="event: e\ndata: d\n\n"
        )

    async with (
        client_of(answer) as client,
        sse_within_origin(client, "https://h.example/start", headers={"x-a": "1"}) as events,
    ):
        assert [(event.event, event.data) async for event in events.aiter_sse()] == [("e", "d")]
