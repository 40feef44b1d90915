"""Takes of a table of grains: each a row of grains that its stream chooses."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from approx_build.audio.clip import Clip
from approx_build.families.base import Progress, Weights
from approx_build.families.take_request import TakeRequest, check_takes
from approx_build.kernels.tensors import checked_tensors
from approx_build.numerics.stream import Stream
from grain_table.parameters import GrainTableParameters, Sampling


def draw(
    network: GrainTableParameters,
    weights: Weights,
    takes: Sequence[TakeRequest[Sampling]],
    device: str,
    progress: Progress | None,
) -> list[Clip]:
    """Clips [1, length], one after another; every device gives the same."""
    check_takes(network, takes, device)
    table = checked_tensors(weights, network.tensor_shapes())["grains"]
    clips, total = [], sum(take.length for take in takes)
    for take in takes:
        count = -(-take.length // network.size)
        chosen = Stream(take.stream).words(-(-count // take.sampling.repeats))
        rows = np.repeat(chosen % np.uint64(network.count), take.sampling.repeats)[:count]
        sound = table[rows.astype(np.intp)].reshape(-1)[: take.length]
        np.clip(sound, -1, 1, out=sound)
        clips.append(Clip(sound[np.newaxis], network.rate))
        if progress is not None:
            progress(sum(clip.length for clip in clips), total)
    return clips
