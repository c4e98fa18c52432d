"""The import paths of 1.x, the version, and logging."""

import importlib
import logging
from collections.abc import Generator
from contextlib import contextmanager

import pytest

import mcp.server.fastmcp
from mcp.server.fastmcp.http import StreamableHTTPASGIApp
from mcp.server.fastmcp.utilities.logging import configure_logging, get_logger
from mcp.shared._distribution import distribution_version

PATHS = {
    "": "FastMCP Context Image Audio Icon",
    "server": "FastMCP Context Settings StreamableHTTPASGIApp lifespan_wrapper ElicitationResult UrlElicitationResult",
    "exceptions": "FastMCPError ValidationError ResourceError ToolError InvalidSignature",
    "prompts": "Prompt PromptManager",
    "prompts.base": "Message UserMessage AssistantMessage Prompt PromptArgument TextContent message_validator "
    "SyncPromptResult PromptResult",
    "prompts.manager": "PromptManager",
    "resources": "Resource TextResource BinaryResource FunctionResource FileResource HttpResource "
    "DirectoryResource ResourceTemplate ResourceManager",
    "resources.base": "Resource",
    "resources.resource_manager": "ResourceManager",
    "resources.templates": "ResourceTemplate",
    "resources.types": "TextResource BinaryResource FunctionResource FileResource HttpResource DirectoryResource",
    "tools": "Tool ToolManager",
    "tools.base": "Tool",
    "tools.tool_manager": "ToolManager",
    "utilities.context_injection": "find_context_parameter inject_context",
    "utilities.func_metadata": "StrictJsonSchema ArgModelBase FuncMetadata func_metadata",
    "utilities.logging": "get_logger configure_logging",
    "utilities.types": "Image Audio",
}


@pytest.mark.parametrize("path", PATHS)
def test_names(path: str) -> None:
    module = importlib.import_module(f"mcp.server.fastmcp.{path}".rstrip("."))
    for name in PATHS[path].split():
        assert hasattr(module, name)
        assert path == "prompts.base" or name in module.__all__


def test_names_that_are_not_there() -> None:
    for module in (mcp.server.fastmcp, importlib.import_module("mcp.server.fastmcp.server")):
        with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
            _ = module.nothing


def test_names_of_other_distributions_come_later() -> None:
    with pytest.raises(ImportError):
        importlib.import_module("mcp.server.fastmcp.server").AuthSettings  # noqa: B018  # the case tested


def test_version() -> None:
    assert mcp.server.fastmcp.__version__ == distribution_version()


@contextmanager
def bare_root() -> Generator[logging.Logger]:
    root = logging.getLogger()
    kept, level = root.handlers[:], root.level
    root.handlers[:] = []
    try:
        yield root
    finally:
        root.handlers[:] = kept
        root.setLevel(level)


def test_a_bare_root_logger_gets_a_handler(capsys: pytest.CaptureFixture[str]) -> None:
    with bare_root():
        configure_logging("WARNING")
        get_logger("somebody").warning("heard")
        get_logger("somebody").info("not heard")
    assert capsys.readouterr() == ("", "heard\n")


def test_a_configured_root_logger_is_left_alone() -> None:
    handler = logging.NullHandler()
    with bare_root() as root:
        root.addHandler(handler)
        root.setLevel(logging.CRITICAL)
        configure_logging("DEBUG")
        assert (root.handlers, root.level) == ([handler], logging.CRITICAL)


@pytest.mark.anyio
async def test_http_requests_go_to_the_session_manager() -> None:
    class Manager:
        async def handle_request(self, *args: object) -> None:
            seen.append(args)

    seen: list[tuple[object, ...]] = []
    await StreamableHTTPASGIApp(Manager())(1, 2, 3)
    assert seen == [(1, 2, 3)]
