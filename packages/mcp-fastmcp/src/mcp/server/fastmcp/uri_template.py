"""URI templates of the form `scheme://{name}/rest`, matched in linear time.

A variable stands for one or more characters other than `/`; its value is percent-decoded after matching. A
decoded value may therefore hold `/` or `..`: code that opens files with it must check where it leads.
"""

import re
from urllib.parse import unquote

__all__ = ["MAX_URI_LENGTH", "UriTemplate"]

MAX_URI_LENGTH = 8192
"""Characters; a longer URI matches no template."""

_VARIABLE = re.compile(r"\{(\w+)\}")


class UriTemplate:
    """A template, split once into the literals and variable names of each `/`-separated segment.

    Raises ValueError for an expression other than `{name}` and for a name that is used twice.
    """

    __slots__ = ("_segments", "names", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self._segments = [_split_segment(segment, text) for segment in text.split("/")]
        self.names = [name for _, names in self._segments for name in names]
        if len(set(self.names)) != len(self.names):
            raise ValueError(f"URI template {text!r} uses a variable twice; give each its own name")

    def match(self, uri: str) -> dict[str, str] | None:
        """Return the decoded value of each variable, or None where `uri` does not match as a whole."""
        if len(uri) > MAX_URI_LENGTH:
            return None
        parts = uri.split("/")
        if len(parts) != len(self._segments):
            return None
        values: dict[str, str] = {}
        for part, (literals, names) in zip(parts, self._segments, strict=True):
            found = _match_segment(part, literals)
            if found is None:
                return None
            values.update(zip(names, map(unquote, found), strict=True))
        return values


def _split_segment(segment: str, template: str) -> tuple[list[str], list[str]]:
    pieces = _VARIABLE.split(segment)
    literals, names = pieces[::2], pieces[1::2]
    if any("{" in literal or "}" in literal for literal in literals):
        raise ValueError(f"URI template {template!r}: {segment!r} holds an expression other than {{name}}")
    return literals, names


def _match_segment(part: str, literals: list[str]) -> list[str] | None:
    """Return the non-empty texts between `literals`, the first one as long as it can be.

    Each literal is placed as far right as it goes, from the last to the first. Any other placement leaves
    less room to those before it, so there is nothing to go back to: this finds what a greedy pattern finds.
    """
    first, *middle = literals
    if not middle:
        return [] if part == first else None
    last = middle.pop()
    end = len(part) - len(last)
    if end <= len(first) or not (part.startswith(first) and part.endswith(last)):
        return None
    values: list[str] = []
    for literal in reversed(middle):
        at = part.rfind(literal, len(first) + 1, end - 1)
        if at < 0:
            return None
        values.append(part[at + len(literal) : end])
        end = at
    values.append(part[len(first) : end])
    return values[::-1]
