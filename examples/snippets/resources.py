"""Resources: data with a URI of its own, or one for each value of the template's variables."""

from mcp.server.fastmcp import FastMCP

mcp = FastMCP("My App")


@mcp.resource("config://app")
def get_config() -> str:
    """The configuration, the same for everybody"""
    return "App configuration here"


@mcp.resource("users://{user_id}/profile")
def get_user_profile(user_id: str) -> str:
    """The profile of one user"""
    return f"Profile data for user {user_id}"


if __name__ == "__main__":
    mcp.run()
