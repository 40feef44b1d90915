"""Requests for takes: what networks cannot draw is refused before it is drawn."""

from __future__ import annotations

import numpy as np
import pytest

from approx_build.audio.clip import Clip
from approx_build.errors import ModelError
from approx_build.families.take_request import TakeRequest, check_clip
from approx_build.ways.prime import Priming
from tests.training.models import tiny_network


def test_a_request_is_checked_against_the_network_that_is_to_draw_it() -> None:
    network = tiny_network(sample_rate=8000)
    silence = np.zeros((1, 10), np.float32)
    TakeRequest(1, "a" * 32, None, Priming(Clip(silence, 8000))).check(network)
    with pytest.raises(ModelError, match="length: 0 samples; must be at least 1"):
        TakeRequest(0, "a" * 32, None).check(network)
    with pytest.raises(ModelError, match="prime: 16000 Hz; the network needs 8000 Hz"):
        TakeRequest(1, "a" * 32, None, Priming(Clip(silence, 16000))).check(network)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (np.zeros((2, 10)), "sound: 2 channels; the network needs 1"),
        (np.zeros((1, 4)), "sound: 4 samples; the network needs 5"),
        (np.full((1, 10), np.inf), "sound: some samples are not finite numbers"),
    ],
)
def test_a_clip_that_a_network_cannot_hear_is_refused(data: np.ndarray, said: str) -> None:
    with pytest.raises(ModelError, match=said):
        check_clip(tiny_network(), Clip(data.astype(np.float32), 16000), "sound", least=5)
