"""The commands of `mcp`, their arguments, and how they fail."""

import sys
import traceback
from collections.abc import Generator
from contextlib import contextmanager
from typing import Annotated

import typer

from mcp.cli.errors import CommandError, one_line
from mcp.shared._distribution import distribution_version

__all__ = ["app", "run", "version"]

LATER = {
    "dev": "Run a server under the inspector",
    "install": "Enter a server in the configuration of a host",
    "uninstall": "Take a server out of the configuration of a host",
    "inspect": "Show what a server offers",
    "list": "List the tools, resources or prompts of a server",
    "call": "Call a tool",
    "read": "Read a resource",
    "get": "Get a prompt",
    "console": "Talk to a server line by line",
    "doctor": "Look for what is wrong with an installation",
    "init": "Start a server project",
}
"""Commands whose names are taken, and which a later version brings."""

app = typer.Typer(
    name="mcp",
    help="The Model Context Protocol on the command line.",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

ANYTHING = {"allow_extra_args": True, "ignore_unknown_options": True}


@app.command()
def version() -> None:
    """Show the version of this installation."""
    print(f"MCP version {distribution_version()}")


@app.command()
def run(
    file_spec: Annotated[
        str,
        typer.Argument(
            metavar="FILE[:OBJECT]", help="Python file, and the server object in it (mcp, server, app)"
        ),
    ],
    transport: Annotated[
        str | None, typer.Option("--transport", "-t", help="How to serve: stdio, which is the default")
    ] = None,
    verbose: Annotated[bool, typer.Option("--verbose", help="Show the traceback of an error")] = False,
) -> None:
    """Run the FastMCP server in a file."""
    from mcp.cli.run import serve

    with _failures("run", verbose):
        serve(file_spec, transport)


def _later(name: str, purpose: str) -> None:
    @app.command(name, help=f"{purpose} (not available yet).", context_settings=ANYTHING)
    def command() -> None:
        with _failures(name, verbose=False):
            raise CommandError("not available yet; a later version of the distribution 'mcp-cli' brings it")


for _name, _purpose in LATER.items():
    _later(_name, _purpose)


@contextmanager
def _failures(name: str, verbose: bool) -> Generator[None]:
    try:
        yield
    except Exception as error:
        if verbose:
            traceback.print_exception(error.__cause__ or error)
        message = str(error) if isinstance(error, CommandError) else one_line(error)
        print(f"mcp {name}: {message}", file=sys.stderr)
        raise typer.Exit(1) from None
