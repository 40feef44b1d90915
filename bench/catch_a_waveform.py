"""Takes of a Catch-A-Waveform pyramid against eager PyTorch with the same weights, in one table.

    python bench/catch_a_waveform.py                    every preset
    python bench/catch_a_waveform.py --presets small --repeats 9 --kernel avx2

Contenders take turns on one thread, in CPU seconds; seconds are medians of `--repeats` turns, the
ratio is that of neighbouring turns. Both make the same samples of the same noise, with the same
margins, and both raise sound to the next rate by the same code. Weights are packed before.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from statistics import median
from time import process_time

import numpy as np
import torch

from approx_build.families.catch_a_waveform.family import CatchAWaveform
from approx_build.families.catch_a_waveform.network import CatchAWaveformNetwork
from approx_build.families.catch_a_waveform.parameters import PRESETS
from approx_build.families.catch_a_waveform.pyramid import Pyramid, noise_of
from approx_build.families.catch_a_waveform.spans import given, spans
from approx_build.families.catch_a_waveform.torch_scale import fixed, generated, raised_rows
from approx_build.kernels.compiled import choose
from approx_build.numerics.stream import Stream

STREAM = Stream.named("take")
TOLERANCE = 1e-4
"""Largest difference of both sounds."""


def contenders(
    net: CatchAWaveform, length: int, kernel: str | None
) -> tuple[Callable[[], object], Callable[[], object]]:
    """A take by eager PyTorch and one by the kernels."""
    weights = CatchAWaveformNetwork(net).initial(Stream.named("weights"))
    weights |= {name: np.full_like(w, 0.2) for name, w in weights.items() if "out.gain" in name}
    weights["amplitudes"][:] = 0.5
    pyramid = Pyramid(net, {name: weights[name] for name in net.tensor_shapes()}, kernel)
    tensors = {name: torch.from_numpy(one) for name, one in weights.items()}
    found = spans(net, length)
    statistics = [
        {
            layer.name: (
                tensors[f"statistics.{scale}.{layer.name}.mean"][None, :, None],
                tensors[f"statistics.{scale}.{layer.name}.variance"][None, :, None],
            )
            for layer in net.generator(scale)
            if layer.has_norm
        }
        for scale in range(net.scales)
    ]

    def eager() -> torch.Tensor:
        with torch.inference_mode():
            below = torch.zeros(1, given(net, found[0]).length)
            for scale, span in enumerate(found):
                noise = torch.from_numpy(noise_of(STREAM, scale, given(net, span)))
                noisy = below + tensors["amplitudes"][scale] * noise
                made = generated(tensors, net, scale, noisy, below, fixed(statistics[scale]))
                if scale + 1 < net.scales:
                    needed = given(net, found[scale + 1])
                    below = raised_rows(made, span, *net.step(scale), needed)
            return made

    assert np.abs(eager()[0].numpy() - pyramid.sound(length, STREAM)).max() < TOLERANCE
    return eager, lambda: pyramid.sound(length, STREAM)


def seconds(turn: Callable[[], object]) -> float:
    """CPU seconds of a take."""
    began = process_time()
    turn()
    return process_time() - began


def main() -> None:
    """Print a row for each preset."""
    parser = argparse.ArgumentParser(prog="bench/catch_a_waveform.py")
    parser.add_argument("--presets", nargs="+", default=list(PRESETS))
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--length-s", type=float, default=10.0)
    parser.add_argument("--kernel")
    options = parser.parse_args()
    torch.set_num_threads(1)
    kernel = choose(options.kernel, many_rows=True)
    print(f"takes of {options.length_s:g} s, one thread, kernel {kernel}")
    names = ("numbers", "eager s", "ours s", "ratio")
    print(f"{'preset':12}" + "".join(f"{name:>12}" for name in names) + f"{'x real time':>13}")
    for name in options.presets:
        net = CatchAWaveform.model_validate({"preset": name})
        eager, ours = contenders(net, round(options.length_s * net.rate), options.kernel)
        turns = [(seconds(eager), seconds(ours)) for _ in range(options.repeats)]
        ratio = median(one / other for one, other in turns)
        theirs, own = (median(column) for column in zip(*turns, strict=True))
        print(
            f"{name:12}{net.parameter_count:12,}{theirs:12.3f}{own:12.3f}{ratio:12.2f}"
            f"{options.length_s / own:13.1f}"
        )


if __name__ == "__main__":
    main()
