"""Known answers of WaveNets: codes drawn in every way, and the logits they are drawn from."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from approx_build.audio.mulaw import amplitudes
from approx_build.engines.autoregressive.lock_step import Batch
from approx_build.engines.autoregressive.request import ClipRequest
from approx_build.families.wavenet.compiled import TENSORS
from approx_build.families.wavenet.draw import SAMPLER
from approx_build.families.wavenet.parameters import WaveNetParameters
from approx_build.kernels.compiled import Kernel
from approx_build.kernels.tensors import Floats
from tests.engines.autoregressive.requests import requests
from tests.families.wavenet.networks import SHAPES
from tests.kernels.known_answers.case import Case
from tests.kernels.known_answers.codes import code_case
from tests.kernels.known_answers.numbers import Words, bits_of_floats

CLIPS, SAMPLES = 6, 24


def _case(name: str, network: WaveNetParameters) -> Case:
    words, shapes = (
        Words(f"wavenet:{name.replace(' ', '-').replace(',', '')}"),
        network.tensor_shapes(),
    )
    dilations, classes = network.dilations, network.quantization_channels
    words.add(len(dilations), network.filter_width, network.residual_channels)
    words.add(network.dilation_channels, network.skip_channels, classes)
    words.add(int(network.scalar_input), network.causal_width)
    words.counted(dilations)
    tensors: dict[str, Floats] = {}
    for tensor in TENSORS.values():
        size = shapes.get(tensor, ())
        fan = int(np.prod(size[1:-1])) if size else 1
        drawn = words.draw(*size, shift=0 if tensor == "post2.weight" else fan.bit_length() // 3)
        if drawn.size:
            tensors[tensor] = drawn
    words.counted(bits_of_floats(amplitudes(classes)) if network.scalar_input else [])

    def opened(clips: Sequence[ClipRequest], threads: int, kernel: Kernel) -> Batch:
        return SAMPLER.open_batch(tensors, network, clips, threads, kernel, keep_logits=True)

    return code_case("wavenet", words, classes, requests(CLIPS, SAMPLES, classes), opened)


CASES = [_case(name, network) for name, network in SHAPES.items()]
