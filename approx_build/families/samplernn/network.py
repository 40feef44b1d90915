"""SampleRNN in torch: whole windows through one tier after another, the top one first.

Only the states of the GRU layers go from frame to frame, so a tier runs over all its frames before
the tier below begins. Between chunks its states are detached: gradients flow through a chunk.
Weights are a dict of tensors named and shaped as `parameters` says.

Off the path of a sample: it trains; takes are drawn by the kernels.
"""

from __future__ import annotations

import math

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from numpy.typing import NDArray
from torch import Tensor

from approx_build.families.base import Arrays, Example, Gradients, Moment, Tensors
from approx_build.families.samplernn.codec import encode, levels
from approx_build.families.samplernn.parameters import Objective, SampleRNNParameters
from approx_build.families.samplernn.torch_gru import gru
from approx_build.numerics.stream import Stream

States = list[Tensor]
"""Of each tier, the lowest first: [layers, B, width]."""


class SampleRNNNetwork:
    """Examples, loss, logits and first weights of a SampleRNN."""

    def __init__(self, params: SampleRNNParameters, objective: Objective | None = None) -> None:
        self.params = params
        self.objective = objective or Objective()
        self._levels = torch.from_numpy(levels(params.codes).copy())

    def clean(self, sound: NDArray[np.float32], rng: Stream) -> Example:
        """The codes [T] of a window."""
        return {"codes": encode(self.params, sound[0]).astype(np.int64)}

    def example(self, sound: NDArray[np.float32], rng: Stream, moment: Moment) -> Example:
        """The codes [T] of a window."""
        return self.clean(sound, rng)

    def loss(self, weights: Tensors, example: Tensors) -> Tensor:
        """Mean cross-entropy, nats, of codes [B, T] after the first frame and the warm-up."""
        codes, frame = example["codes"], self.params.top_frame
        chunk = self.chunk
        learned = codes.shape[1] - frame
        heard = min(self.objective.warm_up * chunk, (learned - 1) // chunk * chunk)
        logits, _ = self.run(weights, codes, chunk=chunk, skipped=heard)
        return F.cross_entropy(logits.flatten(0, 1), codes[:, frame + heard :].flatten())

    @property
    def chunk(self) -> int:
        """Samples through which gradients flow: whole frames of the top tier."""
        frame = self.params.top_frame
        return -(-self.objective.chunk // frame) * frame

    def run(
        self,
        weights: Tensors,
        codes: Tensor,
        states: States | None = None,
        chunk: int | None = None,
        skipped: int = 0,
    ) -> tuple[Tensor, States]:
        """Logits [B, T - skipped, Q] of codes [B, F + T], but the first F, and the states then.

        F is a frame of the top tier, and T whole ones. `states` are those before; None: the first
        ones. Gradients flow through `chunk` samples; None: through all.
        """
        states = states or self.start(weights, len(codes))
        rows: Tensor | None = None
        after: States = []
        for tier in reversed(range(len(self.params.frame_sizes))):
            rows, state = self._tier(weights, tier, codes, rows, states[tier], chunk)
            after.insert(0, state)
        assert rows is not None
        return self._sample_tier(weights, codes, rows, skipped), after

    def start(self, weights: Tensors, count: int) -> States:
        """The first states of `count` clips."""
        layers, width = self.params.layers, self.params.width
        nothing = weights["embedding"].new_zeros(layers, width)
        starts = [
            weights.get(f"tiers.{tier}.start", nothing)
            for tier in range(len(self.params.frame_sizes))
        ]
        return [start[:, None].expand(-1, count, -1) for start in starts]

    def _tier(
        self,
        weights: Tensors,
        tier: int,
        codes: Tensor,
        rows: Tensor | None,
        state: Tensor,
        chunk: int | None,
    ) -> tuple[Tensor, Tensor]:
        """What a tier says to the one below for each of its frames, and its last states."""
        frame, top, name = self.params.frame_sizes[tier], self.params.top_frame, f"tiers.{tier}"
        values = self._levels.to(codes.device, weights["embedding"].dtype)[codes]
        x = values[:, top - frame : codes.shape[1] - frame].reshape(len(codes), -1, frame)
        if self.params.has_input(tier):
            x = _product(x, weights[f"{name}.input.weight"], weights[f"{name}.input.bias"])
        if rows is not None:
            x = x + rows
        steps, states = chunk // frame if chunk else x.shape[1], list(state)
        parts: list[Tensor] = []
        for part in torch.split(x, steps, dim=1):
            for layer, h in enumerate(states):
                part = self._gru(weights, f"{name}.gru.{layer}", part, h.detach() if parts else h)
                states[layer] = part[:, -1]
            parts.append(part)
        weight, bias = weights[f"{name}.upsample.weight"], weights.get(f"{name}.upsample.bias")
        side_by_side = weight.transpose(0, 1).flatten(1)
        made = _product(
            torch.cat(parts, dim=1), side_by_side, None if bias is None else bias.flatten()
        )
        return made.view(len(codes), -1, self.params.width), torch.stack(states)

    @staticmethod
    def _gru(weights: Tensors, name: str, x: Tensor, h: Tensor) -> Tensor:
        """The states [B, N, width] of a layer that hears x [B, N, ...], from h [B, width] on."""
        heard = _product(x, weights[f"{name}.input.weight"], weights[f"{name}.input.bias"])
        return gru(heard, h, weights[f"{name}.state.weight"], weights.get(f"{name}.state.bias"))

    def _sample_tier(self, weights: Tensors, codes: Tensor, rows: Tensor, skipped: int) -> Tensor:
        """Logits of the codes after the first frame and those skipped."""
        taps, first = self.params.frame_sizes[0], self.params.top_frame + skipped
        table = (weights["embedding"] @ weights["mlp.input.weight"]).flatten(0, 1)
        past = codes[:, first - taps : -1].unfold(1, taps, 1)
        places = past + self.params.codes * torch.arange(taps, device=codes.device)
        given = F.embedding_bag(places.flatten(0, 1), table, mode="sum")
        x = rows[:, skipped:] + given.view(*past.shape[:2], -1)
        if self.params.mlp == "deepsound":
            x = torch.relu(x)
        for weight, bias in zip(
            weights["mlp.hidden.weight"], weights["mlp.hidden.bias"], strict=True
        ):
            x = torch.relu(_product(x, weight, bias))
        return _product(x, weights["mlp.output.weight"], weights["mlp.output.bias"])

    def gradients(self, weights: Tensors, example: Tensors) -> Gradients | None:
        """None: torch finds them."""
        return None

    def matrices(self) -> dict[str, tuple[int, int, int, float]]:
        """The weights that Muon turns: stacks of matrices, without embedding and last map."""
        shapes = self.params.tensor_shapes()
        last = "mlp.output.weight"
        return {
            name: (*_stack(name, shape), 1.0)
            for name, shape in shapes.items()
            if name.endswith(".weight") and name != last
        }

    def initial(self, rng: Stream) -> Arrays:
        """Uniform weights of variance 1 / inputs, 2 / inputs before a ReLU; zero biases.

        Embeddings have variance 1. The last map starts small: all codes are about as likely.
        """
        return {
            name: self._first(rng.child(name), name, shape)
            for name, shape in self.params.tensor_shapes().items()
        }

    def _first(self, rng: Stream, name: str, shape: tuple[int, ...]) -> NDArray[np.float32]:
        if name.endswith((".bias", ".start")):
            return np.zeros(shape, np.float32)
        inputs = math.prod(shape[:2]) if name == "mlp.input.weight" else shape[-2]
        variance = 1.0 if name == "embedding" else _GAINS.get(name, 1.0) / inputs
        numbers = (rng.uniforms(math.prod(shape)) * 2 - 1) * (3 * variance) ** 0.5
        return np.asarray(numbers.reshape(shape), np.float32)


_GAINS = {"mlp.hidden.weight": 2.0, "mlp.output.weight": 0.1}


def _stack(name: str, shape: tuple[int, ...]) -> tuple[int, int, int]:
    """A tensor as a stack of matrices; the taps of the sample tier are one matrix."""
    if name == "mlp.input.weight":
        return 1, shape[0] * shape[1], shape[2]
    return math.prod(shape[:-2]), shape[-2], shape[-1]


def _product(x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    """x [..., I] times weight [I, O], plus bias [O]."""
    rows = x.flatten(0, -2)
    found = rows @ weight if bias is None else torch.addmm(bias, rows, weight)
    return found.view(*x.shape[:-1], weight.shape[1])
