from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from approx_build.corpus.windows import Epochs, Part, Windows, split
from approx_build.errors import AudioError

RATE = 100
SIZE = 5


def part(name: str, length: int, first: int = 0) -> Part:
    """A part whose samples count on, so that a window tells its place."""
    return Part(name, np.arange(first, first + length, dtype=np.float32)[None])


def counting(*lengths: int) -> Windows:
    bounds = np.cumsum((0, *lengths)).tolist()
    parts = [part(str(i), b - a, a) for i, (a, b) in enumerate(pairwise(bounds))]
    return Windows(tuple(parts), SIZE)


def test_training_never_reaches_what_is_held_out() -> None:
    found = split([part("a", 400), part("b", 500)], RATE, 20, 0.5)
    assert [p.length for p in found.train.parts] == [350, 450]
    assert [p.length for p in found.held_out.parts] == [50, 50]
    assert not found.unused


def test_at_least_one_window_is_held_out() -> None:
    assert split([part("a", 400)], RATE, 80, 0.1).held_out.parts[0].length == 80


def test_a_recording_shorter_than_a_window_is_left_out_and_reported() -> None:
    found = split([part("a", 400), part("b", 60), part("c", 10)], RATE, 20, 0.5)
    assert [p.name for p in found.train.parts] == ["a", "b"]
    assert [p.name for p in found.held_out.parts] == ["a"]
    assert found.train.parts[1].length == 60
    assert found.unused == {"c": "0.10 s, a window is 0.20 s"}


def test_a_corpus_too_small_for_a_window_is_refused_by_how_much() -> None:
    wanted = (
        r"its longest recording is 0\.60 s after preparation; a window of 0\.20 s and 0\.5 s held "
        r"out need 0\.70 s, 0\.10 s more; make `window` or `held_out_s` smaller"
    )
    with pytest.raises(AudioError, match=wanted):
        split([part("a", 60), part("b", 10)], RATE, 20, 0.5)
    with pytest.raises(AudioError, match=r"longest recording is 0\.00 s"):
        split([], RATE, 20, 0.5)


def test_chunks_are_parts_of_their_own() -> None:
    found = split([part("a", 1050)], RATE, 20, 0.5, chunk_s=4)
    assert [p.name for p in found.train.parts] == ["a#1", "a#2", "a#3"]
    assert [p.length for p in found.held_out.parts] == [50, 50, 50]
    assert sum(p.length for p in (*found.train.parts, *found.held_out.parts)) == 1050
    for one in (*found.train.parts, *found.held_out.parts):
        assert one.recording == "a"
        # Samples count on: the first tells where in the recording it is.
        assert one.sound[0, 0] == one.start


@given(st.lists(st.integers(0, 30), min_size=1, max_size=5))
def test_the_windows_of_the_index_cover_every_sample_that_a_window_can(lengths: list[int]) -> None:
    windows = counting(*lengths)
    covered = {int(x) for n in range(windows.count) for x in windows.at(n)[0]}
    bounds = np.cumsum((0, *lengths)).tolist()
    long_enough = [range(a, b) for a, b in pairwise(bounds) if b - a >= SIZE]
    assert covered == {sample for each in long_enough for sample in each}
    for number in range(windows.count):
        window = windows.at(number)[0]
        assert window.shape == (SIZE,)
        assert (np.diff(window) == 1).all()
        assert not set(bounds) & set(window[1:].astype(int).tolist())


def test_an_epoch_visits_every_window_once_in_an_order_of_its_own() -> None:
    windows = counting(17, 4, 26)
    epochs = Epochs(windows, seed=3)
    visits = [epochs.at(position) for position in range(2 * windows.count)]
    first, second = visits[: windows.count], visits[windows.count :]
    assert {number for *_, number in first} == set(range(windows.count))
    assert {epoch for *_, epoch, _ in second} == {1}
    assert [number for *_, number in first] != [number for *_, number in second]
    assert Epochs(windows, seed=3).at(windows.count + 1)[1:] == second[1][1:]
    assert [e.at(p)[3] for e in [Epochs(windows, 4)] for p in range(windows.count)] != [
        number for *_, number in first
    ]


def test_spread_windows_go_from_the_first_to_the_last() -> None:
    starts = [int(window[0, 0]) for window in counting(10, 10).spread(4)]
    assert starts == [0, 5, 10, 15]


def stroked(*lengths: int) -> list[Part]:
    """Parts of one burst of noise every 400 samples, the first at 50."""
    numbers = np.random.default_rng(0)
    shape = np.exp(-np.arange(400) / 20)
    return [
        Part(
            str(number),
            np.concatenate(
                [np.zeros(50), *[shape * numbers.uniform(-1, 1, 400)] * (length // 400)]
            )[None, :length].astype(np.float32),
        )
        for number, length in enumerate(lengths)
    ]


def test_windows_at_onsets_are_visited_once_an_epoch_and_stay_apart_from_what_is_held_out() -> None:
    onsets = {"lead_s": 0.0, "apart_s": 0.1}
    found = split(stroked(8000, 4000), 1000, 200, 1.5, onsets=onsets)
    assert [part.length for part in found.train.parts] == [6500, 2500]
    assert found.train.count == len(set(places(found.train)))
    starts = {start for _, start in places(found.train)}
    assert all((start - 50) % 400 <= 3 for start in starts)
    assert found.held_out.count >= 3
    assert all(sound.shape == (1, 200) for sound in found.held_out.spread(3))


def places(windows: Windows) -> list[tuple[str, int]]:
    epochs = Epochs(windows, seed=3)
    found = [epochs.at(position)[:2] for position in range(windows.count)]
    return [(part.name, start) for part, start in found]


def test_a_corpus_without_onsets_is_refused_in_words() -> None:
    with pytest.raises(AudioError, match="begins at an onset of the sound that trains with"):
        split([Part("hum", np.zeros((1, 5000), np.float32))], 1000, 200, 1.0, onsets={})


def test_a_whole_recording_is_the_only_window_and_held_out_too() -> None:
    found = split([part("a", 400)], RATE, 400, 2.5, is_whole=True)
    assert found.train.count == found.held_out.count == 1
    np.testing.assert_array_equal(found.train.at(0), found.held_out.at(0))
    assert not found.unused
    longer = split([part("a", 450)], RATE, 400, 2.5, is_whole=True)
    assert longer.train.at(0)[0, -1] == 399
    assert longer.unused == {"a": "its last 0.50 s: a window is 4.00 s"}


def test_a_whole_recording_must_be_one_and_long_enough_and_not_cut() -> None:
    two = [part("a", 400), part("b", 400)]
    for parts, size, others, words in (
        (two, 100, {}, r"the corpus has 2 \(a, b\); leave out all others"),
        (two[:1], 401, {}, r"a is too short: 4\.00 s after preparation; .* at most 400"),
        (two[:1], 100, {"chunk_s": 1.0}, "leave out `chunk_s` and `onsets`"),
        (two[:1], 100, {"onsets": {}}, "leave out `chunk_s` and `onsets`"),
    ):
        with pytest.raises(AudioError, match=words):
            split(parts, RATE, size, 0.5, is_whole=True, **others)  # type: ignore[arg-type]
