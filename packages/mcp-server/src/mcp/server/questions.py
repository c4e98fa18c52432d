"""The questions that a call may put to the client: what each needs of the client, and whether an answer fits it."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from mcp.shared.channel import AnyRequest
from mcp.shared.exceptions import InvalidParams
from mcp.shared.schema import SchemaError, validator_of
from mcp.types import (
    ClientCapabilities,
    CreateMessageRequest,
    CreateMessageResult,
    CreateMessageResultWithTools,
    ElicitRequest,
    ElicitRequestURLParams,
    ElicitResult,
    ListRootsRequest,
    ListRootsResult,
    Result,
)

__all__ = ["kind_of", "missing_capability", "parse_answer"]

_KINDS: dict[type[Any], str] = {
    ElicitRequest: "elicit",
    CreateMessageRequest: "sample",
    ListRootsRequest: "roots",
}


def kind_of(question: AnyRequest) -> str:
    """Return the word that starts the key of a question put without one.

    Raises:
        TypeError: such a request cannot be put to a client.
    """
    try:
        return _KINDS[type(question)]
    except KeyError:
        names = ", ".join(each.__name__ for each in _KINDS)
        raise TypeError(f"{type(question).__name__} is no question to a client; one of {names}") from None


def missing_capability(question: AnyRequest, declared: ClientCapabilities) -> dict[str, Any] | None:
    """Return what the client would have to declare to be asked this, as capabilities; None if it did."""
    if isinstance(question, ElicitRequest):
        return _missing_elicitation(question, declared)
    if isinstance(question, CreateMessageRequest):
        if declared.sampling is None:
            return {"sampling": {}}
        wants_tools = question.params.tools is not None or question.params.toolChoice is not None
        return {"sampling": {"tools": {}}} if wants_tools and declared.sampling.tools is None else None
    kind_of(question)
    return {"roots": {}} if declared.roots is None else None


def _missing_elicitation(question: ElicitRequest, declared: ClientCapabilities) -> dict[str, Any] | None:
    modes = declared.elicitation
    if isinstance(question.params, ElicitRequestURLParams):
        return {"elicitation": {"url": {}}} if modes is None or modes.url is None else None
    if modes is None or (modes.form is None and modes.url is not None):  # no mode named means form
        return {"elicitation": {"form": {}}}
    return None


def parse_answer(key: str, question: AnyRequest, answer: object) -> Result:
    """Return the client's answer to a question, as its model.

    Answers carry no mark of their kind: the question decides how they are read.

    Raises:
        InvalidParams: it is no answer to such a question.
    """
    try:
        result = _model_of(question).model_validate(answer)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise InvalidParams(
            f"The answer {key!r} is none to {question.method}: {where} {first['msg']}"
        ) from None
    if isinstance(result, ElicitResult) and isinstance(question, ElicitRequest):
        _check_content(key, question, result)
    return result


def _model_of(question: AnyRequest) -> type[Result]:
    if isinstance(question, ElicitRequest):
        return ElicitResult
    if isinstance(question, CreateMessageRequest):
        return CreateMessageResult if question.params.tools is None else CreateMessageResultWithTools
    return ListRootsResult


def _check_content(key: str, question: ElicitRequest, result: ElicitResult) -> None:
    if result.action != "accept" or isinstance(question.params, ElicitRequestURLParams):
        return
    try:
        problem = validator_of(question.params.requestedSchema).check(result.content or {})
    except SchemaError:
        return  # the author's own schema: the author's code sees the content as it came
    if problem is not None:
        raise InvalidParams(f"The answer {key!r} does not fit the requested schema: {problem}")
