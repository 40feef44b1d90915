"""Takes of a DDSP network: converts requests to curves, and curves to clips, one after another."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from approx_build.audio.clip import Clip
from approx_build.families.base import Progress, Weights
from approx_build.families.ddsp.curves import played
from approx_build.families.ddsp.decoder import Decoder
from approx_build.families.ddsp.parameters import DDSPParameters
from approx_build.families.ddsp.sampling import Sampling
from approx_build.families.ddsp.synthesis import Performance, frames_needed, inputs_of
from approx_build.families.take_request import TakeRequest, check_takes
from approx_build.kernels.tensors import Floats, checked_tensors
from approx_build.numerics.stream import Stream
from approx_build.ways.transfer import TransferConditioning


def draw(
    network: DDSPParameters,
    weights: Weights,
    takes: Sequence[TakeRequest[Sampling]],
    device: str = "cpu",
    progress: Progress | None = None,
) -> list[Clip]:
    """Generate clips [1, length] at the network's rate.

    Uses the kernels of the processor on every device, because a transfer would cost more than a
    take.
    """
    check_takes(network, takes, device)
    tensors = checked_tensors(weights, network.tensor_shapes())
    decoder = Decoder(network, tensors)
    impulse = tensors.get("reverb.impulse")
    total, done, clips = sum(take.length for take in takes), 0, []
    for take in takes:
        performance = _performance(decoder, take, None if take.sampling.dry else impulse)
        sound = np.empty(take.length, np.float32)
        at = 0
        while at < take.length:
            block = performance.block()[: take.length - at]
            sound[at : at + len(block)] = block
            at += len(block)
            if progress is not None:
                progress(done + at, total)
        done += take.length
        clips.append(Clip(sound[np.newaxis], network.rate))
    return clips


def _performance(
    decoder: Decoder, take: TakeRequest[Sampling], impulse: Floats | None
) -> Performance:
    """A take with known curves, ready to be played."""
    network, stream = decoder.network, Stream(take.stream)
    source = take.conditioning if isinstance(take.conditioning, TransferConditioning) else None
    frames = frames_needed(network, take.length)
    hz, db = played(network, take.sampling, source, stream, frames)
    timbre = None
    if network.form == "ae":
        timbre = np.zeros((frames, network.timbre_channels), np.float32)
        if source is not None:
            timbre = decoder.timbre(source.sound.data[0], frames)
    return Performance(decoder, hz, inputs_of(hz, db, timbre), stream.child("noise"), impulse)
