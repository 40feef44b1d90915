"""WaveGAN's clips against eager PyTorch with the same weights, in one table.

    python bench/wavegan.py                     every preset, and copies in place of zeros
    python bench/wavegan.py --presets small --repeats 9 --kernel avx2

Contenders take turns on one thread, in CPU seconds, and make one clip after another; seconds are
medians of `--repeats` turns, the ratio is that of neighbouring turns. Weights are packed before.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from statistics import median
from time import process_time

import numpy as np
import torch

from approx_build.families.latent import cube_point
from approx_build.families.wavegan.draw import prepare
from approx_build.families.wavegan.family import WaveGAN
from approx_build.families.wavegan.network import WaveGANNetwork
from approx_build.families.wavegan.parameters import PRESETS
from approx_build.kernels.compiled import choose
from approx_build.numerics.stream import Stream

TOLERANCE = 1e-4
"""Largest difference of both sounds."""


def contenders(
    net: WaveGAN, kernel: str | None
) -> tuple[Callable[[], object], Callable[[], object]]:
    """A clip by eager PyTorch and one by the kernels."""
    made = WaveGANNetwork(net)
    weights = made.initial(Stream.named("weights"))
    tensors = {name: torch.from_numpy(one) for name, one in weights.items()}
    latent = cube_point(Stream.named("latent"), net.latent).astype(np.float32)
    generator = prepare(net, {name: weights[name] for name in net.tensor_shapes()}, kernel)

    def eager() -> torch.Tensor:
        with torch.inference_mode():
            return made.generated(tensors, torch.from_numpy(latent)[None])

    assert np.abs(eager()[0].numpy() - generator(latent)).max() < TOLERANCE
    return eager, lambda: generator(latent)


def seconds(turn: Callable[[], object], clips: int) -> float:
    """CPU seconds of a clip."""
    began = process_time()
    for _ in range(clips):
        turn()
    return (process_time() - began) / clips


def main() -> None:
    """Print a row for each network."""
    parser = argparse.ArgumentParser(prog="bench/wavegan.py")
    parser.add_argument("--presets", nargs="+", default=list(PRESETS))
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--clips", type=int, default=4)
    parser.add_argument("--kernel")
    options = parser.parse_args()
    torch.set_num_threads(1)
    print(f"one thread, kernel {choose(options.kernel, many_rows=True)}")
    print(
        f"{'preset':14}{'upsample':>10}{'numbers':>12}{'eager ms':>10}{'ours ms':>10}{'ratio':>8}"
        f"{'clips/s':>9}"
    )
    for name in options.presets:
        for upsample in ("zeros", "nearest"):
            net = WaveGAN.model_validate({"preset": name, "upsample": upsample})
            eager, ours = contenders(net, options.kernel)
            turns = [
                (seconds(eager, options.clips), seconds(ours, options.clips))
                for _ in range(options.repeats)
            ]
            ratio = median(one / other for one, other in turns)
            theirs, own = (median(column) for column in zip(*turns, strict=True))
            print(
                f"{name:14}{upsample:>10}{net.parameter_count:12,}{theirs * 1e3:10.1f}"
                f"{own * 1e3:10.1f}{ratio:8.2f}{1 / own:9.1f}"
            )


if __name__ == "__main__":
    main()
