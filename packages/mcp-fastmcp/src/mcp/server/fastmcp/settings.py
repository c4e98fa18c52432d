"""The settings of a FastMCP server, as `server.settings` shows them."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any, ClassVar, Generic

from pydantic import BaseModel, ConfigDict
from typing_extensions import TypeVar

from mcp.server.fastmcp.utilities.logging import LogLevel

__all__ = ["LifespanResultT", "Settings"]

LifespanResultT = TypeVar("LifespanResultT", default=Any)


class Settings(BaseModel, Generic[LifespanResultT]):
    """What FastMCP was given; no environment variable and no file has a say.

    Args:
        debug: whether HTTP errors show tracebacks.
        log_level: of the handler that `run()` gives a bare root logger.
        host: what HTTP transports bind to.
        port: what they listen on.
        mount_path: where the SSE application is mounted.
        sse_path: where SSE streams are.
        message_path: where SSE clients post to.
        streamable_http_path: where the streamable HTTP endpoint is.
        json_response: whether it answers in JSON where it could stream.
        stateless_http: whether it keeps no sessions.
        max_request_body_size: bytes.
        session_idle_timeout: seconds; None for no limit.
        max_sessions: sessions kept at once; None for no limit.
        warn_on_duplicate_resources: whether a second resource with one URI is named in the log.
        warn_on_duplicate_tools: whether a second tool with one name is.
        warn_on_duplicate_prompts: whether a second prompt with one name is.
        dependencies: packages that the server needs, for whoever starts it.
        lifespan: what is open while the server runs.
        auth: settings of the authorization server or resource server.
        transport_security: hosts and origins that HTTP requests may name.
    """

    debug: bool
    log_level: LogLevel
    host: str
    port: int
    mount_path: str
    sse_path: str
    message_path: str
    streamable_http_path: str
    json_response: bool
    stateless_http: bool
    max_request_body_size: int
    session_idle_timeout: float | None
    max_sessions: int | None
    warn_on_duplicate_resources: bool
    warn_on_duplicate_tools: bool
    warn_on_duplicate_prompts: bool
    dependencies: list[str]
    # Any: the types are in modules above this one, or in another distribution.
    lifespan: Callable[[Any], AbstractAsyncContextManager[LifespanResultT]] | None
    auth: Any
    transport_security: Any

    model_config: ClassVar[ConfigDict] = ConfigDict(extra="ignore", arbitrary_types_allowed=True)
