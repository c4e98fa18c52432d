"""Clients: sessions, and the transports that reach a server."""

from pkgutil import extend_path
from typing import TYPE_CHECKING

__path__ = extend_path(__path__, __name__)

if not TYPE_CHECKING:
    from mcp import _api

    __getattr__, __dir__ = _api.front_door(__name__, {})
