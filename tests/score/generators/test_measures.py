from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from approx_build.score.generators.base import ComposeError
from approx_build.score.generators.measures import FEWEST, Measures
from approx_build.yaml_source import strictly
from tests.score.generators.places import Shelf, place


def pool(shelf: Shelf | None = None, **fields: Any) -> list[tuple[float, float, float]]:
    """Start, length and tail of each sound."""
    here = place(shelf=shelf, fog={"length_s": 2.0, "count": 20})
    found = strictly(Measures, fields).pool(here)
    return [(one.start_s, one.length_s, one.tail_s) for one in found]


def test_a_take_gives_its_clips_in_order() -> None:
    here = place(fog={"length_s": 2.0, "count": 200})
    found = strictly(Measures, {"take": "fog"}).pool(here)
    assert len(found) == 176
    assert found[3].cut(1.25) == {"take": "fog", "clip": 4, "length_s": 1.25}


def test_whole_recordings_come_in_the_order_of_their_names_within_a_pattern() -> None:
    names = [f"a/{letter}" for letter in "lkjihgfedcba"]
    shelf = Shelf({**dict.fromkeys(names, 2.0), "b/x": 1.0})
    found = strictly(Measures, {"recordings": ["b/x", "a/*"]}).pool(place(shelf=shelf))
    assert [one.source["recording"] for one in found] == ["b/x", *sorted(names)]


def test_bars_of_a_click_are_cut_as_far_as_the_recording_goes() -> None:
    found = pool(
        Shelf({"a/x": 14.0}), recordings="a/x", bars={"bpm": 120, "beats": 2, "first_s": 0.5}
    )
    assert len(found) == 13
    assert found[:2] == [(0.5, 1.0, 12.5), (1.5, 1.0, 11.5)]


def test_a_measure_at_an_onset_begins_a_little_before_it_and_ends_before_the_next() -> None:
    attacks = [0.0, *(index + 0.5 for index in range(12))]
    found = pool(
        Shelf({"a/x": 20.0}, {"a/x": attacks}), recordings="a/x", onsets={"before_s": 0.01}
    )
    assert len(found) == 13
    assert found[:2] == [(0.0, 0.49, 0.0), (0.49, 1.0, 0.0)]
    assert found[-1] == (11.49, pytest.approx(8.51), 0.0)


def test_times_cut_from_each_to_the_next() -> None:
    times = [index * 1.5 for index in range(13)]
    found = pool(Shelf({"a/x": 20.0}), recordings="a/x", times_s=times)
    assert found[1] == (1.5, 1.5, 17.0)
    assert len(found) == 12


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"recordings": "a/x", "times_s": [0, 1, 2]}, f"gives 2 measures, and two dice choose "
         f"among {FEWEST}; name or cut more recordings"),
        ({"take": "few"}, "gives 3 measures, and two dice choose among 11; raise the count"),
        ({"recordings": "a/x", "times_s": [0, 1, 30]}, "a/x ends at 20 s (is 30)"),
        ({"recordings": "a/long", "onsets": {}}, "a/long lasts 601 s; attacks are looked for in "
         "at most 600 s; cut it with 'times_s'"),
        ({"recordings": "a/broken"}, "a/broken cannot be read, so its length is not known"),
    ],
)  # fmt: skip
def test_what_gives_too_few_measures_is_refused(fields: dict[str, Any], said: str) -> None:
    shelf = Shelf({"a/x": 20.0, "a/broken": None, "a/long": 601.0})
    here = place(shelf=shelf, few={"length_s": 2.0, "count": 3})
    with pytest.raises(ComposeError) as caught:
        strictly(Measures, fields).pool(here)
    assert said in str(caught.value)
    assert caught.value.loc[0] == "measures"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "needs either 'take' or 'recordings'"),
        ({"take": "a", "recordings": "a/b"}, "needs either 'take' or 'recordings'"),
        ({"take": "a", "times_s": [1, 2]}, "'times_s' cuts recordings; the clips of a take are"),
        ({"recordings": "a/b", "onsets": {}, "bars": {"bpm": 60}}, "has onsets and bars"),
        ({"recordings": ["a/b", "a/c"], "times_s": [1, 2]}, "'times_s' cuts one recording"),
        ({"recordings": "a/b", "times_s": [1, 1]}, "'times_s' must rise"),
    ],
)
def test_contradictions_are_refused(fields: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        strictly(Measures, fields)
