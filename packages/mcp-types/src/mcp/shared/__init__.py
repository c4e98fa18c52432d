"""What clients and servers share: errors, envelopes, the conversation over a link."""

from typing import TYPE_CHECKING

if not TYPE_CHECKING:
    from mcp import _api

    __getattr__, __dir__ = _api.front_door(__name__, {})
