"""The models as programs use them: what 1.x gave, unknown fields, null and absent, URLs, numbers."""

import ast
import copy
import json
import pickle
from datetime import datetime
from pathlib import Path
from typing import Any

import pydantic
import pytest
from pydantic import BaseModel, ValidationError

from mcp import types
from mcp.types.wire import dump_model

TEXT = types.TextContent(type="text", text="x")


def test_every_name_of_the_namespace_loads() -> None:
    for name in types.__all__:
        assert getattr(types, name) is not None
    assert set(types.__all__) <= set(dir(types))


def test_type_checkers_see_the_same_names() -> None:
    tree = ast.parse(Path(types.__file__ or "").read_text("utf-8"))
    block = next(node for node in tree.body if isinstance(node, ast.If))
    imports = [node for node in block.body if isinstance(node, ast.ImportFrom)]
    seen = {alias.name: node.module for node in imports for alias in node.names}
    assert {name: getattr(types, "_HOMES")[name] for name in types.__all__} == seen  # noqa: B009  # private


def test_another_name_is_none_of_ours() -> None:
    with pytest.raises(AttributeError, match=r"module 'mcp\.types' has no attribute 'Nothing'"):
        getattr(types, "Nothing")  # noqa: B009  # the type checkers would refuse `types.Nothing`


def test_every_model_can_be_built() -> None:
    named = [getattr(types, name) for name in types.__all__ if name not in ("BaseModel", "RootModel")]
    models = [model for model in named if isinstance(model, type) and issubclass(model, BaseModel)]
    assert len(models) > 160
    for model in models:
        model.model_rebuild()
        model.model_json_schema()


# What 1.x gave for models without the fields that it lacks.
@pytest.mark.parametrize(
    ("model", "dumped"),
    [
        (
            types.CallToolResult(content=[TEXT]),
            {
                "meta": None,
                "content": [{"type": "text", "text": "x", "annotations": None, "meta": None}],
                "structuredContent": None,
                "isError": False,
            },
        ),
        (
            types.Tool(name="t", inputSchema={}),
            {
                "name": "t",
                "title": None,
                "description": None,
                "inputSchema": {},
                "outputSchema": None,
                "icons": None,
                "annotations": None,
                "meta": None,
                "execution": None,
            },
        ),
        (types.ListToolsResult(tools=[]), {"meta": None, "nextCursor": None, "tools": []}),
        (types.EmptyResult(), {"meta": None}),
        (
            types.Implementation(name="n", version="1", icons=[types.Icon(src="s")]),
            {
                "name": "n",
                "title": None,
                "version": "1",
                "websiteUrl": None,
                "icons": [{"src": "s", "mimeType": None, "sizes": None}],
            },
        ),
        (types.Annotations(priority=0.5), {"audience": None, "priority": 0.5}),
        (types.PromptArgument(name="a"), {"name": "a", "description": None, "required": None}),
        (types.PromptReference(type="ref/prompt", name="n"), {"type": "ref/prompt", "name": "n"}),
        (
            types.CallToolRequestParams(name="t"),
            {"task": None, "meta": None, "name": "t", "arguments": None},
        ),
        (
            types.ClientCapabilities(),
            {"experimental": None, "sampling": None, "elicitation": None, "roots": None, "tasks": None},
        ),
        (types.PingRequest(), {"method": "ping", "params": None}),
        (
            types.ElicitRequestFormParams(message="m", requestedSchema={}),
            {"task": None, "meta": None, "mode": "form", "message": "m", "requestedSchema": {}},
        ),
    ],
)
def test_model_dump_is_that_of_1x(model: BaseModel, dumped: dict[str, Any]) -> None:
    assert model.model_dump() == dumped


def test_newer_fields_are_dumped_once_set() -> None:
    result = types.ListToolsResult(tools=[], ttlMs=5000, cacheScope="public", resultType="complete")
    assert result.model_dump(exclude_none=True) == {
        "tools": [],
        "ttlMs": 5000,
        "cacheScope": "public",
        "resultType": "complete",
    }
    assert types.Icon(src="s", theme="dark").model_dump(exclude_none=True) == {"src": "s", "theme": "dark"}


def test_a_result_unpacks_as_in_1x() -> None:
    contents: list[types.TextResourceContents | types.BlobResourceContents] = [
        types.TextResourceContents(uri=types.AnyUrl("a:b"), text="x")
    ]
    result = types.ReadResourceResult(contents=contents, ttlMs=1, cacheScope="private", resultType="complete")
    meta, (name, value) = result
    assert meta == ("meta", None)
    assert (name, value) == ("contents", contents)


def test_unknown_fields_come_with_the_iteration() -> None:
    result = types.EmptyResult.model_validate({"more": None})
    assert list(result) == [("meta", None), ("more", None)]


def test_underscore_meta_has_two_names() -> None:
    by_alias = types.TextContent(type="text", text="x", _meta={"a": 1})
    assert by_alias == types.TextContent.model_validate({"type": "text", "text": "x", "meta": {"a": 1}})
    assert by_alias.meta == {"a": 1}


def test_content_as_list() -> None:
    one = types.SamplingMessage(role="user", content=TEXT)
    several = types.CreateMessageResultWithTools(role="user", content=[TEXT, TEXT], model="m")
    assert one.content_as_list == [TEXT]
    assert several.content_as_list == [TEXT, TEXT]


def test_progress_token_is_read_from_meta() -> None:
    params = types.CallToolRequestParams.model_validate({"name": "t", "_meta": {"progressToken": 0, "x": 1}})
    assert params.meta is not None
    assert params.meta.progressToken == 0
    assert params.meta.model_extra == {"x": 1}


NULLS: list[tuple[BaseModel, str]] = [
    (
        types.CallToolResult(content=[], structuredContent=None),
        '{"content":[],"isError":false,"structuredContent":null}',
    ),
    (types.CallToolResult(content=[]), '{"content":[],"isError":false}'),
    (
        types.CallToolResult(content=[], structuredContent={"a": None}),
        '{"content":[],"structuredContent":{"a":null},"isError":false}',
    ),
    (types.EmptyResult.model_validate({"x": None, "y": {"z": None}}), '{"x":null,"y":{"z":null}}'),
    (types.EmptyResult(_meta={"a": None}), '{"_meta":{"a":null}}'),
    (types.LoggingMessageNotificationParams(level="info", data=None), '{"level":"info","data":null}'),
    (types.ListToolsResult(tools=[], nextCursor=""), '{"nextCursor":"","tools":[]}'),
    (types.ListToolsResult(tools=[], nextCursor=None), '{"tools":[]}'),
    (
        types.ListToolsResult.model_validate(
            {"tools": [{"name": "t", "inputSchema": {"a": None}, "x": None}]}
        ),
        '{"tools":[{"name":"t","inputSchema":{"a":null},"x":null}]}',
    ),
    (
        types.CallToolRequestParams(
            name="t", inputResponses={"a": types.ElicitResult(action="accept", content={"b": None})}
        ),
        '{"inputResponses":{"a":{"action":"accept","content":{"b":null}}},"name":"t"}',
    ),
    (
        types.CallToolRequestParams(
            name="t", inputResponses={"a": types.ElicitResult.model_validate({"action": "cancel", "x": None})}
        ),
        '{"inputResponses":{"a":{"action":"cancel","x":null}},"name":"t"}',
    ),
]


@pytest.mark.parametrize(("model", "text"), NULLS)
def test_null_is_not_absent(model: BaseModel, text: str) -> None:
    assert json.loads(dump_model(model)) == json.loads(text)


def test_a_task_without_limit_says_so() -> None:
    now = datetime.fromisoformat("2025-11-25T10:30:00+00:00")
    task = types.Task(taskId="1", status="working", createdAt=now, lastUpdatedAt=now, ttl=None)
    assert json.loads(dump_model(types.CreateTaskResult(task=task)))["task"] == {
        "taskId": "1",
        "status": "working",
        "createdAt": "2025-11-25T10:30:00Z",
        "lastUpdatedAt": "2025-11-25T10:30:00Z",
        "ttl": None,
    }
    with pytest.raises(ValidationError):
        types.Task.model_validate(
            {"taskId": "1", "status": "working", "createdAt": now, "lastUpdatedAt": now}
        )


URLS = [
    "http://example.com",
    "https://Example.COM:443/a/../b",
    "greeting://World",
    "file:///tmp/a b",
    "urn:isbn:1",
    "HTTP://é.example/%7Efoo",
]


@pytest.mark.parametrize("text", URLS)
@pytest.mark.parametrize("made", [0, 1, 2])
def test_a_url_keeps_its_text(text: str, made: int) -> None:
    uri: Any = text
    for _ in range(made):
        uri = types.AnyUrl(uri)
    params = types.ReadResourceRequestParams(uri=uri)
    assert str(params.uri) == text
    assert json.loads(params.model_dump_json())["uri"] == text
    assert params.model_dump(mode="json")["uri"] == text
    assert repr(params.uri) == f"AnyUrl({text!r})"
    assert isinstance(params.uri, pydantic.AnyUrl)
    assert isinstance(params.model_dump()["uri"], pydantic.AnyUrl)


def test_a_url_is_otherwise_as_pydantics() -> None:
    url, other = types.AnyUrl("HTTP://Example.com"), pydantic.AnyUrl("http://example.com/")
    assert (url.scheme, url.host, url.path) == ("http", "example.com", "/")
    assert url == other
    assert other == url
    assert hash(url) == hash(other)
    assert url != types.AnyUrl("http://example.org")
    assert url != "http://example.com/"
    for same in (copy.deepcopy(url), pickle.loads(pickle.dumps(url))):
        assert (same, str(same)) == (url, "HTTP://Example.com")


def test_urls_of_pydantic_are_taken() -> None:
    params = types.ReadResourceRequestParams(uri=pydantic.AnyUrl("greeting://World"))
    assert (type(params.uri).__module__, str(params.uri)) == ("mcp.types._urls", "greeting://World")
    root = types.Root(uri=pydantic.FileUrl("file:///tmp/a"))
    assert isinstance(root.uri, pydantic.FileUrl)
    assert str(root.uri) == "file:///tmp/a"


@pytest.mark.parametrize("text", ["not a url", "", "/path", 5, None])
def test_what_is_no_url(text: Any) -> None:
    with pytest.raises(ValidationError):
        types.ReadResourceRequestParams(uri=text)


def test_roots_are_files() -> None:
    assert str(types.FileUrl("file:///C:/a")) == "file:///C:/a"
    with pytest.raises(ValidationError):
        types.Root.model_validate({"uri": "https://example.com"})


def test_a_url_has_a_schema() -> None:
    schema = types.ReadResourceRequestParams.model_json_schema()
    assert schema["properties"]["uri"]["format"] == "uri"


@pytest.mark.parametrize(
    ("model", "value"),
    [
        (types.CancelledNotificationParams, {"requestId": True}),
        (types.CancelledNotificationParams, {"requestId": 1.0}),
        (types.RequestParams.Meta, {"progressToken": True}),
        (types.RequestParams.Meta, {"progressToken": 1.5}),
        (types.Completion, {"values": [], "total": True}),
        (types.Completion, {"values": [], "total": "5"}),
        (types.ListToolsResult, {"tools": [], "ttlMs": True}),
        (types.ListToolsResult, {"tools": [], "ttlMs": -1}),
        (types.ListToolsResult, {"tools": [], "cacheScope": "shared"}),
        (types.ProgressNotificationParams, {"progressToken": 1, "progress": True}),
        (types.ProgressNotificationParams, {"progressToken": 1, "progress": float("nan")}),
        (types.Annotations, {"priority": 1.5}),
        (types.SetLevelRequestParams, {"level": "loud"}),
        (types.CallToolResult, {"content": [{"type": "hologram"}]}),
        (types.ErrorData, {"code": "1", "message": "m"}),
    ],
)
def test_what_is_refused(model: type[BaseModel], value: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        model.model_validate(value)


@pytest.mark.parametrize("id", [0, 1, "1", ""])
def test_ids_keep_their_type(id: types.RequestId) -> None:
    params = types.CancelledNotificationParams(requestId=id)
    assert params.requestId == id
    assert type(params.requestId) is type(id)


def test_answers_keep_the_types_of_their_fields() -> None:
    content = {"i": 1, "f": 1.5, "b": True, "s": "1", "l": ["a"], "n": None}
    result = types.ElicitResult.model_validate({"action": "accept", "content": content})
    assert result.content is not None
    assert [type(value) for value in result.content.values()] == [int, float, bool, str, list, type(None)]


def test_unions_of_1x() -> None:
    call = types.CallToolRequest(params=types.CallToolRequestParams(name="t"))
    assert types.ClientRequest(call).root is call
    parsed = types.ClientRequest.model_validate({"method": "tools/call", "params": {"name": "t"}})
    assert parsed.root == call
    assert isinstance(types.ServerNotification.model_validate(
        {"method": "notifications/message", "params": {"level": "info", "data": 1}}
    ).root, types.LoggingMessageNotification)  # fmt: skip
    result = types.ServerResult.model_validate({"content": [{"type": "text", "text": "x"}]})
    assert isinstance(result.root, types.CallToolResult)
    assert isinstance(types.ClientResult.model_validate({}).root, types.EmptyResult)


def test_public_unions_are_plain() -> None:
    assert isinstance(TEXT, types.ContentBlock)
    assert types.Content is types.ContentBlock


def test_programs_define_their_own_messages() -> None:
    class Params(types.RequestParams):
        x: int

    class Mine(types.Request[Params, str]):
        method: str = "mine/mine"

    mine = Mine.model_validate({"params": {"x": 1, "y": None}})
    assert (mine.method, mine.params.x) == ("mine/mine", 1)
    assert dump_model(mine) == b'{"method":"mine/mine","params":{"x":1,"y":null}}'


@pytest.mark.parametrize(
    ("model", "value"),
    [
        (types.StringSchema, {"type": "string", "format": "email", "default": ""}),
        (types.NumberSchema, {"type": "integer", "minimum": 0, "default": 0.5}),
        (types.BooleanSchema, {"type": "boolean", "default": False}),
        (types.UntitledSingleSelectEnumSchema, {"type": "string", "enum": ["a"]}),
        (types.TitledSingleSelectEnumSchema, {"type": "string", "oneOf": [{"const": "a", "title": "A"}]}),
        (types.UntitledMultiSelectEnumSchema, {"type": "array", "items": {"type": "string", "enum": ["a"]}}),
        (
            types.TitledMultiSelectEnumSchema,
            {"type": "array", "items": {"anyOf": [{"const": "a", "title": "A"}]}, "maxItems": 1},
        ),
        (types.LegacyTitledEnumSchema, {"type": "string", "enum": ["a"], "enumNames": ["A"]}),
    ],
)
def test_schemas_of_form_fields(model: type[BaseModel], value: dict[str, Any]) -> None:
    assert json.loads(dump_model(model.model_validate(value))) == value
