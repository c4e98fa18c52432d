"""What every wire model has: unknown fields kept, `_meta`, strict integers, URLs that keep their text."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Generic, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, SerializeAsAny, Strict
from typing_extensions import TypeVar

# Checkers see pydantic's classes, so that programs which pass `pydantic.AnyUrl` stay well typed.
if TYPE_CHECKING:
    from pydantic import AnyUrl, FileUrl
else:
    from mcp.types._urls import AnyUrl, FileUrl

__all__ = [
    "AnyFunction",
    "AnyUrl",
    "BaseMetadata",
    "CacheableResult",
    "Cursor",
    "EmptyResult",
    "FileUrl",
    "Icon",
    "InputResponseRequestParams",
    "InputResponses",
    "Integer",
    "MethodT",
    "Notification",
    "NotificationParams",
    "NotificationParamsT",
    "Number",
    "PaginatedRequest",
    "PaginatedRequestParams",
    "PaginatedResult",
    "ProgressToken",
    "Request",
    "RequestId",
    "RequestParams",
    "RequestParamsT",
    "Result",
    "ResultType",
    "Role",
    "TaskMetadata",
    "WireModel",
    "is_none",
]

AnyFunction: TypeAlias = Callable[..., Any]
Integer: TypeAlias = Annotated[int, Strict()]
Number: TypeAlias = Annotated[float, Strict()]
RequestId: TypeAlias = Annotated[int, Strict()] | str
ProgressToken: TypeAlias = str | Annotated[int, Strict()]
Cursor: TypeAlias = str
Role: TypeAlias = Literal["user", "assistant"]
ResultType: TypeAlias = str


def is_none(value: object) -> bool:
    """For `exclude_if`: fields that 1.x lacks stay out of a user's `model_dump()` while they are unset."""
    return value is None


class WireModel(BaseModel):
    """A model of something on the wire.

    `nullable` names the fields whose None, once set, is written as `null`; in all others None means absent.
    """

    model_config = ConfigDict(extra="allow", populate_by_name=True, defer_build=True, allow_inf_nan=False)

    nullable: ClassVar[frozenset[str]] = frozenset()


class TaskMetadata(WireModel):
    """Asks that a request be run as a task; `ttl` in milliseconds."""

    ttl: Integer | None = None


class RequestParams(WireModel):
    """The params of a request. Specification: basic."""

    class Meta(WireModel):
        """`_meta` of a request; all keys but the progress token are unknown fields."""

        progressToken: ProgressToken | None = None

    task: TaskMetadata | None = None
    meta: Meta | None = Field(alias="_meta", default=None)


class PaginatedRequestParams(RequestParams):
    """The params of a list request; "" is a cursor. Specification: server/utilities/pagination."""

    cursor: Cursor | None = None


class NotificationParams(WireModel):
    """The params of a notification."""

    class Meta(WireModel):
        """`_meta` of a notification; all keys are unknown fields."""

    meta: Meta | None = Field(alias="_meta", default=None)


RequestParamsT = TypeVar("RequestParamsT", bound=RequestParams | dict[str, Any] | None, default=Any)
NotificationParamsT = TypeVar(
    "NotificationParamsT", bound=NotificationParams | dict[str, Any] | None, default=Any
)
MethodT = TypeVar("MethodT", bound=str, default=Any)


# Generic for programs that define their own; the requests of the protocol restate `method` and `params` in
# plain subclasses, which costs half of what parametrised classes do.
class Request(WireModel, Generic[RequestParamsT, MethodT]):
    """A request: a method and its params."""

    method: MethodT
    params: RequestParamsT


class PaginatedRequest(Request[PaginatedRequestParams | None, MethodT], Generic[MethodT]):
    """A request for one page of a list."""

    params: PaginatedRequestParams | None = None


class Notification(WireModel, Generic[NotificationParamsT, MethodT]):
    """A notification: a method and its params."""

    method: MethodT
    params: NotificationParamsT


# What a 1.x program does not expect when it iterates over a result.
_HINTS = frozenset({"resultType", "ttlMs", "cacheScope"})


class Result(WireModel):
    """A result. `resultType` is set by the serialiser where it is not given. Specification: basic."""

    meta: dict[str, Any] | None = Field(alias="_meta", default=None)
    resultType: ResultType | None = Field(default=None, exclude_if=is_none)

    def __iter__(self) -> Any:
        """Pairs of name and value, as 1.x gives them: without `resultType` and the cache hints."""
        return (pair for pair in super().__iter__() if pair[0] not in _HINTS)


class PaginatedResult(Result):
    """One page of a list; an empty `nextCursor` is a cursor, an absent one the end."""

    nextCursor: Cursor | None = None


class CacheableResult(Result):
    """A result that may be kept for `ttlMs` milliseconds. Specification: server/utilities/caching."""

    ttlMs: Annotated[Integer, Field(ge=0)] | None = Field(default=None, exclude_if=is_none)
    cacheScope: Literal["public", "private"] | None = Field(default=None, exclude_if=is_none)


# Answers carry no sign of their kind: who asked knows it, and reads them by it.
InputResponses: TypeAlias = dict[str, dict[str, Any] | SerializeAsAny[Result]]


class InputResponseRequestParams(RequestParams):
    """The params of a request that may be a retry, with answers by key and the state it was given."""

    inputResponses: InputResponses | None = Field(default=None, exclude_if=is_none)
    requestState: str | None = Field(default=None, exclude_if=is_none)


class EmptyResult(Result):
    """A result that says no more than that the request succeeded."""


class BaseMetadata(WireModel):
    """A programmatic name and, for people, a title."""

    name: str
    title: str | None = None


class Icon(WireModel):
    """An image for user interfaces; `src` is an https: or data: URI, `sizes` are like "48x48" or "any"."""

    src: str
    mimeType: str | None = None
    sizes: list[str] | None = None
    theme: Literal["light", "dark"] | None = Field(default=None, exclude_if=is_none)
