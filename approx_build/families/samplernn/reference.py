"""SampleRNN's sampler in NumPy, step by step: the oracle of the C one, and its substitute."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from approx_build.engines.autoregressive.reference import ReferenceBatch
from approx_build.engines.autoregressive.request import ClipRequest
from approx_build.families.samplernn.codec import levels
from approx_build.families.samplernn.parameters import SampleRNNParameters
from approx_build.kernels import reference
from approx_build.kernels.tensors import Floats


class SampleRNNReference(ReferenceBatch):
    """Clips being generated from a SampleRNN by the reference."""

    def __init__(
        self,
        tensors: Mapping[str, Floats],
        network: SampleRNNParameters,
        clips: Sequence[ClipRequest],
        keep_logits: bool,
    ) -> None:
        super().__init__(network.codes, clips, keep_logits)
        self._tensors, self._network = tensors, network
        self._levels = levels(network.codes)
        self._table = folded(tensors)
        self._past = np.full((len(clips), network.top_frame), network.codes // 2)
        self._states = [self._start(tier, len(clips)) for tier in range(len(network.frame_sizes))]

    def _start(self, tier: int, count: int) -> Floats:
        """The initial states of a tier [layers, count, width]."""
        layers, width = self._network.layers, self._network.width
        start = self._tensors.get(f"tiers.{tier}.start", np.zeros((layers, width), np.float32))
        return np.repeat(start[:, None], count, axis=1)

    def _logits(self, active: int, is_wanted: bool) -> Floats:
        for tier, size in reversed(list(enumerate(self._network.frame_sizes))):
            if self._step % size == 0:
                self._run_tier(tier, active)
        return self._sample_tier(active) if is_wanted else np.zeros((active, 0), np.float32)

    def _run_tier(self, tier: int, active: int) -> None:
        """Update the states of a tier with the frame that has just ended."""
        network, size = self._network, self._network.frame_sizes[tier]
        x = self._levels[self._past[:active, -size:]]
        if network.has_input(tier):
            x = self._product(f"tiers.{tier}.input", x)
        if tier + 1 < len(network.frame_sizes):
            x = x + self._row(tier + 1, active, self._step // size % network.ratio(tier + 1))
        for layer, state in enumerate(self._states[tier][:, :active]):
            x = self._gru(f"tiers.{tier}.gru.{layer}", x, state)
            state[:] = x

    def _gru(self, name: str, x: Floats, h: Floats) -> Floats:
        """The next state of a layer; the products of a gate are summed separately, then added."""
        inputs, width = self._product(f"{name}.input", x), self._network.width
        weights, bias = (
            self._tensors[f"{name}.state.weight"],
            self._tensors.get(f"{name}.state.bias"),
        )
        is_after = self._network.reset == "after"
        held = reference.product(h, weights if is_after else weights[:, : 2 * width], bias)
        gates = reference.sigmoid(inputs[:, : 2 * width] + held[:, : 2 * width])
        reset, keep = gates[:, :width], gates[:, width:]
        if is_after:
            candidate = reset * held[:, 2 * width :]
        else:
            candidate = reference.product(reset * h, weights[:, 2 * width :])
        new = reference.tanh(inputs[:, 2 * width :] + candidate)
        return new + keep * (h - new)

    def _row(self, tier: int, active: int, row: int) -> Floats:
        """The row that a tier passes to the tier below for one of its frames [active, width]."""
        weights = self._tensors[f"tiers.{tier}.upsample.weight"][row]
        bias = self._tensors.get(f"tiers.{tier}.upsample.bias")
        top = self._states[tier][-1, :active]
        return reference.product(top, weights, None if bias is None else bias[row])

    def _sample_tier(self, active: int) -> Floats:
        """Logits [active, codes] from the last codes and the row of the lowest frame tier."""
        network, size = self._network, self._network.frame_sizes[0]
        x = self._row(0, active, self._step % size)
        for tap, codes in enumerate(self._past[:active, -size:].T):
            x = x + self._table[tap][codes]
        if network.mlp == "deepsound":
            x = reference.relu(x)
        hidden = self._tensors["mlp.hidden.weight"], self._tensors["mlp.hidden.bias"]
        for weights, bias in zip(*hidden, strict=True):
            x = reference.relu(reference.product(x, weights, bias))
        return self._product("mlp.output", x)

    def _product(self, name: str, x: Floats) -> Floats:
        weights, bias = self._tensors[f"{name}.weight"], self._tensors.get(f"{name}.bias")
        return reference.product(x, weights, bias)

    def _remember(self, clip: int, code: int) -> None:
        self._past[clip, :-1] = self._past[clip, 1:]
        self._past[clip, -1] = code


def folded(tensors: Mapping[str, Floats]) -> Floats:
    """The first map of the sample tier applied to every embedding [taps, codes, width]."""
    embedding = tensors["embedding"]
    return np.stack([reference.product(embedding, tap) for tap in tensors["mlp.input.weight"]])
