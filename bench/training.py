"""The training step of WaveNet: the compiled one, beside two forms in eager PyTorch.

    python bench/training.py                  samples per CPU-second: about four minutes
    python bench/training.py --to-loss 60     CPU-seconds until equal losses: some minutes

A turn is one window's loss and gradients on every thread; its rate counts the CPU seconds of the
threads that worked on it, so that other programs disturb it little. Contenders take turns; shown
are least, median and greatest. `of peak`: all multiplications and additions of the network, also
those that the compiled step leaves out because a ReLU made an input zero, beside what this core
does at most with fused multiply-add, measured in the same turns. With trained weights more inputs
are zero than with first ones, so both are shown.
"""

from __future__ import annotations

import argparse
import ctypes
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from time import thread_time

import numpy as np
import torch
from plain_wavenet import PlainWaveNet
from torch import Tensor

from approx_build.audio import wav
from approx_build.audio.mulaw import encode
from approx_build.audio.resample import converted
from approx_build.families.wavenet import gradients
from approx_build.families.wavenet.family import WaveNet
from approx_build.families.wavenet.network import WaveNetNetwork
from approx_build.kernels.compiled import Kernel, Library, function
from approx_build.numerics.stream import Stream
from approx_build.training.checkpoint import read_checkpoint

ROOT = Path(__file__).parents[1]
WINDOW = 6144
RATE = 11025
SHIPPED = WaveNet(sample_rate=RATE, dilations=tuple(2**i for i in range(11)) * 2, skip_channels=256)
LARGER = WaveNet(sample_rate=RATE, dilations=tuple(2**i for i in range(10)) * 3, skip_channels=256)

Tensors = dict[str, Tensor]
Turn = Callable[[], float]
"""Does its work once; how much it was."""


def corpus_codes() -> list[np.ndarray]:
    """The recordings of the shipped accordion as codes."""
    found = []
    for path in sorted((ROOT / "models/corpora/accordion").glob("*.flac")):
        clip = wav.read(path)
        found.append(encode(converted(clip.data.mean(axis=0), clip.rate, RATE), 256))
    return found


def first_weights(network: WaveNet) -> Tensors:
    arrays = WaveNetNetwork(network).initial(Stream.named("bench"))
    return {name: torch.from_numpy(array) for name, array in arrays.items()}


def trained_weights() -> Tensors:
    folder = ROOT / "models/checkpoints/accordionator"
    last = max(folder.glob("*.safetensors"))
    arrays = read_checkpoint(last, SHIPPED.tensor_shapes())
    return {name: torch.from_numpy(np.array(array)) for name, array in arrays.items()}


def operations(network: WaveNet) -> int:
    """Multiplications and additions of one sample, forward and backward."""
    t = network.tensor_shapes()
    layers, taps, residual, inner = t["layers.filter.weight"]
    skip, codes = t["post2.weight"]
    dense = (layers - 1) * inner * residual
    forward = 2 * layers * taps * residual * inner + dense
    return 6 * (forward + skip * (layers * inner + skip + codes))


def plain_turn(network: WaveNet, ours: Tensors, window: Tensor) -> Turn:
    form = PlainWaveNet(network)
    weights = form.weights(ours)

    def turn() -> float:
        form.gradients(weights, window, window)
        return len(window)

    return turn


def example(window: Tensor) -> Tensors:
    return {"codes": window[None], "given": window[None]}


def product_turn(network: WaveNet, weights: Tensors, window: Tensor) -> Turn:
    form = WaveNetNetwork(network)

    def turn() -> float:
        leaves = [weight.detach().requires_grad_() for weight in weights.values()]
        loss = form.loss(dict(zip(weights, leaves, strict=True)), example(window))
        torch.autograd.grad(loss, leaves, materialize_grads=True)
        return len(window)

    return turn


def compiled_turn(network: WaveNet, weights: Tensors, window: Tensor) -> Turn:
    form = WaveNetNetwork(network)

    def turn() -> float:
        assert form.gradients(weights, example(window)) is not None
        return len(window)

    return turn


def peak_turn(kernel: Kernel) -> Turn:
    """Floating-point operations at the peak."""
    measure = function("measure_peak", kernel, Library.TRAINING)
    measure.restype, measure.argtypes = ctypes.c_double, [ctypes.c_int64, ctypes.c_void_p]

    def turn() -> float:
        return float(measure(1_500_000, np.zeros(16, np.float32).ctypes.data))

    return turn


@dataclass
class Contender:
    """A way to compute, and what each of its turns yielded per CPU-second."""

    name: str
    turn: Turn
    rates: list[float] = field(default_factory=list)

    def take(self, pool: ThreadPoolExecutor, threads: int) -> None:
        done = list(pool.map(lambda _: self._timed(), range(threads)))
        self.rates.append(sum(work for work, _ in done) / sum(seconds for _, seconds in done))

    def _timed(self) -> tuple[float, float]:
        began = thread_time()
        return self.turn(), thread_time() - began

    def __str__(self) -> str:
        least, most = min(self.rates), max(self.rates)
        return f"{self.name:10} {least:9,.0f} {median(self.rates):9,.0f} {most:9,.0f}"


def compete(network: WaveNet, weights: Tensors, window: Tensor, threads: int, rounds: int) -> None:
    kernel = Kernel(gradients.describe() or "")
    contenders = [
        Contender("plain", plain_turn(network, weights, window)),
        Contender("product", product_turn(network, weights, window)),
        Contender("compiled", compiled_turn(network, weights, window)),
        Contender("peak", peak_turn(kernel)),
    ]
    with ThreadPoolExecutor(threads, initializer=torch.set_num_threads, initargs=(1,)) as pool:
        for contender in contenders:
            contender.take(pool, threads)
            contender.rates.clear()
        for _ in range(rounds):
            for contender in contenders:
                contender.take(pool, threads)
    plain, _, _, peak = (median(contender.rates) for contender in contenders)
    for contender in contenders[:-1]:
        rate = median(contender.rates)
        share = operations(network) * rate / peak
        pairs = zip(contender.rates, contenders[0].rates, strict=True)
        times = sorted(own / other for own, other in pairs)
        spread = f"{times[0]:.2f} to {times[-1]:.2f}"
        print(f"{contender}  x plain {rate / plain:5.2f} ({spread})  of peak {share:4.0%}")
    print(f"peak of fused multiply-add: {peak / 1e9:.0f} GFLOP/s\n", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--to-loss", type=float, default=None, metavar="CPU_SECONDS")
    options = parser.parse_args()
    torch.set_num_threads(1)
    kernel, load = gradients.describe(), os.getloadavg()[0]
    print(f"kernel {kernel}, torch {torch.__version__}, load {load:.1f}, window {WINDOW}")
    if options.to_loss is not None:
        from training_to_loss import race

        race(SHIPPED, corpus_codes(), first_weights(SHIPPED), options.to_loss)
        return
    window = torch.from_numpy(corpus_codes()[0][RATE : RATE + WINDOW])
    rows = [
        ("22 layers, skip 256, first weights", SHIPPED, first_weights(SHIPPED)),
        ("22 layers, skip 256, trained weights", SHIPPED, trained_weights()),
        ("30 layers, skip 256, first weights", LARGER, first_weights(LARGER)),
    ]
    for threads in options.threads:
        for name, network, weights in rows:
            print(f"{name}, {threads} thread(s): samples per CPU-second, least median greatest")
            compete(network, weights, window, threads, options.rounds)


if __name__ == "__main__":
    main()
