"""Servers: the low-level server, and the transports that serve it."""

from pkgutil import extend_path

__path__ = extend_path(__path__, __name__)
