"""Prompts: templates for messages, chosen by the user."""

from mcp.server.fastmcp.prompts.base import Prompt
from mcp.server.fastmcp.prompts.manager import PromptManager

__all__ = ["Prompt", "PromptManager"]
