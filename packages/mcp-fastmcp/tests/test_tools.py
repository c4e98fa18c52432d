"""Tools: what a function becomes, how it is called, and what becomes of what it raises."""

import asyncio
import functools
import logging
import threading
from collections.abc import Callable, Coroutine
from typing import Any

import anyio
import pytest

from mcp.server.fastmcp import Context, FastMCP
from mcp.server.fastmcp.exceptions import InvalidToolArgumentsError, ToolError, ToolFailure
from mcp.server.fastmcp.tools import Tool, ToolManager
from mcp.shared.channel import InputRequired
from mcp.shared.exceptions import UrlElicitationRequiredError
from mcp.types import Icon, TextContent, ToolAnnotations
from support.timeouts import scaled


def add(a: int, b: int = 1) -> int:
    """Add two numbers."""
    return a + b


async def add_later(a: int) -> int:
    await anyio.lowlevel.checkpoint()
    return a + 1


def test_from_function() -> None:
    tool = Tool.from_function(
        add,
        title="Add",
        annotations=ToolAnnotations(readOnlyHint=True),
        icons=[Icon(src="data:,")],
        meta={"a": 1},
    )
    assert (tool.name, tool.title, tool.description) == ("add", "Add", "Add two numbers.")
    assert tool.parameters["title"] == "addArguments"
    assert tool.output_schema == tool.fn_metadata.output_schema
    assert (tool.is_async, tool.context_kwarg, tool.meta) == (False, None, {"a": 1})
    assert "fn" not in tool.model_dump(exclude={"fn_metadata"})


def test_names_and_descriptions() -> None:
    assert Tool.from_function(add, name="plus", description="d").model_dump(
        include={"name", "description"}
    ) == {
        "name": "plus",
        "description": "d",
    }
    assert Tool.from_function(lambda: 1, name="one").description == ""
    with pytest.raises(ValueError, match="You must provide a name for lambda functions"):
        Tool.from_function(lambda: 1)


def with_context(a: int, c: Context) -> str:
    return type(c).__name__


def with_parameters(a: int, c: "Context[Any, dict[str, int], Any]") -> str:
    return type(c).__name__


def with_optional(a: int, c: Context | None = None) -> str:
    return type(c).__name__


class Own(Context[Any, Any, Any]):
    pass


def with_subclass(a: int, c: Own) -> str:
    return type(c).__name__


@pytest.mark.anyio
@pytest.mark.parametrize("fn", [with_context, with_parameters, with_optional, with_subclass])
async def test_context_is_found_by_its_type(fn: Callable[..., str]) -> None:
    tool = Tool.from_function(fn)
    assert tool.context_kwarg == "c"
    assert list(tool.parameters["properties"]) == ["a"]
    assert await tool.run({"a": 1}, context=Context()) == "Context"


@pytest.mark.anyio
async def test_run() -> None:
    assert await Tool.from_function(add).run({"a": "2"}) == 3
    assert await Tool.from_function(add_later).run({"a": 2}) == 3
    content = [TextContent(type="text", text="3")]
    assert await Tool.from_function(add).run({"a": 2}, convert_result=True) == (content, {"result": 3})


@pytest.mark.anyio
async def test_arguments_that_do_not_fit() -> None:
    with pytest.raises(InvalidToolArgumentsError) as raised:
        await Tool.from_function(add).run({"a": "x"})
    assert isinstance(raised.value, ToolError)
    assert str(raised.value).startswith("Error executing tool add: 1 validation error for addArguments\na\n")


def raiser(error: BaseException, in_task: bool) -> Callable[[], Any]:
    def fail() -> None:
        raise error

    async def fail_later() -> None:
        raise error

    return fail_later if in_task else fail


@pytest.mark.anyio
@pytest.mark.parametrize("in_task", [False, True])
@pytest.mark.parametrize(
    ("error", "text"),
    [
        (ValueError("boom"), "boom"),
        (ToolError("sorry"), "sorry"),
        (KeyError("k"), "'k'"),
        (ValueError(), "ValueError"),
        (ValueError("bad \ud800"), "bad ?"),
        (SystemExit(3), "SystemExit: 3"),
        (KeyboardInterrupt(), "KeyboardInterrupt"),
        (BaseException("base"), "BaseException: base"),
        (BaseExceptionGroup("all", [SystemExit(1)]), "BaseExceptionGroup: all (1 sub-exception)"),
        (asyncio.CancelledError("leaked"), "CancelledError: leaked"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else None,
)
async def test_what_a_function_raises_fails_the_tool(error: BaseException, text: str, in_task: bool) -> None:
    tool = Tool.from_function(raiser(error, in_task), name="f")
    with pytest.raises(ToolFailure) as raised:
        await tool.run({})
    assert str(raised.value) == f"Error executing tool f: {text}"
    assert raised.value.__cause__ is error


@pytest.mark.anyio
@pytest.mark.parametrize(
    "error",
    [
        UrlElicitationRequiredError([]),
        InputRequired(),
        GeneratorExit(),
        BaseExceptionGroup("all", [ValueError(), BaseExceptionGroup("inner", [InputRequired()])]),
    ],
    ids=lambda value: type(value).__name__,
)
async def test_what_steers_a_call_passes(error: BaseException) -> None:
    with pytest.raises(type(error)) as raised:
        await Tool.from_function(raiser(error, False), name="f").run({})
    assert raised.value is error


@pytest.mark.anyio
async def test_cancellation_passes() -> None:
    cleaned: list[bool] = []

    async def forever() -> None:
        try:
            await anyio.sleep_forever()
        finally:
            cleaned.append(True)

    with anyio.move_on_after(0) as scope:
        await Tool.from_function(forever).run({})
    assert scope.cancelled_caught
    assert cleaned == [True]


@pytest.mark.anyio
@pytest.mark.parametrize("value", ["\ud800", ["a", "\ud800"], {"k": "\ud800"}])
async def test_a_lone_surrogate_fails_the_tool(value: Any) -> None:
    with pytest.raises(ToolFailure, match="Error executing tool f: "):
        await Tool.from_function(lambda: value, name="f").run({}, convert_result=True)


def wrapper_of(fn: Callable[..., Coroutine[Any, Any, int]]) -> Callable[..., Any]:
    @functools.wraps(fn)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        return fn(*args, **kwargs)

    return wrapped


LAMBDA: Callable[[int], Any] = lambda a: add_later(a)  # noqa: E731  # what is tested is a lambda


class OwnTool(Tool):
    async def run(self, *args: Any, **kwargs: Any) -> Any:
        return "own"


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("tool", "plain"),
    [
        (Tool.from_function(add), True),
        (Tool.from_function(add_later), False),
        (Tool.from_function(add, run_in="thread"), False),
        (Tool.from_function(wrapper_of(add_later)), False),
        (Tool.from_function(LAMBDA, name="f"), False),
        (OwnTool.from_function(add), False),
    ],
)
async def test_plain_tools(tool: Tool, plain: bool) -> None:
    assert tool.plain is plain
    assert await tool.run({"a": 2}) in (3, "own")


@pytest.mark.anyio
async def test_awaitables_that_nobody_announced_are_awaited() -> None:
    def fn(a: int) -> Any:
        return add_later(a)

    tool = Tool.from_function(fn)
    assert tool.plain
    assert await tool.run({"a": 2}) == 3
    assert not tool.plain


@pytest.mark.anyio
async def test_threads() -> None:
    def where() -> str:
        return threading.current_thread().name

    here = threading.current_thread().name
    assert await Tool.from_function(where).run({}) == here
    assert await Tool.from_function(where, run_in="thread").run({}) != here


@pytest.mark.anyio
async def test_threads_fail_as_functions_do() -> None:
    with pytest.raises(ToolFailure, match="SystemExit: 2"):
        await Tool.from_function(raiser(SystemExit(2), False), name="f", run_in="thread").run({})


@pytest.mark.anyio
async def test_a_cancelled_call_does_not_wait_for_its_thread() -> None:
    started, release, ended = threading.Event(), threading.Event(), threading.Event()

    async def call(tool: Tool) -> None:
        await tool.run({})

    def hold() -> None:
        started.set()
        release.wait(scaled(20))
        ended.set()

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(call, Tool.from_function(hold, run_in="thread"))
        await anyio.to_thread.run_sync(started.wait)
        tasks.cancel_scope.cancel()
    assert not ended.is_set()
    release.set()
    assert await anyio.to_thread.run_sync(ended.wait, scaled(10))


@pytest.mark.anyio
async def test_a_tool_that_holds_the_loop_is_named_once(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = iter([0.0, 0.05, 1.0, 1.2, 2.0, 2.2])
    monkeypatch.setattr("mcp.server.fastmcp.tools.base.perf_counter", lambda: next(clock))
    tool = Tool.from_function(add)
    for _ in range(3):
        await tool.run({"a": 1})
    [record] = caplog.records
    assert record.levelno == logging.WARNING
    assert record.getMessage().startswith("Tool 'add' held the event loop for 200 ms")
    assert 'run_in="thread"' in record.getMessage()


@pytest.mark.anyio
async def test_manager(caplog: pytest.LogCaptureFixture) -> None:
    given = Tool.from_function(add, name="given")
    manager = ToolManager(tools=[given])
    first = manager.add_tool(add)
    assert manager.add_tool(add_later, name="add") is first
    assert [record.getMessage() for record in caplog.records] == ["Tool already exists: add"]
    assert manager.list_tools() == [given, first]
    assert manager.get_tool("add") is first
    assert await manager.call_tool("add", {"a": 1}) == 2
    manager.remove_tool("add")
    assert manager.get_tool("add") is None
    with pytest.raises(ToolError, match=r"^Unknown tool: add$"):
        manager.remove_tool("add")
    with pytest.raises(ToolError, match=r"^Unknown tool: add$"):
        await manager.call_tool("add", {})


def test_duplicates_unannounced(caplog: pytest.LogCaptureFixture) -> None:
    manager = ToolManager(warn_on_duplicate_tools=False)
    manager.add_tool(add)
    manager.add_tool(add)
    assert not caplog.records


def test_bad_names_are_named(caplog: pytest.LogCaptureFixture) -> None:
    FastMCP().add_tool(add, name="two words")
    assert "two words" in caplog.text
