"""DDSP's takes against eager PyTorch with the same weights, in one table.

    python bench/ddsp.py                     every preset
    python bench/ddsp.py --presets small --repeats 9 --kernel avx2

A take of written curves, without a source. Contenders take turns on one thread, in CPU seconds;
seconds are medians of `--repeats` turns, the ratio is that of neighbouring turns. PyTorch plays
the take at once, as it does in training, and the kernels in blocks.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from statistics import median
from time import process_time

import numpy as np
import torch

from approx_build.families.ddsp.decoder import Decoder
from approx_build.families.ddsp.family import DDSP
from approx_build.families.ddsp.network import DDSPNetwork
from approx_build.families.ddsp.presets import PRESETS
from approx_build.families.ddsp.synthesis import Performance, frames_needed
from approx_build.kernels.compiled import choose
from approx_build.numerics.stream import Stream

LENGTH_S = 4
LEVEL = 0.1
"""Of the sound that both learn nothing from: a sine whose curves both play."""


def contenders(net: DDSP, kernel: str | None) -> tuple[Callable[[], object], Callable[[], object]]:
    """A turn of eager PyTorch and one of the kernels."""
    made = DDSPNetwork(net)
    weights = made.initial(Stream.named("weights"))
    length = LENGTH_S * net.rate // net.hop * net.hop
    sound = (LEVEL * np.sin(np.arange(length) * 0.1)).astype(np.float32)[None]
    example = {
        name: torch.from_numpy(np.asarray(one))[None]
        for name, one in made.clean(sound, Stream.named("take")).items()
    }
    tensors = {name: torch.from_numpy(one) for name, one in weights.items()}
    held = np.minimum(np.arange(frames_needed(net, length)), length // net.hop)
    inputs = {name: example[name][0].numpy()[held] for name in ("pitch", "loudness")}
    hz = example["hz"][0].numpy().astype(np.float64)[held]
    decoder = Decoder(net, weights, choose(kernel))

    def eager() -> object:
        with torch.inference_mode():
            return made.sound(tensors, example)

    def ours() -> object:
        impulse = weights.get("reverb.impulse")
        performance = Performance(decoder, hz, inputs, Stream.named("noise"), impulse)
        done = 0
        while done < length:
            done += len(performance.block())
        return done

    return eager, ours


def seconds(turn: Callable[[], object]) -> float:
    """CPU seconds of a turn."""
    began = process_time()
    turn()
    return process_time() - began


def main() -> None:
    """Print a row for each preset."""
    parser = argparse.ArgumentParser(prog="bench/ddsp.py")
    parser.add_argument("--presets", nargs="+", default=[n for n in PRESETS if n != "ae"])
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--kernel")
    options = parser.parse_args()
    torch.set_num_threads(1)
    print(f"{LENGTH_S} s of sound, one thread, kernel {choose(options.kernel)}")
    print(
        f"{'preset':10}{'numbers':>12}{'eager s':>10}{'ours s':>10}{'ratio':>8}{'x real time':>13}"
    )
    for name in options.presets:
        net = DDSP.model_validate(PRESETS[name])
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
