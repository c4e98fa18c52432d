"""How the endpoints answer: the place of what a later version brings."""

from typing import TYPE_CHECKING

if not TYPE_CHECKING:
    from mcp import _api

    __getattr__ = _api.not_yet(
        __name__, "authorization arrives with a later version of the distribution 'mcp-auth'"
    )
