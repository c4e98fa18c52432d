"""What a tool returned, as content blocks; images and recordings."""

import base64
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from mcp.server.fastmcp import Audio, Image
from mcp.server.fastmcp._content import readable, to_content
from mcp.types import AudioContent, ImageContent, TextContent


class Model(BaseModel):
    a: int = 1


class Unknown:
    def __str__(self) -> str:
        return "?"


BLOCK = TextContent(type="text", text="x")


@pytest.mark.parametrize(
    ("result", "texts"),
    [
        (None, []),
        ("", [""]),
        ("a", ["a"]),
        (3, ["3"]),
        (True, ["true"]),
        ([], []),
        (["a", ["b", None], ("c",)], ["a", "b", "c"]),
        ({"a": [1]}, ['{\n  "a": [\n    1\n  ]\n}']),
        (Model(), ['{\n  "a": 1\n}']),
        (Unknown(), ['"?"']),
        ("é", ["é"]),
    ],
)
def test_text(result: Any, texts: list[str]) -> None:
    assert [block.model_dump()["text"] for block in to_content(result)] == texts


def test_blocks_stay_and_media_become_blocks() -> None:
    image = ImageContent(type="image", data="aQ==", mimeType="image/png")
    audio = AudioContent(type="audio", data="aQ==", mimeType="audio/wav")
    assert to_content([BLOCK, Image(data=b"i"), Audio(data=b"i")]) == [BLOCK, image, audio]


@pytest.mark.parametrize("result", ["\ud800", {"a": "\ud800"}, ["\ud800"], b"\xff"])
def test_what_json_cannot_carry(result: Any) -> None:
    with pytest.raises(ValueError, match=r"cannot be sent|Error serializing"):
        to_content(result)


def test_readable() -> None:
    assert readable("a\ud800é") == "a?é"


@pytest.mark.parametrize(
    ("media", "mime_type"),
    [
        (Image(data=b"x"), "image/png"),
        (Image(data=b"x", format="JPEG"), "image/jpeg"),
        (Image(path="a.JPG"), "image/jpeg"),
        (Image(path="a.webp"), "image/webp"),
        (Image(path="a.tiff"), "application/octet-stream"),
        (Image(path="a.png", format="gif"), "image/gif"),
        (Audio(data=b"x"), "audio/wav"),
        (Audio(data=b"x", format="flac"), "audio/flac"),
        (Audio(path="a.mp3"), "audio/mpeg"),
        (Audio(path="a.m4a"), "audio/mp4"),
    ],
)
def test_mime_types(media: Image | Audio, mime_type: str) -> None:
    assert media._mime_type == mime_type  # pyright: ignore[reportPrivateUsage]  # 1.x has the name too


def test_files_are_read_when_sent(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    image, audio = Image(path), Audio(str(path))
    path.write_bytes(b"later")
    data = base64.b64encode(b"later").decode()
    assert image.to_image_content() == ImageContent(type="image", data=data, mimeType="image/png")
    assert audio.to_audio_content().data == data


@pytest.mark.parametrize("kind", [Image, Audio])
def test_media_need_something(kind: type[Image] | type[Audio]) -> None:
    with pytest.raises(ValueError, match="Either path or data must be provided"):
        kind()
