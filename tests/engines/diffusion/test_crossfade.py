from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from approx_build.engines.diffusion.crossfade import Joins, crossfade_length
from approx_build.engines.diffusion.parameterisation import Sound
from tests.engines.diffusion.networks import noise

COUNT = 1024
REACH = 32
AT = np.arange(COUNT)
MASKS = {
    "before": AT < 500,
    "after": AT >= 500,
    "both": (AT < 300) | (AT >= 700),
    "around": (AT < 300) | (AT >= 310),
    "twice": (AT < 300) | ((AT >= 400) & (AT < 600)) | (AT >= 900),
    "by channel": noise(3, COUNT, name="mask") > 1,
    "by item": noise(2, 3, COUNT, name="mask") > 1,
}


@pytest.fixture(params=MASKS.values(), ids=MASKS)
def is_known(request: pytest.FixtureRequest) -> NDArray[np.bool_]:
    mask: NDArray[np.bool_] = request.param
    return mask


def tones(phase: float = 0.0) -> Sound:
    """Three partials that differ by row."""
    rows = np.arange(1, 7).reshape(2, 3, 1)
    parts = (np.sin(number * AT * 0.07 * (1 + rows / 10) + phase * number) for number in (1, 2, 4))
    return np.asarray(sum(parts), np.float32)


def test_what_is_known_stays_and_what_is_far_from_it_is_as_heard(
    is_known: NDArray[np.bool_],
) -> None:
    known, heard = tones(), noise(2, 3, COUNT)
    found = Joins(known, is_known).joined(heard)
    assert found.dtype == np.float32
    held = np.broadcast_to(is_known, found.shape)
    np.testing.assert_array_equal(found[held], known[held])
    far = ~held
    for distance in range(1, REACH + 1):
        far[..., distance:] &= ~held[..., :-distance]
        far[..., :-distance] &= ~held[..., distance:]
    np.testing.assert_array_equal(found[far], heard[far])


@pytest.mark.parametrize("name", ["before", "after", "both", "twice"])
def test_tones_go_over_a_join_though_the_network_has_them_in_another_phase(name: str) -> None:
    found = Joins(tones(), MASKS[name]).joined(tones(phase=2.0))
    bends, own = np.abs(np.diff(found, 2)), np.abs(np.diff(tones(), 2))
    hard = np.where(MASKS[name], tones(), tones(phase=2.0))
    assert np.abs(np.diff(hard, 2)).max() > 5 * own.max()
    assert bends.max() < 1.5 * own.max()


def test_a_network_that_hears_what_is_known_is_nearly_left_alone() -> None:
    for name in ("before", "after", "both", "twice"):
        found = Joins(tones(), MASKS[name]).joined(tones())
        np.testing.assert_allclose(found, tones(), atol=0.1)


def test_noise_is_left_to_the_network_as_strong_as_it_makes_it() -> None:
    heard = noise(2, 3, COUNT)
    found = Joins(noise(2, 3, COUNT, name="known"), MASKS["before"]).joined(heard)
    beside = found[..., 500 : 500 + REACH]
    assert np.abs(beside - heard[..., 500 : 500 + REACH]).max() < 0.5
    assert beside.std() == pytest.approx(1, abs=0.15)


def test_a_row_depends_on_no_other() -> None:
    known, mask, heard = tones(), MASKS["by item"], noise(2, 3, COUNT)
    together = Joins(known, mask).joined(heard)
    alone = Joins(known[1:, 2:], mask[1:, 2:]).joined(heard[1:, 2:])
    np.testing.assert_array_equal(alone[0, 0], together[1, 2])


def test_known_sound_gives_way_over_a_32nd_up_to_1024_samples() -> None:
    assert [crossfade_length(length) for length in (16, COUNT, 1 << 20)] == [0, REACH, 1024]
