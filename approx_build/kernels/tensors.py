"""Checks that a network's tensors have the expected names, shapes and finite numbers."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from approx_build.errors import ModelError

Weights = Mapping[str, NDArray[np.floating]]
Floats = NDArray[np.float32]


Expected = Mapping[str, tuple[int, ...]]


def checked_tensors(weights: Weights, expected: Expected) -> dict[str, Floats]:
    """`fitting_tensors` with finite numbers; ModelError names the first tensor that has others."""
    tensors = fitting_tensors(weights, expected)
    for name, tensor in tensors.items():
        if not np.isfinite(tensor).all():
            place = tuple(int(i) for i in np.argwhere(~np.isfinite(tensor))[0])
            raise ModelError(f"{name}: not a finite number at {list(place)} ({tensor[place]})")
    return tensors


def fitting_tensors(weights: Weights, expected: Expected) -> dict[str, Floats]:
    """The tensors as contiguous float32; ModelError names the first that is not as `expected`."""
    unknown = sorted(set(weights) - set(expected))
    if unknown:
        raise ModelError(f"{unknown[0]}: the network has no such tensor")
    for name, size in expected.items():
        if name not in weights:
            raise ModelError(f"{name}: tensor missing; expected shape {list(size)}")
        _check_tensor(name, weights[name], size)
    return {name: np.ascontiguousarray(weights[name], np.float32) for name in expected}


def _check_tensor(name: str, tensor: NDArray[np.floating], size: tuple[int, ...]) -> None:
    if tuple(tensor.shape) != size:
        raise ModelError(f"{name}: expected shape {list(size)}, found {list(tensor.shape)}")
    if tensor.dtype not in (np.float16, np.float32):
        raise ModelError(f"{name}: expected float32 or float16, found {tensor.dtype}")
