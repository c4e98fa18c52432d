"""Names fit to be shown."""

from __future__ import annotations

import pytest

from mcp.shared.metadata_utils import get_display_name
from mcp.types import AnyUrl, Implementation, Prompt, Resource, ResourceTemplate, Tool, ToolAnnotations

SCHEMA = {"type": "object"}
HINTED = ToolAnnotations(title="hinted")


@pytest.mark.parametrize(
    ("shown", "name"),
    [
        (Tool(name="n", inputSchema=SCHEMA), "n"),
        (Tool(name="n", inputSchema=SCHEMA, annotations=HINTED), "hinted"),
        (Tool(name="n", inputSchema=SCHEMA, annotations=ToolAnnotations()), "n"),
        (Tool(name="n", title="t", inputSchema=SCHEMA, annotations=HINTED), "t"),
        (Tool(name="n", title="", inputSchema=SCHEMA, annotations=HINTED), ""),
        (Prompt(name="n"), "n"),
        (Prompt(name="n", title="t"), "t"),
        (Resource(name="n", uri=AnyUrl("x://y")), "n"),
        (ResourceTemplate(name="n", title="t", uriTemplate="x://{y}"), "t"),
        (Implementation(name="n", version="1"), "n"),
    ],
)
def test_the_title_goes_before_the_name(
    shown: Tool | Resource | Prompt | ResourceTemplate | Implementation, name: str
) -> None:
    assert get_display_name(shown) == name
