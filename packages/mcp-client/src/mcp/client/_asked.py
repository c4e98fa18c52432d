"""One request of a client, over the rounds and within the time that it may take."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import anyio
from pydantic import BaseModel

from mcp.shared import _loop
from mcp.shared.message import MessageMetadata
from mcp.shared.peer import Peer, Progress
from mcp.shared.typed import encode_params
from mcp.types.jsonrpc import dump_json

__all__ = ["Asked"]


class Asked:
    """A request, to be sent once or more often: each round has an id and a progress token of its own.

    Args:
        peer: sends it.
        request: the request.
        revision: the revision spoken.
        meta: what its `_meta` carries.
        total: seconds that the server may take over all rounds; no limit if None.
        idle: seconds without a sign of life, of which progress is one; no limit if None.
        progress: gets the progress that the server reports, in every round.
        metadata: for the transport.
    """

    def __init__(
        self,
        peer: Peer,
        request: Any,
        *,
        revision: str,
        meta: dict[str, Any],
        total: float | None,
        idle: float | None,
        progress: Progress | None,
        metadata: MessageMetadata,
    ) -> None:
        self._peer = peer
        self._request = request
        self._revision = revision
        self._meta = meta
        self._left = total
        self._idle = idle
        self._progress = progress
        self._metadata = metadata

    async def round(self, further: dict[str, Any]) -> dict[str, Any]:
        """Send the request, with `further` members in its parameters, and return the raw result.

        Raises:
            McpError: the server answered with an error, or did not answer.
        """
        with self._spending():
            return await self._peer.request(
                self._request.method,
                lambda request_id: self._encode(request_id, further),
                label=type(self._request).__name__,
                timeout=self._left,
                idle=self._idle,
                progress=self._progress,
                cancellable=self._request.method != "initialize",
                metadata=self._metadata,
            )

    async def pause(self, seconds: float) -> None:
        """Let some time pass between two rounds."""
        with self._spending():
            await anyio.sleep(seconds if self._left is None else min(seconds, self._left))

    @contextmanager
    def _spending(self) -> Generator[None]:
        """Count the time; all other time between the rounds belongs to those who answer."""
        began = _loop.now()
        try:
            yield
        finally:
            if self._left is not None:
                self._left = max(0.0, self._left - (_loop.now() - began))

    def _encode(self, request_id: int, further: dict[str, Any]) -> bytes | None:
        reports = self._progress is not None or self._idle is not None
        meta = {**self._meta, "progressToken": request_id} if reports else self._meta
        if not further:
            return encode_params(self._request, self._revision, meta)
        body = encode_params(_without_answers(self._request), self._revision, meta) or b"{}"
        return body[:-1] + (b"," if len(body) > 2 else b"") + dump_json(further)[1:]


def _without_answers(request: Any) -> Any:
    """Return a request that somebody gave answers to, without them: they belong to another round."""
    params = request.params
    if not isinstance(params, BaseModel):
        return request
    given = [name for name in ("inputResponses", "requestState") if getattr(params, name, None) is not None]
    return (
        request.model_copy(update={"params": params.model_copy(update=dict.fromkeys(given))})
        if given
        else request
    )
