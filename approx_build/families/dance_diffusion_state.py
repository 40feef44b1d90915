"""State dicts of DanceDiffusion networks elsewhere, and the weights of ours in them.

Harmonai's sample-generator and stable-audio-tools keep the constant kernels of their resampling
beside the weights, and some of their checkpoints put a word before every name. What is read is
held against the declared network tensor by tensor.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from approx_build.errors import ModelError
from approx_build.families.base import Arrays, Weights
from approx_build.families.dance_diffusion import DanceDiffusion
from approx_build.families.dance_diffusion_layers import Doubling, Halving, layers

CUBIC = (
    *(-0.01171875, -0.03515625, 0.11328125, 0.43359375),
    *(0.43359375, 0.11328125, -0.03515625, -0.01171875),
)
"""Smooths before every second sample is taken; twice as strong it fills in between samples."""

PREFIXES = ("", "model.", "diffusion.", "diffusion_ema.", "diffusion_ema.ema_model.")
"""What may stand before the names, the plainest first."""


def constants(network: DanceDiffusion) -> Arrays:
    """The kernels that a state dict holds beside the weights: name -> [8]."""
    kernel, found = np.array(CUBIC, np.float32), {}
    for layer in layers(network):
        if isinstance(layer, Halving):
            found[f"{layer.name}.kernel"] = kernel
        elif isinstance(layer, Doubling):
            found[f"{layer.name}.kernel"] = 2 * kernel
    return found


def state_of_weights(network: DanceDiffusion, weights: Weights) -> Arrays:
    """A state dict that `DiffusionAttnUnet1D` loads strictly."""
    return {**weights, **constants(network)}


def weights_of_state(network: DanceDiffusion, state: Mapping[str, NDArray[np.floating]]) -> Arrays:
    """The weights in a state dict, float32; ModelError when they are not those of the network."""
    prefix = _prefix(network, state)
    inside = {
        name[len(prefix) :]: array for name, array in state.items() if name.startswith(prefix)
    }
    shapes, fixed = network.tensor_shapes(), constants(network)
    wrong = [f"{name} is missing" for name in shapes if name not in inside]
    if not prefix:
        wrong += [f"{name} is unknown" for name in inside if name not in {**shapes, **fixed}]
    for name in (name for name in shapes if name in inside):
        if inside[name].shape != shapes[name]:
            wrong.append(f"{name} is {list(inside[name].shape)}, not {list(shapes[name])}")
    for name, kernel in fixed.items():
        if name in inside and not np.array_equal(inside[name], kernel):
            wrong.append(f"{name} is not the cubic kernel")
    if wrong:
        shown = "; ".join(wrong[:5]) + (f"; and {len(wrong) - 5} more" if wrong[5:] else "")
        raise ModelError(f"not a state dict of the declared network: {shown}")
    return {name: np.asarray(inside[name], np.float32) for name in shapes}


def _prefix(network: DanceDiffusion, state: Mapping[str, NDArray[np.floating]]) -> str:
    """What stands before the names; nothing when no known word does."""
    last = "net.6.main.3.bias"
    return next((prefix for prefix in PREFIXES if prefix + last in state), "")
