"""RAVE's encoder and decoder against eager PyTorch with the same weights, in one table.

    python bench/rave.py                     every preset
    python bench/rave.py --presets small --repeats 9 --kernel avx2

A sound is encoded to the means of its latents and decoded from them. Contenders take turns on one
thread, in CPU seconds; seconds are medians of `--repeats` turns, the ratio is that of neighbouring
turns. PyTorch works on the sound at once, the kernels in blocks with what lies around them.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from statistics import median
from time import process_time

import numpy as np
import torch

from approx_build.families.rave.codec import Codec
from approx_build.families.rave.family import RAVE
from approx_build.families.rave.network import RAVENetwork
from approx_build.families.rave.presets import PRESETS
from approx_build.kernels.compiled import choose
from approx_build.numerics.stream import Stream

LENGTH_S = 6


def contenders(net: RAVE, kernel: str | None) -> tuple[Callable[[], object], Callable[[], object]]:
    """A turn of eager PyTorch and one of the kernels."""
    made = RAVENetwork(net)
    weights = made.initial(Stream.named("weights"))
    frames = LENGTH_S * net.rate // net.hop
    noise = np.random.default_rng(1).uniform(-0.3, 0.3, frames * net.hop).astype(np.float32)
    example = made.clean(noise[None], Stream.named("take"))
    hiss = torch.from_numpy(example["noise"])[None] if "noise" in example else None
    sound = torch.from_numpy(noise)[None]
    tensors = {name: torch.from_numpy(one) for name, one in weights.items()}
    codec, margin = Codec(net, weights, choose(kernel, many_rows=True)), net.decoder_margin

    def eager() -> object:
        with torch.inference_mode():
            mean, _ = made.encode(tensors, made.to_bands(sound))
            return made.to_sound(made.decode(tensors, mean, hiss))

    def ours() -> object:
        mean, _ = codec.encode(noise, -margin, frames + 2 * margin)
        return codec.decode(mean, Stream.named("noise"))

    return eager, ours


def seconds(turn: Callable[[], object]) -> float:
    """CPU seconds of a turn."""
    began = process_time()
    turn()
    return process_time() - began


def main() -> None:
    """Print a row for each preset."""
    parser = argparse.ArgumentParser(prog="bench/rave.py")
    parser.add_argument("--presets", nargs="+", default=list(PRESETS))
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--kernel")
    options = parser.parse_args()
    torch.set_num_threads(1)
    print(f"{LENGTH_S} s of sound, one thread, kernel {choose(options.kernel, many_rows=True)}")
    print(
        f"{'preset':10}{'numbers':>12}{'eager s':>10}{'ours s':>10}{'ratio':>8}{'x real time':>13}"
    )
    for name in options.presets:
        net = RAVE.model_validate(PRESETS[name])
        eager, ours = contenders(net, options.kernel)
        seconds(eager), seconds(ours)
        pairs = [(seconds(eager), seconds(ours)) for _ in range(options.repeats)]
        ratio = median(one / other for one, other in pairs)
        theirs, own = (median(column) for column in zip(*pairs, strict=True))
        print(
            f"{name:10}{net.parameter_count:12,}{theirs:10.3f}{own:10.3f}{ratio:8.2f}"
            f"{LENGTH_S / own:13.0f}"
        )


if __name__ == "__main__":
    main()
