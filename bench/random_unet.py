"""Weights for DanceDiffusion's U-Net, drawn at random: what is timed need have learnt nothing."""

from __future__ import annotations

import numpy as np

from approx_build.families.dance_diffusion.unet_weights import UNetShape
from approx_build.kernels.tensors import Weights


def random_weights(shape: UNetShape) -> Weights:
    """Weights that keep activations near 1."""
    numbers, weights = np.random.default_rng(0), {}
    for name, size in shape.tensors().items():
        fan = np.prod(size[1:]) if len(size) > 1 else 25
        weights[name] = (numbers.standard_normal(size) / fan**0.5).astype(np.float32)
        if ".1.weight" in name or ".4.weight" in name or "norm.weight" in name:
            weights[name] += 1
    weights["timestep_embed.weight"] = numbers.standard_normal((8, 1)).astype(np.float32)
    return weights
