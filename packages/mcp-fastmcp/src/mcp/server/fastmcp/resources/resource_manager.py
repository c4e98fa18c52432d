"""The resources of a server by URI, and its templates."""

import logging
from collections.abc import Callable
from typing import Any

from pydantic import AnyUrl

from mcp.server.fastmcp.context import Context
from mcp.server.fastmcp.exceptions import UnknownResourceError
from mcp.server.fastmcp.resources.base import Resource, normal_form
from mcp.server.fastmcp.resources.templates import ResourceTemplate
from mcp.types import Annotations, Icon

__all__ = ["ResourceManager"]

logger = logging.getLogger(__name__)


class ResourceManager:
    """A table of resources and one of templates; the first of two with one URI stays.

    Args:
        warn_on_duplicate_resources: whether the second is named in the log.
    """

    def __init__(self, warn_on_duplicate_resources: bool = True) -> None:
        self.warn_on_duplicate_resources = warn_on_duplicate_resources
        self._resources: dict[str, Resource] = {}
        self._templates: dict[str, ResourceTemplate] = {}

    def add_resource(self, resource: Resource) -> Resource:
        """Add a resource; return the one that has its URI now."""
        present = self._resources.setdefault(normal_form(resource.uri), resource)
        if present is not resource and self.warn_on_duplicate_resources:
            logger.warning("Resource already exists: %s", resource.uri)
        return present

    def add_template(
        self,
        fn: Callable[..., Any],
        uri_template: str,
        name: str | None = None,
        title: str | None = None,
        description: str | None = None,
        mime_type: str | None = None,
        icons: list[Icon] | None = None,
        annotations: Annotations | None = None,
        meta: dict[str, Any] | None = None,
    ) -> ResourceTemplate:
        """Compile a function and add it; return the template that has its URI now."""
        template = ResourceTemplate.from_function(
            fn,
            uri_template,
            name=name,
            title=title,
            description=description,
            mime_type=mime_type,
            icons=icons,
            annotations=annotations,
            meta=meta,
        )
        present = self._templates.setdefault(template.uri_template, template)
        if present is not template and self.warn_on_duplicate_resources:
            logger.warning("Resource template already exists: %s", template.uri_template)
        return present

    async def get_resource(
        self, uri: AnyUrl | str, context: Context[Any, Any, Any] | None = None
    ) -> Resource | None:
        """Return the resource of that URI, made by a template where there is none in the table.

        Raises:
            UnknownResourceError: (a ValueError) nothing answers to the URI.
            ValueError: the template failed.
        """
        if resource := self._resources.get(normal_form(uri)):
            return resource.for_request(context)
        text = str(uri)
        for template in self._templates.values():
            if (values := template.matches(text)) is not None:
                return await template.create_resource(text, values, context)
        raise UnknownResourceError(f"Unknown resource: {uri}")

    def list_resources(self) -> list[Resource]:
        """Return all resources, the oldest first."""
        return list(self._resources.values())

    def list_templates(self) -> list[ResourceTemplate]:
        """Return all templates, the oldest first."""
        return list(self._templates.values())
