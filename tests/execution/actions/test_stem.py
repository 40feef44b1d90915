"""STEM: events placed to the sample, exact length, quantised."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from approx_build.audio import wav
from approx_build.audio.clip import Clip
from approx_build.errors import AudioError
from approx_build.execution.actions import stem
from approx_build.plan.graph import Kind
from approx_build.store.store import Store
from tests.execution.actions.contexts import RATE, context, path_of

FULL = 1 << 23
CENTRE = 0.5**0.5


def impulse(length: int = 4, value: float = 0.5) -> Clip:
    data = np.zeros((1, length), np.float32)
    data[0, 0] = value
    return Clip(data, RATE)


def placed(role: int, onset: int, **more: Any) -> dict[str, Any]:
    plain = {"gain_db": 0.0, "pan": 0.0, "fade_in": 0, "fade_out": 0}
    return {"role": f"event.{role:05}", "name": f"e{role}", "onset": onset, **plain, **more}


def made(
    store: Store, clips: list[Clip], events: list[dict[str, Any]], **more: Any
) -> NDArray[Any]:
    params = {
        "rate": RATE,
        "channels": 2,
        "samples": 100,
        "dither": "none",
        "gain_db": 0.0,
        "pan": 0.0,
    }
    inputs = {f"event.{place:05}": clip for place, clip in enumerate(clips)}
    at = context(store, Kind.STEM, {**params, "events": events, **more}, inputs, {"name": "part p"})
    result = stem.make(at)
    path = path_of(store, result)
    assert result.facts == {"samples": 100, "samples_digest": wav.samples_digest(path)}
    assert wav.info(path) == (RATE, 2, 100, "PCM_24")
    return wav.read_pcm24_ints(path)


def test_an_impulse_is_where_it_was_placed(store: Store) -> None:
    found = made(store, [impulse()], [placed(0, 37)])
    assert np.flatnonzero(found[0]).tolist() == [37]
    assert found[:, 37].tolist() == [round(0.5 * CENTRE * FULL)] * 2


def test_gains_and_pans_of_event_and_part_are_heard(store: Store) -> None:
    left = made(store, [impulse()], [placed(0, 5, pan=-1.0)], gain_db=-6.0)
    assert left[1].any() == 0
    assert left[0, 5] == pytest.approx(0.5 * 10 ** (-6 / 20) * FULL, abs=1)
    right = made(store, [impulse()], [placed(0, 5)], pan=1.0)
    assert not right[0].any()


def test_without_events_there_is_silence_dithered_or_not(store: Store) -> None:
    assert not made(store, [], []).any()
    assert not made(store, [], [], dither="tpdf").any()


def test_what_ends_one_sample_late_by_rounding_is_let_in(store: Store) -> None:
    assert made(store, [impulse(10)], [placed(0, 91)])[0, 91]
    with pytest.raises(AudioError, match="longer than the movement"):
        made(store, [impulse(10)], [placed(0, 92)])


def test_a_stem_that_does_not_fit_is_named(store: Store) -> None:
    with pytest.raises(AudioError, match=r"part p .*clip|part p"):
        made(store, [impulse(value=1.0)] * 4, [placed(n, 5) for n in range(4)])
