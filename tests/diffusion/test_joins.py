from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from approx_build.diffusion.joins import REACH, Joins
from approx_build.diffusion.parameterisation import Sound
from tests.diffusion.networks import noise

COUNT = 100
AT = np.arange(COUNT)
MASKS = {
    "before": AT < 50,
    "after": AT >= 50,
    "both": (AT < 30) | (AT >= 70),
    "around": (AT < 30) | (AT >= 32),
    "by channel": noise(3, COUNT, name="mask") > 1,
    "by item": noise(2, 3, COUNT, name="mask") > 1,
}


@pytest.fixture(params=MASKS.values(), ids=MASKS)
def is_known(request: pytest.FixtureRequest) -> NDArray[np.bool_]:
    mask: NDArray[np.bool_] = request.param
    return mask


def heard() -> Sound:
    """A slow wave that differs by row."""
    rows = np.arange(1, 7).reshape(2, 3, 1)
    return np.sin(AT * 2 * np.pi / 100 + rows).astype(np.float32)


def joined(heard: Sound, known: Sound, is_known: NDArray[np.bool_]) -> Sound:
    return Joins(is_known, heard.shape).joined(heard, known)


def test_what_is_known_stays_and_what_is_far_from_it_is_as_heard(
    is_known: NDArray[np.bool_],
) -> None:
    known = noise(2, 3, COUNT)
    found = joined(heard(), known, is_known)
    assert found.dtype == np.float32
    held = np.broadcast_to(is_known, found.shape)
    np.testing.assert_array_equal(found[held], known[held])
    far = ~held
    for distance in range(1, REACH + 1):
        far[..., distance:] &= ~held[..., :-distance]
        far[..., :-distance] &= ~held[..., distance:]
    np.testing.assert_array_equal(found[far], heard()[far])


def test_a_step_is_gone(is_known: NDArray[np.bool_]) -> None:
    """What is known lies a whole unit above what is heard: nowhere is there a jump."""
    found = joined(heard(), heard() + np.float32(1), is_known)
    steps, own = np.abs(np.diff(found)), np.abs(np.diff(heard()))
    assert steps.max() < own.max() + 1.6 / REACH
    assert (found >= heard()).all()
    assert (found <= heard() + np.float32(1.0001)).all()


def test_from_side_to_side_the_sound_goes_as_it_is_heard() -> None:
    for name, at in (("before", 49), ("after", 49), ("both", 29), ("both", 69)):
        found = joined(heard(), noise(2, 3, COUNT), MASKS[name])
        across, own = (np.diff(sound)[..., at] for sound in (found, heard()))
        np.testing.assert_allclose(across, own, atol=1e-6)


def test_a_network_that_hears_what_is_known_is_left_alone(is_known: NDArray[np.bool_]) -> None:
    np.testing.assert_array_equal(joined(heard(), heard(), is_known), heard())


def test_a_row_depends_on_no_other() -> None:
    known, mask = noise(2, 3, COUNT), MASKS["by item"]
    together = joined(heard(), known, mask)
    alone = joined(heard()[1:, 2:], known[1:, 2:], mask[1:, 2:])
    np.testing.assert_array_equal(alone[0, 0], together[1, 2])
