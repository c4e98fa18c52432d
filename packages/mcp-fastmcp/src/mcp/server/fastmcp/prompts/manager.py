"""The prompts of a server, by name."""

import logging
from typing import Any

from mcp.server.fastmcp.context import Context
from mcp.server.fastmcp.exceptions import UnknownPromptError
from mcp.server.fastmcp.prompts.base import Message, Prompt

__all__ = ["PromptManager"]

logger = logging.getLogger(__name__)


class PromptManager:
    """A table of prompts; the first of two with one name stays.

    Args:
        warn_on_duplicate_prompts: whether the second is named in the log.
    """

    def __init__(self, warn_on_duplicate_prompts: bool = True) -> None:
        self.warn_on_duplicate_prompts = warn_on_duplicate_prompts
        self._prompts: dict[str, Prompt] = {}

    def get_prompt(self, name: str) -> Prompt | None:
        """Return the prompt of that name."""
        return self._prompts.get(name)

    def list_prompts(self) -> list[Prompt]:
        """Return all prompts, the oldest first."""
        return list(self._prompts.values())

    def add_prompt(self, prompt: Prompt) -> Prompt:
        """Add a prompt; return the one that has its name now."""
        present = self._prompts.setdefault(prompt.name, prompt)
        if present is not prompt and self.warn_on_duplicate_prompts:
            logger.warning("Prompt already exists: %s", prompt.name)
        return present

    async def render_prompt(
        self,
        name: str,
        arguments: dict[str, Any] | None = None,
        context: Context[Any, Any, Any] | None = None,
    ) -> list[Message]:
        """Make a prompt's messages; raises ValueError where there is none of that name, or it fails."""
        prompt = self._prompts.get(name)
        if prompt is None:
            raise UnknownPromptError(f"Unknown prompt: {name}")
        return await prompt.render(arguments, context)
