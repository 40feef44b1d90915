"""MEASURE and FIGURE: numbers and pictures of a sound."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from approx_build.execution.actions import figure, measure
from approx_build.figures.thumbnail import Sketch
from approx_build.plan.graph import Kind
from approx_build.store.store import Store
from tests.execution.actions.contexts import RATE, context, path_of
from tests.space import tone

FULL = 1 << 23


def half_silent() -> Any:
    """A tone of half a second, then as much silence [2, RATE]."""
    data = np.zeros((2, RATE), np.int32)
    data[:, : RATE // 2] = (tone(440, 0.5) * FULL).astype(np.int32)
    return data


def test_expectations_are_compared_with_the_peak_of_their_range(store: Store) -> None:
    expect = [
        {"range_s": [0.5, 1.0], "below_dbfs": -90.0},
        {"range_s": [0.25, 1.0], "below_dbfs": -90.0},
        {"range_s": [0.0, 1.0], "below_dbfs": -9.0},
    ]
    made = measure.make(context(store, Kind.MEASURE, {"expect": expect}, {"sound": half_silent()}))
    facts = json.loads(path_of(store, made).read_bytes())
    assert [one["is_met"] for one in facts["expect"]] == [True, False, True]
    assert facts["expect"][0]["peak_dbfs"] is None
    assert facts["expect"][2]["peak_dbfs"] == pytest.approx(-9.54, abs=0.01)
    assert facts["sample_peak_dbfs"] == pytest.approx(-9.54, abs=0.01)
    assert made.facts["length_s"] == 1.0


def test_every_second_of_a_range_that_must_sound_is_compared_with_its_level(store: Store) -> None:
    level = -12.55  # the RMS of the tone
    ranges = [[0.0, 0.5], [0.0, 0.5], [0.0, 0.6], [0.5, 0.9]]
    levels = [level - 0.02, level + 0.02, level, -100.0]
    expect = [{"range_s": r, "above_dbfs": v} for r, v in zip(ranges, levels, strict=True)]
    made = measure.make(context(store, Kind.MEASURE, {"expect": expect}, {"sound": half_silent()}))
    found = json.loads(path_of(store, made).read_bytes())["expect"]
    assert [one["is_met"] for one in found] == [True, False, False, False]
    assert found[0]["quietest_dbfs"] == pytest.approx(level, abs=0.01)
    assert found[2]["quietest_dbfs"] == pytest.approx(level - 0.79, abs=0.01)
    assert found[3]["quietest_dbfs"] is None


def test_a_sketch_and_a_picture_are_made(store: Store) -> None:
    params = {"look": "sketch", "columns": 50, "rows": 20}
    made = figure.make(context(store, Kind.FIGURE, params, {"sound": half_silent()}))
    sketch = Sketch.load(path_of(store, made).read_bytes())
    assert sketch.length_s == 1.0
    assert len(sketch.wave[0]) == 50
    params = {"look": "spectrogram", "title": "half <silent>"}
    made = figure.make(context(store, Kind.FIGURE, params, {"sound": half_silent()}))
    assert path_of(store, made).read_bytes().startswith(b"\x89PNG")


def test_a_look_that_does_not_exist_is_a_bug(store: Store) -> None:
    with pytest.raises(ValueError, match="unknown picture 'odd'"):
        figure.make(context(store, Kind.FIGURE, {"look": "odd"}, {"sound": half_silent()}))
