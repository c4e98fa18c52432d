"""Tools: a calculation in a plain function, and one that waits for the network in an async one."""

import httpx

from mcp.server.fastmcp import FastMCP

mcp = FastMCP("My App")

WEATHER = "https://api.weather.com"


@mcp.tool()
def calculate_bmi(weight_kg: float, height_m: float) -> float:
    """Calculate the body mass index from a weight in kilograms and a height in metres"""
    return weight_kg / height_m**2


@mcp.tool()
async def fetch_weather(city: str) -> str:
    """Fetch the weather in a city"""
    async with httpx.AsyncClient() as client:
        response = await client.get(f"{WEATHER}/{city}")
        return response.text


if __name__ == "__main__":
    mcp.run()
