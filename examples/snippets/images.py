"""Images: bytes in, a content block out."""

from io import BytesIO

from PIL import Image as PILImage

from mcp.server.fastmcp import FastMCP, Image

mcp = FastMCP("My App")


@mcp.tool()
def create_thumbnail(image_path: str) -> Image:
    """Make a thumbnail of an image, at most 100 pixels wide and high"""
    with PILImage.open(image_path) as image:
        image.thumbnail((100, 100))
        encoded = BytesIO()
        image.save(encoded, "PNG")
    return Image(data=encoded.getvalue(), format="png")


if __name__ == "__main__":
    mcp.run()
