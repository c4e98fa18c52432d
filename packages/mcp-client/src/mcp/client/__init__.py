"""Clients: sessions, and the transports that reach a server."""

from pkgutil import extend_path

__path__ = extend_path(__path__, __name__)
