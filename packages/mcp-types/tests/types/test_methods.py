"""The method table against the specification: who may send what, under which revision."""

import dataclasses
from typing import Any, Literal

import pytest

from mcp import types
from mcp.types import methods
from mcp.types.methods import METHODS, Kind, Method, Side, find, method_of, register
from mcp.types.versions import REVISIONS
from support.shared import shared

# Specification: 1.2 and 2.1 of the protocol checklist; revisions by position, first and last.
REQUESTS: list[tuple[str, str, int, int]] = [
    ("initialize", "c", 0, 3),
    ("ping", "cs", 0, 3),
    ("server/discover", "c", 4, 4),
    ("tools/list", "c", 0, 4),
    ("tools/call", "c", 0, 4),
    ("resources/list", "c", 0, 4),
    ("resources/templates/list", "c", 0, 4),
    ("resources/read", "c", 0, 4),
    ("resources/subscribe", "c", 0, 3),
    ("resources/unsubscribe", "c", 0, 3),
    ("prompts/list", "c", 0, 4),
    ("prompts/get", "c", 0, 4),
    ("completion/complete", "c", 0, 4),
    ("logging/setLevel", "c", 0, 3),
    ("subscriptions/listen", "c", 4, 4),
    ("sampling/createMessage", "s", 0, 3),
    ("roots/list", "s", 0, 3),
    ("elicitation/create", "s", 2, 3),
    ("tasks/get", "cs", 3, 3),
    ("tasks/result", "cs", 3, 3),
    ("tasks/list", "cs", 3, 3),
    ("tasks/cancel", "cs", 3, 3),
]
NOTIFICATIONS: list[tuple[str, str, int, int]] = [
    ("notifications/initialized", "c", 0, 3),
    ("notifications/cancelled", "cs", 0, 4),
    ("notifications/progress", "cs", 0, 3),
    ("notifications/progress", "s", 4, 4),
    ("notifications/roots/list_changed", "c", 0, 3),
    ("notifications/tasks/status", "cs", 3, 3),
    ("notifications/message", "s", 0, 4),
    ("notifications/resources/updated", "s", 0, 4),
    ("notifications/resources/list_changed", "s", 0, 4),
    ("notifications/tools/list_changed", "s", 0, 4),
    ("notifications/prompts/list_changed", "s", 0, 4),
    ("notifications/elicitation/complete", "s", 3, 3),
    ("notifications/subscriptions/acknowledged", "s", 4, 4),
]


def allowed(rows: list[tuple[str, str, int, int]], revision: str, side: Side) -> set[str]:
    place = REVISIONS.index(revision)
    return {name for name, sides, first, last in rows if side[0] in sides and first <= place <= last}


@pytest.mark.parametrize("revision", REVISIONS)
@pytest.mark.parametrize("sender", ["client", "server"])
@pytest.mark.parametrize(("kind", "rows"), [("request", REQUESTS), ("notification", NOTIFICATIONS)])
def test_who_may_send_what(
    revision: str, sender: Side, kind: Kind, rows: list[tuple[str, str, int, int]]
) -> None:
    found = {name for name in METHODS if find(name, revision, sender, kind)}
    assert found == allowed(rows, revision, sender)


@pytest.mark.parametrize("revision", REVISIONS)
def test_the_table_names_the_methods_of_the_schema(revision: str) -> None:
    text = shared(f"schema/{revision}.json").read_text("utf-8")
    asked = {"sampling/createMessage", "roots/list", "elicitation/create"}
    sides: list[Side] = ["client", "server"]
    for name in METHODS:
        exists = any(
            allowed(rows, revision, side) & {name} for rows in (REQUESTS, NOTIFICATIONS) for side in sides
        )
        assert (f'"{name}"' in text) == (exists or (revision == REVISIONS[-1] and name in asked)), name


def test_a_name_of_the_other_kind_is_unknown() -> None:
    assert find("tools/call", "2025-11-25", "client", "notification") is None
    assert find("notifications/message", "2025-11-25", "server", "request") is None
    assert find("no/such", "2025-11-25", "client", "request") is None


def test_what_methods_may_do() -> None:
    rows = METHODS.values()
    assert {row.name for row in rows if row.may_ask} == {"tools/call", "prompts/get", "resources/read"}
    assert {row.name: row.name_param for row in rows if row.name_param} == {
        "tools/call": "name",
        "prompts/get": "name",
        "resources/read": "uri",
    }
    assert {row.name for row in rows if row.cacheable} == {
        "server/discover",
        "tools/list",
        "prompts/list",
        "resources/list",
        "resources/templates/list",
        "resources/read",
    }


def test_each_row_is_whole() -> None:
    for row in METHODS.values():
        assert (row.result is None) == (row.kind == "notification")
        assert row.model.model_fields["method"].default == row.name
        assert row.cacheable == (row.result is not None and issubclass(row.result, types.CacheableResult))


def test_rows_by_class() -> None:
    class MyCall(types.CallToolRequest):
        """A program's own."""

    assert method_of(types.CallToolRequest) is METHODS["tools/call"]
    assert method_of(MyCall) is METHODS["tools/call"]


def test_a_class_of_no_row_is_named() -> None:
    class Odd(types.Request[types.RequestParams, Literal["odd/odd"]]):
        """Of no method."""

    with pytest.raises(LookupError, match="Odd"):
        method_of(Odd)


@pytest.fixture
def table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(methods, "_rows", {name: [row] for name, row in METHODS.items()})
    for name in ("_first_rows", "_by_model"):
        monkeypatch.setattr(methods, name, dict(getattr(methods, name)))


def row_of(name: str, **more: Any) -> Method:
    class Odd(types.Request[types.RequestParams, str]):
        """An extension's request."""

        method: str = name

    return dataclasses.replace(
        Method(name, "request", "client", Odd, types.RequestParams, types.EmptyResult), **more
    )


@pytest.mark.usefixtures("table")
def test_an_extension_adds_a_row() -> None:
    row = row_of("odd/odd", since="2026-07-28")
    register(row)
    assert find("odd/odd", "2026-07-28", "client", "request") is row
    assert find("odd/odd", "2025-11-25", "client", "request") is None
    assert find("odd/odd", "2026-07-28", "server", "request") is None
    assert method_of(row.model) is row


@pytest.mark.usefixtures("table")
@pytest.mark.parametrize(
    ("name", "more", "taken"),
    [
        ("tools/call", {}, True),
        ("tools/call", {"sender": "server"}, False),
        ("tools/call", {"sender": "both", "since": "2026-07-28"}, True),
        ("tasks/get", {"since": "2026-07-28"}, False),
        ("tasks/get", {"since": "2025-11-25"}, True),
        ("ping", {"sender": "server", "since": "2024-11-05", "until": "2024-11-05"}, True),
    ],
)
def test_a_cell_of_the_table_has_one_row(name: str, more: dict[str, Any], taken: bool) -> None:
    row = row_of(name, **more)
    if taken:
        with pytest.raises(ValueError, match=name):
            register(row)
    else:
        register(row)
