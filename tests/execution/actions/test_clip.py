"""CLIP: ranges, rates, channels, and what cannot be read."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile as sf

from approx_build.audio import wav
from approx_build.audio.clip import Clip
from approx_build.errors import AudioError
from approx_build.execution.actions import clip
from approx_build.plan.graph import Kind
from approx_build.store.store import Store
from tests.execution.actions.contexts import Input, context, path_of, ramp
from tests.space import tone

PLAIN: dict[str, Any] = {"rate": 8000, "start_s": 0.0, "length_s": None, "channels": None}
RATES_AGREE_DB = -80
"""A tone of 200 Hz that is cut and converted equals one made at that rate."""


def cut(store: Store, source: Input, **params: Any) -> tuple[Clip, Mapping[str, Any]]:
    made = clip.make(context(store, Kind.CLIP, PLAIN | params, {"source": source}))
    return wav.read(path_of(store, made)), made.facts


def test_at_the_same_rate_samples_are_as_they_were(store: Store) -> None:
    source = ramp(1000, channels=2)
    found, facts = cut(store, source)
    assert np.array_equal(found.data, source.data)
    assert (facts["converted"], facts["samples"]) == (False, 1000)


def test_a_range_is_cut_to_the_sample(store: Store) -> None:
    source = ramp(8000)
    found, _ = cut(store, source, start_s=0.25, length_s=0.125)
    assert np.array_equal(found.data, source.data[:, 2000:3000])


def test_two_channels_become_their_mean_where_one_is_asked_for(store: Store) -> None:
    source = ramp(1000, channels=2)
    found, _ = cut(store, source, channels=1)
    assert np.allclose(found.data[0], source.data.mean(axis=0), atol=1e-7)


@pytest.mark.parametrize("rate", [11_025, 44_100, 192_000])
def test_a_range_of_another_rate_is_as_if_all_had_been_converted(
    store: Store, tmp_path: Path, rate: int
) -> None:
    path = tmp_path / "tone.wav"
    sf.write(path, tone(200, 1.0, rate), rate, subtype="FLOAT")
    found, facts = cut(store, path, start_s=0.2, length_s=0.4)
    assert (facts["converted"], facts["source_rate"], facts["rate"]) == (True, rate, 8000)
    expected = tone(200, 1.0, 8000)[1600:4800]
    assert found.length == 3200
    error = np.abs(found.data[0] - expected).max()
    assert 20 * np.log10(error) < RATES_AGREE_DB


def test_a_range_that_is_not_there_is_refused(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "tone.wav"
    sf.write(path, tone(200, 0.5), 8000)
    with pytest.raises(AudioError, match=r"^tone\.wav: lasts 0\.5 s; the range goes from 0\.4 s"):
        cut(store, path, start_s=0.4, length_s=0.2)
    with pytest.raises(AudioError, match=r"lasts 0\.5 s"):
        cut(store, path, start_s=0.5)


def test_a_silent_file_is_refused_and_a_silent_part_is_not(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "nothing.wav"
    sf.write(path, np.zeros(800), 8000)
    with pytest.raises(AudioError, match=r"^nothing\.wav: there is only silence in this range"):
        cut(store, path)
    found, _ = cut(store, np.zeros((2, 800), np.int32))
    assert not found.data.any()


def test_more_than_two_channels_are_refused(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "many.wav"
    sf.write(path, np.tile(tone(200, 0.1)[:, None], (1, 8)), 8000)
    with pytest.raises(AudioError, match="has 8 channels; at most 2"):
        cut(store, path)
