"""Resource identifiers and token lifetimes. Specification: basic/authorization; RFC 8707."""

from __future__ import annotations

import time
from typing import Final
from urllib.parse import SplitResult, urlsplit, urlunsplit

from pydantic import AnyUrl, HttpUrl

__all__ = ["calculate_token_expiry", "check_resource_allowed", "resource_url_from_server_url"]

_PORTS: Final = {"http": 80, "https": 443}


def resource_url_from_server_url(url: str | HttpUrl | AnyUrl) -> str:
    """Return the resource identifier of the server at a URL.

    Scheme and host are written in lower case, the fragment goes; all else keeps its text.

    Args:
        url: where the server is reached.
    """
    parts = urlsplit(str(url))
    user, at, host = parts.netloc.rpartition("@")
    return urlunsplit((parts.scheme.lower(), f"{user}{at}{host.lower()}", parts.path, parts.query, ""))


def check_resource_allowed(requested_resource: str, configured_resource: str) -> bool:
    """Return whether one resource is the configured one, or lies below it.

    Scheme, host and port must be equal, the path must begin with that of the configured resource at a "/".

    Args:
        requested_resource: the resource that somebody asks for.
        configured_resource: the resource that is served.
    """
    requested, configured = urlsplit(requested_resource), urlsplit(configured_resource)
    try:
        if _origin(requested) != _origin(configured):
            return False
    except ValueError:  # the port is none
        return False
    segments = requested.path.split("/")
    if any(each.lower().replace("%2e", ".") in (".", "..") for each in segments):
        return False
    return f"{requested.path.rstrip('/')}/".startswith(f"{configured.path.rstrip('/')}/")


def _origin(url: SplitResult) -> tuple[str, str | None, int | None, bool]:
    scheme = url.scheme.lower()
    return scheme, url.hostname, url.port or _PORTS.get(scheme), "@" in url.netloc


def calculate_token_expiry(expires_in: int | str | None) -> float | None:
    """Return when a token expires, as Unix time in seconds, or None where that is not known.

    Args:
        expires_in: its lifetime in seconds; some servers send text.
    """
    return None if expires_in is None else time.time() + int(expires_in)
