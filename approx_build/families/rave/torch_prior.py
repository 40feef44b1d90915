"""RAVE's prior in torch: its predictions and their loss.

Off the path of a sample: for training; `prior` makes takes.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor

from approx_build.families.base import Tensors
from approx_build.families.rave.prior import LEAST_SCALE
from approx_build.families.rave.prior_shape import dilations


def predict_latents(weights: Tensors, latents: Tensor, layers: int) -> tuple[Tensor, Tensor]:
    """Mean and scale [B, M, L] of each of the latents [B, M, L], given those before it."""
    # The first latent is predicted from zeros.
    previous = F.pad(latents, (0, 0, 1, 0))[:, :-1]
    x = previous @ weights["prior.first.weight"].t() + weights["prior.first.bias"]
    for layer, dilation in enumerate(dilations(layers)):
        name = f"prior.{layer}"
        before = F.pad(x, (0, 0, dilation, 0))[:, : x.shape[1]]
        gates_in = before @ weights[f"{name}.before"].t() + x @ weights[f"{name}.now"].t()
        filtered, gates = (gates_in + weights[f"{name}.bias"]).chunk(2, dim=-1)
        gated = filtered.tanh() * gates.sigmoid()
        x = x + gated @ weights[f"{name}.out.weight"].t() + weights[f"{name}.out.bias"]
    out = x @ weights["prior.last.weight"].t() + weights["prior.last.bias"]
    mean, scale = out.chunk(2, dim=-1)
    return mean, F.softplus(scale) + LEAST_SCALE


def negative_log_likelihood(weights: Tensors, latents: Tensor, layers: int) -> Tensor:
    """Negative log-likelihood of latents [B, M, L], nats for each number, without its constant."""
    mean, scale = predict_latents(weights, latents, layers)
    return (torch.square((latents - mean) / scale) / 2 + scale.log()).mean()
