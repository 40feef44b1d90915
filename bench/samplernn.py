"""The SampleRNN sampler against eager PyTorch, on one thread.

    python bench/samplernn.py                     about two minutes
    python bench/samplernn.py --clips 1 --repeats 5

Rates are samples per CPU second over the batch. Contenders take turns; medians of `--repeats`
turns.
The eager form is what the published codes do: a GRU cell for each frame, a product for each row,
softmax and multinomial for each sample.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from statistics import median
from time import process_time

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor

from approx_build.engines.autoregressive.request import ClipRequest
from approx_build.families.samplernn import SampleRNN, sampler
from approx_build.families.samplernn.codec import levels
from approx_build.kernels.compiled import choose
from approx_build.kernels.tensors import Floats
from approx_build.numerics.stream import stream_key

NETWORKS = {
    "small: 4, 16; width 128": SampleRNN(),
    "4, 16; width 512, 2 layers": SampleRNN(width=512, layers=2, embedding=256),
}
STEPS = 640


class Eager:
    """The house's form in torch, sample by sample."""

    def __init__(self, network: SampleRNN, weights: dict[str, Floats], clips: int) -> None:
        self.network, self.clips = network, clips
        self.weights = {name: torch.from_numpy(array) for name, array in weights.items()}
        self.levels = torch.from_numpy(levels(network.codes).copy())
        self.cells = [
            [self._cell(f"tiers.{tier}.gru.{layer}") for layer in range(network.layers)]
            for tier in range(len(network.frame_sizes))
        ]

    def _cell(self, name: str) -> torch.nn.GRUCell:
        width = self.network.width
        cell = torch.nn.GRUCell(width, width)
        for ours, theirs in (("input", "ih"), ("state", "hh")):
            weight, bias = (self.weights[f"{name}.{ours}.{part}"] for part in ("weight", "bias"))
            getattr(cell, f"weight_{theirs}").data = weight.t().contiguous()
            getattr(cell, f"bias_{theirs}").data = bias
        return cell

    @torch.no_grad()
    def draw(self, steps: int) -> Tensor:
        """Codes [clips, steps]."""
        network, w, top = self.network, self.weights, self.network.top_frame
        codes = torch.full((self.clips, top + steps), network.codes // 2)
        states = [
            [w[f"tiers.{tier}.start"][layer].expand(self.clips, -1) for layer in range(len(cells))]
            for tier, cells in enumerate(self.cells)
        ]
        for step in range(steps):
            now = top + step
            for tier, frame in reversed(list(enumerate(network.frame_sizes))):
                if step % frame == 0:
                    heard = self.levels[codes[:, now - frame : now]]
                    x = heard @ w[f"tiers.{tier}.input.weight"] + w[f"tiers.{tier}.input.bias"]
                    if tier + 1 < len(self.cells):
                        x = x + self._row(tier + 1, states, step // frame)
                    for layer, cell in enumerate(self.cells[tier]):
                        x = states[tier][layer] = cell(x, states[tier][layer])
            taps = network.frame_sizes[0]
            given = F.embedding(codes[:, now - taps : now], w["embedding"]).flatten(1)
            x = torch.relu(given @ w["mlp.input.weight"].flatten(0, 1) + self._row(0, states, step))
            x = torch.relu(x @ w["mlp.hidden.weight"][0] + w["mlp.hidden.bias"][0])
            logits = x @ w["mlp.output.weight"] + w["mlp.output.bias"]
            codes[:, now] = torch.multinomial(torch.softmax(logits, dim=1), 1)[:, 0]
        return codes[:, top:]

    def _row(self, tier: int, states: list[list[Tensor]], number: int) -> Tensor:
        row, name = number % self.network.ratio(tier), f"tiers.{tier}.upsample"
        return (
            states[tier][-1] @ self.weights[f"{name}.weight"][row]
            + (self.weights[f"{name}.bias"][row])
        )


def random_weights(network: SampleRNN) -> dict[str, Floats]:
    """Weights that keep activations near 1."""
    numbers = np.random.default_rng(0)
    return {
        name: (
            numbers.standard_normal(size) / max(1, size[-2] if len(size) > 1 else 25) ** 0.5
        ).astype(np.float32)
        for name, size in network.tensor_shapes().items()
    }


def rate(draw: Callable[[], object], samples: int) -> float:
    """Samples per CPU second of one turn."""
    began = process_time()
    draw()
    return samples / (process_time() - began)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clips", type=int, nargs="*", default=[1, 8, 32])
    parser.add_argument("--repeats", type=int, default=3)
    asked = parser.parse_args()
    torch.set_num_threads(1)
    print(f"kernel {choose()}, torch {torch.__version__}, one thread; samples per CPU second")
    print(f"{'network':<28}{'clips':>6}{'ours':>12}{'eager':>12}{'times':>8}")
    for name, network in NETWORKS.items():
        weights = random_weights(network)
        for clips in asked.clips:
            eager = Eager(network, weights, clips)
            requests = [ClipRequest(stream_key("bench", n), STEPS) for n in range(clips)]
            ours: Callable[[], object] = lambda: sampler.sample(weights, network, requests)  # noqa: B023, E731
            theirs: Callable[[], object] = lambda: eager.draw(STEPS)  # noqa: B023, E731
            turns = [
                [rate(one, clips * STEPS) for one in (ours, theirs)] for _ in range(asked.repeats)
            ]
            fast, slow = (median(column) for column in zip(*turns, strict=True))
            print(f"{name:<28}{clips:>6}{fast:>12.0f}{slow:>12.0f}{fast / slow:>8.1f}")


if __name__ == "__main__":
    main()
