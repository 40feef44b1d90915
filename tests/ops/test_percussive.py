import librosa
import numpy as np
import pytest

from approx_build.ops.separation import Harmonic, Percussive
from tests.ops.cases import STREAM, music

TOLERANCE = 1e-6


@pytest.mark.parametrize("margin", [1.0, 2.0])
def test_the_result_is_librosas(margin):
    clip = music(2, length_s=1.0)
    ours = Percussive(margin=margin).apply([clip], STREAM).data
    assert np.abs(ours - librosa.effects.percussive(clip.data, margin=margin)).max() < TOLERANCE


def test_both_parts_sum_to_the_clip():
    clip = music()
    parts = [op.apply([clip], STREAM).data for op in (Harmonic(), Percussive())]
    assert np.abs(parts[0] + parts[1] - clip.data).max() < TOLERANCE
