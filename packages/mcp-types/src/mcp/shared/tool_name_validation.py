"""Says which names a tool should not have. Specification: server/tools, "Tool Names"."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass, field
from typing import Final

from mcp.types.versions import LATEST_PROTOCOL_VERSION

__all__ = [
    "SEP_986_URL",
    "TOOL_NAME_REGEX",
    "ToolNameValidationResult",
    "issue_tool_name_warning",
    "validate_and_warn_tool_name",
    "validate_tool_name",
]

logger = logging.getLogger(__name__)

MAX_LENGTH: Final = 128

TOOL_NAME_REGEX: Final = re.compile(rf"^[A-Za-z0-9._-]{{1,{MAX_LENGTH}}}\Z")

SEP_986_URL: Final = (
    f"https://modelcontextprotocol.io/specification/{LATEST_PROTOCOL_VERSION}/server/tools#tool-names"
)


@dataclass
class ToolNameValidationResult:
    """What there is to say of a name.

    Args:
        is_valid: whether it is 1 to 128 of the letters A to Z, digits, `_`, `-` and `.`.
        warnings: what is wrong with it, or unwise.
    """

    is_valid: bool
    warnings: list[str] = field(default_factory=list[str])


def validate_tool_name(name: str) -> ToolNameValidationResult:
    """Return what there is to say of the name of a tool."""
    if not name:
        return ToolNameValidationResult(False, ["Tool name cannot be empty"])
    if TOOL_NAME_REGEX.match(name):
        return ToolNameValidationResult(True, _unwise(name))
    warnings = [_too_long(name)] if len(name) > MAX_LENGTH else []
    foreign = [letter for letter in dict.fromkeys(name) if not TOOL_NAME_REGEX.match(letter)]
    if foreign:
        warnings.append(f"Tool name contains invalid characters: {', '.join(map(repr, foreign))}")
        warnings.append("Allowed characters are: A-Z, a-z, 0-9, underscore (_), dash (-), and dot (.)")
    return ToolNameValidationResult(False, warnings)


def _too_long(name: str) -> str:
    return f"Tool name exceeds maximum length of {MAX_LENGTH} characters (current: {len(name)})"


def _unwise(name: str) -> list[str]:
    marks = {"dash": "-", "dot": "."}
    return [
        f"Tool name starts or ends with a {noun}, which may cause parsing problems elsewhere"
        for noun, mark in marks.items()
        if name.startswith(mark) or name.endswith(mark)
    ]


def issue_tool_name_warning(name: str, warnings: list[str]) -> None:
    """Log what there is to say of a name, once for each call."""
    if warnings:
        logger.warning(
            "Tool name %r: %s. The tool is registered all the same; consider another name, see %s",
            name,
            "; ".join(warnings),
            SEP_986_URL,
        )


def validate_and_warn_tool_name(name: str) -> bool:
    """Log what there is to say of a name, and return whether it is valid."""
    result = validate_tool_name(name)
    issue_tool_name_warning(name, result.warnings)
    return result.is_valid
