"""The public names of `mcp`: where each lives, which distribution brings it, how it is loaded on use."""

import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from importlib.util import find_spec

__all__ = ["NAMES", "distribution_of", "front_door", "not_yet"]

DISTRIBUTIONS: Mapping[str, str] = {
    "mcp.client": "mcp-client",
    "mcp.client.auth": "mcp-auth",
    "mcp.server": "mcp-server",
    "mcp.server.auth": "mcp-auth",
    "mcp.server.fastmcp": "mcp-fastmcp",
    "mcp.testing": "mcp-fastmcp",
    "mcp.cli": "mcp-cli",
    "mcp": "mcp-types",
}
"""The package at the root of each distribution's share of `mcp`."""

TYPES = """
    CallToolRequest ClientCapabilities ClientNotification ClientRequest ClientResult CompleteRequest
    CreateMessageRequest CreateMessageResult CreateMessageResultWithTools ErrorData GetPromptRequest
    GetPromptResult Implementation IncludeContext InitializedNotification InitializeRequest InitializeResult
    JSONRPCError JSONRPCRequest JSONRPCResponse ListPromptsRequest ListPromptsResult ListResourcesRequest
    ListResourcesResult ListToolsResult LoggingLevel LoggingMessageNotification Notification PingRequest
    ProgressNotification PromptsCapability ReadResourceRequest ReadResourceResult Resource ResourcesCapability
    ResourceUpdatedNotification RootsCapability SamplingCapability SamplingContent SamplingContextCapability
    SamplingMessage SamplingMessageContentBlock SamplingToolsCapability ServerCapabilities ServerNotification
    ServerRequest ServerResult SetLevelRequest StopReason SubscribeRequest Tool ToolChoice ToolResultContent
    ToolsCapability ToolUseContent UnsubscribeRequest
"""

NAMES: Mapping[str, str] = {
    **dict.fromkeys(TYPES.split(), "mcp.types"),
    "SamplingRole": "mcp.types:Role",
    "Client": "mcp.client.client",
    "ClientSession": "mcp.client.session",
    "ClientSessionGroup": "mcp.client.session_group",
    "McpError": "mcp.shared.exceptions",
    "ServerSession": "mcp.server.session",
    "StdioServerParameters": "mcp.client.stdio",
    "UrlElicitationRequiredError": "mcp.shared.exceptions",
    "stdio_client": "mcp.client.stdio",
    "stdio_server": "mcp.server.stdio",
}
"""What `mcp` offers: public name -> its module, or `module:name` where it has another name there."""

Getattr = Callable[[str], object]


def distribution_of(module: str) -> tuple[str, str]:
    """Return the distribution that brings `module`, and the root package of its share."""
    root = max((p for p in DISTRIBUTIONS if f"{module}.".startswith(f"{p}.")), key=len)
    return DISTRIBUTIONS[root], root


def front_door(package: str, names: Mapping[str, str]) -> tuple[Getattr, Callable[[], list[str]]]:
    """Return the `__getattr__` and `__dir__` of a package whose public names are loaded on first use.

    Besides `names`, in the form of `NAMES`, the package's submodules can be reached as attributes, as in 1.x,
    where importing `mcp` loaded them all. A name whose distribution is not installed raises a
    `ModuleNotFoundError` that says what to install.
    """

    def __getattr__(name: str) -> object:
        if name not in names:
            return _submodule(package, name)
        module, _, attribute = names[name].partition(":")
        value = getattr(_import(module, f"{package}.{name}"), attribute or name)
        setattr(sys.modules[package], name, value)
        return value

    def __dir__() -> list[str]:
        return sorted({*vars(sys.modules[package]), *names})

    return __getattr__, __dir__


def not_yet(module: str, reason: str) -> Getattr:
    """Return the `__getattr__` of a module that holds the place of names which a later version brings.

    Using any public name that the module lacks raises an `ImportError` that ends with `reason`.
    """

    def __getattr__(name: str) -> object:
        if name.startswith("_"):
            raise AttributeError(f"module {module!r} has no attribute {name!r}")
        raise ImportError(f"{module}.{name} is not available yet: {reason}", name=module)

    return __getattr__


def _submodule(package: str, name: str) -> object:
    full = f"{package}.{name}"
    if full in DISTRIBUTIONS or (not name.startswith("_") and find_spec(full)):
        return _import(full, full)
    raise AttributeError(f"module {package!r} has no attribute {name!r}")


def _import(module: str, asked: str) -> object:
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        if not f"{module}.".startswith(f"{error.name}."):
            raise
        distribution, root = distribution_of(module)
        if not _is_installed(root):
            sentence = f"{asked} is provided by the distribution {distribution!r}: pip install {distribution}"
            raise ModuleNotFoundError(sentence, name=module) from None
        remedy = f"pip install --upgrade {distribution}"
        sentence = f"{asked} is not in the installed version of the distribution {distribution!r}: {remedy}"
        raise ModuleNotFoundError(sentence, name=module) from error


def _is_installed(root: str) -> bool:
    spec = find_spec(root)
    # A directory without `__init__.py` is there for what another distribution keeps below it.
    return spec is not None and spec.origin is not None
