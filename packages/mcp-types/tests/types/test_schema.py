"""Instances of every definition of the published schemas parse, and are written back as the same JSON."""

import json
from functools import cache
from typing import Any, cast

import jsonschema_rs
import pytest
from pydantic import BaseModel, RootModel, TypeAdapter

from mcp import types
from mcp.types import elicitation, lifecycle
from mcp.types.methods import METHODS
from mcp.types.versions import REVISIONS, is_modern
from mcp.types.wire import dump_model, dump_result
from support.instances import Instances
from support.shared import shared

COUNT = 20


class AnyRequest(types.Request[types.RequestParams | None, str]):
    """The abstract request; programs make theirs like this."""

    params: types.RequestParams | None = None


class AnyNotification(types.Notification[types.NotificationParams | None, str]):
    """The abstract notification."""

    params: types.NotificationParams | None = None


# Definitions that are no model of the same name: aliases, unions, scalars, and parts of others.
OTHERS: dict[str, Any] = {
    "Annotated": dict[str, Any],  # an abstract base; its one field is in every content block
    "ElicitationCompleteNotification": types.ElicitCompleteNotification,
    "Error": types.ErrorData,
    "HeaderMismatchError": types.JSONRPCError,
    "Icons": dict[str, Any],  # an abstract base; its one field is in Tool, Resource, Prompt, Implementation
    "InternalError": types.ErrorData,
    "InvalidParamsError": types.ErrorData,
    "InvalidRequestError": types.ErrorData,
    "JSONArray": list[Any],
    "JSONObject": dict[str, Any],
    "JSONRPCBatchRequest": list[types.JSONRPCMessage],
    "JSONRPCBatchResponse": list[types.JSONRPCMessage],
    "JSONRPCErrorResponse": types.JSONRPCError,
    "JSONValue": Any,
    "MetaObject": dict[str, Any],
    "MethodNotFoundError": types.ErrorData,
    "MissingRequiredClientCapabilityError": types.JSONRPCError,
    "Notification": AnyNotification,
    "NotificationMetaObject": types.NotificationParams.Meta,
    "ParseError": types.ErrorData,
    "Request": AnyRequest,
    "RequestMetaObject": types.RequestParams.Meta,
    "ResourceRequestParams": types.SubscribeRequestParams,
    "ResultMetaObject": dict[str, Any],
    "SubscriptionsListenResultMetaObject": dict[str, Any],
    "TaskAugmentedRequestParams": types.RequestParams,
    "URLElicitationRequiredError": types.JSONRPCError,
    "UnsupportedProtocolVersionError": types.JSONRPCError,
}
ERROR_DATA = {
    "MissingRequiredClientCapabilityError": lifecycle.MissingRequiredClientCapabilityErrorData,
    "URLElicitationRequiredError": elicitation.ElicitationRequiredErrorData,
    "UnsupportedProtocolVersionError": lifecycle.UnsupportedProtocolVersionErrorData,
}
# 1.x writes these defaults out; absent, they mean the same.
DEFAULTS: dict[str, Any] = {"isError": False, "mode": "form"}


@cache
def schema_of(revision: str) -> dict[str, Any]:
    return cast(dict[str, Any], json.loads(shared(f"schema/{revision}.json").read_text("utf-8")))


def definitions(revision: str) -> list[str]:
    return list(Instances(schema_of(revision), "").definitions)


@cache
def validator(revision: str, name: str) -> jsonschema_rs.Validator:
    schema = schema_of(revision)
    key = "$defs" if "$defs" in schema else "definitions"
    return jsonschema_rs.validator_for({**schema, "$ref": f"#/{key}/{name}"})


@cache
def adapter(revision: str, name: str) -> TypeAdapter[Any]:
    if name in OTHERS:
        return TypeAdapter(OTHERS[name])
    if name.endswith("ResultResponse"):
        return TypeAdapter(types.JSONRPCResponse)
    if name == "JSONRPCMessage" and "JSONRPCBatchRequest" in definitions(revision):
        return TypeAdapter(types.JSONRPCMessage | list[types.JSONRPCMessage])
    if name == "CreateMessageResult" and "ToolUseContent" in definitions(revision):
        return TypeAdapter(types.CreateMessageResultWithTools)
    if name == "JSONRPCResponse" and "JSONRPCErrorResponse" in definitions(revision):
        return TypeAdapter(types.JSONRPCResponse | types.JSONRPCError)
    return TypeAdapter(getattr(types, name))


def parse(revision: str, name: str, value: Any) -> Any:
    return adapter(revision, name).validate_python(value, by_alias=True, by_name=False)


def write(parsed: Any) -> Any:
    if isinstance(parsed, RootModel):
        return write(cast(Any, parsed).root)
    if isinstance(parsed, BaseModel):
        return json.loads(dump_model(parsed))
    if isinstance(parsed, list):
        return [write(item) for item in cast(Any, parsed)]
    if isinstance(parsed, dict):
        return {key: write(item) for key, item in cast(dict[str, Any], parsed).items()}
    return parsed


def difference(written: Any, read: Any, path: str = "") -> str | None:
    """Where two JSON values differ: `True` is not 1, and what 1.x writes out may have been absent."""
    if isinstance(written, dict) and isinstance(read, dict):
        left, right = cast(dict[str, Any], written), cast(dict[str, Any], read)
        for key in left.keys() | right.keys():
            if key not in left or (key not in right and DEFAULTS.get(key) != left[key]):
                return f"{path}.{key} is only in {'read' if key in right else 'written'}"
            if key in right and (found := difference(left[key], right[key], f"{path}.{key}")):
                return found
        return None
    if isinstance(written, list) and isinstance(read, list):
        items, others = cast(Any, written), cast(Any, read)
        if len(items) != len(others):
            return f"{path} has another length"
        pairs = enumerate(zip(items, others, strict=True))
        return next((found for i, pair in pairs if (found := difference(*pair, f"{path}[{i}]"))), None)
    same = isinstance(written, bool) == isinstance(read, bool) and written == read
    return None if same else f"{path}: {written!r} is not {read!r}"


def invalid(revision: str, name: str, data: bytes) -> str | None:
    error = next(validator(revision, name).iter_errors(json.loads(data)), None)
    return None if error is None else f"{error.message[:200]} at {error.instance_path}"


@pytest.mark.parametrize("revision", REVISIONS)
def test_each_definition_round_trips(revision: str) -> None:
    faults: list[str] = []
    instances = Instances(schema_of(revision), revision)
    for name in definitions(revision):
        for _ in range(COUNT):
            value = instances.make(name)
            assert validator(revision, name).is_valid(value), (name, value)
            try:
                fault = difference(write(parse(revision, name, value)), value)
            except ValueError as error:
                fault = str(error)
            if fault:
                faults.append(f"{name}: {fault}")
                break
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize(
    ("definition", "model"), [(definition, ERROR_DATA[definition]) for definition in sorted(ERROR_DATA)]
)
def test_error_data_round_trips(definition: str, model: type[BaseModel]) -> None:
    revision = next(r for r in reversed(REVISIONS) if definition in definitions(r))
    instances = Instances(schema_of(revision), revision)
    for _ in range(COUNT):
        data = instances.make(definition)["error"]["data"]
        assert difference(write(model.model_validate(data, by_alias=True, by_name=False)), data) is None


def test_every_definition_is_known() -> None:
    names = {name for revision in REVISIONS for name in definitions(revision)}
    unknown = {
        name
        for name in names - OTHERS.keys()
        if not name.endswith("ResultResponse") and name not in types.__all__
    }
    assert not unknown
    assert OTHERS.keys() <= names


# What a newer peer says, as an older revision has it. Left out: envelopes and unions, which hold other
# definitions, and the schemas of form fields, which travel inside a form.
RESULTS = {
    method.result.__name__: method
    for method in METHODS.values()
    if method.result is not None and method.since
}
INNER = [
    "ClientCapabilities",
    "CompleteRequestParams",
    "CreateMessageRequestParams",
    "ElicitRequestFormParams",
    "EmbeddedResource",
    "Implementation",
    "Prompt",
    "PromptMessage",
    "Resource",
    "ResourceTemplate",
    "Root",
    "SamplingMessage",
    "ServerCapabilities",
    "Tool",
]


@pytest.mark.parametrize("spoken", REVISIONS)
@pytest.mark.parametrize("source", REVISIONS)
def test_what_is_written_for_a_revision_is_valid_there(source: str, spoken: str) -> None:
    faults: list[str] = []
    # Plain ones: one schema forbids null and fractions where the others allow anything.
    instances = Instances(schema_of(source), f"{source} {spoken}", plain=True)
    for name in sorted(set(definitions(source)) & set(definitions(spoken)) & {*RESULTS, *INNER}):
        if name == "CompleteRequestParams" and is_modern(spoken) and not is_modern(source):
            continue  # what `_meta` must hold there is the sender's to say
        for _ in range(COUNT):
            parsed = parse(source, name, instances.make(name))
            method = RESULTS.get(name)
            data = dump_result(method, parsed, spoken) if method else dump_model(parsed, spoken)
            if fault := invalid(spoken, name, data):
                faults.append(f"{name}: {fault}")
                break
    assert not faults, "\n".join(sorted(faults))
