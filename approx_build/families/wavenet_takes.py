"""Takes of a WaveNet: requests in seconds of sound become codes drawn, and codes become clips."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from approx_build.audio.clip import Clip
from approx_build.audio.mulaw import decode, encode
from approx_build.families.base import TakeRequest
from approx_build.kernels.wavenet import ClipRequest, sample

if TYPE_CHECKING:
    from approx_build.families.wavenet import Sampling, WaveNet

Weights = Mapping[str, NDArray[np.float32]]


def draw(
    network: WaveNet,
    weights: Weights,
    takes: Sequence[TakeRequest[Sampling]],
    device: str = "cpu",
    progress: Callable[[int, int], None] | None = None,
) -> list[Clip]:
    """Clips [1, length] at the network's rate, drawn in lock step.

    On "cpu" by the portable kernels; on "cuda" by torch, which is another numeric environment.
    """
    requests = [_request(network, take) for take in takes]
    if device == "cuda":
        from approx_build.families.wavenet_cuda import sample_on_device  # off the path: GPU

        codes = sample_on_device(weights, network, requests, device, progress)
    else:
        codes = sample(weights, network, requests, progress=progress)
    table = decode(np.arange(network.quantization_channels), network.quantization_channels)
    return [Clip(table[drawn][np.newaxis].astype(np.float32), network.rate) for drawn in codes]


def _request(network: WaveNet, take: TakeRequest[Sampling]) -> ClipRequest:
    prime = None
    if take.prime is not None:
        prime = encode(take.prime.data[0], network.quantization_channels).astype(np.uint8)
    return ClipRequest(
        key=take.stream,
        length=take.length,
        prime=prime,
        temperature=take.sampling.temperature,
        top_k=take.sampling.top_k,
        towards_silence=take.sampling.towards_silence,
    )
