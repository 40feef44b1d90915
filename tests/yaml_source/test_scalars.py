from __future__ import annotations

import pytest

from approx_build.yaml_source.node import Scalar, resolve


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("~", None),
        ("null", None),
        ("true", True),
        ("False", False),
        ("12", 12),
        ("-012", -12),
        ("0x1F", 31),
        ("0o17", 15),
        ("1.", 1.0),
        (".5", 0.5),
        ("-1e3", -1000.0),
        ("+4", 4),
    ],
)
def test_the_core_schema_is_resolved(text: str, value: Scalar) -> None:
    assert resolve(text) == value
    assert type(resolve(text)) is type(value)


@pytest.mark.parametrize("text", ["1:23.5", "yes", "on", "1_000", "2023-05-19", "0b1", "e3", "."])
def test_what_only_yaml_1_1_resolved_stays_text(text: str) -> None:
    assert resolve(text) == text


@pytest.mark.parametrize("text", [".inf", "-.INF", ".nan", "1e999", "9" * 5000])
def test_numbers_without_end_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"finite|large|long"):
        resolve(text)
