"""Fourier transforms against SciPy's: speed as a ratio, and the error of both.

    python bench/fft.py [--rounds 9] [--kernels avx512 avx2 baseline] [--sizes 512 2048 4096 16384]

All work on one thread, on the same frames, in turns in one run: microseconds of SciPy for a frame,
and how many times as fast ours is for each kernel, as the median over rounds with the least and the
most. float32 in and out: SciPy computes in float32, ours in float64.
"""

import argparse
import os
import statistics
import time
from collections.abc import Callable

import numpy as np
from scipy import fft as scipy_fft

from approx_build.kernels import compiled, fft

Transform = Callable[[], object]
FRAMES = (1, 16, 64, 512)
LEAST_S = 0.02
"""A turn repeats its transform for so long, and counts the quickest."""


def kinds(frames: int, size: int) -> dict[str, tuple[Transform, Transform]]:
    """SciPy's transform and ours by kind, on the same noise."""
    x = np.random.default_rng(1).standard_normal((frames, size))
    single = x.astype(np.float32)
    spectra = scipy_fft.rfft(single)
    both = x + 1j * x[:, ::-1]
    return {
        "rfft float32": (lambda: scipy_fft.rfft(single), lambda: fft.rfft(single)),
        "irfft float32": (lambda: scipy_fft.irfft(spectra), lambda: fft.irfft(spectra)),
        "rfft float64": (lambda: scipy_fft.rfft(x), lambda: fft.rfft(x)),
        "fft complex128": (lambda: scipy_fft.fft(both), lambda: fft.fft(both)),
    }


def seconds_of(transform: Transform) -> float:
    """The quickest of a turn; the first call pays for the cache as another left it."""
    transform()
    best, end = float("inf"), time.perf_counter() + LEAST_S
    while time.perf_counter() < end:
        start = time.perf_counter()
        transform()
        best = min(best, time.perf_counter() - start)
    return best


def compare(theirs: Transform, ours: Transform, kernels: list[str], rounds: int) -> list[str]:
    ratios: dict[str, list[float]] = {kernel: [] for kernel in kernels}
    times = []
    for _ in range(rounds):
        slow = seconds_of(theirs)
        times.append(slow)
        for kernel in kernels:
            os.environ[compiled.VARIABLE] = kernel
            ratios[kernel].append(slow / seconds_of(ours))
    told = [
        f"{statistics.median(found):5.2f} ({min(found):.2f}-{max(found):.2f})"
        for found in ratios.values()
    ]
    return [f"{statistics.median(times) * 1e6:9.1f}", *told]


def errors(size: int) -> str:
    """The root mean square error of both as a share of the spectrum's, in float64."""
    x = np.random.default_rng(5).standard_normal((8, size))
    true = scipy_fft.rfft(x.astype(np.longdouble))
    scale = np.sqrt(np.mean(np.abs(true) ** 2))
    ours, theirs = (
        float(np.sqrt(np.mean(np.abs(one(x) - true) ** 2)) / scale)
        for one in (fft.rfft, scipy_fft.rfft)
    )
    return f"{size:6d}: ours {ours:.2e}, SciPy {theirs:.2e}, ratio {ours / theirs:.2f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=9, help="timed turns of each")
    kernels = [str(kernel) for kernel in compiled.available() if kernel != "reference"]
    parser.add_argument("--kernels", nargs="+", default=kernels, help="instruction sets")
    parser.add_argument("--sizes", nargs="+", type=int, default=[512, 2048, 4096, 16384])
    options = parser.parse_args()
    print("kind, size, frames: SciPy us a call; times as fast:", *options.kernels)
    for size in options.sizes:
        for frames in FRAMES:
            for kind, pair in kinds(frames, size).items():
                told = compare(*pair, options.kernels, options.rounds)
                print(f"{kind:14s} {size:6d} {frames:4d}:", "  ".join(told), flush=True)
    print("root mean square error, as a share of the spectrum's:")
    for size in options.sizes:
        print(errors(size))


if __name__ == "__main__":
    main()
