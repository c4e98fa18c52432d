"""A tool: a function, with what is known of it before it is called."""

import functools
import inspect
import logging
from collections.abc import Callable
from time import perf_counter
from typing import Any, ClassVar, Literal, Self

import anyio.to_thread
from anyio.lowlevel import RunVar
from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, ValidationError

from mcp.server.fastmcp._errors import must_pass, text_of
from mcp.server.fastmcp.context import Context
from mcp.server.fastmcp.exceptions import InvalidToolArgumentsError, ToolFailure
from mcp.server.fastmcp.signature import FuncMetadata, func_metadata, function_name, is_async_callable
from mcp.server.fastmcp.utilities.context_injection import find_context_parameter
from mcp.shared.tool_name_validation import validate_and_warn_tool_name
from mcp.types import Icon, ToolAnnotations

__all__ = ["RunIn", "Tool"]

logger = logging.getLogger(__name__)

RunIn = Literal["loop", "thread"]

HOLDING_SECONDS = 0.1
"""A plain tool that holds the event loop for longer is named in the log, once."""

THREADS = 40
"""Tools that may run in threads at once, in one event loop."""

_limiter: RunVar[anyio.CapacityLimiter] = RunVar("mcp_tool_threads")


class Tool(BaseModel):
    """A function offered to the model.

    Args:
        fn: the function.
        name: what it is called by.
        title: for people.
        description: for the model.
        parameters: the JSON schema of the arguments.
        fn_metadata: its compiled signature.
        is_async: whether calling it gives a coroutine.
        context_kwarg: the parameter that takes the Context.
        run_in: where a plain function runs: in place, or in a thread.
    """

    fn: Callable[..., Any] = Field(exclude=True)
    name: str
    title: str | None = None
    description: str
    parameters: dict[str, Any]
    fn_metadata: FuncMetadata
    is_async: bool
    context_kwarg: str | None = None
    annotations: ToolAnnotations | None = None
    icons: list[Icon] | None = None
    meta: dict[str, Any] | None = None
    run_in: RunIn = "loop"

    model_config: ClassVar[ConfigDict] = ConfigDict(arbitrary_types_allowed=True)

    _may_wait: bool = PrivateAttr(default=False)
    _holds_loop: bool = PrivateAttr(default=False)

    @classmethod
    def from_function(
        cls,
        fn: Callable[..., Any],
        name: str | None = None,
        title: str | None = None,
        description: str | None = None,
        context_kwarg: str | None = None,
        annotations: ToolAnnotations | None = None,
        icons: list[Icon] | None = None,
        meta: dict[str, Any] | None = None,
        structured_output: bool | None = None,
        *,
        run_in: RunIn = "loop",
    ) -> Self:
        """Compile a function.

        Raises:
            InvalidSignature: it cannot be offered as asked.
            ValueError: a lambda without a name.
        """
        name = name or function_name(fn)
        if name == "<lambda>":
            raise ValueError("You must provide a name for lambda functions")
        validate_and_warn_tool_name(name)
        context_kwarg = context_kwarg or find_context_parameter(fn)
        metadata = func_metadata(fn, [context_kwarg] if context_kwarg else [], structured_output)
        return cls(
            fn=fn,
            name=name,
            title=title,
            description=description or fn.__doc__ or "",
            parameters=metadata.arg_model.model_json_schema(by_alias=True),
            fn_metadata=metadata,
            is_async=is_async_callable(fn),
            context_kwarg=context_kwarg,
            annotations=annotations,
            icons=icons,
            meta=meta,
            run_in=run_in,
        )

    def model_post_init(self, context: Any, /) -> None:
        """Find functions that do not look as if they gave an awaitable, but may."""
        self._may_wait = function_name(self.fn) == "<lambda>" or is_async_callable(inspect.unwrap(self.fn))

    @property
    def plain(self) -> bool:
        """Whether a call ends without ever waiting, so that it may run where it is accepted."""
        own = type(self).run is Tool.run
        return own and not self.is_async and self.run_in == "loop" and not self._may_wait

    @property
    def output_schema(self) -> dict[str, Any] | None:
        """The JSON schema of the structured result, if there is one."""
        return self.fn_metadata.output_schema

    async def run(
        self,
        arguments: dict[str, Any],
        context: Context[Any, Any, Any] | None = None,
        convert_result: bool = False,
    ) -> Any:
        """Call the function.

        Args:
            arguments: what the client sent.
            context: goes to the parameter that takes it.
            convert_result: whether to turn the result into content blocks and structured output.

        Raises:
            ToolError: the arguments or the result do not fit, or the function failed; see `__cause__`.
            UrlElicitationRequiredError: as the function raised it.
        """
        values = self._validated(arguments)
        try:
            if self.context_kwarg is not None:
                values[self.context_kwarg] = context
            result = await self._call(values)
            return self.fn_metadata.convert_result(result) if convert_result else result
        except BaseException as error:
            if must_pass(error):
                raise
            raise ToolFailure(f"Error executing tool {self.name}: {text_of(error)}") from error

    def _validated(self, arguments: dict[str, Any]) -> dict[str, Any]:
        try:
            return self.fn_metadata.validate_arguments(arguments)
        except ValidationError as error:
            text = f"Error executing tool {self.name}: {text_of(error)}"
            raise InvalidToolArgumentsError(text) from error

    async def _call(self, values: dict[str, Any]) -> Any:
        if self.is_async:
            return await self.fn(**values)
        if self.run_in == "thread":
            result = await _in_thread(functools.partial(self.fn, **values))
        else:
            result = self._in_place(values)
        if inspect.isawaitable(result):
            self._may_wait = True
            return await result
        return result

    def _in_place(self, values: dict[str, Any]) -> Any:
        started = perf_counter()
        try:
            return self.fn(**values)
        finally:
            held = perf_counter() - started
            if held > HOLDING_SECONDS and not self._holds_loop:
                self._holds_loop = True
                logger.warning(
                    "Tool %r held the event loop for %.0f ms; nothing else could run. "
                    'Make it async, or register it with run_in="thread".',
                    self.name,
                    held * 1000,
                )


async def _in_thread(call: Callable[[], Any]) -> Any:
    try:
        limiter = _limiter.get()
    except LookupError:
        limiter = anyio.CapacityLimiter(THREADS)
        _limiter.set(limiter)
    # A cancelled call does not wait for its thread, which nothing can interrupt.
    return await anyio.to_thread.run_sync(call, limiter=limiter, abandon_on_cancel=True)
