"""Visit the quickstart server once in each era, and print what it answered and how long that took."""

import asyncio
import sys
import time
from collections.abc import Awaitable
from pathlib import Path
from typing import Literal, TypeVar, get_args

from mcp.client.client import Client
from mcp.client.stdio import StdioServerParameters
from mcp.types import TextContent, TextResourceContents

__all__ = ["main"]

SERVER = Path(__file__).resolve().parent.parent / "examples" / "snippets" / "quickstart.py"
OFFER = {"tools": "add", "templates": "greeting://{name}", "prompts": ""}
ANSWERS = {"add(2, 3)": "5", "greeting://World": "Hello, World!"}
TIME_LIMIT = 10.0
"""Seconds for both visits together."""

Mode = Literal["legacy", "modern"]
T = TypeVar("T")


class Visit:
    """One connection to the server: what it said, and the milliseconds of each step."""

    def __init__(self, mode: Mode) -> None:
        """Prepare a visit in one era."""
        self.mode: Mode = mode
        self.revision = "-"
        self.said: dict[str, str] = {}
        self.times: dict[str, float] = {}

    async def run(self) -> None:
        """Start the server, list what it offers, call its tool and read its resource."""
        started = time.perf_counter()
        server = StdioServerParameters(command=sys.executable, args=["-m", "mcp.cli", "run", str(SERVER)])
        async with Client(server, mode=self.mode) as client:
            self.times["connect"] = (time.perf_counter() - started) * 1000
            self.revision = str(client.protocol_version)
            await self._list(client)
            await self._use(client)

    async def _list(self, client: Client) -> None:
        tools = (await self._timed("tools", client.list_tools())).tools
        templates = (await self._timed("templates", client.list_resource_templates())).resourceTemplates
        prompts = (await self._timed("prompts", client.list_prompts())).prompts
        self.said["tools"] = ", ".join(tool.name for tool in tools)
        self.said["templates"] = ", ".join(template.uriTemplate for template in templates)
        self.said["prompts"] = ", ".join(prompt.name for prompt in prompts)

    async def _use(self, client: Client) -> None:
        added = await self._timed("add(2, 3)", client.call_tool("add", {"a": 2, "b": 3}))
        greeted = await self._timed("greeting://World", client.read_resource("greeting://World"))
        self.said["add(2, 3)"] = " ".join(c.text for c in added.content if isinstance(c, TextContent))
        self.said["greeting://World"] = " ".join(
            c.text for c in greeted.contents if isinstance(c, TextResourceContents)
        )

    async def _timed(self, step: str, answer: Awaitable[T]) -> T:
        started = time.perf_counter()
        result = await answer
        self.times[step] = (time.perf_counter() - started) * 1000
        return result


async def visits() -> list[Visit]:
    """Visit the server once in each era."""
    done = [Visit(mode) for mode in get_args(Mode)]
    async with asyncio.timeout(TIME_LIMIT):
        for visit in done:
            await visit.run()
    return done


def table(done: list[Visit]) -> str:
    """Return what was said, and the milliseconds of each step, a column for each visit."""
    rows = [("", *(visit.mode for visit in done)), ("revision", *(visit.revision for visit in done))]
    for step in done[0].times:
        said = done[0].said.get(step)
        label = step if said is None else f"{step} -> {said or 'none'}"
        rows.append((label, *(f"{visit.times[step]:.1f} ms" for visit in done)))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join(
        "  ".join(
            [row[0].ljust(widths[0]), *(cell.rjust(w) for cell, w in zip(row[1:], widths[1:], strict=True))]
        )
        for row in rows
    )


def main() -> int:
    """Return 0 if the server said in both eras what it should, else 1."""
    try:
        done = asyncio.run(visits())
    except Exception as error:
        print(f"demo: {type(error).__name__}: {error}", file=sys.stderr)
        return 1
    print(table(done))
    for visit in done:
        for what, expected in {**OFFER, **ANSWERS}.items():
            if visit.said[what] != expected:
                print(
                    f"demo: {visit.mode}: {what} is {visit.said[what]!r}, not {expected!r}", file=sys.stderr
                )
                return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
