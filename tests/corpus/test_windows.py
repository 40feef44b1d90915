from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from approx_build.audio.stream import Stream
from approx_build.corpus.recordings import Heard, Recording
from approx_build.corpus.windows import Part, Windows, split
from approx_build.errors import AudioError

RATE = 100


def heard(name: str, length: int) -> Heard:
    samples = np.linspace(-1, 1, length, dtype=np.float32)
    return Heard(Recording(name, Path(name), ""), samples, RATE, "")


def counting(*lengths: int) -> Windows:
    """Parts whose codes count on from part to part, so that a window tells its place."""
    bounds = np.cumsum((0, *lengths))
    parts = [Part(str(i), np.arange(a, b)) for i, (a, b) in enumerate(pairwise(bounds))]
    return Windows(tuple(parts), 5)


def test_training_never_reaches_what_is_held_out() -> None:
    train, held = split([heard("a", 400), heard("b", 500)], 20, 0.5, 256)
    assert [len(part.codes) for part in train.parts] == [350, 450]
    assert [len(part.codes) for part in held.parts] == [50, 50]


def test_at_least_one_window_is_held_out() -> None:
    _, held = split([heard("a", 400)], 80, 0.1, 256)
    assert len(held.parts[0].codes) == 80


def test_recordings_that_are_too_short_are_all_named() -> None:
    with pytest.raises(AudioError, match=r"too short to train on: b \(0\.60 s\), c \(0\.10 s\)"):
        split([heard("a", 400), heard("b", 60), heard("c", 10)], 20, 0.5, 256)


@given(st.lists(st.integers(0, 30), min_size=1, max_size=5), st.integers(0, 1000))
def test_a_window_lies_in_one_recording(lengths: list[int], seed: int) -> None:
    windows = counting(*lengths)
    assert windows.count == sum(max(0, length - 4) for length in lengths)
    if windows.count == 0:
        return
    borders = set(np.cumsum(lengths).tolist())
    for window in windows.draw(Stream.named("t", seed), 8):
        assert (np.diff(window) == 1).all()
        assert not borders & set(window[1:].tolist())


def test_every_window_can_be_drawn_and_draws_depend_on_the_stream_alone() -> None:
    windows = counting(7, 4, 6)
    drawn = windows.draw(Stream.named("t"), 200)
    assert set(drawn[:, 0].tolist()) == {0, 1, 2, 11, 12}
    np.testing.assert_array_equal(drawn, windows.draw(Stream.named("t"), 200))


def test_spread_windows_go_from_the_first_to_the_last() -> None:
    starts = counting(10, 10).spread(4)[:, 0].tolist()
    assert starts == [0, 4, 11, 15]
