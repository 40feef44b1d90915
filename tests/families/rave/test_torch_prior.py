"""The prior in torch: it is causal, and its likelihoods are those of normal distributions."""

from __future__ import annotations

import numpy as np
import torch

from approx_build.families.rave.torch_prior import negative_log_likelihood, predict_latents
from tests.families.rave.networks import noise
from tests.families.rave.test_prior import LATENTS, LAYERS, in_torch, tensors


def test_a_prediction_does_not_depend_on_later_latents() -> None:
    weights = in_torch(tensors())
    latents = torch.from_numpy(noise(60, 3, 1.0).reshape(1, 20, LATENTS))
    changed = latents.clone()
    changed[:, 12] += 1
    one, other = (predict_latents(weights, each, LAYERS)[0] for each in (latents, changed))
    assert torch.equal(one[:, :13], other[:, :13])
    assert not torch.equal(one[:, 13], other[:, 13])


def test_a_prior_of_zeros_has_the_likelihood_of_a_normal_distribution() -> None:
    weights = in_torch({name: np.zeros_like(one) for name, one in tensors().items()})
    # softplus(0) is ln 2, and the least scale is added.
    scale = np.log(2) + 1e-3
    latents = torch.full((1, 7, LATENTS), 2.0)
    expected = (2 / scale) ** 2 / 2 + np.log(scale)
    assert abs(float(negative_log_likelihood(weights, latents, LAYERS)) - expected) < 1e-5


def test_a_prior_learns_to_predict_the_next_latent() -> None:
    """Latents that alternate are predicted well."""
    latents = torch.ones(1, 32, LATENTS)
    latents[:, ::2] = -1
    weights = {n: one.requires_grad_() for n, one in in_torch(tensors(0.3)).items()}
    optimizer = torch.optim.Adam(weights.values(), lr=0.02)
    losses = list[float]()
    for _ in range(25):
        optimizer.zero_grad()
        loss = negative_log_likelihood(weights, latents, LAYERS)
        loss.backward()
        optimizer.step()
        losses.append(float(loss.detach()))
    assert min(losses) < min(0, losses[0] - 1)
