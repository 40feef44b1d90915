"""Takes of a WaveNet: converts requests to codes to generate, and codes to clips."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from approx_build.audio.clip import Clip
from approx_build.audio.mulaw import decode, encode
from approx_build.engines.autoregressive.request import ClipRequest
from approx_build.engines.autoregressive.temperature import temperatures
from approx_build.families.base import Told, Weights
from approx_build.families.take_request import TakeRequest, check_takes
from approx_build.families.wavenet.parameters import Sampling, WaveNetParameters
from approx_build.families.wavenet.sampler import sample
from approx_build.ways.prime import Priming


def draw(
    network: WaveNetParameters,
    weights: Weights,
    takes: Sequence[TakeRequest[Sampling]],
    device: str = "cpu",
    progress: Told | None = None,
) -> list[Clip]:
    """Generate clips [1, length] in lock step, at the network's rate.

    On "cpu" by the portable kernels; on other devices by torch, which is another numeric
    environment.
    """
    check_takes(network, takes, device)
    requests = [_request(network, take) for take in takes]
    if device == "cpu":
        codes = sample(weights, network, requests, progress=progress)
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
    return ClipRequest(
        key=take.stream,
        length=take.length,
        prime=prime,
        temperature=temperatures(take.sampling.temperature, network.rate, take.length),
        top_k=take.sampling.top_k,
        towards_silence=take.sampling.towards_silence,
    )
