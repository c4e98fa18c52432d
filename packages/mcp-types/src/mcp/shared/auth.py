"""The models of OAuth as data: tokens, clients, and the metadata of both kinds of server.

Identifiers (issuer, resource, redirect URIs, endpoints) keep the text they came in; two that differ in text
may still be `==` as URLs, so compare `str()` where a rule asks for identity.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal
from urllib.parse import SplitResult, urlsplit

from pydantic import BaseModel, Field, field_validator

# Checkers see pydantic's classes, so that programs which pass them stay well typed.
if TYPE_CHECKING:
    from pydantic import AnyHttpUrl, AnyUrl
else:
    from mcp.types._urls import AnyHttpUrl, AnyUrl

__all__ = [
    "InvalidRedirectUriError",
    "InvalidScopeError",
    "OAuthClientInformationFull",
    "OAuthClientMetadata",
    "OAuthMetadata",
    "OAuthToken",
    "ProtectedResourceMetadata",
]

_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})


class OAuthToken(BaseModel):
    """What a token endpoint answers. RFC 6749 section 5.1."""

    access_token: str
    token_type: Literal["Bearer"] = "Bearer"
    expires_in: int | None = None
    scope: str | None = None
    refresh_token: str | None = None

    @field_validator("token_type", mode="before")
    @classmethod
    def normalize_token_type(cls, v: str | None) -> str | None:
        """Accept the type in any case. RFC 6749 section 5.1."""
        return v.title() if isinstance(v, str) else v


class InvalidScopeError(Exception):
    """A client asks for a scope that it is not registered for."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class InvalidRedirectUriError(Exception):
    """A client names a redirect URI that it is not registered with."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class OAuthClientMetadata(BaseModel):
    """What a client says of itself when it registers. RFC 7591 section 2."""

    redirect_uris: list[AnyUrl] | None = Field(..., min_length=1)
    token_endpoint_auth_method: (
        Literal["none", "client_secret_post", "client_secret_basic", "private_key_jwt"] | None
    ) = None
    grant_types: list[
        Literal["authorization_code", "refresh_token", "urn:ietf:params:oauth:grant-type:jwt-bearer"] | str
    ] = ["authorization_code", "refresh_token"]
    response_types: list[str] = ["code"]
    scope: str | None = None
    client_name: str | None = None
    client_uri: AnyHttpUrl | None = None
    logo_uri: AnyHttpUrl | None = None
    contacts: list[str] | None = None
    tos_uri: AnyHttpUrl | None = None
    policy_uri: AnyHttpUrl | None = None
    jwks_uri: AnyHttpUrl | None = None
    jwks: Any | None = None
    software_id: str | None = None
    software_version: str | None = None

    @field_validator("client_uri", "logo_uri", "tos_uri", "policy_uri", "jwks_uri", mode="before")
    @classmethod
    def _empty_is_absent(cls, value: object) -> object:
        # Authorization servers in use echo "" for what was not given.
        return None if value == "" else value

    def validate_scope(self, requested_scope: str | None) -> list[str] | None:
        """Return the scopes asked for, one by one; None if none were.

        Raises:
            InvalidScopeError: the client is not registered for one of them.
        """
        if requested_scope is None:
            return None
        requested = requested_scope.split(" ")
        allowed = [] if self.scope is None else self.scope.split(" ")
        for scope in requested:
            if scope not in allowed:
                raise InvalidScopeError(f"Client was not registered with scope {scope}")
        return requested

    def validate_redirect_uri(self, redirect_uri: AnyUrl | None) -> AnyUrl:
        """Return the redirect URI to use: that given, or the only one registered.

        The text must be equal, but for the port of a loopback address. RFC 6749 section 3.1.2.3, RFC 8252
        section 7.3.

        Raises:
            InvalidRedirectUriError: it is not registered, or none is given and not exactly one is registered.
        """
        registered = self.redirect_uris or []
        if redirect_uri is None:
            if len(registered) == 1:
                return registered[0]
            raise InvalidRedirectUriError(
                "redirect_uri must be specified when client has multiple registered URIs"
            )
        if not any(_matches(redirect_uri, each) for each in registered):
            raise InvalidRedirectUriError(f"Redirect URI '{redirect_uri}' not registered for client")
        return redirect_uri


def _matches(given: AnyUrl, registered: AnyUrl) -> bool:
    if str(given) == str(registered):
        return True
    if type(given) is not type(registered) and given == registered:
        return True  # a URL class that keeps no text, compared as such
    one, other = urlsplit(str(given)), urlsplit(str(registered))
    return _is_loopback(one) and _without_port(one) == _without_port(other)


def _is_loopback(url: SplitResult) -> bool:
    return url.scheme == "http" and url.hostname in _LOOPBACK and "@" not in url.netloc


def _without_port(url: SplitResult) -> tuple[str, str | None, str, str, str, bool]:
    return url.scheme, url.hostname, url.path, url.query, url.fragment, "@" in url.netloc


class OAuthClientInformationFull(OAuthClientMetadata):
    """A registered client. RFC 7591 section 3.2.1."""

    client_id: str | None = None
    client_secret: str | None = None
    client_id_issued_at: int | None = None
    client_secret_expires_at: int | None = None
    issuer: str | None = None


class OAuthMetadata(BaseModel):
    """What an authorization server says of itself. RFC 8414 section 2."""

    issuer: AnyHttpUrl
    authorization_endpoint: AnyHttpUrl
    token_endpoint: AnyHttpUrl
    registration_endpoint: AnyHttpUrl | None = None
    scopes_supported: list[str] | None = None
    response_types_supported: list[str] = ["code"]
    response_modes_supported: list[str] | None = None
    grant_types_supported: list[str] | None = None
    token_endpoint_auth_methods_supported: list[str] | None = None
    token_endpoint_auth_signing_alg_values_supported: list[str] | None = None
    service_documentation: AnyHttpUrl | None = None
    ui_locales_supported: list[str] | None = None
    op_policy_uri: AnyHttpUrl | None = None
    op_tos_uri: AnyHttpUrl | None = None
    revocation_endpoint: AnyHttpUrl | None = None
    revocation_endpoint_auth_methods_supported: list[str] | None = None
    revocation_endpoint_auth_signing_alg_values_supported: list[str] | None = None
    introspection_endpoint: AnyHttpUrl | None = None
    introspection_endpoint_auth_methods_supported: list[str] | None = None
    introspection_endpoint_auth_signing_alg_values_supported: list[str] | None = None
    code_challenge_methods_supported: list[str] | None = None
    client_id_metadata_document_supported: bool | None = None


class ProtectedResourceMetadata(BaseModel):
    """What a resource server says of itself. RFC 9728 section 2."""

    resource: AnyHttpUrl
    authorization_servers: list[AnyHttpUrl] = Field(..., min_length=1)
    jwks_uri: AnyHttpUrl | None = None
    scopes_supported: list[str] | None = None
    bearer_methods_supported: list[str] | None = ["header"]
    resource_signing_alg_values_supported: list[str] | None = None
    resource_name: str | None = None
    resource_documentation: AnyHttpUrl | None = None
    resource_policy_uri: AnyHttpUrl | None = None
    resource_tos_uri: AnyHttpUrl | None = None
    tls_client_certificate_bound_access_tokens: bool | None = None
    authorization_details_types_supported: list[str] | None = None
    dpop_signing_alg_values_supported: list[str] | None = None
    dpop_bound_access_tokens_required: bool | None = None
