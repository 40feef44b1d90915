"""Sampling of a class from logits in torch, by the rule of `categorical.draw`.

Every sum has the reference's order, with one rounding each; only exp is torch's own. Everything
runs on the device and reads no value back, so that a CUDA graph can contain it.

Off the path of a sample: takes on a GPU have an environment of their own.
"""

from __future__ import annotations

from itertools import accumulate

import torch
from torch import Tensor
from torch.nn.functional import pad

from approx_build.engines.autoregressive.categorical import GROUP

# As in `kernels.reference.exp`, where a weight falls no further.
_LEAST_EXPONENT = -87.0


def draw(adjusted: Tensor, rank: Tensor, uniform: Tensor) -> Tensor:
    """The class [B] sampled from each row of `adjusted` [B, Q]; any class if the row is not finite.

    Only logits from index `rank` [B] on, in ascending order, can be chosen, and all that tie.
    """
    least = adjusted.sort(dim=1).values.gather(1, rank[:, None])
    weights = (adjusted - adjusted.amax(1, keepdim=True)).clamp(min=_LEAST_EXPONENT).exp()
    return invert(weights.masked_fill(adjusted < least, 0.0), uniform)


def invert(weights: Tensor, uniform: Tensor) -> Tensor:
    """Inverse CDF of each row of `weights` [B, Q] at `uniform` [B], in two levels."""
    groups = pad(weights, (0, -weights.shape[1] % GROUP)).view(len(weights), -1, GROUP)
    nothing = torch.zeros_like(uniform)
    sums = _running(torch.zeros_like(groups[..., 0]), groups)[..., -1]
    target = uniform * _running(nothing, sums)[:, -1]
    group, before = _pass(sums, nothing, target)
    chosen = groups.gather(1, group[:, None, None].expand(-1, 1, GROUP))[:, 0]
    inside, _ = _pass(chosen, before, target)
    return group * GROUP + inside


def _running(start: Tensor, weights: Tensor) -> Tensor:
    """Sums along the last axis from left to right, one rounding each: [..., K] -> [..., K + 1].

    `cumsum` adds in another order, which on CUDA is not even fixed.
    """
    return torch.stack(list(accumulate(weights.unbind(-1), initial=start)), dim=-1)


def _pass(weights: Tensor, start: Tensor, point: Tensor) -> tuple[Tensor, Tensor]:
    """The index at which the running sum exceeds `point`, else the last class with weight; the sum
    before it.
    """
    running = _running(start, weights)
    places = torch.arange(weights.shape[1], device=weights.device)
    last = (places * (weights > 0)).amax(1)
    index = torch.minimum((running[:, 1:] <= point[:, None]).sum(1), last)
    return index, running.gather(1, index[:, None])[:, 0]
