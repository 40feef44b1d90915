"""The reconstruction: what the scales make of one fixed noise, and nothing else that is random.

Training makes it the recording itself. A function of the weights and the length alone.

Off the path of a sample: it trains; takes are made by the kernels.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import torch
from torch import Tensor

from approx_build.families.base import Tensors
from approx_build.families.catch_a_waveform.parameters import CatchAWaveformParameters
from approx_build.families.catch_a_waveform.pyramid import noise_of
from approx_build.families.catch_a_waveform.spans import Span, given, spans
from approx_build.families.catch_a_waveform.torch_scale import (
    Statistics,
    generated,
    own,
    raised_rows,
)
from approx_build.numerics.stream import Stream

FIXED = Stream.named("catch-a-waveform", "reconstruction")
"""Its noise, at the coarsest scale; the others get none."""


@dataclass
class Reconstruction:
    """The reconstruction of a sound by the scales below `scale`.

    `below` is what `scale` itself begins with [1, left + T + right], and `noisy` the same with the
    fixed noise; both are empty above the finest scale.
    """

    scale: int
    spans: list[Span]
    made: list[Tensor] = field(default_factory=list)
    statistics: list[Statistics] = field(default_factory=list)
    below: Tensor = field(default_factory=lambda: torch.zeros(1, 0))
    noisy: Tensor = field(default_factory=lambda: torch.zeros(1, 0))
    second_deviation: Tensor = field(default_factory=lambda: torch.zeros(1))
    """Standard deviation of what the second scale begins with."""

    @classmethod
    def of(
        cls, network: CatchAWaveformParameters, weights: Tensors, length: int, scale: int
    ) -> Reconstruction:
        """That of a recording of `length` samples at the finest rate."""
        found = spans(network, length, min(scale, network.scales - 1))
        one = cls(scale, found)
        device = next(iter(weights.values())).device
        first = given(network, found[0])
        one.below = torch.zeros(1, first.length, device=device)
        one.noisy = torch.from_numpy(noise_of(FIXED, 0, first))[None].to(device)
        for below in range(scale):
            one._add(network, weights, below)
        return one

    def _add(self, network: CatchAWaveformParameters, weights: Tensors, scale: int) -> None:
        """The sound of a scale, and what the next one begins with."""
        kept: dict[str, tuple[Tensor, Tensor]] = {}
        made = generated(weights, network, scale, self.noisy, self.below, own(kept))
        self.made.append(made)
        self.statistics.append(kept)
        if scale + 1 == network.scales:
            return
        needed = given(network, self.spans[scale + 1])
        self.below = raised_rows(made, self.spans[scale], *network.step(scale), needed)
        self.noisy = self.below
        if scale == 0:
            self.second_deviation = self.below.std().reshape(1)
