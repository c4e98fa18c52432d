"""A resource template: a function of the variables in a URI."""

import inspect
from collections.abc import Callable
from typing import Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, ValidationError

from mcp.server.fastmcp._errors import must_pass, text_of
from mcp.server.fastmcp.context import Context
from mcp.server.fastmcp.exceptions import InvalidArgumentsError, ResourceFailure
from mcp.server.fastmcp.resources.base import Resource, normal_form
from mcp.server.fastmcp.resources.types import FunctionResource
from mcp.server.fastmcp.signature import Arguments, function_name
from mcp.server.fastmcp.uri_template import UriTemplate
from mcp.server.fastmcp.utilities.context_injection import find_context_parameter, inject_context
from mcp.types import Annotations, AnyUrl, Icon

__all__ = ["ResourceTemplate"]


class ResourceTemplate(BaseModel):
    """Resources that a function makes, one for each URI that matches.

    Args:
        uri_template: such as `users://{user_id}/profile`.
        name: what it is called.
        title: for people.
        description: for people and the model.
        mime_type: of what the resources hold.
        fn: the function.
        parameters: the JSON schema of its parameters.
        context_kwarg: the parameter that takes the Context.
    """

    uri_template: str
    name: str
    title: str | None = None
    description: str | None
    mime_type: str = "text/plain"
    icons: list[Icon] | None = None
    annotations: Annotations | None = None
    meta: dict[str, Any] | None = None
    fn: Callable[..., Any] = Field(exclude=True)
    parameters: dict[str, Any]
    context_kwarg: str | None = Field(default=None, exclude=True)

    model_config: ClassVar[ConfigDict] = ConfigDict(arbitrary_types_allowed=True)

    _matcher: UriTemplate = PrivateAttr()
    _compiled: Arguments | None = PrivateAttr(default=None)

    @classmethod
    def from_function(
        cls,
        fn: Callable[..., Any],
        uri_template: str,
        name: str | None = None,
        title: str | None = None,
        description: str | None = None,
        mime_type: str | None = None,
        icons: list[Icon] | None = None,
        annotations: Annotations | None = None,
        meta: dict[str, Any] | None = None,
        context_kwarg: str | None = None,
    ) -> Self:
        """Compile a function.

        Raises:
            InvalidSignature: it cannot be called with named arguments.
            ValueError: a lambda without a name, or an expression in the URI other than `{name}`.
        """
        name = name or function_name(fn)
        if name == "<lambda>":
            raise ValueError("You must provide a name for lambda functions")
        context_kwarg = context_kwarg or find_context_parameter(fn)
        compiled = Arguments(fn, [context_kwarg] if context_kwarg else [])
        template = cls(
            uri_template=uri_template,
            name=name,
            title=title,
            description=description or fn.__doc__ or "",
            mime_type=mime_type or "text/plain",
            icons=icons,
            annotations=annotations,
            meta=meta,
            fn=fn,
            parameters=compiled.schema,
            context_kwarg=context_kwarg,
        )
        template._compiled = compiled
        return template

    def model_post_init(self, context: Any, /) -> None:
        """Compile the URI template."""
        self._matcher = UriTemplate(self.uri_template)

    def matches(self, uri: str) -> dict[str, Any] | None:
        """Return the decoded value of each variable, or None where the URI does not match."""
        values = self._matcher.match(uri)
        if values is None and (normal := normal_form(uri)) != uri:
            return self._matcher.match(normal)
        return values

    async def create_resource(
        self, uri: str, params: dict[str, Any], context: Context[Any, Any, Any] | None = None
    ) -> Resource:
        """Call the function and return its result as a resource.

        Raises:
            InvalidArgumentsError: (a ValueError) the values in the URI do not fit the function's parameters.
            ResourceFailure: (a ValueError) the function failed.
        """
        values = self._validated(params)
        try:
            result = self.fn(**inject_context(self.fn, values, context, self.context_kwarg))
            if inspect.isawaitable(result):
                result = await result
        except BaseException as error:
            if must_pass(error):
                raise
            raise ResourceFailure(f"Error creating resource from template: {text_of(error)}") from error
        return FunctionResource(
            uri=AnyUrl(uri),
            name=self.name,
            title=self.title,
            description=self.description,
            mime_type=self.mime_type,
            icons=self.icons,
            annotations=self.annotations,
            meta=self.meta,
            fn=lambda: result,
        )

    def _validated(self, params: dict[str, Any]) -> dict[str, Any]:
        try:
            return self._compiled.validate(params) if self._compiled else params
        except ValidationError as error:
            raise InvalidArgumentsError(f"Error creating resource from template: {text_of(error)}") from error
