"""State dicts of DanceDiffusion networks of other programs, and our weights in them.

Harmonai's sample-generator and stable-audio-tools store the constant kernels of their resampling
beside the weights, and some of their checkpoints have a prefix before every name. Each tensor is
compared with the declared network.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from approx_build.errors import ModelError
from approx_build.families.base import Arrays, Weights
from approx_build.families.dance_diffusion.parameters import DanceDiffusionParameters
from approx_build.kernels.program_reference import KERNEL

PREFIXES = (
    *("", "diffusion_ema.ema_model.", "diffusion_ema."),
    *("model.", "diffusion.model.", "diffusion."),
)
"""Possible prefixes of the names; averaged weights come before those of the last step."""

_SHOWN = 5
"""Largest number of faults in an error."""


def constants(network: DanceDiffusionParameters) -> Arrays:
    """The constant kernels in a state dict, besides the weights: name -> [8]."""
    kernel, prefix = np.array(KERNEL, np.float32), "net.3.main."
    found: Arrays = {}
    for _ in range(1, network.depth):
        # Zeros are inserted between samples before smoothing, so that kernel is doubled.
        found |= {f"{prefix}0.kernel": kernel, f"{prefix}14.kernel": 2 * kernel}
        prefix += "7.main."
    return found


def state_of_weights(network: DanceDiffusionParameters, weights: Weights) -> Arrays:
    """A state dict that `DiffusionAttnUnet1D` loads strictly."""
    return {**weights, **constants(network)}


def weights_of_state(
    network: DanceDiffusionParameters, state: Mapping[str, NDArray[np.floating]]
) -> Arrays:
    """The weights in a state dict, float32; ModelError unless they fit the network."""
    prefix = next((prefix for prefix in PREFIXES if f"{prefix}{_A_NAME}" in state), "")
    inside = {
        name.removeprefix(prefix): array for name, array in state.items() if name.startswith(prefix)
    }
    faults = list(_faults(network, inside, is_alone=not prefix))
    if faults:
        more = f"; and {len(faults) - _SHOWN} more" if faults[_SHOWN:] else ""
        raise ModelError(
            f"not a state dict of the declared network: {'; '.join(faults[:_SHOWN])}{more}"
        )
    return {name: np.asarray(inside[name], np.float32) for name in network.tensor_shapes()}


_A_NAME = "net.6.main.3.bias"
"""Every network has a tensor with this name."""


def _faults(
    network: DanceDiffusionParameters, state: Mapping[str, NDArray[np.floating]], is_alone: bool
) -> Iterator[str]:
    """The faults of a state dict; with `is_alone` it may contain only the network."""
    shapes, fixed = network.tensor_shapes(), constants(network)
    if is_alone:
        yield from (f"{name} is unknown" for name in state if name not in {**shapes, **fixed})
    for name, shape in shapes.items():
        if name not in state:
            yield f"{name} is missing"
        elif state[name].shape != shape:
            yield f"{name} is {list(state[name].shape)}, not {list(shape)}"
        elif not np.isfinite(state[name]).all():
            yield f"{name} holds numbers that are not finite"
    for name, kernel in fixed.items():
        # With another kernel it would be another network, which this program cannot run.
        if name in state and not np.array_equal(state[name], kernel):
            yield f"{name} is not the cubic kernel"
