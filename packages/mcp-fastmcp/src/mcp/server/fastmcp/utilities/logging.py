"""Loggers, and the one place that configures logging: for a process that FastMCP owns."""

import logging
from typing import Literal

__all__ = ["LogLevel", "configure_logging", "get_logger"]

LogLevel = Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"]


def get_logger(name: str) -> logging.Logger:
    """Return the logger of that name; nothing is configured."""
    return logging.getLogger(name)


def configure_logging(level: LogLevel = "INFO") -> None:
    """Give a bare root logger a handler on standard error, at `level`; a configured one is left alone."""
    logging.basicConfig(level=level, format="%(message)s", handlers=[logging.StreamHandler()])
