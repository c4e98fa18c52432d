"""What a server offers, tools, resources and prompts, and the decorators that register it."""

from collections.abc import Callable
from typing import Any, TypeVar

from mcp.server.changes import PROMPTS, RESOURCES, TOOLS, Change
from mcp.server.fastmcp.prompts import Prompt, PromptManager
from mcp.server.fastmcp.resources import FunctionResource, Resource, ResourceManager
from mcp.server.fastmcp.signature import signature_of
from mcp.server.fastmcp.tools import Tool, ToolManager
from mcp.server.fastmcp.tools.base import RunIn
from mcp.server.fastmcp.uri_template import UriTemplate
from mcp.server.fastmcp.utilities.context_injection import find_context_parameter
from mcp.types import (
    Annotations,
    Icon,
    Prompt as MCPPrompt,
    PromptArgument as MCPPromptArgument,
    Resource as MCPResource,
    ResourceTemplate as MCPResourceTemplate,
    Tool as MCPTool,
    ToolAnnotations,
)

__all__ = ["Catalogue"]

_Function = TypeVar("_Function", bound=Callable[..., Any])
_MISUSED = (
    "The @{kind} decorator was used incorrectly. Did you forget to call it? Use @{call} instead of @{kind}"
)


class Catalogue:
    """The half of FastMCP that is filled by decorators and knows nothing of serving.

    Args:
        tools: what to begin with.
        run_in: where plain functions run that do not say so themselves.
        warn_on_duplicate_tools: whether a second tool with one name is named in the log.
        warn_on_duplicate_resources: whether a second resource with one URI is.
        warn_on_duplicate_prompts: whether a second prompt with one name is.
        changed: told when one of the three has changed.
    """

    def __init__(
        self,
        *,
        tools: list[Tool] | None,
        run_in: RunIn,
        warn_on_duplicate_tools: bool,
        warn_on_duplicate_resources: bool,
        warn_on_duplicate_prompts: bool,
        changed: Callable[[Change], None],
    ) -> None:
        self._run_in: RunIn = run_in
        self._changed = changed
        self._tool_manager = ToolManager(warn_on_duplicate_tools, tools=tools)
        self._resource_manager = ResourceManager(warn_on_duplicate_resources)
        self._prompt_manager = PromptManager(warn_on_duplicate_prompts)

    # Tools

    async def list_tools(self) -> list[MCPTool]:
        """Return the tools as clients see them."""
        return [
            MCPTool(
                name=tool.name,
                title=tool.title,
                description=tool.description,
                inputSchema=tool.parameters,
                outputSchema=tool.output_schema,
                annotations=tool.annotations,
                icons=tool.icons,
                _meta=tool.meta,
            )
            for tool in self._tool_manager.list_tools()
        ]

    def add_tool(
        self,
        fn: Callable[..., Any],
        name: str | None = None,
        title: str | None = None,
        description: str | None = None,
        annotations: ToolAnnotations | None = None,
        icons: list[Icon] | None = None,
        meta: dict[str, Any] | None = None,
        structured_output: bool | None = None,
        *,
        run_in: RunIn | None = None,
    ) -> None:
        """Offer a function as a tool.

        Args:
            fn: the function; its parameters, without that of type Context, are what the model fills in.
            name: the function's by default.
            title: for people.
            description: for the model; the function's docstring by default.
            annotations: what the tool does to the world.
            icons: for user interfaces.
            meta: `_meta` in the list.
            structured_output: whether the result is structured too; by default where annotated so.
            run_in: where a plain function runs: "loop", in place, or "thread".

        Raises:
            InvalidSignature: the function cannot be offered as asked.
        """
        self._tool_manager.add_tool(
            fn,
            name=name,
            title=title,
            description=description,
            annotations=annotations,
            icons=icons,
            meta=meta,
            structured_output=structured_output,
            run_in=run_in or self._run_in,
        )
        self._changed(TOOLS)

    def remove_tool(self, name: str) -> None:
        """Take a tool back; raises ToolError where there is none of that name."""
        self._tool_manager.remove_tool(name)
        self._changed(TOOLS)

    def tool(
        self,
        name: str | None = None,
        title: str | None = None,
        description: str | None = None,
        annotations: ToolAnnotations | None = None,
        icons: list[Icon] | None = None,
        meta: dict[str, Any] | None = None,
        structured_output: bool | None = None,
        *,
        run_in: RunIn | None = None,
    ) -> Callable[[_Function], _Function]:
        """Return a decorator that offers a function as a tool; the arguments are those of `add_tool`."""
        if callable(name):
            raise TypeError(_MISUSED.format(kind="tool", call="tool()"))

        def decorate(fn: _Function) -> _Function:
            self.add_tool(
                fn,
                name=name,
                title=title,
                description=description,
                annotations=annotations,
                icons=icons,
                meta=meta,
                structured_output=structured_output,
                run_in=run_in,
            )
            return fn

        return decorate

    # Resources

    async def list_resources(self) -> list[MCPResource]:
        """Return the resources as clients see them."""
        return [
            MCPResource(
                uri=resource.uri,
                name=resource.name or "",
                title=resource.title,
                description=resource.description,
                mimeType=resource.mime_type,
                icons=resource.icons,
                annotations=resource.annotations,
                _meta=resource.meta,
            )
            for resource in self._resource_manager.list_resources()
        ]

    async def list_resource_templates(self) -> list[MCPResourceTemplate]:
        """Return the resource templates as clients see them."""
        return [
            MCPResourceTemplate(
                uriTemplate=template.uri_template,
                name=template.name,
                title=template.title,
                description=template.description,
                mimeType=template.mime_type,
                icons=template.icons,
                annotations=template.annotations,
                _meta=template.meta,
            )
            for template in self._resource_manager.list_templates()
        ]

    def add_resource(self, resource: Resource) -> None:
        """Offer a resource."""
        self._resource_manager.add_resource(resource)
        self._changed(RESOURCES)

    def resource(
        self,
        uri: str,
        *,
        name: str | None = None,
        title: str | None = None,
        description: str | None = None,
        mime_type: str | None = None,
        icons: list[Icon] | None = None,
        annotations: Annotations | None = None,
        meta: dict[str, Any] | None = None,
    ) -> Callable[[_Function], _Function]:
        """Return a decorator that offers a function's result as a resource.

        Args:
            uri: with `{name}` for each parameter of the function; without any, the function takes none.
            name: the function's by default.
            title: for people.
            description: for people and the model; the function's docstring by default.
            mime_type: of what it returns: text, bytes, or a value that becomes JSON.
            icons: for user interfaces.
            annotations: for whom it is, and how much it matters.
            meta: `_meta` in the list and beside the contents.

        Raises:
            ValueError: by the decorator, where URI and function do not have the same parameters.
        """
        if callable(uri):
            raise TypeError(_MISUSED.format(kind="resource", call="resource('uri')"))
        described: dict[str, Any] = {
            "name": name,
            "title": title,
            "description": description,
            "mime_type": mime_type,
            "icons": icons,
            "annotations": annotations,
            "meta": meta,
        }

        def decorate(fn: _Function) -> _Function:
            if _is_template(uri, fn):
                self._resource_manager.add_template(fn, uri, **described)
                self._changed(RESOURCES)
            else:
                self.add_resource(FunctionResource.from_function(fn, uri, **described))
            return fn

        return decorate

    # Prompts

    async def list_prompts(self) -> list[MCPPrompt]:
        """Return the prompts as clients see them."""
        return [
            MCPPrompt(
                name=prompt.name,
                title=prompt.title,
                description=prompt.description,
                arguments=[
                    MCPPromptArgument(name=each.name, description=each.description, required=each.required)
                    for each in prompt.arguments or ()
                ],
                icons=prompt.icons,
            )
            for prompt in self._prompt_manager.list_prompts()
        ]

    def add_prompt(self, prompt: Prompt) -> None:
        """Offer a prompt."""
        self._prompt_manager.add_prompt(prompt)
        self._changed(PROMPTS)

    def prompt(
        self,
        name: str | None = None,
        title: str | None = None,
        description: str | None = None,
        icons: list[Icon] | None = None,
    ) -> Callable[[_Function], _Function]:
        """Return a decorator that offers a function as a prompt.

        Args:
            name: the function's by default.
            title: for people.
            description: for people; the function's docstring by default.
            icons: for user interfaces.
        """
        if callable(name):
            raise TypeError(_MISUSED.format(kind="prompt", call="prompt()"))

        def decorate(fn: _Function) -> _Function:
            self.add_prompt(
                Prompt.from_function(fn, name=name, title=title, description=description, icons=icons)
            )
            return fn

        return decorate


def _is_template(uri: str, fn: Callable[..., Any]) -> bool:
    """Whether the URI has variables; raises ValueError where they are not the function's parameters."""
    context = find_context_parameter(fn)
    function_params = {name for name in signature_of(fn).parameters if name != context}
    if not ("{" in uri and "}" in uri) and not function_params:
        return False
    uri_params = set(UriTemplate(uri).names)
    if uri_params != function_params:
        raise ValueError(
            f"Mismatch between URI parameters {uri_params} and function parameters {function_params}"
        )
    return True
