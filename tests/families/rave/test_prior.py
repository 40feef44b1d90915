"""The prior: as torch has it, causal, and drawn by place."""

from __future__ import annotations

import numpy as np
import torch

from approx_build.families.rave.prior import Prior
from approx_build.families.rave.prior_shape import prior_receptive_field, prior_shapes
from approx_build.families.rave.torch_prior import predict_latents
from tests.families.rave.networks import noise

LAYERS, CHANNELS, LATENTS = 5, 6, 3


def tensors(loud: float = 0.4) -> dict[str, np.ndarray]:
    shapes = prior_shapes(LATENTS, CHANNELS, LAYERS)
    return {
        name: noise(int(np.prod(shape)), seed, loud).reshape(shape)
        for seed, (name, shape) in enumerate(shapes.items())
    }


def in_torch(weights: dict[str, np.ndarray]) -> dict[str, torch.Tensor]:
    return {name: torch.from_numpy(one) for name, one in weights.items()}


def test_stepwise_means_and_scales_equal_those_of_torch() -> None:
    weights, latents = tensors(), noise(30 * LATENTS, 9, 1.0).reshape(30, LATENTS)
    mean, scale = predict_latents(in_torch(weights), torch.from_numpy(latents)[None], LAYERS)
    prior = Prior(weights, LAYERS)
    before = np.concatenate([np.zeros((1, LATENTS), np.float32), latents])
    for row in range(30):
        own_mean, own_scale = prior.next(before[row])
        np.testing.assert_allclose(own_mean, mean[0, row].numpy(), atol=1e-5)
        np.testing.assert_allclose(own_scale, scale[0, row].numpy(), atol=1e-5)


def test_a_longer_continuation_begins_with_the_shorter_and_depends_on_the_context() -> None:
    weights, normals = tensors(), noise(20 * LATENTS, 5, 1.7).reshape(20, LATENTS)
    heard = noise(8 * LATENTS, 6, 1.0).reshape(8, LATENTS)
    whole = Prior(weights, LAYERS).continuation(heard, normals, 1.0)
    np.testing.assert_array_equal(
        Prior(weights, LAYERS).continuation(heard, normals[:9], 1.0), whole[:9]
    )
    assert (Prior(weights, LAYERS).continuation(heard[:0], normals, 1.0) != whole).any()
    still = Prior(weights, LAYERS).continuation(heard, normals, 0.0)
    np.testing.assert_array_equal(
        still, Prior(weights, LAYERS).continuation(heard, 2 * normals, 0.0)
    )


def test_latents_before_the_receptive_field_have_no_effect() -> None:
    weights, normals = tensors(), noise(6 * LATENTS, 5, 1.7).reshape(6, LATENTS)
    heard = noise(40 * LATENTS, 6, 1.0).reshape(40, LATENTS)
    far = prior_receptive_field(LAYERS)
    whole, late, later = (
        Prior(weights, LAYERS).continuation(heard[-count:], normals, 1.0)
        for count in (40, far, far - 8)
    )
    np.testing.assert_array_equal(whole, late)
    assert (whole != later).any()
