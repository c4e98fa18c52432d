"""The models of OAuth."""

from __future__ import annotations

import json
from typing import Any

import pydantic
import pytest
from pydantic import ValidationError

from mcp.shared.auth import (
    InvalidRedirectUriError,
    InvalidScopeError,
    OAuthClientInformationFull,
    OAuthClientMetadata,
    OAuthMetadata,
    OAuthToken,
    ProtectedResourceMetadata,
)
from mcp.types import AnyUrl


def client(*uris: str, **more: Any) -> OAuthClientMetadata:
    return OAuthClientMetadata.model_validate({"redirect_uris": list(uris) or None, **more})


@pytest.mark.parametrize("given", ["Bearer", "bearer", "BEARER"])
def test_the_token_type_is_known_in_any_case(given: str) -> None:
    assert OAuthToken.model_validate({"access_token": "t", "token_type": given}).token_type == "Bearer"


@pytest.mark.parametrize("given", ["mac", "", None, 3])
def test_another_token_type_is_refused(given: object) -> None:
    with pytest.raises(ValidationError):
        OAuthToken.model_validate({"access_token": "t", "token_type": given})


@pytest.mark.parametrize(
    "text", ["https://AS.example.com", "https://as.example.com/", "https://as.example.com:443/t/"]
)
def test_identifiers_keep_their_text(text: str) -> None:
    server = OAuthMetadata.model_validate(
        {"issuer": text, "authorization_endpoint": text, "token_endpoint": text}
    )
    assert str(server.issuer) == text
    assert json.loads(server.model_dump_json())["token_endpoint"] == text
    assert OAuthMetadata.model_validate(server.model_dump()) == server
    resource = ProtectedResourceMetadata.model_validate({"resource": text, "authorization_servers": [text]})
    assert json.loads(resource.model_dump_json(exclude_none=True)) == {
        "resource": text,
        "authorization_servers": [text],
        "bearer_methods_supported": ["header"],
    }
    assert str((client(text).redirect_uris or [])[0]) == text


def test_an_identifier_still_has_a_host_and_equals_its_other_spellings() -> None:
    server = OAuthMetadata.model_validate(
        {
            "issuer": "https://AS.example.com",
            "authorization_endpoint": "https://x",
            "token_endpoint": "https://x",
        }
    )
    assert server.issuer.host == "as.example.com"
    assert server.issuer == pydantic.AnyHttpUrl("https://as.example.com/")


@pytest.mark.parametrize("issuer", ["javascript:alert(1)", "file:///x", "no url", 3, None])
def test_an_issuer_is_an_http_url(issuer: object) -> None:
    with pytest.raises(ValidationError):
        OAuthMetadata.model_validate(
            {"issuer": issuer, "authorization_endpoint": "https://x", "token_endpoint": "https://x"}
        )


@pytest.mark.parametrize("bad", [{}, {"redirect_uris": []}, {"redirect_uris": ["no url"]}])
def test_a_client_names_its_redirect_uris(bad: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        OAuthClientMetadata.model_validate(bad)


def test_a_server_without_authorization_servers_is_refused() -> None:
    with pytest.raises(ValidationError):
        ProtectedResourceMetadata.model_validate({"resource": "https://x", "authorization_servers": []})


def test_empty_urls_that_servers_echo_are_absent() -> None:
    echoed = client("https://c/cb", client_uri="", logo_uri="", tos_uri="", policy_uri="", jwks_uri="")
    assert echoed == client("https://c/cb")


def test_a_client_has_the_defaults_of_1x() -> None:
    assert client("https://c/cb").model_dump(exclude_none=True, mode="json") == {
        "redirect_uris": ["https://c/cb"],
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
    }
    assert OAuthClientInformationFull.model_validate({"redirect_uris": None, "client_id": "c"}).issuer is None


@pytest.mark.parametrize(
    ("registered", "asked", "given"),
    [("a b", None, None), (None, None, None), ("a b", "b", ["b"]), ("a b", "b a", ["b", "a"])],
)
def test_registered_scopes_are_granted(
    registered: str | None, asked: str | None, given: list[str] | None
) -> None:
    assert client(scope=registered).validate_scope(asked) == given


@pytest.mark.parametrize(("registered", "asked"), [("a b", "c"), ("a b", "a c"), (None, "a"), ("a", "A")])
def test_other_scopes_are_refused(registered: str | None, asked: str) -> None:
    with pytest.raises(InvalidScopeError, match="not registered with scope") as caught:
        client(scope=registered).validate_scope(asked)
    assert caught.value.message == str(caught.value)


@pytest.mark.parametrize(
    ("registered", "given"),
    [
        ("https://c/cb", "https://c/cb"),
        ("com.example.app:/cb", "com.example.app:/cb"),
        ("http://127.0.0.1/cb", "http://127.0.0.1:51004/cb"),
        ("http://127.0.0.1:1/cb", "http://127.0.0.1/cb"),
        ("http://[::1]:1/cb", "http://[::1]:2/cb"),
        ("http://localhost:1/cb?x=1", "http://localhost:2/cb?x=1"),
    ],
)
def test_a_registered_redirect_uri_is_accepted(registered: str, given: str) -> None:
    assert str(client("https://other/", registered).validate_redirect_uri(AnyUrl(given))) == given


@pytest.mark.parametrize(
    ("registered", "given"),
    [
        ("https://c/cb", "https://c/cb/"),
        ("https://c/cb", "https://c/cb?x=1"),
        ("https://c/cb", "https://C/cb"),
        ("https://c/cb", "https://c:443/cb"),
        ("https://c/cb", "https://c.evil.org/cb"),
        ("https://127.0.0.1:1/cb", "https://127.0.0.1:2/cb"),
        ("http://127.0.0.1:1/cb", "http://localhost:1/cb"),
        ("http://127.0.0.1:1/cb", "http://127.0.0.1:2/other"),
        ("http://127.0.0.1:1/cb", "http://user@127.0.0.1:2/cb"),
        ("http://127.0.0.1:1/cb", "http://127.0.0.1:2/cb#f"),
        ("http://127.0.0.2:1/cb", "http://127.0.0.2:2/cb"),
    ],
)
def test_another_redirect_uri_is_refused(registered: str, given: str) -> None:
    with pytest.raises(InvalidRedirectUriError, match="not registered for client"):
        client(registered).validate_redirect_uri(AnyUrl(given))


def test_a_url_of_pydantic_is_compared_as_a_url() -> None:
    assert client("https://c").validate_redirect_uri(pydantic.AnyUrl("https://c")) == pydantic.AnyUrl(
        "https://c"
    )


def test_the_only_redirect_uri_need_not_be_named() -> None:
    assert str(client("https://c").validate_redirect_uri(None)) == "https://c"
    for uris in ((), ("https://c", "https://d")):
        with pytest.raises(InvalidRedirectUriError, match="must be specified"):
            client(*uris).validate_redirect_uri(None)
