"""Takes of a SampleRNN: requests in seconds of sound become codes drawn, and codes become clips.

A sound that a take continues is led by silence up to whole frames of the top tier, so that it ends
where a frame ends, whatever its length.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from approx_build.audio.clip import Clip
from approx_build.engines.autoregressive.request import ClipRequest, Codes
from approx_build.errors import ModelError
from approx_build.families.base import TakeRequest, Told, Weights, check_takes
from approx_build.families.samplernn.codec import decode, encode
from approx_build.families.samplernn.parameters import SampleRNNParameters, Sampling
from approx_build.families.samplernn.sampler import sample
from approx_build.ways.extend import Extension
from approx_build.ways.prime import Priming


def draw(
    network: SampleRNNParameters,
    weights: Weights,
    takes: Sequence[TakeRequest[Sampling]],
    device: str = "cpu",
    progress: Told | None = None,
) -> list[Clip]:
    """Clips [1, length] at the network's rate, drawn in lock step.

    By the portable kernels on the CPU, whatever the device.
    """
    check_takes(network, takes, device)
    requests = [_request(network, take) for take in takes]
    drawn = sample(weights, network, requests, progress=progress)
    return [_clip(network, take, codes) for take, codes in zip(takes, drawn, strict=True)]


def _request(network: SampleRNNParameters, take: TakeRequest[Sampling]) -> ClipRequest:
    length, prime = take.length, None
    match take.conditioning:
        case Priming(sound):
            prime = _whole_frames(network, sound)
        case Extension(sound):
            length -= sound.length
            if length < 1:
                raise ModelError(
                    f"extension: {sound.length} samples of a take of {take.length}; it leaves "
                    "nothing to add"
                )
            prime = _whole_frames(network, sound)
    return ClipRequest(
        key=take.stream,
        length=length,
        prime=prime,
        temperature=take.sampling.temperature,
        top_k=take.sampling.top_k,
        towards_silence=take.sampling.towards_silence,
    )


def _whole_frames(network: SampleRNNParameters, sound: Clip) -> Codes:
    """The codes of a sound, led by silence up to whole frames of the top tier."""
    codes = encode(network, sound.data[0])
    missing = -len(codes) % network.top_frame
    return np.pad(codes, (missing, 0), constant_values=network.codes // 2)


def _clip(network: SampleRNNParameters, take: TakeRequest[Sampling], codes: Codes) -> Clip:
    """A take's clip of the codes drawn for it; the sound that it extends stays as it is."""
    made = decode(network, codes)[np.newaxis]
    if isinstance(take.conditioning, Extension):
        made = np.concatenate([take.conditioning.sound.data, made], axis=1)
    return Clip(made, network.rate)
