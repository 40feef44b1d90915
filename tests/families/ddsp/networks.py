"""Small networks for tests, and weights that say something."""

from __future__ import annotations

from typing import Any

import numpy as np

from approx_build.families.ddsp.draw import draw
from approx_build.families.ddsp.family import DDSP
from approx_build.families.take_request import TakeRequest
from approx_build.numerics.stream import stream_key
from tests.families.examples import plain_weights

SMALL = {
    "sample_rate": 8000,
    "frame_rate": 125,
    "harmonics": 12,
    "noise_bands": 17,
    "hidden_channels": 16,
    "stack_layers": 1,
    "recurrent_channels": 12,
    "reverb_taps": 5000,
}


def network(**changes: object) -> DDSP:
    """A small network."""
    return DDSP.model_validate({**SMALL, **changes})


def loud_weights(net: DDSP, noise: float = 0.0) -> dict[str, np.ndarray]:
    """Weights by which harmonics sound, and the noise as much as told."""
    weights = plain_weights(net)
    weights["controls.bias"][:] = 0
    weights["controls.bias"][1 + net.harmonics :] = noise
    if "reverb.impulse" in weights:
        weights["reverb.impulse"] *= np.float32(0.01)
    return weights


def take(length: int, conditioning: Any = None, **sampling: object) -> TakeRequest[Any]:
    """A request by controls."""
    return TakeRequest(length, stream_key("take"), network().sampling(sampling), conditioning)


def played(net: DDSP, weights: dict[str, np.ndarray], request: TakeRequest[Any]) -> np.ndarray:
    """The samples of one take."""
    [clip] = draw(net, weights, [request])
    return clip.data[0]
