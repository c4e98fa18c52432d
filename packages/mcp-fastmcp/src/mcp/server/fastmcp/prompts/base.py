"""A prompt: a function that makes messages, and the messages."""

import inspect
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, ClassVar, Literal, Self, TypeAlias, cast

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, TypeAdapter, ValidationError

from mcp.server.fastmcp._content import as_text
from mcp.server.fastmcp._errors import must_pass, text_of
from mcp.server.fastmcp.context import Context
from mcp.server.fastmcp.exceptions import InvalidArgumentsError, PromptFailure
from mcp.server.fastmcp.signature import Arguments, function_name
from mcp.server.fastmcp.utilities.context_injection import find_context_parameter, inject_context
from mcp.types import ContentBlock, Icon, TextContent

__all__ = [
    "AssistantMessage",
    "Message",
    "Prompt",
    "PromptArgument",
    "PromptResult",
    "SyncPromptResult",
    "TextContent",
    "UserMessage",
    "message_validator",
]


class Message(BaseModel):
    """A message; text stands for a text block."""

    role: Literal["user", "assistant"]
    content: ContentBlock

    def __init__(self, content: str | ContentBlock, **kwargs: Any) -> None:
        super().__init__(
            content=TextContent(type="text", text=content) if isinstance(content, str) else content, **kwargs
        )


class UserMessage(Message):
    """A message of the user."""

    role: Literal["user", "assistant"] = "user"

    def __init__(self, content: str | ContentBlock, **kwargs: Any) -> None:
        super().__init__(content, **kwargs)


class AssistantMessage(Message):
    """A message of the model."""

    role: Literal["user", "assistant"] = "assistant"

    def __init__(self, content: str | ContentBlock, **kwargs: Any) -> None:
        super().__init__(content, **kwargs)


message_validator: TypeAdapter[UserMessage | AssistantMessage] = TypeAdapter(UserMessage | AssistantMessage)

SyncPromptResult: TypeAlias = str | Message | dict[str, Any] | Sequence[str | Message | dict[str, Any]]
PromptResult: TypeAlias = SyncPromptResult | Awaitable[SyncPromptResult]


class PromptArgument(BaseModel):
    """An argument of a prompt."""

    name: str
    description: str | None = None
    required: bool = False


class Prompt(BaseModel):
    """A function that makes messages.

    Args:
        name: what it is called by.
        title: for people.
        description: for people.
        arguments: what it takes.
        fn: the function.
        context_kwarg: the parameter that takes the Context.
    """

    name: str
    title: str | None = None
    description: str | None = None
    arguments: list[PromptArgument] | None = None
    fn: Callable[..., PromptResult] = Field(exclude=True)
    icons: list[Icon] | None = None
    context_kwarg: str | None = Field(default=None, exclude=True)

    model_config: ClassVar[ConfigDict] = ConfigDict(arbitrary_types_allowed=True)

    _compiled: Arguments | None = PrivateAttr(default=None)

    @classmethod
    def from_function(
        cls,
        fn: Callable[..., PromptResult],
        name: str | None = None,
        title: str | None = None,
        description: str | None = None,
        icons: list[Icon] | None = None,
        context_kwarg: str | None = None,
    ) -> Self:
        """Compile a function.

        Raises:
            InvalidSignature: it cannot be called with named arguments.
            ValueError: a lambda without a name.
        """
        name = name or function_name(fn)
        if name == "<lambda>":
            raise ValueError("You must provide a name for lambda functions")
        context_kwarg = context_kwarg or find_context_parameter(fn)
        compiled = Arguments(fn, [context_kwarg] if context_kwarg else [])
        prompt = cls(
            name=name,
            title=title,
            description=description or fn.__doc__ or "",
            arguments=_listed(compiled.schema),
            fn=fn,
            icons=icons,
            context_kwarg=context_kwarg,
        )
        prompt._compiled = compiled
        return prompt

    async def render(
        self, arguments: dict[str, Any] | None = None, context: Context[Any, Any, Any] | None = None
    ) -> list[Message]:
        """Make the messages.

        Raises:
            InvalidArgumentsError: (a ValueError) the arguments do not fit.
            PromptFailure: (a ValueError) the function failed, or its result makes no messages.
        """
        arguments = arguments or {}
        required = {each.name for each in self.arguments or () if each.required}
        if missing := required - arguments.keys():
            raise InvalidArgumentsError(f"Missing required arguments: {missing}")
        values = self._validated(arguments)
        try:
            result = self.fn(**inject_context(self.fn, values, context, self.context_kwarg))
            return _messages(await result if inspect.isawaitable(result) else result)
        except BaseException as error:
            if must_pass(error):
                raise
            raise PromptFailure(f"Error rendering prompt {self.name}: {text_of(error)}") from error

    def _validated(self, arguments: dict[str, Any]) -> dict[str, Any]:
        try:
            return self._compiled.validate(arguments) if self._compiled else arguments
        except ValidationError as error:
            raise InvalidArgumentsError(f"Error rendering prompt {self.name}: {text_of(error)}") from error


def _listed(schema: dict[str, Any]) -> list[PromptArgument]:
    required = schema.get("required", [])
    return [
        PromptArgument(name=name, description=each.get("description"), required=name in required)
        for name, each in schema.get("properties", {}).items()
    ]


def _messages(result: SyncPromptResult) -> list[Message]:
    several = cast("Sequence[object]", result) if isinstance(result, list | tuple) else [result]
    return [_message(each) for each in several]


def _message(value: object) -> Message:
    try:
        if isinstance(value, Message):
            return value
        if isinstance(value, dict):
            return message_validator.validate_python(value)
        return UserMessage(as_text(value))
    except ValueError as error:
        raise ValueError(f"Could not convert prompt result to message: {value!r}") from error
