"""The version that this installation goes by."""

from functools import cache
from importlib.metadata import PackageNotFoundError, entry_points, version

__all__ = ["distribution_version"]


@cache
def distribution_version() -> str:
    """Return the version of the umbrella `mcp` where ours is installed, else that of `mcp-server`.

    The umbrella makes itself known by an entry point, so nobody asks for the metadata of `mcp`, a name that
    may be missing or another project's. "unknown" where there is no metadata at all, as in a frozen program.
    """
    for entry in entry_points(group="mcp.umbrella"):
        if entry.dist is not None:
            return entry.dist.version
    try:
        return version("mcp-server")
    except PackageNotFoundError:
        return "unknown"
