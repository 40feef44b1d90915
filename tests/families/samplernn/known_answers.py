"""Known answers of SampleRNNs: codes drawn in every way, and the logits they are drawn from."""

from __future__ import annotations

from collections.abc import Sequence

from approx_build.engines.autoregressive.lock_step import Batch
from approx_build.engines.autoregressive.request import ClipRequest
from approx_build.families.samplernn import SampleRNN
from approx_build.families.samplernn.codec import levels
from approx_build.families.samplernn.compiled import GRU, SAMPLE, TIER, shape_numbers
from approx_build.families.samplernn.draw import SAMPLER
from approx_build.kernels.compiled import Kernel
from approx_build.kernels.tensors import Floats
from tests.engines.autoregressive.requests import requests
from tests.families.samplernn.networks import SHAPES
from tests.kernels.known_answers.case import Case
from tests.kernels.known_answers.codes import code_case
from tests.kernels.known_answers.numbers import Words, bits_of_floats

CLIPS, SAMPLES = 6, 24


def _case(name: str, network: SampleRNN) -> Case:
    words, shapes = Words(f"samplernn:{name.replace(' ', '-')}"), network.tensor_shapes()
    words.add(*shape_numbers(network))
    words.counted(network.frame_sizes)
    tensors: dict[str, Floats] = {}
    for tensor in _order(network):
        size = shapes.get(tensor, ())
        fan = size[-2] if len(size) > 1 else 1
        is_loud = tensor in ("embedding", "mlp.output.weight")
        drawn = words.draw(*size, shift=0 if is_loud else fan.bit_length() // 2)
        if drawn.size:
            tensors[tensor] = drawn
    words.counted(bits_of_floats(levels(network.codes)))

    def opened(clips: Sequence[ClipRequest], threads: int, kernel: Kernel) -> Batch:
        return SAMPLER.open_batch(tensors, network, clips, threads, kernel, keep_logits=True)

    clips = requests(CLIPS, SAMPLES, network.codes)
    return code_case("samplernn", words, network.codes, clips, opened)


def _order(network: SampleRNN) -> list[str]:
    """The names of tensors as C reads them, those that the network has not got, too."""
    tiers = range(len(network.frame_sizes))
    names: list[str] = []
    for tier in tiers:
        names += [f"tiers.{tier}.{name}" for name in TIER]
        for layer in range(network.layers):
            names += [f"tiers.{tier}.gru.{layer}.{name}" for name in GRU]
    return [*names, *SAMPLE]


CASES = [_case(name, network) for name, network in SHAPES.items()]
