"""Names that tools should not have."""

from __future__ import annotations

import logging

import pytest

from mcp.shared.tool_name_validation import SEP_986_URL, validate_and_warn_tool_name, validate_tool_name


@pytest.mark.parametrize("name", ["a", "getUser", "DATA_EXPORT_v2", "admin.tools.list", "x" * 128, "0"])
def test_a_good_name_is_valid_and_silent(name: str, caplog: pytest.LogCaptureFixture) -> None:
    assert validate_tool_name(name).warnings == []
    assert validate_and_warn_tool_name(name)
    assert caplog.records == []


@pytest.mark.parametrize(("name", "noun"), [("-a", "dash"), ("a-", "dash"), (".a", "dot"), ("a.", "dot")])
def test_an_unwise_name_is_valid_with_a_warning(name: str, noun: str) -> None:
    result = validate_tool_name(name)
    assert result.is_valid
    assert [noun in each for each in result.warnings] == [True]


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("", "cannot be empty"),
        ("x" * 129, "maximum length of 128 characters (current: 129)"),
        ("get user", "invalid characters: ' '"),
        ("a,b,c", "invalid characters: ','"),
        ("a/b@c", "invalid characters: '/', '@'"),
        ("naïve", "invalid characters: 'ï'"),
        ("a\n", r"invalid characters: '\n'"),
        ("٣", "invalid characters: '٣'"),
    ],
)
def test_a_bad_name_is_told_and_taken(name: str, reason: str, caplog: pytest.LogCaptureFixture) -> None:
    result = validate_tool_name(name)
    assert not result.is_valid
    assert any(reason in each for each in result.warnings)
    with caplog.at_level(logging.WARNING):
        assert not validate_and_warn_tool_name(name)
    [record] = caplog.records
    assert SEP_986_URL in record.getMessage()


def test_a_long_name_of_foreign_characters_has_both_warnings() -> None:
    warnings = validate_tool_name(" " * 129).warnings
    assert len(warnings) == 3
