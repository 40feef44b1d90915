"""SpecGAN's clips against eager PyTorch with the same weights, in one table.

    python bench/specgan.py                     every preset
    python bench/specgan.py --presets small --repeats 9 --kernel avx2

Contenders take turns on one thread, in CPU seconds, and make one clip after another: first only the
spectrogram, then the clip, with the default number of iterations of Griffin and Lim. Seconds are
medians of `--repeats` turns, the ratio is that of neighbouring turns. Weights are packed before.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from statistics import median
from time import process_time

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812

from approx_build.families.latent import cube_point
from approx_build.families.specgan.draw import prepare
from approx_build.families.specgan.family import SpecGAN
from approx_build.families.specgan.inversion import inverted
from approx_build.families.specgan.network import SpecGANNetwork
from approx_build.families.specgan.parameters import PRESETS
from approx_build.families.specgan.sampling import Sampling
from approx_build.families.specgan.spectrogram import Frames, magnitudes
from approx_build.kernels.compiled import choose
from approx_build.numerics.stream import Stream

TOLERANCE = 1e-4
"""Largest difference of both spectrograms."""
ITERATIONS = Sampling().iterations
Turn = Callable[[], object]


def contenders(net: SpecGAN, kernel: str | None) -> dict[str, tuple[Turn, Turn]]:
    """A spectrogram and a clip, by eager PyTorch and by the kernels."""
    made = SpecGANNetwork(net)
    weights = made.initial(Stream.named("weights"))
    tensors = {name: torch.from_numpy(one) for name, one in weights.items()}
    latent = cube_point(Stream.named("latent"), net.latent).astype(np.float32)
    generator = prepare(net, {name: weights[name] for name in net.tensor_shapes()}, kernel)
    frames = Frames(net.window, net.hop, net.length)
    moments = weights["moments.mean"], weights["moments.deviation"]

    def eager() -> torch.Tensor:
        with torch.inference_mode():
            return made.generated(tensors, torch.from_numpy(latent)[None])[0, 0]

    def ours() -> np.ndarray:
        return inverted(frames, magnitudes(generator(latent), *moments), ITERATIONS)

    assert np.abs(eager().numpy() - generator(latent)).max() < TOLERANCE
    return {
        "spectrogram": (eager, lambda: generator(latent)),
        "clip": (lambda: griffin_lim(net, torch.exp(3 * eager())), ours),
    }


def griffin_lim(net: SpecGAN, wanted: torch.Tensor) -> torch.Tensor:
    """The same iterations in eager PyTorch, in float32 and from phases of 0."""
    window, length = torch.hann_window(net.window), (net.frames - 1) * net.hop + net.window
    folded = {"output_size": (1, length), "kernel_size": (1, net.window), "stride": (1, net.hop)}
    with torch.inference_mode():
        squares = F.fold(window.square().expand(net.frames, -1).T[None], **folded)
        whole = F.pad(wanted, (0, 1))
        spectra = torch.complex(whole, torch.zeros_like(whole))
        for number in range(ITERATIONS + 1):
            pieces = torch.fft.irfft(spectra, net.window) * window
            sound = F.fold(pieces.T[None], **folded) / squares.clamp(min=1e-9)
            if number < ITERATIONS:
                frames = sound[0, 0, 0].unfold(0, net.window, net.hop) * window
                spectra = torch.fft.rfft(frames)
                spectra = spectra * (whole / spectra.abs().clamp(min=1e-8))
        return sound


def seconds(turn: Turn, clips: int) -> float:
    """CPU seconds of a clip."""
    began = process_time()
    for _ in range(clips):
        turn()
    return (process_time() - began) / clips


def main() -> None:
    """Print two rows for each network."""
    parser = argparse.ArgumentParser(prog="bench/specgan.py")
    parser.add_argument("--presets", nargs="+", default=list(PRESETS))
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--clips", type=int, default=4)
    parser.add_argument("--kernel")
    options = parser.parse_args()
    torch.set_num_threads(1)
    print(f"one thread, kernel {choose(options.kernel, many_rows=True)}, {ITERATIONS} iterations")
    print(f"{'preset':14}{'of':>12}{'eager ms':>10}{'ours ms':>10}{'ratio':>8}{'clips/s':>9}")
    for name in options.presets:
        net = SpecGAN.model_validate({"preset": name})
        for of, (eager, ours) in contenders(net, options.kernel).items():
            turns = [
                (seconds(eager, options.clips), seconds(ours, options.clips))
                for _ in range(options.repeats)
            ]
            ratio = median(one / other for one, other in turns)
            theirs, own = (median(column) for column in zip(*turns, strict=True))
            print(
                f"{name:14}{of:>12}{theirs * 1e3:10.1f}{own * 1e3:10.1f}{ratio:8.2f}{1 / own:9.1f}"
            )


if __name__ == "__main__":
    main()
