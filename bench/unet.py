"""DanceDiffusion's U-Net against diffusers and against this machine's peak, in one table.

    python bench/unet.py                         everything: some minutes
    python bench/unet.py --networks small --threads 1 --repeats 9 --kernel avx2

One step of a sampler: the network said once of one stereo window. Contenders take turns; seconds
are medians of `--repeats` turns, ratios those of neighbouring turns (least, median, most). On one
thread a turn is timed in CPU seconds, so that other programs disturb it less; on more in wall
seconds, or with `--clock cpu` in CPU seconds over the threads (on a busy machine; PyTorch's threads
then must not spin: OMP_WAIT_POLICY=passive). The peak is measured in the same turns: fused
multiply-adds in independent sums, of the same instruction set and number of threads.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable
from statistics import median
from time import perf_counter, process_time

import numpy as np
import torch
from eager_unet import eager_unet
from random_unet import random_weights
from sampler import peak_turn

from approx_build.families.dance_diffusion import unet
from approx_build.families.dance_diffusion.unet_weights import TAPS, Block, Level, UNetShape
from approx_build.kernels import compiled

NETWORKS = {
    "small": UNetShape(2, (32, 32, 64, 64, 96, 96, 96), 2),
    "medium": UNetShape(2, (64, 64, 128, 128, 256, 256, 256, 256), 3),
    "published, 8 levels": UNetShape(2, (128, 128, 256, 256, 512, 512, 512, 512), 3),
}
WINDOWS = {"small": (16384, 65536), "medium": (16384, 65536), "published, 8 levels": (32768,)}
TOLERANCE = 1e-4
PEAK_ROUNDS = 4000


def operations(shape: UNetShape, window: int) -> float:
    """Multiplications and additions of all products of one step."""

    def of_block(block: Block, rows: int) -> float:
        macs = TAPS * block.inside * (block.given + block.made)
        macs += block.given * block.made if block.has_map else 0
        if block.attention:
            macs += block.made * (4 * block.made + 2 * rows)
        return 2.0 * macs * rows

    def of_level(level: Level | None, rows: int) -> float:
        if level is None:
            return 0.0
        own = sum(of_block(block, rows) for block in (*level.down, *level.up))
        return own + of_level(level.inner, rows // 2)

    return of_level(shape.top(), window)


def compete(
    shape: UNetShape, window: int, threads: int, options: argparse.Namespace
) -> tuple[list[float], list[float], list[float], float]:
    """Seconds of turns of eager PyTorch and of the kernel, operations/s of the peak, difference."""
    kernel, weights = compiled.choose(options.kernel, many_rows=True), random_weights(shape)
    sound = np.random.default_rng(1).standard_normal((1, 2, window)).astype(np.float32)
    times = np.array([0.6], np.float32)
    ours, eager = unet.prepare(weights, shape, kernel), eager_unet(shape, weights)
    tensors = torch.from_numpy(sound), torch.from_numpy(times)
    torch.set_num_threads(threads)
    peak = peak_turn(kernel, threads)
    in_cpu_seconds = threads == 1 or options.clock == "cpu"

    def clock() -> float:
        return process_time() / threads if in_cpu_seconds else perf_counter()

    def timed(turn: Callable[[], object]) -> float:
        started = clock()
        turn()
        return clock() - started

    def said_by_torch() -> np.ndarray:
        with torch.inference_mode():
            return eager(*tensors).sample.numpy()

    def said_by_us() -> np.ndarray:
        return unet.forward(ours, sound, times, threads)

    difference = float(np.abs(said_by_torch() - said_by_us()).max())
    assert difference < TOLERANCE, difference
    theirs, own, peaks = [], [], []
    for _ in range(options.repeats):
        theirs.append(timed(said_by_torch))
        own.append(timed(said_by_us))
        started = clock()
        peaks.append(peak(PEAK_ROUNDS) / (clock() - started))
    return theirs, own, peaks, difference


def row(shape: UNetShape, window: int, threads: int, options: argparse.Namespace) -> str:
    theirs, own, peaks, difference = compete(shape, window, threads, options)
    ratios = sorted(a / b for a, b in zip(theirs, own, strict=True))
    rate = operations(shape, window) / median(own)
    memory = unet.memory_bytes(shape, window, threads=threads) / 1e6
    return " | ".join(
        (
            f"{window:6} | {threads:7} | {median(theirs):7.3f} | {median(own):7.3f}",
            f"{ratios[0]:4.2f} {median(ratios):4.2f} {ratios[-1]:4.2f}",
            f"{rate / 1e9:7.1f} | {median(peaks) / 1e9:5.1f} | {rate / median(peaks):7.0%}",
            f"{memory:6.0f} | {difference:.0e}",
        )
    )


HEAD = (
    "window | threads | eager s | ours s  | x eager        | GFLOP/s | peak  | of peak |"
    " MB     | difference"
)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--networks", nargs="+", default=list(NETWORKS), choices=NETWORKS)
    parser.add_argument("--windows", type=int, nargs="+")
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--kernel", default=None, help="avx512, avx2 or baseline")
    parser.add_argument("--clock", choices=["wall", "cpu"], default="wall")
    options = parser.parse_args()
    kernel, load = compiled.choose(options.kernel, many_rows=True), os.getloadavg()[0]
    print(f"kernel {kernel}, torch {torch.__version__}, load {load:.1f}")
    for name in options.networks:
        shape = NETWORKS[name]
        count = sum(int(np.prod(size)) for size in shape.tensors().values())
        print(f"\n{name}: {count / 1e6:.2f} M parameters, channels {shape.level_channels}\n{HEAD}")
        for window in options.windows or WINDOWS[name]:
            for threads in options.threads:
                print(row(shape, window, threads, options), flush=True)


if __name__ == "__main__":
    main()
