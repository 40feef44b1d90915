"""A scale's generator and critic in torch, on sound [B, T].

Off the path of a sample: it trains; takes are made by the kernels.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor

from approx_build.families.base import Tensors
from approx_build.families.catch_a_waveform.cubic import raised
from approx_build.families.catch_a_waveform.folding import EPSILON
from approx_build.families.catch_a_waveform.layers import PRE_EMPHASIS, SLOPE, Convolution
from approx_build.families.catch_a_waveform.parameters import CatchAWaveformParameters
from approx_build.families.catch_a_waveform.spans import Span

Statistics = Mapping[str, tuple[Tensor, Tensor]]
"""Mean and variance [B or 1, C, 1] of the rows before each norm, by the name of its layer."""
Measure = Callable[[str, Tensor], tuple[Tensor, Tensor]]
"""The mean and the variance by which a norm works on rows [B, C, T]."""


def own(kept: dict[str, tuple[Tensor, Tensor]] | None = None) -> Measure:
    """Norms by the statistics of the rows themselves, item by item; `kept` receives them."""

    def measure(name: str, rows: Tensor) -> tuple[Tensor, Tensor]:
        variance, mean = torch.var_mean(rows, dim=2, correction=0, keepdim=True)
        if kept is not None:
            kept[name] = mean, variance
        return mean, variance

    return measure


def fixed(statistics: Statistics) -> Measure:
    """Norms by given statistics."""
    return lambda name, rows: statistics[name]


def generated(
    weights: Tensors,
    network: CatchAWaveformParameters,
    scale: int,
    noisy: Tensor,
    below: Tensor,
    measure: Measure,
) -> Tensor:
    """The sound [B, T] of a scale, of the sound below it without and with noise [B, left + T ...].

    Both reach `left` samples further back, and `right` further on.
    """
    name, layers = f"generator.{scale}", network.generator(scale)
    rows = _through(weights, name, layers[:-3], noisy, measure)
    tone = _convolved(weights, name, layers[-3], rows)
    rows = torch.tanh(tone) * torch.sigmoid(_convolved(weights, name, layers[-2], rows))
    last = _convolved(weights, name, layers[-1], rows)[:, 0]
    detail = last[:, 1:] - PRE_EMPHASIS * last[:, :-1]
    return detail + below[:, network.left : network.left + detail.shape[1]]


def judged(
    weights: Tensors, network: CatchAWaveformParameters, scale: int, sound: Tensor
) -> Tensor:
    """What the critic of a scale says [B, T - field + 1] of sounds [B, T]: how real they are."""
    said = _through(weights, f"critic.{scale}", network.critic(scale), sound, own())[:, 0]
    # The first has none before it.
    return said - PRE_EMPHASIS * F.pad(said, (1, 0))[:, :-1]


def raised_rows(made: Tensor, span: Span, low: int, high: int, needed: Span) -> Tensor:
    """Sounds [B, T] of a scale at the rate of the next one; constants, without gradients."""
    rows = made.detach().cpu().numpy()
    each = [torch.from_numpy(raised(row, span.start, low, high, *needed)) for row in rows]
    return torch.stack(each).to(made.device)


def _through(
    weights: Tensors,
    name: str,
    layers: tuple[Convolution, ...],
    sound: Tensor,
    measure: Measure,
) -> Tensor:
    rows = sound[:, None]
    for layer in layers:
        rows = _convolved(weights, name, layer, rows)
        if layer.has_norm:
            mean, variance = measure(layer.name, rows)
            norm = f"{name}.{layer.name}.norm"
            factor = weights[f"{norm}.weight"][:, None] * torch.rsqrt(variance + EPSILON)
            rows = (rows - mean) * factor + weights[f"{norm}.bias"][:, None]
            rows = F.leaky_relu(rows, SLOPE)
    return rows


def _convolved(weights: Tensors, name: str, layer: Convolution, rows: Tensor) -> Tensor:
    """A convolution without padding, with weight norm."""
    name = f"{name}.{layer.name}"
    direction = weights[f"{name}.weight"]
    lengths = direction.flatten(1).norm(dim=1)
    weight = direction * (weights[f"{name}.gain"] / lengths)[:, None, None]
    return F.conv1d(rows, weight, weights[f"{name}.bias"], dilation=layer.dilation)
