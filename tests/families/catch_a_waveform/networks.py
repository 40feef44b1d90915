"""Small pyramids that tests use, and weights by which they are loud."""

from __future__ import annotations

from typing import Any

import numpy as np

from approx_build.families.catch_a_waveform.family import CatchAWaveform
from approx_build.kernels.tensors import Floats

SIZES: dict[str, dict[str, Any]] = {
    "by twos": {"rates": (1000, 2000, 4000), "channels_first": 4, "channels_later": 5},
    "uneven rates": {"rates": (500, 640, 1000), "channels_first": 17, "channels_later": 33},
    "whole vectors": {"rates": (1000, 2500), "channels_first": 16, "channels_later": 32, "taps": 9},
}


def network(name: str = "by twos", **changes: object) -> CatchAWaveform:
    """One of them, perhaps changed."""
    return CatchAWaveform.model_validate({"layers": 4, "taps": 5, **SIZES[name], **changes})


def loud(net: CatchAWaveform, seed: int = 0) -> dict[str, Floats]:
    """Weights, of critics too, by which each scale adds much."""
    numbers, found = np.random.default_rng(seed), {}
    for name, shape in net.training_shapes().items():
        drawn = numbers.standard_normal(shape).astype(np.float32)
        if name.endswith((".gain", ".norm.weight")):
            drawn = 1 + drawn / 10
        if name.endswith((".bias", ".mean")):
            drawn = drawn / 10
        if name.endswith(".variance") or name == "amplitudes":
            drawn = np.abs(drawn) / 2 + np.float32(0.2)
        found[name] = drawn.astype(np.float32)
    return found


def of_takes(net: CatchAWaveform, seed: int = 0) -> dict[str, Floats]:
    """Those of the weights that takes need."""
    return {name: w for name, w in loud(net, seed).items() if name in net.tensor_shapes()}
