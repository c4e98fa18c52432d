"""URI templates: what matches, what is refused, and how long it takes."""

import random
import re
import time

import pytest

from mcp.server.fastmcp.uri_template import MAX_URI_LENGTH, UriTemplate
from support.timeouts import scaled


@pytest.mark.parametrize(
    ("template", "uri", "values"),
    [
        ("greeting://{name}", "greeting://World", {"name": "World"}),
        ("greeting://{name}", "greeting://", None),
        ("greeting://{name}", "greeting://a/b", None),
        ("users://{id}/profile", "users://7/profile", {"id": "7"}),
        ("users://{id}/profile", "users://7/profiles", None),
        ("users://{id}/profile", "xusers://7/profile", None),
        ("a://{x}/{y}", "a://1/2", {"x": "1", "y": "2"}),
        ("a://{x}-{y}", "a://1-2-3", {"x": "1-2", "y": "3"}),
        ("a://{x}{y}", "a://123", {"x": "12", "y": "3"}),
        ("a://b.c/{x}", "a://bzc/1", None),
        ("a://{x}", "a://caf%C3%A9%20noir", {"x": "café noir"}),
        ("a://{x}", "a://..%2Fsecret", {"x": "../secret"}),
        ("a://{x}?q={y}", "a://1?q=2", {"x": "1", "y": "2"}),
        ("a://fixed", "a://fixed", {}),
        ("a://fixed", "a://other", None),
        ("a://{x}", "a://" + "b" * MAX_URI_LENGTH, None),
    ],
)
def test_match(template: str, uri: str, values: dict[str, str] | None) -> None:
    assert UriTemplate(template).match(uri) == values


@pytest.mark.parametrize("template", ["a://{x*}", "a://{+x}", "a://{", "a://{}", "a://}x{", "a://{x}/{x}"])
def test_refused(template: str) -> None:
    with pytest.raises(ValueError, match="URI template"):
        UriTemplate(template)


def test_finds_what_a_greedy_pattern_finds() -> None:
    chance = random.Random(7)
    compared = 0
    for _ in range(5_000):
        text = "".join(
            chance.choice(["a", "b", "/", "{x}", "{y}", "{z}"]) for _ in range(chance.randint(1, 6))
        )
        uri = "".join(chance.choice("ab/") for _ in range(chance.randint(0, 7)))
        try:
            template = UriTemplate(text)
        except ValueError:
            continue
        found = re.fullmatch(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", text), uri)
        assert template.match(uri) == (found.groupdict() if found else None), (text, uri)
        compared += 1
    assert compared > 1_000


def test_takes_linear_time() -> None:
    # A backtracking pattern would need some 8000 ** 9 steps to find that this does not match.
    template = UriTemplate("a://" + "a".join(f"{{v{i}}}" for i in range(10)) + "b")
    uri = "a://" + "a" * (MAX_URI_LENGTH - 4)
    started = time.perf_counter()
    assert template.match(uri) is None
    assert template.match(uri[:-1] + "b") is not None
    assert time.perf_counter() - started < scaled(0.5)
