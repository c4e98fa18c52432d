"""What FastMCP raises, and what an author raises to speak to the model.

    FastMCPError                        its text is speech to the model, and never masked
    ├── ValidationError                 something does not fit its declaration
    ├── ResourceError                   a resource cannot be read
    │   ├── UnknownResourceError        nothing answers to the URI
    │   └── ResourceFailure *           its function failed
    ├── ToolError                       a tool failed
    │   ├── UnknownToolError            no tool has the name
    │   ├── InvalidToolArgumentsError   (an InvalidArgumentsError too)
    │   └── ToolFailure *               its function failed
    ├── InvalidArgumentsError           what the client sent does not fit the function's parameters
    ├── UnknownPromptError              no prompt has the name
    └── PromptFailure *                 its function failed
    InvalidSignature                    a function cannot be registered as it stands

Those with a star are Failures: they wrap what an author's function raised, their `__cause__`, whose text is
speech only if it is a FastMCPError. Authors raise ToolError, ResourceError and ValidationError.
"""

__all__ = [
    "Failure",
    "FastMCPError",
    "InvalidArgumentsError",
    "InvalidSignature",
    "InvalidToolArgumentsError",
    "PromptFailure",
    "ResourceError",
    "ResourceFailure",
    "ToolError",
    "ToolFailure",
    "UnknownPromptError",
    "UnknownResourceError",
    "UnknownToolError",
    "ValidationError",
]


class FastMCPError(Exception):
    """The base of what FastMCP raises at run time."""


class ValidationError(FastMCPError):
    """Something does not fit its declaration."""


class ResourceError(FastMCPError):
    """A resource cannot be read; the text is meant for the client."""


class ToolError(FastMCPError):
    """A tool failed; the text is meant for the model."""


class InvalidSignature(Exception):
    """A function cannot be registered as it stands."""


class InvalidArgumentsError(FastMCPError, ValueError):
    """What the client sent does not fit the parameters of the function."""


class InvalidToolArgumentsError(InvalidArgumentsError, ToolError):
    """The arguments of a tool call do not fit; the model is told how."""


class UnknownToolError(ToolError):
    """No tool has the name that was asked for."""


class UnknownPromptError(FastMCPError, ValueError):
    """No prompt has the name that was asked for."""


class UnknownResourceError(ResourceError, ValueError):
    """No resource and no template answers to the URI that was asked for."""


class Failure(Exception):
    """Wraps what an author's function raised: `__cause__`."""


class ToolFailure(Failure, ToolError):
    """The function of a tool failed, or its result does not fit."""


class PromptFailure(Failure, FastMCPError, ValueError):
    """The function of a prompt failed, or its result makes no messages."""


class ResourceFailure(Failure, ResourceError, ValueError):
    """The function of a resource or a template failed."""
