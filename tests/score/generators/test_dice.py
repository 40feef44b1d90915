from __future__ import annotations

from collections import Counter
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from approx_build.score.generators.base import ComposeError
from approx_build.score.generators.dice import Dice, Throw, throw
from tests.score.generators.places import Shelf, events, generator, in_tempo, place

FOG = {"length_s": 2.0, "count": 176}
MEASURES = {"take": "fog"}


def dice(**fields: Any) -> Dice:
    made = generator("dice", **{"measures": MEASURES, **fields})
    assert isinstance(made, Dice)
    return made


def measures(made: Dice, name: str = "a") -> list[str]:
    """The measures of a waltz in the order in which they sound."""
    return [one.name.rpartition("m")[2] for one in events(made, place(name=name, fog=FOG))]


def test_sevens_choose_their_row() -> None:
    assert measures(dice(throws=[7] * 16, repeats=False)) == (
        [str(row) for row in (104, 157, 27, 167, 154, 68, 118, 91)]
        + [str(row) for row in (138, 71, 150, 29, 101, 162, 23, 151)]
    )


def test_each_part_is_played_twice_as_it_is() -> None:
    found = measures(dice())
    assert len(found) == 32
    assert found[:8] == found[8:16]
    assert found[16:24] == found[24:]
    assert [*found[:8], *found[16:24]] == measures(dice(repeats=False))


def test_dice_and_sums_are_as_likely_as_those_of_two_real_dice() -> None:
    """36,000 throws: chi squared of the sums with 10 degrees of freedom, of each die with 5."""
    thrown: list[Throw] = []
    for number in range(2250):
        here = place(name=f"game {number}", fog=FOG)
        thrown += [dice()._throw(here, bar) for bar in range(1, 17)]
    sums = Counter(one.total for one in thrown)
    expected = {total: 1000 * (6 - abs(total - 7)) for total in range(2, 13)}
    assert len(thrown) == sum(expected.values())
    # One in ten thousand of fair dice would be above these.
    assert sum((sums[t] - count) ** 2 / count for t, count in expected.items()) < 35.6
    for which in (0, 1):
        faces = Counter(one.dice[which] for one in thrown if one.dice)
        assert sum((faces[face] - 6000) ** 2 / 6000 for face in range(1, 7)) < 25.7
    pairs = Counter(one.dice for one in thrown)
    assert sum((pairs[pair] - 1000) ** 2 / 1000 for pair in pairs) < 80


def test_the_same_name_throws_the_same_dice_whatever_else_changes() -> None:
    assert measures(dice()) == measures(dice(crossfade_s=0.1, spread=1.0))
    assert measures(dice()) != measures(dice(), name="b")


@given(st.integers(1, 16), st.integers(0, 2**63 - 1))
def test_a_bar_that_is_thrown_again_changes_alone(bar: int, seed: int) -> None:
    before = measures(dice(repeats=False))
    after = measures(dice(repeats=False, rethrow=[{"bar": bar, "seed": seed}]))
    before[bar - 1] = after[bar - 1]
    assert before == after


def test_throws_of_real_dice_count_and_the_seed_throws_the_rest() -> None:
    by_hand = measures(dice(throws=[[3, 4], None, 12], repeats=False))
    by_seed = measures(dice(repeats=False))
    assert by_hand[0] == "104"
    assert by_hand[2] == "10"
    assert [by_hand[1], *by_hand[3:]] == [by_seed[1], *by_seed[3:]]
    log = list(dice(throws=[[3, 4], 12]).log(place(fog=FOG)))
    assert log[:2] == ["bar 1, throw 3 + 4 = 7, measure 104", "bar 2, throw 12, measure 130"]
    assert len(log) == 16


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (1, "(is 1)"),
        (13, "(is 13)"),
        ([0, 6], "(is [0, 6])"),
        ([3], "(is [3])"),
        ([1, 2, 3], "(is [1, 2, 3])"),
        (True, "(is true)"),
        ("7", "(is '7')"),
        (7.0, "(is 7.0)"),
    ],
)
def test_what_two_dice_cannot_show_is_refused(written: object, said: str) -> None:
    with pytest.raises(ValueError, match="two dice show a sum from 2 to 12") as caught:
        throw(written)
    assert str(caught.value).endswith(said)


def test_one_bar_is_not_thrown_in_two_ways() -> None:
    with pytest.raises(ValidationError, match="bar 1 has a throw in 'throws' and in 'rethrow'"):
        dice(throws=[7], rethrow=[{"bar": 1, "seed": 2}])
    with pytest.raises(ValidationError, match="'rethrow' has bar 3 twice"):
        dice(rethrow=[{"bar": 3, "seed": 2}, {"bar": 3, "seed": 3}])


def test_every_event_begins_on_its_bar_line_to_the_sample_in_a_ramp() -> None:
    tempo = in_tempo(60, "3/4", {"at": "bar 40", "bpm": 150})
    found = events(dice(), place(at="bar 3", tempo=tempo, fog=FOG))
    assert [one.at for one in found] == [f"bar {3 + index}" for index in range(32)]
    # An independent integration: beats summed over millisecond steps of a tempo that rises from
    # 60 to 150 over the 117 quarters before bar 40, and so in 117 / 105 minutes.
    ends = 60 * 117 / 105
    middles = np.arange(0, ends, 1e-3) + 5e-4
    quarters = np.cumsum((60 + 90 * middles / ends) / 60 * 1e-3)
    lines = np.interp([3 * (2 + index) for index in range(32)], quarters, middles + 5e-4)
    for one, line in zip(found, lines, strict=True):
        assert float(one.onset) == pytest.approx(line, abs=0.5 / 44_100)


def test_without_a_bar_line_to_begin_at_moments_are_seconds() -> None:
    found = events(dice(repeats=False), place(at=2.5, fog=FOG))
    assert [one.at for one in found[:3]] == ["0:02.5", "0:03.5", "0:04.5"]
    own = events(dice(repeats=False, bar_s=0.7), place(at="bar 2", fog=FOG))
    assert [one.at for one in own[:3]] == ["0:01", "0:01.7", "0:02.4"]
    assert own[2].onset == Fraction("2.4")


def length_s(one: Any) -> float:
    return float(one.fields["play"]["from"]["length_s"])


def test_sounds_fade_into_each_other_over_the_bar_line_and_the_last_ends_at_it() -> None:
    found = events(dice(repeats=False, crossfade_s=0.2), place(fog=FOG))
    assert [length_s(one) for one in found] == [1.2] * 15 + [1.0]
    assert all(one.fields["fade_in_s"] == one.fields["fade_out_s"] == 0.2 for one in found)


def test_a_gap_is_left_before_each_bar_line() -> None:
    found = events(dice(repeats=False, gap_s=0.25), place(fog=FOG))
    assert [length_s(one) for one in found] == [0.75] * 16
    with pytest.raises(ComposeError, match=r"bar 1, measure \d+: the bar lasts 1 s, so the gap"):
        events(dice(gap_s=1.0), place(fog=FOG))


@pytest.mark.parametrize("fill", ["repeat", "stretch"])
def test_a_short_sound_is_followed_by_silence_or_fills_its_bar(fill: str) -> None:
    short = {"length_s": 0.4, "count": 11}
    plain = events(dice(repeats=False), place(fog=short))
    assert length_s(plain[0]) == 0.4
    assert "through" not in plain[0].fields
    filled = events(dice(repeats=False, fill=fill), place(fog=short))
    assert length_s(filled[0]) == 0.4
    assert filled[0].fields["through"] == [{fill: {"length_s": 1.005}}]
    assert filled[-1].fields["through"] == [{fill: {"length_s": 1.0}}]


def test_the_throw_places_its_measure_from_left_to_right() -> None:
    thrown = events(dice(repeats=False, throws=[2, 7, 12], spread=0.5), place(fog=FOG))
    assert [one.fields["pan"] for one in thrown[:3]] == [-0.5, 0.0, 0.5]


def test_fewer_sounds_are_counted_through_again_and_again() -> None:
    found = events(dice(repeats=False, throws=[7] * 16), place(fog={"length_s": 2, "count": 11}))
    clips = [one.fields["play"]["from"]["clip"] for one in found]  # type: ignore[index,call-overload]
    assert clips[:3] == [(104 - 1) % 11 + 1, (157 - 1) % 11 + 1, (27 - 1) % 11 + 1]


def test_the_second_ending_sounds_once_and_others_where_they_belong() -> None:
    ends = {
        "first": {"take": "fog", "clip": 1},
        "second": {"take": "fog", "clip": 2, "start_s": 0.5},
        "last": {"recording": "a/x", "start_s": 3.0, "length_s": 0.5},
    }
    shelf = Shelf({"a/x": 9.0})
    found = events(dice(endings=ends), place(shelf=shelf, fog=FOG))
    labels = [one.label for one in found if "ending" in one.label]
    assert labels == [
        *("bar 8, first ending", "bar 16, second ending"),
        *("bar 24, last ending", "bar 32, last ending"),
    ]
    assert found[15].fields["play"] == {
        "from": {"take": "fog", "clip": 2, "start_s": 0.5, "length_s": 1.005}
    }
    assert found[31].fields["play"] == {
        "from": {"recording": "a/x", "start_s": 3.0, "length_s": 0.5}
    }
    alone = events(dice(endings=ends, repeats=False), place(shelf=shelf, fog=FOG))
    assert [one.label for one in alone if "ending" in one.label] == [
        *("bar 8, second ending", "bar 16, last ending"),
    ]
    with pytest.raises(ComposeError, match="its length is not known; give it a 'length_s'"):
        events(dice(endings={"last": {"file": "x.wav"}}), place(fog=FOG))


def test_an_unknown_sound_is_left_to_the_checks_of_the_score() -> None:
    [one] = events(dice(measures={"recordings": ["a/x", "a/z"]}), place(shelf=Shelf({"a/x": 1.0})))
    assert one.fields == {"play": {"from": {"recording": "a/z"}}}
    [other] = events(dice(measures={"take": "haze"}), place(fog=FOG))
    assert other.fields == {"play": {"from": {"take": "haze"}}}
