"""Times as they are often written, and their form in the grammar."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from approx_build.metric.meant import meant
from approx_build.metric.time import duration, moment


@pytest.mark.parametrize(
    ("value", "right"),
    [
        ("3 s", "3"),
        ("3,5", "3.5"),
        ("500ms", "0.5"),
        ("bar 3,2", "bar 3.2"),
        ("bar3", "bar 3"),
        ("Takt 3", "bar 3"),
        ("bar 3 beat 2.5", "bar 3.2.5"),
        ("bar 3:2", "bar 3.2"),
        ("1'23\"", '"1:23"'),
        ("0:5", '"0:05"'),
        ("“0:05”", '"0:05"'),
        ("bar 3  +  2 beats", "bar 3 + 2 beats"),
    ],
)
def test_a_moment_that_was_meant_is_said(value: str, right: str) -> None:
    advice = meant("needs a time", value, moment)
    assert advice == f"needs a time; write {right}"
    assert getattr(advice, "right", "") == right


@pytest.mark.parametrize(("value", "right"), [("4 measures", "4 bars"), ("3 Takte", "3 bars")])
def test_a_length_that_was_meant_is_said(value: str, right: str) -> None:
    assert meant("needs a length", value, duration) == f"needs a length; write {right}"


@pytest.mark.parametrize("value", ["soon", 3, "bar 3", "x" * 100, "4 bars", ""])
def test_nothing_is_said_where_nothing_else_is_meant(value: object) -> None:
    assert meant("needs", value, moment) == "needs"


@given(st.text(st.sampled_from("0123 .,:+-/'\"barstekm“”−"), max_size=14))
def test_what_is_advised_can_be_read(value: str) -> None:
    right = getattr(meant("needs", value, moment), "right", "")
    if right:
        moment(right.strip('"'))
