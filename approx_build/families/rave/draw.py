"""Takes of a RAVE network: converts requests to latents, and latents to clips."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from approx_build.audio.clip import Clip
from approx_build.errors import ModelError
from approx_build.families.base import Progress, Weights
from approx_build.families.rave.codec import Codec
from approx_build.families.rave.latents import latents_of
from approx_build.families.rave.length_faults import length_faults
from approx_build.families.rave.parameters import RAVEParameters
from approx_build.families.rave.sampling import Sampling
from approx_build.families.take_request import TakeRequest, check_takes
from approx_build.kernels.tensors import checked_tensors
from approx_build.numerics.stream import Stream
from approx_build.ways.between import Interpolation
from approx_build.ways.prime import Priming


def draw(
    network: RAVEParameters,
    weights: Weights,
    takes: Sequence[TakeRequest[Sampling]],
    device: str = "cpu",
    progress: Progress | None = None,
) -> list[Clip]:
    """Generate clips [1, length] at the network's rate, one after another.

    Uses the kernels of the processor on every device, because a transfer would cost more than a
    take.
    """
    check_takes(network, takes, device)
    for take in takes:
        _check(network, take)
    codec = Codec(network, checked_tensors(weights, network.tensor_shapes()))
    total, done, clips = sum(take.length for take in takes), 0, list[Clip]()
    for take in takes:
        before = done

        def report(made: int, take: TakeRequest[Sampling] = take, before: int = before) -> None:
            if progress is not None:
                progress(before + min(made, take.length), total)

        frames, margin = -(-take.length // network.hop), network.decoder_margin
        latents = latents_of(codec, take, -margin, frames + 2 * margin)
        sound = codec.decode(latents, Stream(take.stream).child("noise"), report)[: take.length]
        full_scale = np.minimum(np.maximum(sound, np.float32(-1)), np.float32(1))
        clips.append(Clip(full_scale[np.newaxis], network.rate))
        done += take.length
    return clips


def _check(network: RAVEParameters, take: TakeRequest[Sampling]) -> None:
    """ModelError for the first control that the network cannot follow."""
    way = "between" if isinstance(take.conditioning, Interpolation) else None
    if isinstance(take.conditioning, Priming) and not network.prior_channels:
        raise ModelError("prime: the network has no prior that could continue a sound")
    for loc, words in length_faults(network, take.sampling, take.length / network.rate, way):
        raise ModelError(f"{'.'.join(map(str, loc))}: {words}")
