import numpy as np
import pytest

from approx_build.ops.separation import Harmonic, Percussive
from tests.ops.cases import STREAM, music


@pytest.mark.parametrize("cls", [Harmonic, Percussive])
def test_channels_are_parted_on_their_own(cls):
    clip = music(2)
    both = cls().apply([clip], STREAM).data
    alone = cls().apply([clip.like(clip.data[1:])], STREAM).data
    assert np.array_equal(both[1:], alone)
