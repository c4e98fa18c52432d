"""The Model Context Protocol: one import package, assembled from several distributions."""

from pkgutil import extend_path

__path__ = extend_path(__path__, __name__)
