"""Takes of a duel: one grain of the generator after another."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from approx_build.audio.clip import Clip
from approx_build.families.base import Progress, Weights
from approx_build.families.take_request import TakeRequest, check_takes
from approx_build.kernels.tensors import checked_tensors
from approx_build.numerics.stream import Stream
from tests.families.duel.parameters import DuelParameters, Sampling


def draw(
    network: DuelParameters,
    weights: Weights,
    takes: Sequence[TakeRequest[Sampling]],
    device: str,
    progress: Progress | None,
) -> list[Clip]:
    """Clips [1, length], one after another; every device gives the same."""
    check_takes(network, takes, device)
    tensors = checked_tensors(weights, network.tensor_shapes())
    clips, size, total = [], network.size, sum(take.length for take in takes)
    for take in takes:
        rng = Stream(take.stream)
        sound = np.empty(take.length, np.float32)
        for start in range(0, take.length, size):
            z = (rng.uniforms(size) * 2 - 1) * take.sampling.spread
            grain = tensors["generator.shift"] + tensors["generator.spread"] * z
            sound[start : start + size] = np.clip(grain, -1, 1)[: take.length - start]
        clips.append(Clip(sound[np.newaxis], network.rate))
        if progress is not None:
            progress(sum(clip.length for clip in clips), total)
    return clips
