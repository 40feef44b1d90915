"""Takes of a SampleRNN: converts requests to codes to generate, and codes to clips.

A sound that a take continues is padded with silence at its beginning, to whole frames of the top
tier, so that it ends at the end of a frame.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from approx_build.audio.clip import Clip
from approx_build.engines.autoregressive.request import ClipRequest, Codes
from approx_build.engines.autoregressive.sampler import CodeSampler
from approx_build.errors import ModelError
from approx_build.families.base import Progress, Weights
from approx_build.families.codes import Sampling, code_request
from approx_build.families.samplernn.codec import decode, encode
from approx_build.families.samplernn.compiled import packed
from approx_build.families.samplernn.parameters import SampleRNNParameters
from approx_build.families.samplernn.reference import SampleRNNReference
from approx_build.families.take_request import TakeRequest, check_takes
from approx_build.ways.extend import Extension
from approx_build.ways.prime import Priming

SAMPLER = CodeSampler(SampleRNNReference, packed)


def draw(
    network: SampleRNNParameters,
    weights: Weights,
    takes: Sequence[TakeRequest[Sampling]],
    device: str = "cpu",
    progress: Progress | None = None,
) -> list[Clip]:
    """Generate clips [1, length] in lock step, at the network's rate.

    Uses the portable kernels on the CPU for every device.
    """
    check_takes(network, takes, device)
    requests = [_request(network, take) for take in takes]
    drawn = SAMPLER.sample(weights, network, requests, progress=progress)
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
    return code_request(network, take, length, prime)


def _whole_frames(network: SampleRNNParameters, sound: Clip) -> Codes:
    """The codes of a sound, preceded by silence to whole frames of the top tier."""
    codes = encode(network, sound.data[0])
    missing = -len(codes) % network.top_frame
    return np.pad(codes, (missing, 0), constant_values=network.codes // 2)


def _clip(network: SampleRNNParameters, take: TakeRequest[Sampling], codes: Codes) -> Clip:
    """The clip of a take from its codes; the sound that it extends is unchanged."""
    made = decode(network, codes)[np.newaxis]
    if isinstance(take.conditioning, Extension):
        made = np.concatenate([take.conditioning.sound.data, made], axis=1)
    return Clip(made, network.rate)
