"""What FastMCP raises, and what an author raises to speak to the model.

    FastMCPError
    ├── ValidationError     arguments or a result that do not fit their declaration
    ├── ResourceError       a resource that is not there or cannot be read
    └── ToolError           a tool that failed; its text is meant for the model
        └── UnknownToolError    no tool has that name
    InvalidSignature        a function that cannot become a tool: told when it is registered

The text of a FastMCPError is speech to the model and is never masked.
"""

__all__ = [
    "FastMCPError",
    "InvalidSignature",
    "ResourceError",
    "ToolError",
    "UnknownPromptError",
    "UnknownResourceError",
    "UnknownToolError",
    "ValidationError",
]


class FastMCPError(Exception):
    """The base of what FastMCP raises at run time."""


class ValidationError(FastMCPError):
    """Arguments or a result do not fit their declaration."""


class ResourceError(FastMCPError):
    """A resource is not there or cannot be read."""


class ToolError(FastMCPError):
    """A tool failed; the text is meant for the model."""


class InvalidSignature(Exception):
    """A function cannot become a tool as it stands; raised when it is registered."""


class UnknownToolError(ToolError):
    """No tool has the name that was asked for."""


class UnknownPromptError(FastMCPError, ValueError):
    """No prompt has the name that was asked for."""


class UnknownResourceError(ResourceError, ValueError):
    """No resource and no template answers to the URI that was asked for."""
