"""Resource identifiers and token lifetimes."""

from __future__ import annotations

import time

import pydantic
import pytest

from mcp.shared.auth_utils import calculate_token_expiry, check_resource_allowed, resource_url_from_server_url
from mcp.types import AnyUrl


@pytest.mark.parametrize(
    ("url", "resource"),
    [
        ("https://example.com/path#fragment", "https://example.com/path"),
        ("https://example.com", "https://example.com"),
        ("https://example.com/", "https://example.com/"),
        ("https://example.com/path/", "https://example.com/path/"),
        ("HTTPS://Example.COM:8080/Path?Q=A#f", "https://example.com:8080/Path?Q=A"),
        ("https://User@Example.com/", "https://User@example.com/"),
        ("http://[2001:DB8::1]/x", "http://[2001:db8::1]/x"),
    ],
)
def test_a_resource_is_the_url_in_one_form(url: str, resource: str) -> None:
    assert resource_url_from_server_url(url) == resource
    assert resource_url_from_server_url(AnyUrl(url)) == resource


def test_a_pydantic_url_is_taken() -> None:
    assert (
        resource_url_from_server_url(pydantic.HttpUrl("https://Example.com/a#b")) == "https://example.com/a"
    )


@pytest.mark.parametrize(
    ("requested", "configured", "allowed"),
    [
        ("https://example.com/a", "https://example.com/a", True),
        ("https://example.com/a/b", "https://example.com/a", True),
        ("https://example.com/a", "https://example.com/a/", True),
        ("https://example.com", "https://example.com/", True),
        ("https://example.com/a", "https://example.com", True),
        ("HTTPS://EXAMPLE.com:443/a", "https://example.com/a", True),
        ("http://example.com:80", "http://example.com", True),
        ("https://example.com/a?x=1", "https://example.com/a", True),
        ("https://example.com/ab", "https://example.com/a", False),
        ("https://example.com/", "https://example.com/a", False),
        ("https://example.com/A", "https://example.com/a", False),
        ("http://example.com/a", "https://example.com/a", False),
        ("https://example.com:444/a", "https://example.com/a", False),
        ("https://example.com.evil.org/a", "https://example.com/a", False),
        ("https://example.com@evil.org/a", "https://example.com/a", False),
        ("https://user@example.com/a", "https://example.com/a", False),
        ("https://example.com/a/../b", "https://example.com/a", False),
        ("https://example.com/a/%2E%2e/b", "https://example.com/a", False),
        ("https://example.com:x/a", "https://example.com/a", False),
    ],
)
def test_a_resource_below_the_configured_one_is_allowed(
    requested: str, configured: str, allowed: bool
) -> None:
    assert check_resource_allowed(requested, configured) is allowed


@pytest.mark.parametrize("lifetime", [0, 60, "60", -5])
def test_a_lifetime_ends_at_a_time(lifetime: int | str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "time", lambda: 1_000.0)
    assert calculate_token_expiry(lifetime) == 1_000.0 + int(lifetime)


def test_an_unknown_lifetime_has_no_end() -> None:
    assert calculate_token_expiry(None) is None
