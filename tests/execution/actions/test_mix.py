"""MIX, MASTER, PIECE: the exact sum, the ceiling, the gaps."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from approx_build.audio import wav
from approx_build.execution.actions import master, mix, piece
from approx_build.plan.graph import Kind
from approx_build.store.store import Store
from tests.execution.actions.contexts import context, path_of

FULL = 1 << 23
PLAIN = {"gain_db": 0.0, "ceiling_dbtp": -1.0, "dither": "tpdf"}


def noise(seed: int, peak: float) -> NDArray[np.int32]:
    """White noise [2, 4000] of 24 bits."""
    rng = np.random.default_rng(seed)
    return (rng.uniform(-peak, peak, (2, 4000)) * FULL).astype(np.int32)


def test_the_mix_is_the_exact_sum_also_beyond_full_scale(store: Store) -> None:
    one, two = noise(1, 0.9), noise(2, 0.9)
    made = mix.make(context(store, Kind.MIX, {}, {"stem.0000": one, "stem.0001": two}))
    found = wav.read_ints(path_of(store, made))
    assert np.array_equal(found, one + two)
    assert np.abs(found).max() > FULL


@pytest.mark.parametrize("peak", [0.1, 0.9])
def test_the_master_is_the_sum_until_the_ceiling_is_reached(store: Store, peak: float) -> None:
    summed = mix.make(context(store, Kind.MIX, {}, {"stem.0000": noise(1, peak)}))
    inputs = {"mix": path_of(store, summed).read_bytes()}
    made = master.make(context(store, Kind.MASTER, PLAIN, inputs))
    found = wav.read_pcm24_ints(path_of(store, made))
    assert made.facts["samples"] == 4000
    assert np.array_equal(found, noise(1, peak)) == (made.facts["reduction_db"] == 0)
    assert (made.facts["reduction_db"] == 0) == (peak == 0.1)
    assert np.abs(found).max() <= 10 ** (-1 / 20) * FULL + 1


def test_a_gain_is_heard_in_the_master_alone(store: Store) -> None:
    summed = mix.make(context(store, Kind.MIX, {}, {"stem.0000": noise(1, 0.1)}))
    inputs = {"mix": path_of(store, summed).read_bytes()}
    made = master.make(context(store, Kind.MASTER, PLAIN | {"gain_db": 6.0}, inputs))
    found = wav.read_pcm24_ints(path_of(store, made))
    expected = noise(1, 0.1) * 10 ** (6 / 20)
    assert np.abs(found - expected).max() <= 2


def test_the_piece_is_its_movements_with_gaps_of_exact_silence(store: Store) -> None:
    one, two = noise(1, 0.5), noise(2, 0.5)
    inputs = {"movement.000": one, "movement.001": two}
    made = piece.make(context(store, Kind.PIECE, {"gap": 123}, inputs))
    found = wav.read_pcm24_ints(path_of(store, made))
    gap = np.zeros((2, 123), np.int32)
    assert np.array_equal(found, np.concatenate([one, gap, two], axis=1))
