"""Until the other transports arrive, their modules can be imported, and using a name says so."""

import importlib

import pytest


@pytest.mark.parametrize(
    ("module", "name", "what"),
    [
        ("sse", "SseServerTransport", "the SSE transport"),
        ("streamable_http", "StreamableHTTPServerTransport", "the streamable HTTP transport"),
        ("streamable_http", "EventStore", "the streamable HTTP transport"),
        ("streamable_http_manager", "StreamableHTTPSessionManager", "the streamable HTTP transport"),
        ("websocket", "websocket_server", "the websocket transport"),
        ("transport_security", "TransportSecuritySettings", "the security of the HTTP transports"),
    ],
)
def test_a_name_says_which_transport_is_missing_and_that_stdio_works(
    module: str, name: str, what: str
) -> None:
    place = importlib.import_module(f"mcp.server.{module}")

    with pytest.raises(ImportError) as error:
        getattr(place, name)

    assert str(error.value).startswith(f"mcp.server.{module}.{name} is not available yet: {what} arrives")
    assert str(error.value).endswith("stdio works: mcp.server.stdio")
    assert error.value.name == place.__name__


def test_an_import_statement_says_it_too() -> None:
    with pytest.raises(ImportError, match="stdio works"):
        exec("from mcp.server.sse import SseServerTransport")
