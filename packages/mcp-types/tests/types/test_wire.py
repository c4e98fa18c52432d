"""What each revision is told: the down-conversion table (4.2 of the checklist), cell by cell; stamps; reading."""

import json
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from mcp import types
from mcp.types.jsonrpc import INTERNAL_ERROR, INVALID_PARAMS, RESOURCE_NOT_FOUND, URL_ELICITATION_REQUIRED
from mcp.types.lifecycle import SERVER_INFO_KEY
from mcp.types.methods import METHODS
from mcp.types.versions import REVISIONS
from mcp.types.wire import (
    dump_model,
    dump_params,
    dump_result,
    fit_error,
    parse_notification,
    parse_params,
    parse_request,
    parse_result,
)

R24, R25A, R25B, R25C, R26 = REVISIONS
INFO = types.Implementation(
    name="s", version="1", title="S", description="d", websiteUrl="https://w", icons=[types.Icon(src="i")]
)
CALL, LIST, READ = METHODS["tools/call"], METHODS["tools/list"], METHODS["resources/read"]

TEXT = types.TextContent(type="text", text="x")
AUDIO = types.AudioContent(type="audio", data="AA==", mimeType="audio/wav")
LINK = types.ResourceLink(type="resource_link", name="n", uri=types.AnyUrl("a:b"), description="about")
TOOL_USE = types.ToolUseContent(type="tool_use", id="1", name="t", input={})
TOOL_RESULT = types.ToolResultContent(type="tool_result", toolUseId="1", content=[], structuredContent=5)

AUDIO_JSON = {"type": "audio", "data": "AA==", "mimeType": "audio/wav"}
AUDIO_TEXT = {"type": "text", "text": "[audio, audio/wav: not supported by this protocol revision]"}
LINK_JSON = {"type": "resource_link", "name": "n", "uri": "a:b", "description": "about"}
LINK_TEXT = {"type": "text", "text": "[resource] n: a:b\nabout"}
TEXT_JSON = {"type": "text", "text": "x"}


def words(text: str) -> dict[str, Any]:
    return {"type": "text", "text": text}


def told(model: BaseModel, revision: str) -> Any:
    return json.loads(dump_model(model, revision))


# A model, and its fields in each of the revisions, oldest first.
Cells = tuple[Any, Any, Any, Any, Any]


def at(model: BaseModel, path: str, *cells: Any) -> Any:
    return pytest.param(model, path, cells, id=f"{type(model).__name__}.{path}")


ABSENT = object()
TOOL = types.Tool(
    name="t",
    title="T",
    description="d",
    inputSchema={"type": "object", "properties": {"a": True, "b": False, "c": {}}},
    outputSchema={"type": "object", "properties": {"a": True}},
    icons=[types.Icon(src="i", theme="dark")],
    annotations=types.ToolAnnotations(title="A", readOnlyHint=True),
    execution=types.ToolExecution(taskSupport="optional"),
    _meta={"m": None},
)
ICONS = [{"src": "i", "theme": "dark"}]
BOTH = types.Annotations(audience=["user"], lastModified="2025-01-12T15:00:58Z")
RESOURCE = types.Resource(
    name="r",
    title="R",
    uri=types.AnyUrl("a:b"),
    annotations=BOTH,
    icons=[types.Icon(src="i")],
    _meta={},
    size=0,
)
FORM = types.ElicitRequestFormParams(
    message="m",
    requestedSchema={
        "type": "object",
        "required": ["s"],
        "properties": {
            "s": {"type": "string", "title": "S", "default": "x", "minLength": 1},
            "n": {"type": "number", "default": 1, "minimum": 0},
            "b": {"type": "boolean", "default": False},
            "e": {"type": "string", "enum": ["a"], "default": "a"},
            "o": {"type": "string", "oneOf": [{"const": "a", "title": "A"}], "default": "a"},
            "m": {
                "type": "array",
                "description": "D",
                "items": {"type": "string", "enum": ["a"]},
                "minItems": 1,
            },
            "t": {"type": "array", "items": {"anyOf": [{"const": "a", "title": "A"}]}, "default": ["a"]},
        },
    },
)
FLAT = {
    "s": {"type": "string", "title": "S", "minLength": 1},
    "n": {"type": "number", "minimum": 0},
    "b": {"type": "boolean", "default": False},
    "e": {"type": "string", "enum": ["a"]},
    "o": {"type": "string", "enum": ["a"], "enumNames": ["A"]},
    "m": {"type": "string", "description": "D", "enum": ["a"]},
    "t": {"type": "string", "enum": ["a"], "enumNames": ["A"]},
}
FIELDS = FORM.requestedSchema["properties"]
OBJECT: dict[str, Any] = {"type": "object", "properties": {"a": {}, "b": {"not": {}}, "c": {}}}
SAMPLING = types.CreateMessageRequestParams(
    messages=[
        types.SamplingMessage(role="user", content=[TEXT, AUDIO], _meta={}),
        types.SamplingMessage(role="assistant", content=[TOOL_USE]),
        types.SamplingMessage(role="user", content=TOOL_RESULT),
    ],
    maxTokens=1,
    tools=[types.Tool(name="t", inputSchema={"type": "object"}, outputSchema={"type": "array"})],
    toolChoice=types.ToolChoice(mode="auto"),
)
USE_JSON: dict[str, Any] = {"type": "tool_use", "id": "1", "name": "t", "input": {}}
USE_TEXT = words('{"type":"tool_use","name":"t","id":"1","input":{}}')
RESULT_JSON: dict[str, Any] = {"type": "tool_result", "toolUseId": "1", "content": [], "structuredContent": 5}
RESULT_TEXT = words('{"type":"tool_result","toolUseId":"1","content":[],"structuredContent":5}')
CALL_PARAMS = types.CallToolRequestParams(
    name="t", task=types.TaskMetadata(ttl=1), inputResponses={"a": {"action": "decline"}}, requestState="s"
)
CAPABILITIES = types.ClientCapabilities(
    roots=types.RootsCapability(listChanged=True),
    sampling=types.SamplingCapability(tools=types.SamplingToolsCapability()),
    elicitation=types.ElicitationCapability(form=types.FormElicitationCapability()),
    tasks=types.ClientTasksCapability(),
    extensions={"a/b": {}},
)


@pytest.mark.parametrize(
    ("model", "path", "cells"),
    [
        at(types.CallToolResult(content=[], resultType="complete"), "resultType", *[ABSENT] * 4, "complete"),
        at(types.ListToolsResult(tools=[], ttlMs=5), "ttlMs", *[ABSENT] * 4, 5),
        at(types.ListToolsResult(tools=[], cacheScope="public"), "cacheScope", *[ABSENT] * 4, "public"),
        # structuredContent
        at(types.CallToolResult(content=[TEXT], structuredContent={"a": None}), "structuredContent",
           ABSENT, ABSENT, {"a": None}, {"a": None}, {"a": None}),
        at(types.CallToolResult(content=[TEXT], structuredContent={"a": None}), "content", *[[TEXT_JSON]] * 5),
        at(types.CallToolResult(content=[TEXT], structuredContent=[1]), "structuredContent", *[ABSENT] * 4, [1]),
        at(types.CallToolResult(content=[TEXT], structuredContent=None), "structuredContent", *[ABSENT] * 4, None),
        at(types.CallToolResult(content=[], structuredContent=[1, None]), "content", *[[words("[1,null]")]] * 4, []),
        at(types.CallToolResult(content=[], structuredContent=None), "content", *[[words("null")]] * 4, []),
        at(types.CallToolResult(content=[AUDIO], structuredContent={"a": "☃"}), "content",
           [AUDIO_TEXT, words('{"a":"☃"}')], [AUDIO_JSON, words('{"a":"☃"}')], *[[AUDIO_JSON]] * 3),
        # tools
        at(TOOL, "title", ABSENT, ABSENT, "T", "T", "T"),
        at(TOOL, "_meta", ABSENT, ABSENT, {"m": None}, {"m": None}, {"m": None}),
        at(TOOL, "icons", ABSENT, ABSENT, ABSENT, ICONS, ICONS),
        at(TOOL, "annotations", ABSENT, *[{"title": "A", "readOnlyHint": True}] * 4),
        at(TOOL, "execution", ABSENT, ABSENT, ABSENT, {"taskSupport": "optional"}, ABSENT),
        at(TOOL, "inputSchema", *[OBJECT] * 4, TOOL.inputSchema),
        at(TOOL, "outputSchema", ABSENT, ABSENT, *[{"type": "object", "properties": {"a": {}}}] * 2, TOOL.outputSchema),
        at(types.Tool(name="t", inputSchema={}, outputSchema={"type": "array"}), "outputSchema",
           *[ABSENT] * 4, {"type": "array"}),
        # content
        at(types.CallToolResult(content=[AUDIO, TEXT]), "content",
           [AUDIO_TEXT, TEXT_JSON], *[[AUDIO_JSON, TEXT_JSON]] * 4),
        at(types.CallToolResult(content=[LINK]), "content", *[[LINK_TEXT]] * 2, *[[LINK_JSON]] * 3),
        at(types.PromptMessage(role="user", content=AUDIO), "content", AUDIO_TEXT, *[AUDIO_JSON] * 4),
        at(types.PromptMessage(role="user", content=LINK), "content", LINK_TEXT, LINK_TEXT, *[LINK_JSON] * 3),
        at(types.GetPromptResult(messages=[types.PromptMessage(role="user", content=LINK)]), "messages",
           *[[{"role": "user", "content": LINK_TEXT}]] * 2, *[[{"role": "user", "content": LINK_JSON}]] * 3),
        at(types.TextContent(type="text", text="x", _meta={}), "_meta", ABSENT, ABSENT, {}, {}, {}),
        at(types.TextContent(type="text", text="x", annotations=BOTH), "annotations",
           *[{"audience": ["user"]}] * 2, *[told(BOTH, R26)] * 3),
        # entities
        at(RESOURCE, "title", ABSENT, ABSENT, "R", "R", "R"),
        at(RESOURCE, "_meta", ABSENT, ABSENT, {}, {}, {}),
        at(RESOURCE, "icons", ABSENT, ABSENT, ABSENT, [{"src": "i"}], [{"src": "i"}]),
        at(RESOURCE, "size", 0, 0, 0, 0, 0),
        at(types.ListResourcesResult(resources=[RESOURCE]), "resources", *[[told(RESOURCE, r)] for r in REVISIONS]),
        at(types.Prompt(name="p", title="P", arguments=[types.PromptArgument(name="a", title="A")]), "arguments",
           *[[{"name": "a"}]] * 2, *[[{"name": "a", "title": "A"}]] * 3),
        at(INFO, "description", ABSENT, ABSENT, ABSENT, "d", "d"),
        at(INFO, "websiteUrl", ABSENT, ABSENT, ABSENT, "https://w", "https://w"),
        at(INFO, "icons", ABSENT, ABSENT, ABSENT, [{"src": "i"}], [{"src": "i"}]),
        at(INFO, "title", ABSENT, ABSENT, "S", "S", "S"),
        # progress and completion
        at(types.ProgressNotificationParams(progressToken=0, progress=1, message="m"), "message", ABSENT, *["m"] * 4),
        at(types.CompleteRequestParams(
            ref=types.PromptReference(type="ref/prompt", name="n", title="N"),
            argument=types.CompletionArgument(name="a", value=""),
            context=types.CompletionContext(arguments={}),
        ), "context", ABSENT, ABSENT, *[{"arguments": {}}] * 3),
        # elicitation
        at(FORM, "mode", ABSENT, ABSENT, ABSENT, "form", "form"),
        at(FORM, "requestedSchema.properties", FLAT, FLAT, FLAT, FIELDS, FIELDS),
        at(FORM, "requestedSchema.required", *[["s"]] * 5),
        at(types.ElicitRequestURLParams(message="m", url="u", elicitationId="e"), "elicitationId",
           ABSENT, ABSENT, ABSENT, "e", ABSENT),
        at(types.ElicitResult(action="accept", content={"a": ["x", "y"], "b": 1}), "content",
           *[{"a": "x, y", "b": 1}] * 3, *[{"a": ["x", "y"], "b": 1}] * 2),
        # sampling
        at(SAMPLING, "tools", ABSENT, ABSENT, ABSENT,
           [{"name": "t", "inputSchema": {"type": "object"}}],
           [{"name": "t", "inputSchema": {"type": "object"}, "outputSchema": {"type": "array"}}]),
        at(SAMPLING, "toolChoice", ABSENT, ABSENT, ABSENT, {"mode": "auto"}, {"mode": "auto"}),
        at(SAMPLING, "messages",
           *[[
               {"role": "user", "content": TEXT_JSON}, {"role": "user", "content": audio},
               {"role": "assistant", "content": USE_TEXT}, {"role": "user", "content": RESULT_TEXT},
           ] for audio in (AUDIO_TEXT, AUDIO_JSON, AUDIO_JSON)],
           [
               {"role": "user", "content": [TEXT_JSON, AUDIO_JSON], "_meta": {}},
               {"role": "assistant", "content": [USE_JSON]},
               {"role": "user", "content": {"type": "tool_result", "toolUseId": "1", "content": [words("5")]}},
           ],
           [
               {"role": "user", "content": [TEXT_JSON, AUDIO_JSON], "_meta": {}},
               {"role": "assistant", "content": [USE_JSON]}, {"role": "user", "content": RESULT_JSON},
           ]),
        at(types.CreateMessageResult(role="assistant", content=AUDIO, model="m"), "content",
           AUDIO_TEXT, *[AUDIO_JSON] * 4),
        at(types.CreateMessageResultWithTools(role="assistant", content=[TEXT, AUDIO, TEXT], model="m"), "content",
           words(f"x\n{AUDIO_TEXT['text']}\nx"), *[words("x\nx")] * 2, *[[TEXT_JSON, AUDIO_JSON, TEXT_JSON]] * 2),
        at(types.CreateMessageResultWithTools(role="assistant", content=[AUDIO, AUDIO], model="m"), "content",
           words("\n".join([AUDIO_TEXT["text"]] * 2)), *[AUDIO_JSON] * 2, *[[AUDIO_JSON] * 2] * 2),
        at(types.CreateMessageResultWithTools(role="assistant", content=[], model="m"), "content",
           *[words("")] * 3, [], []),
        # params and capabilities
        at(CALL_PARAMS, "task", ABSENT, ABSENT, ABSENT, {"ttl": 1}, ABSENT),
        at(CALL_PARAMS, "inputResponses", *[ABSENT] * 4, {"a": {"action": "decline"}}),
        at(CALL_PARAMS, "requestState", *[ABSENT] * 4, "s"),
        at(CAPABILITIES, "roots", *[{"listChanged": True}] * 4, {}),
        at(CAPABILITIES, "sampling", {}, {}, {}, {"tools": {}}, {"tools": {}}),
        at(CAPABILITIES, "elicitation", ABSENT, ABSENT, {}, {"form": {}}, {"form": {}}),
        at(CAPABILITIES, "tasks", ABSENT, ABSENT, ABSENT, {}, ABSENT),
        at(CAPABILITIES, "extensions", *[{"a/b": {}}] * 5),
        at(types.ServerCapabilities(completions=types.CompletionsCapability()), "completions", ABSENT, *[{}] * 4),
        at(types.Root(uri=types.FileUrl("file:///a"), _meta={}), "_meta", ABSENT, ABSENT, {}, {}, {}),
        # an InputRequiredResult, whose questions are requests of older revisions
        at(types.InputRequiredResult(inputRequests={"a": types.ElicitRequest(
            params=types.ElicitRequestURLParams(message="m", url="u", elicitationId="e"))}), "inputRequests.a.params",
           *[ABSENT] * 0, *[{"mode": "url", "message": "m", "url": "u"}] * 5),
    ],
)  # fmt: skip
def test_each_cell(model: BaseModel, path: str, cells: Cells) -> None:
    for revision, cell in zip(REVISIONS, cells, strict=True):
        if isinstance(model, types.InputRequiredResult) and revision != R26:
            continue  # no other revision has it
        value = told(model, revision)
        for key in path.split("."):
            value = value.get(key, ABSENT)
        assert value == cell, revision
        assert (value is None) == (cell is None)


def test_nothing_is_converted_in_place() -> None:
    result = types.CallToolResult(content=[AUDIO], structuredContent=5)
    before = result.model_copy(deep=True)
    for revision in REVISIONS:
        dump_result(CALL, result, revision)
        dump_model(SAMPLING, revision)
    assert result == before
    assert result.model_fields_set == before.model_fields_set


def test_a_url_question_gets_an_id_where_one_is_required() -> None:
    params = types.ElicitRequestURLParams(message="m", url="u")
    one, other = told(params, R25C)["elicitationId"], told(params, R25C)["elicitationId"]
    assert one != other
    assert "elicitationId" not in told(params, R26)
    assert params.elicitationId is None


@pytest.mark.parametrize("revision", REVISIONS)
@pytest.mark.parametrize(
    ("code", "newest"),
    [
        (RESOURCE_NOT_FOUND, INVALID_PARAMS),
        (URL_ELICITATION_REQUIRED, INTERNAL_ERROR),
        (INVALID_PARAMS, INVALID_PARAMS),
        (1, 1),
    ],
)
def test_codes_of_errors(revision: str, code: int, newest: int) -> None:
    error = types.ErrorData(code=code, message="m", data={"uri": "a:b"})
    fitted = fit_error(error, revision)
    assert fitted.code == (newest if revision == R26 else code)
    assert (fitted.message, fitted.data) == ("m", {"uri": "a:b"})
    assert error.code == code


SERVER = {SERVER_INFO_KEY: json.loads(dump_model(INFO))}


@pytest.mark.parametrize(
    ("method", "result", "stamped"),
    [
        ("ping", types.EmptyResult(), {"resultType": "complete", "_meta": SERVER}),
        ("ping", {}, {"resultType": "complete", "_meta": SERVER}),
        (
            "tools/call",
            types.CallToolResult(content=[]),
            {"resultType": "complete", "_meta": SERVER, "content": [], "isError": False},
        ),
        (
            "tools/call",
            types.EmptyResult(_meta={"a": None}),
            {"resultType": "complete", "_meta": {"a": None, **SERVER}},
        ),
        ("tools/call", {"_meta": {"a": None}}, {"resultType": "complete", "_meta": {"a": None, **SERVER}}),
        (
            "tools/call",
            types.EmptyResult(_meta={SERVER_INFO_KEY: {"name": "mine"}}),
            {"resultType": "complete", "_meta": {SERVER_INFO_KEY: {"name": "mine"}}},
        ),
        (
            "tools/call",
            {"_meta": {SERVER_INFO_KEY: {"name": "mine"}}},
            {"resultType": "complete", "_meta": {SERVER_INFO_KEY: {"name": "mine"}}},
        ),
        (
            "tools/list",
            types.ListToolsResult(tools=[]),
            {"resultType": "complete", "ttlMs": 0, "cacheScope": "private", "_meta": SERVER, "tools": []},
        ),
        (
            "tools/list",
            types.ListToolsResult(tools=[], ttlMs=5, cacheScope="public", resultType="complete"),
            {"resultType": "complete", "ttlMs": 5, "cacheScope": "public", "_meta": SERVER, "tools": []},
        ),
        (
            "tools/list",
            {"tools": [None], "ttlMs": 5},
            {"resultType": "complete", "ttlMs": 5, "cacheScope": "private", "_meta": SERVER, "tools": [None]},
        ),
        (
            "resources/read",
            types.InputRequiredResult(requestState="s"),
            {"resultType": "input_required", "requestState": "s", "_meta": SERVER},
        ),
        (
            "resources/read",
            {"resultType": "input_required", "requestState": "s"},
            {"resultType": "input_required", "requestState": "s", "_meta": SERVER},
        ),
        (
            "ping",
            types.EmptyResult.model_validate({"x": None}),
            {"resultType": "complete", "_meta": SERVER, "x": None},
        ),
        (
            "tools/list",
            types.ServerResult(types.ListToolsResult(tools=[])),
            {"resultType": "complete", "ttlMs": 0, "cacheScope": "private", "_meta": SERVER, "tools": []},
        ),
    ],
)
def test_results_are_stamped(
    method: str, result: types.Result | dict[str, Any], stamped: dict[str, Any]
) -> None:
    assert json.loads(dump_result(METHODS[method], result, R26, INFO)) == stamped


def test_without_server_info_there_is_no_meta() -> None:
    assert dump_result(METHODS["ping"], types.EmptyResult(), R26) == b'{"resultType":"complete"}'
    assert dump_result(METHODS["ping"], {}, R26) == b'{"resultType":"complete"}'


@pytest.mark.parametrize("revision", [R24, R25A, R25B, R25C])
@pytest.mark.parametrize(
    ("result", "plain"),
    [
        (types.ListToolsResult(tools=[], ttlMs=1, cacheScope="public", resultType="complete"), {"tools": []}),
        ({"tools": [], "ttlMs": 1, "cacheScope": "public", "resultType": "complete", "x": None},
         {"tools": [], "x": None}),
        (types.ServerResult(types.ListToolsResult(tools=[], _meta={"a": None})), {"tools": [], "_meta": {"a": None}}),
    ],
)  # fmt: skip
def test_older_peers_see_no_stamps(
    revision: str, result: types.Result | dict[str, Any], plain: dict[str, Any]
) -> None:
    assert json.loads(dump_result(LIST, result, revision, INFO)) == plain


def test_server_info_is_told_as_the_revision_has_it() -> None:
    old = types.InitializeResult(
        protocolVersion=R25B, capabilities=types.ServerCapabilities(), serverInfo=INFO
    )
    told_info = json.loads(dump_result(METHODS["initialize"], old, R25B))["serverInfo"]
    assert told_info == {"name": "s", "version": "1", "title": "S"}


@pytest.mark.parametrize("revision", REVISIONS)
@pytest.mark.parametrize("text", ["\ud800", ["\udfff"], {"a": {"b": "x\ud800"}}])
def test_what_json_cannot_hold_is_refused(revision: str, text: Any) -> None:
    results: list[types.Result | dict[str, Any]] = [
        types.CallToolResult(content=[TEXT], structuredContent={"a": text}),
        types.CallToolResult(content=[TEXT], _meta={"a": text}, x=None),  # type: ignore[call-arg]  # unknown
        {"a": text},
    ]
    for result in results:
        if revision < R25B and isinstance(result, types.CallToolResult) and result.meta is None:
            continue  # structuredContent is left out
        with pytest.raises(ValueError):  # noqa: PT011  # the serialiser's words are its own
            dump_result(CALL, result, revision)


@pytest.mark.parametrize("revision", REVISIONS)
def test_params_are_written(revision: str) -> None:
    progress = METHODS["notifications/progress"]
    assert dump_params(METHODS["ping"], None, revision) is None
    assert dump_params(LIST, types.PaginatedRequestParams(cursor=""), revision) == b'{"cursor":""}'
    assert dump_params(LIST, {"cursor": None, "x": None}, revision) == b'{"cursor":null,"x":null}'
    params = types.ProgressNotificationParams(progressToken=0, progress=1, message="m")
    assert (b'"message":"m"' in (dump_params(progress, params, revision) or b"")) == (revision != R24)


def test_params_given_as_a_dict_are_converted_where_content_differs() -> None:
    method = METHODS["elicitation/create"]
    written = dump_params(method, FORM.model_dump(by_alias=True), R25B)
    assert written is not None
    assert json.loads(written) == {
        "message": "m",
        "requestedSchema": {**FORM.requestedSchema, "properties": FLAT},
    }
    url = dump_params(method, {"mode": "url", "message": "m", "url": "u", "elicitationId": "e"}, R25C)
    assert json.loads(url or b"") == {"mode": "url", "message": "m", "url": "u", "elicitationId": "e"}


@pytest.mark.parametrize("revision", REVISIONS)
def test_requests_are_read(revision: str) -> None:
    raw = {"name": "t", "arguments": {"a": None}, "_meta": {"progressToken": 0, "x": None}, "meta": 5}
    request = parse_request(CALL, raw, revision)
    assert isinstance(request, types.CallToolRequest)
    assert (request.method, request.params.name, request.params.arguments) == ("tools/call", "t", {"a": None})
    assert request.params.meta is not None
    assert request.params.meta.progressToken == 0
    assert parse_params(CALL, raw, revision) == request.params
    assert dump_params(CALL, request.params, revision) is not None
    assert json.loads(dump_params(CALL, request.params, revision) or b"") == raw


def test_absent_params() -> None:
    listing = parse_request(LIST, None, R25C)
    assert listing.params is None
    assert parse_params(LIST, None, R25C) is None
    assert parse_params(LIST, {}, R25C) == types.PaginatedRequestParams()
    assert parse_notification(METHODS["notifications/initialized"], None, R25C).params is None
    for method in (CALL, READ, METHODS["notifications/progress"]):
        with pytest.raises(ValidationError):
            parse_params(method, None, R25C)


@pytest.mark.parametrize(
    ("method", "params"),
    [
        ("tools/call", {}),
        ("tools/call", {"name": 5}),
        ("tools/call", {"name": "t", "arguments": [1]}),
        ("tools/call", {"name": "t", "_meta": 5}),
        ("tools/call", {"name": "t", "_meta": "x"}),
        ("tools/call", {"name": "t", "_meta": []}),
        ("tools/call", {"name": "t", "inputResponses": {"a": 5}}),
        ("tools/call", {"name": "t", "requestState": 5}),
        ("tools/list", {"cursor": 5}),
        ("tools/list", {"_meta": 5}),
        ("resources/read", {"uri": "no uri"}),
        ("logging/setLevel", {"level": "loud"}),
        ("prompts/get", {"name": "p", "arguments": {"a": 1}}),
        ("completion/complete", {"ref": {"type": "ref/tool", "name": "t"}, "argument": {"name": "a", "value": ""}}),
        ("initialize", {"protocolVersion": "x", "capabilities": {}}),
        ("subscriptions/listen", {}),
        ("subscriptions/listen", {"notifications": {"toolsListChanged": "yes, please"}}),
    ],
)  # fmt: skip
def test_wrong_params(method: str, params: dict[str, Any]) -> None:
    for parse in (parse_params, parse_request):
        with pytest.raises(ValidationError):
            parse(METHODS[method], params, R26)


def test_notifications_are_read() -> None:
    method = METHODS["notifications/progress"]
    notification = parse_notification(method, {"progressToken": "0", "progress": 1, "more": None}, R24)
    assert isinstance(notification, types.ProgressNotification)
    assert notification.params.progressToken == "0"
    with pytest.raises(ValidationError):
        parse_notification(method, {"progressToken": True, "progress": 1}, R24)


@pytest.mark.parametrize("revision", REVISIONS)
def test_results_are_read(revision: str) -> None:
    result = parse_result(CALL, {"content": [], "structuredContent": None, "more": None}, revision)
    assert isinstance(result, types.CallToolResult)
    assert result.resultType is None
    assert result.model_extra == {"more": None}
    assert "structuredContent" in result.model_fields_set
    with pytest.raises(ValidationError):
        parse_result(CALL, {"content": 5}, revision)


def test_kinds_of_results() -> None:
    complete = parse_result(METHODS["ping"], {"resultType": "complete"}, R26)
    assert complete.resultType == "complete"
    for kind in ("input_required", "other", 5, None):
        with pytest.raises(ValueError, match="unknown type"):
            parse_result(CALL, {"content": [], "resultType": kind}, R26)
    assert parse_result(CALL, {"content": [], "resultType": "other"}, R25C).resultType == "other"


def test_a_notification_has_no_result() -> None:
    with pytest.raises(ValueError, match="is a notification"):
        parse_result(METHODS["notifications/progress"], {}, R25C)


@pytest.mark.parametrize(
    ("content", "model"),
    [
        (TEXT_JSON, types.CreateMessageResult),
        ([TEXT_JSON], types.CreateMessageResultWithTools),
        (USE_JSON, types.CreateMessageResultWithTools),
    ],
)
def test_answers_of_a_model_are_read(content: Any, model: type[types.Result]) -> None:
    raw = {"role": "assistant", "content": content, "model": "m"}
    assert type(parse_result(METHODS["sampling/createMessage"], raw, R25C)) is model


@pytest.mark.parametrize(
    ("hints", "kept"),
    [
        ({"ttlMs": 5, "cacheScope": "public"}, (5, "public")),
        ({"ttlMs": 0}, (0, None)),
        ({"ttlMs": -1, "cacheScope": "public"}, (None, None)),
        ({"ttlMs": 1.5}, (None, None)),
        ({"ttlMs": True}, (None, None)),
        ({"ttlMs": "5"}, (None, None)),
        ({"ttlMs": 5, "cacheScope": "shared"}, (None, None)),
        ({"ttlMs": 5, "cacheScope": []}, (None, None)),
    ],
)
def test_bad_hints_are_ignored(hints: dict[str, Any], kept: tuple[int | None, str | None]) -> None:
    result = parse_result(LIST, {"tools": [], **hints}, R26)
    assert isinstance(result, types.ListToolsResult)
    assert (result.ttlMs, result.cacheScope) == kept
