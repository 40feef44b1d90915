"""RAVE's stacks of convolutions and its discriminators in torch.

Weights are a dict of tensors named as `layers` says.

Off the path of a sample: for training; the kernels make takes.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor

from approx_build.families.base import Tensors
from approx_build.families.rave.discriminators import Discriminator
from approx_build.families.rave.folding import EPSILON
from approx_build.families.rave.layers import SLOPE, Convolution, Residual, Stack


def run_stack(
    weights: Tensors, stack: Stack, x: Tensor, statistics: list[Tensor] | None = None
) -> Tensor:
    """A stack of convolutions [B, C, rows] -> [B, C, rows]."""
    for one in stack:
        if isinstance(one, Residual):
            x = x + run_stack(weights, one.layers, x, statistics)
        else:
            x = _convolve(weights, one, x, statistics)
    return x


def features(weights: Tensors, net: Discriminator, sound: Tensor) -> list[Tensor]:
    """The output of each convolution of a discriminator for sounds [B, T]; the last are scores."""
    x, found = sound[:, None], list[Tensor]()
    if net.scale > 1:
        x = F.avg_pool1d(x, net.scale)
    if net.period:
        x = F.pad(x, (0, -x.shape[-1] % net.period))
        # Every phase of a period is a separate sound.
        x = x.view(len(x), -1, net.period).transpose(1, 2).reshape(-1, 1, x.shape[2] // net.period)
    for name in net.names[:-1]:
        weight = _normed(weights[f"{name}.weight"], weights[f"{name}.gain"])
        x = F.conv1d(x, weight, weights[f"{name}.bias"], net.stride, net.taps // 2)
        found.append(x)
        x = F.leaky_relu(x, SLOPE)
    last = net.names[-1]
    found.append(F.conv1d(x, weights[f"{last}.weight"], weights[f"{last}.bias"]))
    return [one.reshape(len(sound), -1) for one in found]


def _convolve(
    weights: Tensors, layer: Convolution, x: Tensor, statistics: list[Tensor] | None
) -> Tensor:
    if layer.is_activated:
        x = F.leaky_relu(x, SLOPE)
    weight = weights[f"{layer.name}.weight"]
    if layer.has_gain:
        weight = _normed(weight, weights[f"{layer.name}.gain"])
    bias = weights.get(f"{layer.name}.bias")
    if layer.is_transposed:
        x = F.conv_transpose1d(x, weight, bias, layer.stride, layer.before)
    else:
        x = F.pad(x, (layer.before, layer.after))
        x = F.conv1d(x, weight, bias, layer.stride, 0, layer.dilation, layer.groups)
    return _scaled(weights, f"{layer.name}.norm", x, statistics) if layer.has_norm else x


def _scaled(weights: Tensors, name: str, x: Tensor, statistics: list[Tensor] | None) -> Tensor:
    """Channels normalised to mean 0 and variance 1 by running statistics.

    The statistics are tensors that learn: `statistics` receives their distance from those of each
    sound. So a window does not depend on its batch, and freezing freezes the statistics, too.
    """
    mean, log = weights[f"{name}.mean"], weights[f"{name}.log_variance"]
    if statistics is not None:
        variance, middle = torch.var_mean(x.detach(), dim=2, correction=0)
        missed = (mean - middle).square() + (log - (variance + EPSILON).log()).square()
        statistics.append(missed.mean() / 2)
    scale = weights[f"{name}.weight"] * (log.detach().exp() + EPSILON).rsqrt()
    return (x - mean.detach()[:, None]) * scale[:, None] + weights[f"{name}.bias"][:, None]


def _normed(weight: Tensor, gain: Tensor) -> Tensor:
    """Weight normalisation: the length of each row becomes its gain."""
    lengths = weight.flatten(1).square().sum(dim=1).sqrt()
    return weight * (gain / lengths)[:, None, None]
