"""Handlers that want the request, and handlers that do not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from mcp.server.lowlevel.func_inspection import create_call_wrapper
from mcp.server.lowlevel.helper_types import ReadResourceContents
from mcp.types import ListPromptsRequest, ListToolsRequest

REQUEST = ListToolsRequest()


def nothing() -> object:
    return None


def wanting(req: ListToolsRequest) -> object:
    return req


def wanting_by_keyword(*, req: ListToolsRequest) -> object:
    return req


def defaulting(req: ListToolsRequest | None = None) -> object:
    return req


def defaulting_exactly(req: ListToolsRequest = ListToolsRequest(method="tools/list")) -> object:  # noqa: B008  # the default is what is tested
    return None if req is not REQUEST else req


def unannotated(req: Any = None) -> object:
    return req


def of_another(req: ListPromptsRequest | None = None) -> object:
    return req


class Handler:
    def method(self, req: ListToolsRequest) -> object:
        return req

    def __call__(self) -> object:
        return None


@pytest.mark.parametrize(
    ("function", "given"),
    [
        (nothing, False),
        (wanting, True),
        (wanting_by_keyword, True),
        (defaulting, False),
        (defaulting_exactly, False),
        (unannotated, False),
        (of_another, False),
        (Handler().method, True),
        (Handler(), False),
        (lambda: None, False),
        (dict, None),
    ],
)
def test_the_request_is_given_to_who_wants_it(function: Callable[..., Any], given: bool | None) -> None:
    result = create_call_wrapper(function, ListToolsRequest)(REQUEST)
    if given is None:
        assert result == {}
    else:
        assert (result is REQUEST) is given


def test_contents_of_a_resource_have_defaults() -> None:
    assert ReadResourceContents("text") == ReadResourceContents(content="text", mime_type=None, meta=None)
