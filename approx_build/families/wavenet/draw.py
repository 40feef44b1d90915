"""Takes of a WaveNet: converts requests to codes to generate, and codes to clips."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from approx_build.audio.clip import Clip
from approx_build.audio.mulaw import decode, encode
from approx_build.engines.autoregressive.request import ClipRequest
from approx_build.engines.autoregressive.sampler import CodeSampler
from approx_build.families.base import Progress, Weights
from approx_build.families.codes import Sampling, code_request
from approx_build.families.take_request import TakeRequest, check_takes
from approx_build.families.wavenet.compiled import packed
from approx_build.families.wavenet.parameters import WaveNetParameters
from approx_build.families.wavenet.reference import WaveNetReference
from approx_build.ways.prime import Priming

SAMPLER = CodeSampler(WaveNetReference, packed)


def draw(
    network: WaveNetParameters,
    weights: Weights,
    takes: Sequence[TakeRequest[Sampling]],
    device: str = "cpu",
    progress: Progress | None = None,
) -> list[Clip]:
    """Generate clips [1, length] in lock step, at the network's rate.

    On "cpu" by the portable kernels; on other devices by torch, which is another numeric
    environment.
    """
    check_takes(network, takes, device)
    requests = [_request(network, take) for take in takes]
    if device == "cpu":
        codes = SAMPLER.sample(weights, network, requests, progress=progress)
    else:
        from approx_build.families.wavenet.cuda import sample_on_device  # off the path: GPU

        codes = sample_on_device(weights, network, requests, device, progress)
    table = decode(np.arange(network.quantization_channels), network.quantization_channels)
    return [Clip(table[drawn][np.newaxis].astype(np.float32), network.rate) for drawn in codes]


def _request(network: WaveNetParameters, take: TakeRequest[Sampling]) -> ClipRequest:
    prime = None
    if isinstance(take.conditioning, Priming):
        sound = take.conditioning.sound.data[0]
        prime = encode(sound, network.quantization_channels).astype(np.uint8)
    return code_request(network, take, take.length, prime)
