"""Servers whose tools do what no tool should; also started by tests as a program that speaks over stdio."""

from __future__ import annotations

import asyncio
import inspect
import sys
from typing import Any

import anyio

from mcp.server.fastmcp import FastMCP
from mcp.server.lowlevel import Server
from mcp.server.stdio import run_stdio
from mcp.shared.exceptions import InvalidParams
from mcp.types import (
    GetPromptResult,
    ListToolsRequest,
    ListToolsResult,
    Prompt,
    TextContent,
    Tool,
)

__all__ = ["ROUGH", "Rough", "fastmcp_server", "lowlevel_server"]


class Rough(BaseException):
    """What nobody expects."""


class Silent(Exception):
    """An exception that cannot even say what is wrong."""

    def __str__(self) -> str:
        raise RuntimeError("no words")


ROUGH: dict[str, type[BaseException]] = {
    "exits": SystemExit,
    "interrupts": KeyboardInterrupt,
    "cancels": asyncio.CancelledError,
    "closes": GeneratorExit,
    "rough": Rough,
    "silent": Silent,
}
"""What the tools of these names raise."""

NAMES = ["echo", "surrogate", "waits", *ROUGH]


class LowLevel(Server[Any, Any]):
    """A low-level server that knows what its calls go through."""

    def __init__(self) -> None:
        super().__init__("rough")
        self.begun = 0
        self.cleaned = 0
        self.release = anyio.Event()


def lowlevel_server() -> LowLevel:
    """Return a low-level server with handlers that misbehave on demand."""
    server = LowLevel()

    async def list_tools(request: ListToolsRequest) -> ListToolsResult:
        if request.params is not None and request.params.cursor not in (None, "", "2"):
            raise InvalidParams(f"No such cursor: {request.params.cursor!r}")
        return ListToolsResult(tools=[Tool(name=name, inputSchema={"type": "object"}) for name in NAMES])

    async def call_tool(name: str, arguments: dict[str, Any]) -> list[TextContent]:
        if name in ROUGH:
            raise ROUGH[name]
        if name == "waits":
            server.begun += 1
            try:
                await server.release.wait()
            finally:
                server.cleaned += 1
        text = "\ud800" if name == "surrogate" else str(arguments.get("text", name))
        return [TextContent(type="text", text=text)]

    async def list_prompts() -> list[Prompt]:
        return [Prompt(name="greet")]

    async def get_prompt(name: str, arguments: dict[str, str] | None) -> GetPromptResult:
        if name in ROUGH:
            raise ROUGH[name]
        return GetPromptResult(messages=[])

    async def set_level(level: str) -> None:
        """Take note of it: the library does."""

    server.list_tools()(list_tools)
    server.call_tool()(call_tool)
    server.list_prompts()(list_prompts)
    server.get_prompt()(get_prompt)
    server.set_logging_level()(set_level)
    return server


def fastmcp_server() -> FastMCP[Any]:
    """Return a FastMCP with the same tools, plain and async."""
    server: FastMCP[Any] = FastMCP("rough")
    for name, error in ROUGH.items():

        def fails(error: type[BaseException] = error) -> str:
            raise error

        async def fails_later(error: type[BaseException] = error) -> str:
            raise error

        server.add_tool(_without_parameters(fails), name=name)
        server.add_tool(_without_parameters(fails_later), name=f"{name}_later")

    def surrogate() -> str:
        return "\ud800"

    def echo(text: str = "echo") -> str:
        return text

    def greet(name: str) -> str:
        return f"Hello {name}"

    server.add_tool(surrogate)
    server.add_tool(echo)
    server.prompt()(greet)
    server.resource("memo://one")(_memo)
    return server


def _memo() -> str:
    return "one"


def _without_parameters(function: Any) -> Any:
    if inspect.iscoroutinefunction(function):

        async def later() -> str:
            result: str = await function()
            return result

        return later

    def now() -> str:
        result: str = function()
        return result

    return now


async def _serve(read: Any, write: Any, shutdown: Any) -> None:
    server = lowlevel_server()
    await server.run(read, write, server.create_initialization_options())


def main(kind: str) -> None:
    """Serve over stdio."""
    if kind == "fastmcp":
        fastmcp_server().run()
    else:
        run_stdio(_serve)


if __name__ == "__main__":
    main(*sys.argv[1:])
