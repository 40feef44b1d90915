"""More events, sources or takes in a row than can be checked in seconds are refused in words."""

from __future__ import annotations

from pathlib import Path

import pytest

from approx_build.score import amounts
from approx_build.score.amounts import MOST_CHAINED, too_deep
from tests.score.scores import Project

EVENT = "{at: 0, pan: [[0, 0], [1, 1]], salad: {from: [t, t, t], length_s: 1}}"


def chain(count: int) -> dict[str, list[str]]:
    return {"0": [], **{str(n): [str(n - 1)] for n in range(1, count)}}


def test_a_chain_is_too_deep_from_a_hundred_and_one_on() -> None:
    assert too_deep(chain(MOST_CHAINED)) is None
    assert too_deep(chain(MOST_CHAINED + 1)) == str(MOST_CHAINED)
    backwards = dict(reversed(chain(3000).items()))
    assert too_deep(backwards) in backwards


def test_a_circle_and_what_nothing_has_are_not_deep() -> None:
    assert too_deep({"a": ["b"], "b": ["c", "a"], "c": ["b", "nothing"]}) is None


def test_what_is_needed_by_many_is_walked_once() -> None:
    layers = {
        f"{layer}.{n}": [f"{layer - 1}.{each}" for each in range(40)] if layer else []
        for layer in range(MOST_CHAINED)
        for n in range(40)
    }
    assert too_deep(layers) is None


@pytest.mark.parametrize(
    ("name", "has", "noun"),
    [
        ("MOST_EVENTS", 4, "events"),
        ("MOST_SOURCES", 12, "sources"),
        ("MOST_BREAKPOINTS", 8, "breakpoints"),
    ],
)
def test_the_part_with_which_a_piece_has_too_many_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, has: int, noun: str
) -> None:
    project = Project(tmp_path)
    parts = "".join(f"  {part}: {{ events: [{EVENT}, {EVENT}] }}\n" for part in "ab")
    take = "takes: {t: {model: m, length_s: 1}}\n"
    project.movement(f"movement: fog\nlength: 10\n{take}parts:\n{parts}")
    monkeypatch.setattr(amounts, name, has)
    project.load()
    monkeypatch.setattr(amounts, name, has - 1)
    assert project.faults() == [
        f"1-fog.yaml:6:16: parts.b.events: with these the piece has {has} {noun}; "
        f"at most {has - 1} are possible"
    ]
