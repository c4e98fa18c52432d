"""Until the other transports arrive, their modules can be imported, and using a name says so."""

import importlib

import pytest


@pytest.mark.parametrize(
    ("module", "name", "what"),
    [
        ("sse", "sse_client", "the SSE transport"),
        ("sse", "remove_request_params", "the SSE transport"),
        ("streamable_http", "streamablehttp_client", "the streamable HTTP transport"),
        ("streamable_http", "streamable_http_client", "the streamable HTTP transport"),
        ("streamable_http", "StreamableHTTPTransport", "the streamable HTTP transport"),
        ("streamable_http", "MCP_SESSION_ID", "the streamable HTTP transport"),
        ("websocket", "websocket_client", "the websocket transport"),
    ],
)
def test_a_name_says_which_transport_is_missing_and_that_stdio_works(
    module: str, name: str, what: str
) -> None:
    place = importlib.import_module(f"mcp.client.{module}")

    with pytest.raises(ImportError) as error:
        getattr(place, name)

    assert str(error.value).startswith(f"mcp.client.{module}.{name} is not available yet: {what} arrives")
    assert str(error.value).endswith("stdio works: mcp.client.stdio")
    assert error.value.name == place.__name__


def test_an_import_statement_says_it_too() -> None:
    with pytest.raises(ImportError, match="stdio works"):
        exec("from mcp.client.sse import sse_client")
