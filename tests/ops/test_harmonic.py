import librosa
import numpy as np
import pytest
from pydantic import ValidationError

from approx_build.ops.separation import Harmonic
from tests.ops.cases import STREAM, music

TOLERANCE = 1e-6


@pytest.mark.parametrize(("margin", "kernel"), [(1.0, 31), (2.0, 31), (1.5, 17)])
def test_the_result_is_librosas(margin, kernel):
    clip = music(2, length_s=1.0)
    ours = Harmonic(margin=margin, kernel=kernel).apply([clip], STREAM).data
    theirs = librosa.effects.harmonic(clip.data, margin=margin, kernel_size=kernel)
    assert np.abs(ours - theirs).max() < TOLERANCE


def test_an_even_kernel_is_refused():
    with pytest.raises(ValidationError, match=r"must be odd \(is 30\)"):
        Harmonic(kernel=30)
