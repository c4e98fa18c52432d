"""Where the envelope of a request comes from: its own `_meta`, or what the connection agreed on in `initialize`.

Legacy revisions open with `initialize`; in the modern era every request says for itself who asks and how, and
`server/discover` tells what there is. Both may be spoken on one connection, request by request.
Specification: basic/versioning, server/discover.
"""

from __future__ import annotations

from enum import Enum

from pydantic import ValidationError

from mcp.server.models import InitializationOptions
from mcp.shared.envelope import Envelope, level_of, meta_of, progress_token_of
from mcp.shared.exceptions import InvalidRequest, invalid_params
from mcp.shared.exchange import PeerExchange
from mcp.types import (
    CLIENT_CAPABILITIES_KEY,
    PROTOCOL_VERSION_KEY,
    ClientCapabilities,
    DiscoverResult,
    Implementation,
    InitializeRequestParams,
    InitializeResult,
    LoggingCapability,
    LoggingLevel,
)
from mcp.types.methods import find
from mcp.types.versions import (
    DEFAULT_NEGOTIATED_VERSION,
    LATEST_LEGACY,
    LATEST_MODERN,
    REVISIONS,
    counter_offer,
    is_modern,
)

__all__ = ["Handshake", "InitializationState", "discover", "is_self_contained", "server_info"]


class InitializationState(Enum):
    """How far `initialize` has come."""

    NotInitialized = 1
    Initializing = 2
    Initialized = 3


def server_info(options: InitializationOptions) -> Implementation:
    """Return what the server says of itself, as initialize and every result carry it."""
    return Implementation(
        name=options.server_name,
        version=options.server_version,
        websiteUrl=options.website_url,
        icons=options.icons,
    )


class Handshake:
    """The agreement of one connection.

    Args:
        options: what the server says of itself.
        stateless: serve without `initialize`, for transports that keep no session.
    """

    def __init__(self, options: InitializationOptions, *, stateless: bool = False) -> None:
        self.options = options
        self.state = InitializationState.Initialized if stateless else InitializationState.NotInitialized
        self.revision = DEFAULT_NEGOTIATED_VERSION
        self.client_params: InitializeRequestParams | None = None
        self.log_level: LoggingLevel | None = None

    def initialize(self, exchange: PeerExchange) -> InitializeResult:
        """Agree on a revision and return the server's half.

        Raises:
            InvalidRequest: it comes twice, or inside an array.
            InvalidParams: its parameters are wrong.
        """
        if exchange.in_batch:
            raise InvalidRequest("initialize must not be part of an array")
        if self.client_params is not None:
            raise InvalidRequest("This connection is initialized already")
        try:
            params = InitializeRequestParams.model_validate(exchange.params or {})
        except ValidationError as error:
            raise invalid_params("initialize", error) from None
        return self.agree(params)

    def agree(self, params: InitializeRequestParams) -> InitializeResult:
        """Take note of the client's half and return the server's."""
        self.client_params = params
        self.state = InitializationState.Initializing
        self.revision = counter_offer(params.protocolVersion)
        return InitializeResult(
            protocolVersion=self.revision,
            capabilities=self.options.capabilities,
            serverInfo=server_info(self.options),
            instructions=self.options.instructions,
        )

    def initialized(self) -> None:
        """The client has taken note of the server's half."""
        if self.state is InitializationState.Initializing:
            self.state = InitializationState.Initialized

    def set_log_level(self, level: object) -> None:
        """Take note of the least level of log messages wanted from now on.

        Raises:
            InvalidParams: there is no such level.
        """
        self.log_level = level_of(level)

    @property
    def capabilities(self) -> ClientCapabilities:
        """What the client declared."""
        return ClientCapabilities() if self.client_params is None else self.client_params.capabilities

    def envelope(self, exchange: PeerExchange) -> Envelope:
        """Return the envelope of a request: its own, or that of this agreement.

        Raises:
            InvalidRequest: it has none of its own, and nothing is agreed yet.
            InvalidParams: `_meta` has the wrong form.
            UnsupportedProtocolVersion: it names a revision that is not spoken in this way.
        """
        meta = meta_of(exchange.params)
        if PROTOCOL_VERSION_KEY in meta or CLIENT_CAPABILITIES_KEY in meta:
            return Envelope.read(meta)
        if self.state is InitializationState.NotInitialized and exchange.method != "ping":
            if _only_modern(exchange.method):
                return Envelope.read(meta)
            raise InvalidRequest(
                f"Request {exchange.method!r} before initialize: initialize this connection first"
            )
        return Envelope(
            revision=self.revision,
            capabilities=self.capabilities,
            client_info=None if self.client_params is None else self.client_params.clientInfo,
            log_level=self.log_level,
            progress_token=progress_token_of(meta),
            meta=meta,
        )


def is_self_contained(envelope: Envelope) -> bool:
    """Return whether a request leans on nothing but itself, so that only the client may ask."""
    return is_modern(envelope.revision)


def _only_modern(method: str) -> bool:
    known = (find(method, revision, "client", "request") for revision in (LATEST_LEGACY, LATEST_MODERN))
    return [each is not None for each in known] == [False, True]


def discover(options: InitializationOptions) -> DiscoverResult:
    """Return what `server/discover` tells.

    Changes and log messages are the business of the SDK in the modern era, so every feature offered can be listened to.
    """
    capabilities = options.capabilities.model_copy(deep=True)
    for feature in (capabilities.tools, capabilities.prompts, capabilities.resources):
        if feature is not None:
            feature.listChanged = True
    if capabilities.resources is not None:
        capabilities.resources.subscribe = True
    capabilities.logging = capabilities.logging or LoggingCapability()
    capabilities.tasks = None
    return DiscoverResult(
        supportedVersions=list(reversed(REVISIONS)),
        capabilities=capabilities,
        instructions=options.instructions,
    )
