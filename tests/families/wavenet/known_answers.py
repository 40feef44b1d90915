"""Known answers of WaveNets: codes drawn in every way, and the logits they are drawn from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from approx_build.audio.mulaw import amplitudes
from approx_build.engines.autoregressive.lock_step import Batch, run_batch
from approx_build.engines.autoregressive.request import ClipRequest
from approx_build.families.wavenet.compiled import TENSORS
from approx_build.families.wavenet.parameters import WaveNetParameters
from approx_build.families.wavenet.sampler import open_batch
from approx_build.kernels.compiled import Kernel
from approx_build.kernels.tensors import Floats
from approx_build.numerics.stream import key_words
from tests.families.wavenet.networks import SHAPES, requests
from tests.kernels.known_answers.case import Case
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
    clips = sorted(requests(CLIPS, SAMPLES, classes), key=lambda clip: -clip.steps)
    words.add(classes, len(clips), *(n for clip in clips for n in _clip(clip, classes)))

    def answer(kernel: Kernel, threads: int, batch: int) -> Sequence[NDArray[Any]]:
        each = [[clip] for clip in clips] if batch == 1 else [clips]
        batches = [open_batch(tensors, network, some, threads, kernel, True) for some in each]
        return [array for one in batches for array in _results(one)]

    def _results(batch: Batch) -> Iterator[NDArray[Any]]:
        run_batch(batch, clips)
        for codes, logits in zip(batch.codes, batch.logits, strict=True):
            yield from (codes, logits)

    return Case("wavenet", words, answer)


def _clip(clip: ClipRequest, classes: int) -> Iterator[int]:
    yield from (n - (1 << 64) * (n >> 63) for n in map(int, key_words(clip.key)))
    yield from (clip.first_draw, clip.length)
    yield from (len(clip.prime_codes), *map(int, clip.prime_codes))
    yield from (len(clip.curve), *bits_of_floats(clip.curve))
    yield from (min(clip.top_k or 0, classes), *bits_of_floats([clip.towards_silence]))


CASES = [_case(name, network) for name, network in SHAPES.items()]
