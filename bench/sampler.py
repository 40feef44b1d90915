"""The WaveNet sampler against eager PyTorch and against this machine's peak, in one table.

    python bench/sampler.py                      everything: about four minutes
    python bench/sampler.py --clips 1 32 --repeats 3 --kernel avx2

Rates are samples per second over the batch. Contenders take turns; medians of `--repeats` turns,
and half the range. On one thread a turn is timed in CPU seconds, so that other programs disturb it
less; on more in wall seconds, or with `--clock cpu` in CPU seconds over the threads (on a busy
machine; PyTorch's threads then must not spin: OMP_WAIT_POLICY=passive). The peak is measured in
the same turns: fused multiply-adds in independent sums, of the same instruction set and number of
threads.
"""

from __future__ import annotations

import argparse
import ctypes
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from statistics import median
from time import perf_counter, process_time

import numpy as np
import torch
from eager_wavenet import Fused, Published

from approx_build.engines.autoregressive.request import ClipRequest
from approx_build.families.wavenet import WaveNet
from approx_build.families.wavenet.draw import SAMPLER
from approx_build.kernels import compiled
from approx_build.kernels.compiled import Kernel
from approx_build.kernels.tensors import Weights
from approx_build.numerics.stream import stream_key

TENFOLD = tuple(2**i for i in range(10))
NETWORKS = {
    "30 layers, skip 256": WaveNet(dilations=TENFOLD * 3, skip_channels=256),
    "80 layers, skip 1024": WaveNet(dilations=TENFOLD * 8, skip_channels=1024),
}
TURN_S = 0.35


def random_weights(shape: WaveNet) -> Weights:
    """Weights that keep activations near 1 and half of the hidden units at work."""
    numbers, weights = np.random.default_rng(0), {}
    for name, size in shape.tensor_shapes().items():
        fan = size[-2] if name.endswith("weight") else 25
        if name == "causal.weight":
            fan = 2
        elif name in ("layers.filter.weight", "layers.gate.weight"):
            fan = 2 * size[-2]
        elif name == "layers.skip.weight":
            fan = size[0] * size[1] / 4
        gain = 4.0 if name == "post2.weight" else 1.3
        weights[name] = (numbers.standard_normal(size) * gain / fan**0.5).astype(np.float32)
    return weights


def macs(shape: WaveNet) -> int:
    """Multiplications of one sample."""
    t = shape.tensor_shapes()
    layers, taps, residual, inner = t["layers.filter.weight"]
    skip, classes = t["post2.weight"]
    dense = (layers - 1) * inner * residual
    return 2 * layers * taps * residual * inner + dense + skip * (layers * inner + skip + classes)


Turn = Callable[[int], float]
"""Does some work, `amount` times a unit; returns how much it was."""


def peak_turn(kernel: Kernel, threads: int) -> Turn:
    """Floating-point operations at the peak, `amount` thousand rounds on every thread."""
    function = compiled.function("measure_peak", kernel)
    function.restype, function.argtypes = ctypes.c_double, [ctypes.c_int64, ctypes.c_void_p]
    pool = ThreadPoolExecutor(threads)
    results = [np.zeros(16, np.float32) for _ in range(threads)]

    def turn(amount: int) -> float:
        parts = [pool.submit(function, amount * 1000, r.ctypes.data) for r in results]
        return sum(part.result() for part in parts)

    return turn


def kernel_turn(weights: Weights, shape: WaveNet, clips: int, threads: int, kernel: Kernel) -> Turn:
    """`amount` further samples of each clip by the compiled sampler."""
    requests = [ClipRequest(stream_key("bench", i), 64_000_000 // clips) for i in range(clips)]
    batch = SAMPLER.open_batch(weights, shape, requests, threads, kernel)

    def turn(amount: int) -> float:
        batch.run(amount)
        return amount * clips

    return turn


def eager_turn(
    form: type[Published], weights: Weights, shape: WaveNet, clips: int, threads: int
) -> Turn:
    """`amount` further samples of each clip by PyTorch."""
    sampler = form(weights, shape, clips)

    def turn(amount: int) -> float:
        torch.set_num_threads(threads)
        uniforms = torch.rand(amount, clips)
        with torch.inference_mode():
            for uniform in uniforms:
                sampler.draw(uniform)
        return amount * clips

    return turn


@dataclass
class Contender:
    """One column: turns taken, and what each yielded per second."""

    turn: Turn
    threads: int
    in_cpu_seconds: bool
    rates: list[float]
    amount: int = 1

    def clock(self) -> float:
        return process_time() / self.threads if self.in_cpu_seconds else perf_counter()

    def take(self) -> float:
        started = self.clock()
        done = self.turn(self.amount)
        seconds = max(self.clock() - started, 1e-9)
        self.rates.append(done / seconds)
        return seconds

    def warm_up(self) -> None:
        """Find the amount that takes TURN_S."""
        seconds = self.take()
        while seconds < TURN_S / 3:
            self.amount = int(self.amount * min(8.0, TURN_S / seconds)) + 1
            seconds = self.take()
        self.amount = max(1, int(self.amount * TURN_S / seconds))
        self.rates.clear()

    @property
    def rate(self) -> float:
        return median(self.rates)

    @property
    def spread(self) -> float:
        """Half the range, as a part of the median."""
        return (max(self.rates) - min(self.rates)) / 2 / self.rate


def compete(
    weights: Weights, shape: WaveNet, clips: int, threads: int, options: argparse.Namespace
) -> list[Contender]:
    """The contenders of one row after their turns: published, fused, kernel, peak."""
    kernel = compiled.choose(options.kernel)
    turns = [
        eager_turn(Published, weights, shape, clips, threads),
        eager_turn(Fused, weights, shape, clips, threads),
        kernel_turn(weights, shape, clips, threads, kernel),
        peak_turn(kernel, threads),
    ]
    in_cpu_seconds = threads == 1 or (options.clock == "cpu" and threads <= clips)
    contenders = [Contender(turn, threads, in_cpu_seconds, []) for turn in turns]
    for contender in contenders:
        contender.warm_up()
    for _ in range(options.repeats):
        for contender in contenders:
            contender.take()
    return contenders


def row(shape: WaveNet, clips: int, threads: int, contenders: list[Contender]) -> str:
    published, fused, kernel, peak = contenders
    work = 2 * macs(shape) * kernel.rate
    cells = [f"{threads:7}", f"{clips:5}"]
    cells += [f"{c.rate:9,.0f} ±{c.spread:4.0%}" for c in (published, fused, kernel)]
    cells += [f"{kernel.rate / c.rate:9.1f}" for c in (published, fused)]
    cells += [f"{work / 1e9:7.1f}", f"{peak.rate / 1e9:6.1f}", f"{work / peak.rate:7.0%}"]
    return " | ".join(cells)


HEAD = (
    "threads | clips | eager, published | eager, fused     | kernel          "
    " | x publ.   | x fused   | GFLOP/s | peak   | of peak"
)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--clips", type=int, nargs="+", default=[1, 8, 32, 128])
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--kernel", default=None, help="avx512, avx2 or baseline")
    parser.add_argument("--clock", choices=["wall", "cpu"], default="wall")
    options = parser.parse_args()
    load = os.getloadavg()[0]
    print(f"kernel {compiled.choose(options.kernel)}, torch {torch.__version__}, load {load:.1f}")
    for name, shape in NETWORKS.items():
        weights = random_weights(shape)
        size = 4 * sum(weight.size for weight in weights.values()) / 1e6
        print(f"\n{name}: {2 * macs(shape) / 1e6:.2f} MFLOP a sample, {size:.1f} MB\n{HEAD}")
        for threads in options.threads:
            for clips in options.clips:
                contenders = compete(weights, shape, clips, threads, options)
                print(row(shape, clips, threads, contenders), flush=True)


if __name__ == "__main__":
    main()
