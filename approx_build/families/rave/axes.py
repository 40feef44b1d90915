"""The axes of a latent space: its principal components, in the order of their variance.

Each has the sign that makes its largest entry positive, so equal latents give equal axes.

Off the path of a sample: trainings measure axes and store them in checkpoints.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from approx_build.kernels.tensors import Floats
from approx_build.numerics.symmetric import covariance, eigenvectors

Doubles = NDArray[np.float64]

_ACTIVE = 0.01
"""Smallest variance of an axis that counts as used (Burda and others, 2016, arXiv:1509.00519)."""
_LARGEST_SHARE = 0.95
"""Share of the variance that is too much for a single axis."""
_ADVICE = "lower `objective.beta`, or raise `objective.beta_windows`"


def principal_axes(latents: Doubles) -> dict[str, Floats]:
    """The tensors `latent.…` of latents [M, L]: their mean, axes and deviations."""
    mean = latents.mean(axis=0)
    centred = latents - mean
    variances, vectors = eigenvectors(covariance(centred))
    order = np.argsort(-variances, kind="stable")
    axes = vectors.T[order]
    largest = np.take_along_axis(axes, np.abs(axes).argmax(axis=1)[:, np.newaxis], axis=1)
    axes = axes * np.where(largest < 0, -1.0, 1.0)
    deviations = np.sqrt(np.maximum(variances[order], 0.0))
    found = {"latent.mean": mean, "latent.axes": axes, "latent.deviation": deviations}
    return {name: np.ascontiguousarray(array, np.float32) for name, array in found.items()}


def fidelity(deviation: Floats) -> Doubles:
    """The share of all variance along the first 1, 2, … axes [L]; zeros if there is none."""
    variances = np.square(deviation.astype(np.float64))
    total = float(variances.sum())
    return np.cumsum(variances) / total if total else np.zeros(len(variances))


def axes_for(deviation: Floats, share: float) -> int:
    """The number of axes along which there is a share of all variance."""
    reached = fidelity(deviation) >= share
    return int(reached.argmax()) + 1 if reached.any() else len(reached)


def warnings(tensors: Mapping[str, Floats]) -> list[str]:
    """Warnings about a latent space that has collapsed."""
    deviation = tensors["latent.deviation"]
    variance = float(deviation[0]) ** 2
    if variance < _ACTIVE:
        return [
            f"the latents have collapsed: none of the {len(deviation)} axes has a variance above "
            f"{variance:.2g}, so every sound has nearly the same latents; {_ADVICE}"
        ]
    if len(deviation) > 1 and axes_for(deviation, _LARGEST_SHARE) == 1:
        return [
            f"the latents have nearly collapsed: the first of {len(deviation)} axes holds "
            f"{100 * fidelity(deviation)[0]:.0f} % of their variance; {_ADVICE}"
        ]
    return []
