"""Params and results, read and written as a revision has them: the one place where revisions differ."""

from collections.abc import Callable
from functools import cache
from typing import Any, cast
from uuid import uuid4

from pydantic import BaseModel, RootModel

from mcp.types import (
    _base,
    completion,
    content,
    elicitation,
    lifecycle,
    progress,
    prompts,
    resources,
    roots,
    sampling,
    tools,
)
from mcp.types._base import Notification, Request, Result
from mcp.types._fit import (
    as_text,
    flat_form,
    one_block,
    split_message,
    with_object_properties,
    without,
    without_structured_value,
)
from mcp.types._nulls import Tree, dump
from mcp.types._stamp import stamp, stamp_dict, unstamp_dict
from mcp.types._trees import exclude_tree
from mcp.types.jsonrpc import (
    INTERNAL_ERROR,
    INVALID_PARAMS,
    RESOURCE_NOT_FOUND,
    URL_ELICITATION_REQUIRED,
    ErrorData,
    dump_json,
)
from mcp.types.lifecycle import Implementation
from mcp.types.methods import Method
from mcp.types.versions import is_modern

__all__ = [
    "dump_model",
    "dump_params",
    "dump_result",
    "fit_error",
    "parse_notification",
    "parse_params",
    "parse_request",
    "parse_result",
    "without_bad_hints",
]

_R1, _R2, _R3, _R4, _R5 = "2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25", "2026-07-28"

# In which revisions a field exists: the first, and the last if it was removed. All others exist in each.
# Specification: schema. `extensions` is passed on to legacy peers too, which read it.
_LIFETIMES: dict[type[BaseModel], dict[str, tuple[str, str | None]]] = {
    _base.Result: {"resultType": (_R5, None)},
    _base.CacheableResult: {"ttlMs": (_R5, None), "cacheScope": (_R5, None)},
    _base.RequestParams: {"task": (_R4, _R4)},
    _base.InputResponseRequestParams: {"inputResponses": (_R5, None), "requestState": (_R5, None)},
    _base.BaseMetadata: {"title": (_R3, None)},
    lifecycle.Implementation: {"websiteUrl": (_R4, None), "icons": (_R4, None), "description": (_R4, None)},
    lifecycle.ClientCapabilities: {"elicitation": (_R3, None), "tasks": (_R4, _R4)},
    lifecycle.ServerCapabilities: {"completions": (_R2, None), "tasks": (_R4, _R4)},
    lifecycle.RootsCapability: {"listChanged": (_R1, _R4)},
    lifecycle.SamplingCapability: {"context": (_R4, None), "tools": (_R4, None)},
    lifecycle.ElicitationCapability: {"form": (_R4, None), "url": (_R4, None)},
    content.Annotations: {"lastModified": (_R3, None)},
    content.Resource: {"icons": (_R4, None), "meta": (_R3, None)},
    content.ResourceContents: {"meta": (_R3, None)},
    content.TextContent: {"meta": (_R3, None)},
    content.ImageContent: {"meta": (_R3, None)},
    content.AudioContent: {"meta": (_R3, None)},
    content.EmbeddedResource: {"meta": (_R3, None)},
    resources.ResourceTemplate: {"icons": (_R4, None), "meta": (_R3, None)},
    prompts.Prompt: {"icons": (_R4, None), "meta": (_R3, None)},
    prompts.PromptArgument: {"title": (_R3, None)},
    tools.Tool: {
        "annotations": (_R2, None),
        "outputSchema": (_R3, None),
        "meta": (_R3, None),
        "icons": (_R4, None),
        "execution": (_R4, _R4),
    },
    tools.CallToolResult: {"structuredContent": (_R3, None)},
    progress.ProgressNotificationParams: {"message": (_R2, None)},
    completion.PromptReference: {"title": (_R3, None)},
    completion.CompleteRequestParams: {"context": (_R3, None)},
    roots.Root: {"meta": (_R3, None)},
    sampling.SamplingMessage: {"meta": (_R4, None)},
    sampling.CreateMessageRequestParams: {"tools": (_R4, None), "toolChoice": (_R4, None)},
    elicitation.ElicitRequestFormParams: {"mode": (_R4, None)},
    elicitation.ElicitRequestURLParams: {"elicitationId": (_R4, _R4)},
}


@cache
def _tree(model: type[BaseModel], revision: str) -> Tree:
    def lacks(owner: type[BaseModel], name: str) -> bool:
        for base in owner.__mro__:
            if name in (fields := _LIFETIMES.get(base, {})):
                since, until = fields[name]
                return revision < since or (until is not None and revision > until)
        return False

    return exclude_tree(model, lacks)


def parse_request(method: Method, params: dict[str, Any] | None, revision: str) -> Request[Any, Any]:
    """The request that was received; validated once.

    Raises:
        pydantic.ValidationError: params are wrong, or absent where they are required.
    """
    return cast(Request[Any, Any], _message(method, params))


def parse_notification(
    method: Method, params: dict[str, Any] | None, revision: str
) -> Notification[Any, Any]:
    """The notification that was received; validated once.

    Raises:
        pydantic.ValidationError: params are wrong, or absent where they are required.
    """
    return cast(Notification[Any, Any], _message(method, params))


def parse_params(method: Method, params: dict[str, Any] | None, revision: str) -> BaseModel | None:
    """The params that were received; None where they are optional and absent.

    Raises:
        pydantic.ValidationError: params are wrong, or absent where they are required.
    """
    message = cast("Request[Any, Any]", _message(method, params))
    return cast("BaseModel | None", message.params)


# Fields are read by their wire names alone: an unknown field called `meta` is not `_meta`.
def _message(method: Method, params: dict[str, Any] | None) -> Any:
    message: dict[str, Any] = {"method": method.name}
    if params is not None:
        message["params"] = params
    return method.model.model_validate(message, by_alias=True, by_name=False)


def parse_result(method: Method, result: dict[str, Any], revision: str) -> Result:
    """The result that was received; `input_required` and the kinds of extensions are the caller's business.

    Raises:
        pydantic.ValidationError: the result is not of this method's shape.
        ValueError: it is of an unknown kind. Specification: basic.
    """
    kind = result.get("resultType", "complete")
    if is_modern(revision) and kind != "complete":
        raise ValueError(f"result of unknown type {kind!r} for {method.name}")
    model = method.result
    if model is None:
        raise ValueError(f"{method.name} is a notification and has no result")
    if model is sampling.CreateMessageResult and _uses_tools(result):
        model = sampling.CreateMessageResultWithTools
    if method.cacheable:
        result = without_bad_hints(result)
    return model.model_validate(result, by_alias=True, by_name=False)


def _uses_tools(result: dict[str, Any]) -> bool:
    blocks: Any = result.get("content")
    return isinstance(blocks, list) or (
        isinstance(blocks, dict) and cast(dict[str, Any], blocks).get("type") in ("tool_use", "tool_result")
    )


def without_bad_hints(result: dict[str, Any]) -> dict[str, Any]:
    """The result of a cacheable method, without hints that are none: they make it stale, not wrong.

    Specification: server/utilities/caching.
    """
    ttl, scope = result.get("ttlMs"), result.get("cacheScope")
    is_good = (ttl is None or (type(ttl) is int and ttl >= 0)) and scope in (None, "public", "private")
    if is_good:
        return result
    return {key: value for key, value in result.items() if key not in ("ttlMs", "cacheScope")}


def dump_model(model: BaseModel, revision: str | None = None) -> bytes:
    """The wire JSON of any model, as `revision` has it.

    Raises:
        ValueError: a value that JSON cannot hold.
    """
    model = _unwrapped(model)
    if revision is None:
        return dump(model)
    return dump(_fit(model, revision), _tree(type(model), revision))


# The unions of 1.x are root models; a class attribute says so faster than isinstance() of RootModel.
def _unwrapped(model: BaseModel) -> BaseModel:
    return cast("RootModel[Any]", model).root if type(model).__pydantic_root_model__ else model


def dump_params(method: Method, params: BaseModel | dict[str, Any] | None, revision: str) -> bytes | None:
    """The params to be sent; None where there are none.

    Raises:
        ValueError: a value that JSON cannot hold.
    """
    if isinstance(params, dict):
        if revision >= _R5 or method.params not in _FITTERS:
            return dump_json(params)
        params = parse_params(method, params, revision)
    return None if params is None else dump_model(params, revision)


def dump_result(
    method: Method,
    result: Result | BaseModel | dict[str, Any],
    revision: str,
    server_info: Implementation | None = None,
) -> bytes:
    """The result to be sent, stamped as `revision` wants it; a dict is stamped but not converted.

    Args:
        server_info: who serves, where the revision has that in each result.

    Raises:
        ValueError: a value that JSON cannot hold.
    """
    if isinstance(result, dict):
        if not is_modern(revision):
            return dump_json(unstamp_dict(result))
        return dump_json(stamp_dict(result, method.cacheable, _dump_info(server_info, revision)))
    if not is_modern(revision):
        return dump_model(result, revision)
    result = _unwrapped(result)
    tree = _tree(type(result), revision)
    return stamp(result, tree, method.cacheable, _dump_info(server_info, revision))


def _dump_info(info: Implementation | None, revision: str) -> bytes | None:
    return None if info is None else dump_model(info, revision)


def fit_error(error: ErrorData, revision: str) -> ErrorData:
    """The error under a code that `revision` may emit. Specification: basic."""
    if not is_modern(revision) or error.code not in (RESOURCE_NOT_FOUND, URL_ELICITATION_REQUIRED):
        return error
    code = INVALID_PARAMS if error.code == RESOURCE_NOT_FOUND else INTERNAL_ERROR
    return error.model_copy(update={"code": code})


def _fit(model: BaseModel, revision: str) -> BaseModel:
    if revision >= _R5:
        return model
    fitter = _fitter(type(model))
    return model if fitter is None else fitter(model, revision)


@cache
def _fitter(model: type[BaseModel]) -> Callable[[Any, str], Any] | None:
    return next((_FITTERS[base] for base in model.__mro__ if base in _FITTERS), None)


# The revision that brought each kind of block, where it was not the first.
_BLOCKS = {"audio": _R2, "resource_link": _R3, "tool_use": _R4, "tool_result": _R4}


def _fit_block(block: Any, revision: str) -> Any:
    kind: str = block.type
    if revision < _BLOCKS.get(kind, _R1):
        return as_text(block)
    if kind == "tool_result" and _has_structured_value(block):
        return without_structured_value(block)
    return block


def _has_structured_value(result: tools.CallToolResult | content.ToolResultContent) -> bool:
    return "structuredContent" in result.model_fields_set and not isinstance(result.structuredContent, dict)


def _fit_blocks(blocks: list[Any], revision: str) -> list[Any]:
    if all(block.type not in _BLOCKS for block in blocks):
        return blocks
    return [_fit_block(block, revision) for block in blocks]


def _fit_call_result(result: tools.CallToolResult, revision: str) -> tools.CallToolResult:
    if _has_structured_value(result) or (revision < _R3 and result.structuredContent is not None):
        result = without_structured_value(result)
    blocks = _fit_blocks(result.content, revision)
    return result if blocks is result.content else result.model_copy(update={"content": blocks})


def _fit_tool(tool: tools.Tool, revision: str) -> tools.Tool:
    if tool.outputSchema is not None and tool.outputSchema.get("type") != "object":
        tool = without(tool, "outputSchema")
    return with_object_properties(with_object_properties(tool, "inputSchema"), "outputSchema")


def _fit_tools(result: tools.ListToolsResult, revision: str) -> tools.ListToolsResult:
    return result.model_copy(update={"tools": [_fit_tool(tool, revision) for tool in result.tools]})


def _fit_prompt_message(message: prompts.PromptMessage, revision: str) -> prompts.PromptMessage:
    block = _fit_block(message.content, revision)
    return message if block is message.content else message.model_copy(update={"content": block})


def _fit_prompt(result: prompts.GetPromptResult, revision: str) -> prompts.GetPromptResult:
    messages = [_fit_prompt_message(message, revision) for message in result.messages]
    return result.model_copy(update={"messages": messages})


def _fit_answer(
    answer: sampling.SamplingMessage | sampling.CreateMessageResult | sampling.CreateMessageResultWithTools,
    revision: str,
) -> BaseModel:
    blocks: Any = answer.content
    if not isinstance(blocks, list):
        return answer.model_copy(update={"content": _fit_block(blocks, revision)})
    fitted = _fit_blocks(cast(Any, blocks), revision)
    return answer.model_copy(update={"content": fitted if revision >= _R4 else one_block(fitted)})


def _fit_sampling(
    params: sampling.CreateMessageRequestParams, revision: str
) -> sampling.CreateMessageRequestParams:
    messages = params.messages
    if revision < _R4:
        messages = [part for message in messages for part in split_message(message)]
    update: dict[str, Any] = {"messages": [_fit_answer(message, revision) for message in messages]}
    if params.tools is not None:
        update["tools"] = [_fit_tool(tool, revision) for tool in params.tools]
    return params.model_copy(update=update)


def _fit_choices(result: elicitation.ElicitResult, revision: str) -> elicitation.ElicitResult:
    if revision >= _R4 or result.content is None:
        return result
    flat = {
        name: ", ".join(value) if isinstance(value, list) else value for name, value in result.content.items()
    }
    return result.model_copy(update={"content": flat})


def _fit_form(
    params: elicitation.ElicitRequestFormParams, revision: str
) -> elicitation.ElicitRequestFormParams:
    if revision >= _R4:
        return params
    return params.model_copy(update={"requestedSchema": flat_form(params.requestedSchema)})


def _fit_url(params: elicitation.ElicitRequestURLParams, revision: str) -> elicitation.ElicitRequestURLParams:
    if revision != _R4 or params.elicitationId is not None:
        return params
    return params.model_copy(update={"elicitationId": str(uuid4())})


# What is converted, beyond fields left out, for revisions before the modern one.
_FITTERS: dict[type[BaseModel], Callable[[Any, str], Any]] = {
    tools.Tool: _fit_tool,
    tools.ListToolsResult: _fit_tools,
    tools.CallToolResult: _fit_call_result,
    prompts.PromptMessage: _fit_prompt_message,
    prompts.GetPromptResult: _fit_prompt,
    sampling.SamplingMessage: _fit_answer,
    sampling.CreateMessageRequestParams: _fit_sampling,
    sampling.CreateMessageResult: _fit_answer,
    sampling.CreateMessageResultWithTools: _fit_answer,
    elicitation.ElicitRequestFormParams: _fit_form,
    elicitation.ElicitRequestURLParams: _fit_url,
    elicitation.ElicitResult: _fit_choices,
}
