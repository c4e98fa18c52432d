"""URL types that keep the text they were made from."""

from typing import Any, Self

import pydantic
from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, Url, core_schema

__all__ = ["AnyHttpUrl", "AnyUrl", "FileUrl"]


class _KeepsText(pydantic.AnyUrl):
    """A pydantic URL whose `str()`, `repr()` and JSON are the text it was given, not its normal form."""

    _text: str

    def __init__(self, url: str | Url | pydantic.AnyUrl) -> None:
        super().__init__(url)
        self._text = str(url)

    def __str__(self) -> str:
        return self._text

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._text!r})"

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return type(self)(self._text)

    def __reduce__(self) -> tuple[type[Self], tuple[str]]:
        return type(self), (self._text,)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, pydantic.AnyUrl):
            return NotImplemented
        return self._url == other._url

    def __hash__(self) -> int:
        return hash(self._url)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: type[Any], handler: GetCoreSchemaHandler) -> CoreSchema:
        def keep(value: Any, parse: core_schema.ValidatorFunctionWrapHandler) -> Any:
            if isinstance(value, cls):
                return value
            text = str(value) if isinstance(value, pydantic.AnyUrl | Url) else value
            kept = cls.__new__(cls)
            kept._url = parse(text)
            kept._text = text
            return kept

        return core_schema.no_info_wrap_validator_function(
            keep,
            schema=core_schema.url_schema(**cls._constraints.defined_constraints),
            serialization=core_schema.plain_serializer_function_ser_schema(
                cls.serialize_url, info_arg=True, when_used="always"
            ),
        )


class AnyUrl(_KeepsText):
    """Any URL or URI. Specification: server/resources."""


class FileUrl(_KeepsText, pydantic.FileUrl):
    """A `file://` URL. Specification: client/roots."""


class AnyHttpUrl(_KeepsText, pydantic.AnyHttpUrl):
    """An `http://` or `https://` URL. Specification: basic/authorization."""
