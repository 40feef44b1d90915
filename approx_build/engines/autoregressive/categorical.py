"""Sampling of a class from logits in NumPy: the rule that csrc/core/draw.h follows bit for bit.

A pull towards silence, a temperature, the `top_k` most likely classes, a softmax, and the inverse
of its CDF at a number of the stream; the CDF is summed in two levels.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from approx_build.errors import ModelError
from approx_build.kernels.reference import exp, f32
from approx_build.kernels.tensors import Floats

GROUP = 16
"""Classes summed together in the two-level sum of the CDF."""


class Choices(NamedTuple):
    """How each of B classes is sampled; `ClipRequest` explains the numbers."""

    temperature: Floats
    towards_silence: Floats
    top_k: NDArray[np.intp]
    uniform: Floats


def silence_distance(classes: int) -> Floats:
    """((q - middle) / middle)^2 for each class q [classes]."""
    middle = classes // 2
    distance = (np.arange(classes) - middle).astype(np.float32) / f32(middle)
    return np.asarray(distance * distance, np.float32)


def draw(logits: Floats, choices: Choices) -> NDArray[np.intp]:
    """The class drawn from each row of `logits` [B, Q]; ModelError when one is not finite."""
    classes = logits.shape[1]
    greedy = choices.temperature <= 0
    # Temperature 0 is temperature 1 with `top_k` 1, so nothing is divided by 0.
    divisor = np.where(greedy, f32(1), choices.temperature)[:, None]
    pull = choices.towards_silence[:, None] * silence_distance(classes)
    adjusted = (logits - pull) / divisor
    if not np.isfinite(adjusted).all():
        raise ModelError("the network's output is not finite: its weights are too large")
    weights = exp(adjusted - adjusted.max(axis=1, keepdims=True))
    for row, k in enumerate(np.where(greedy, 1, choices.top_k)):
        if 0 < k < classes:
            # A value and no order of classes: which of two equal ones comes first is not portable.
            least = np.sort(adjusted[row])[classes - k]
            weights[row, adjusted[row] < least] = 0
    return invert(weights, choices.uniform)


def invert(weights: Floats, point: Floats) -> NDArray[np.intp]:
    """Inverse CDF of each row of `weights` [B, Q] at `point` [B] in [0, 1), in two levels."""
    count, classes = weights.shape
    padded = np.zeros((count, -(-classes // GROUP) * GROUP), np.float32)
    padded[:, :classes] = weights
    grouped = padded.reshape(count, -1, GROUP)
    # accumulate() adds from left to right, as the C code does; sum() adds in pairs.
    sums = np.add.accumulate(grouped, axis=2)[:, :, -1]
    target = point * np.add.accumulate(sums, axis=1)[:, -1]
    nothing = np.zeros(count, np.float32)
    group, before = _pass(sums, nothing, target)
    inside, _ = _pass(grouped[np.arange(count), group], before, target)
    return group * GROUP + inside


def _pass(weights: Floats, start: Floats, point: Floats) -> tuple[NDArray[np.intp], Floats]:
    """The index at which the running sum from `start` exceeds `point`, and the sum before it.

    If rounding keeps it below, the last class with any weight.
    """
    running = np.add.accumulate(np.concatenate([start[:, None], weights], axis=1), axis=1)
    passed = running[:, 1:] > point[:, None]
    last = weights.shape[1] - 1 - np.argmax(weights[:, ::-1] > 0, axis=1)
    index = np.where(passed.any(axis=1), np.argmax(passed, axis=1), last)
    return index, running[np.arange(len(index)), index]
