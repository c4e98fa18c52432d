"""Until authorization arrives, its modules can be imported, and using a name says so."""

import importlib

import pytest


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("mcp.client.auth", "OAuthClientProvider"),
        ("mcp.client.auth.extensions.client_credentials", "ClientCredentialsOAuthProvider"),
        ("mcp.client.auth.exceptions", "OAuthFlowError"),
        ("mcp.client.auth.oauth2", "OAuthClientProvider"),
        ("mcp.client.auth.utils", "create_oauth_metadata_request"),
        ("mcp.server.auth.errors", "stringify_pydantic_error"),
        ("mcp.server.auth.handlers.authorize", "AuthorizationHandler"),
        ("mcp.server.auth.handlers.metadata", "MetadataHandler"),
        ("mcp.server.auth.handlers.register", "RegistrationHandler"),
        ("mcp.server.auth.handlers.revoke", "RevocationHandler"),
        ("mcp.server.auth.handlers.token", "TokenHandler"),
        ("mcp.server.auth.json_response", "PydanticJSONResponse"),
        ("mcp.server.auth.middleware.client_auth", "ClientAuthenticator"),
        ("mcp.server.auth.provider", "TokenVerifier"),
        ("mcp.server.auth.settings", "AuthSettings"),
        ("mcp.server.auth.routes", "create_auth_routes"),
        ("mcp.server.auth.middleware.auth_context", "get_access_token"),
        ("mcp.server.auth.middleware.bearer_auth", "BearerAuthBackend"),
    ],
)
def test_a_name_says_that_it_comes_later(module: str, name: str) -> None:
    place = importlib.import_module(module)
    sentence = f"{module}.{name} is not available yet: authorization arrives"

    with pytest.raises(ImportError, match=sentence):
        getattr(place, name)
