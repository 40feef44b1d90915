"""DDSP's kernels in NumPy: the oracle of the C ones, and their substitute.

Products are those of `kernels.reference`; everything else rounds once per operation, in the order
written here (docs/numerics-of-kernels.md).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from approx_build.kernels.reference import (
    f32,
    product,
    refuse_flush_to_zero,
    sigmoid,
    tanh,
)
from approx_build.kernels.tensors import Floats

Turns = NDArray[np.uint32]
"""Phases in units of 2^-32 turns."""

EPSILON = 1e-3
SLOPE = 0.2
QUARTER_SINE = (1.51671704e-4, -4.67414384e-3, 7.96899183e-2, -6.45963760e-1, 1.57079632)
"""sin(x π/2) / x by falling powers of x², |x| <= 1."""


class ReferenceLayer:
    """A dense layer, optionally followed by a norm over its outputs and a leaky ReLU."""

    def __init__(
        self, weight: Floats, bias: Floats, norm: tuple[Floats, Floats] | None = None
    ) -> None:
        refuse_flush_to_zero()
        self._weight, self._bias, self._norm = weight, bias, norm

    def run(self, x: Floats) -> Floats:
        """The outputs [M, O] of frames [M, I]."""
        made = product(x, self._weight, self._bias)
        return made if self._norm is None else normed(made, *self._norm)

    def recur(self, sums: Floats, state: Floats) -> tuple[Floats, Floats]:
        """All states [M, R] of a GRU and the last one; `sums` [M, 3 R] come from the inputs.

        This layer is the map of the state.
        """
        channels = len(state)
        states = np.empty((len(sums), channels), np.float32)
        for row, row_sums in zip(states, sums, strict=True):
            own = self.run(state[np.newaxis])[0]
            reset, update = (
                sigmoid(row_sums[part] + own[part])
                for part in (slice(channels), slice(channels, 2 * channels))
            )
            fresh = tanh(row_sums[2 * channels :] + reset * own[2 * channels :])
            state = row[:] = fresh + update * (state - fresh)
        return states, state


def normed(x: Floats, weight: Floats, bias: Floats) -> Floats:
    """Rows normalised to mean 0 and variance 1 in float64, scaled, then a leaky ReLU."""
    count, wide = x.shape[1], x.astype(np.float64)
    away = wide - np.cumsum(wide, axis=1)[:, -1:] / count
    variance = np.cumsum(away * away, axis=1)[:, -1:] / count
    made = (away * (1.0 / np.sqrt(variance + EPSILON))).astype(np.float32) * weight + bias
    return np.asarray(np.where(made < f32(0), made * f32(SLOPE), made), np.float32)


def sine(phase: Turns) -> Floats:
    """The sine of phases."""
    turn = phase.view(np.int32)
    beyond = (turn > 1 << 30) | (turn < -(1 << 30))
    # Beyond a quarter of a turn, the sine is that of half a turn minus the phase.
    back = (np.uint32(1 << 31) - phase).view(np.int32)
    x = np.where(beyond, back, turn).astype(np.float32) * f32(2.0**-30)
    square = x * x
    total = np.full_like(square, f32(QUARTER_SINE[0]))
    for coefficient in QUARTER_SINE[1:]:
        total = total * square + f32(coefficient)
    return np.asarray(total * x, np.float32)


def harmonics(
    phase: Turns, hz: Floats, amplitudes: Floats, limits: Floats, fall: Floats, rise: Floats
) -> Floats:
    """Sines at multiples of a pitch [T]; T is a multiple of the length of `fall`.

    From phases and pitches [T] and amplitudes [frames + 1, H]; `limits` [H] are the pitches from
    which harmonics are silent. `fall` and `rise` crossfade the amplitudes of two frames.
    """
    hop = len(fall)
    frames = len(amplitudes) - 1
    steps, pitch = phase.reshape(frames, hop), hz.reshape(frames, hop)
    falling, rising = (np.zeros((frames, hop), np.float32) for _ in range(2))
    turned = np.zeros_like(steps)
    for k, limit in enumerate(limits):
        turned = turned + steps
        wave: Floats = np.where(pitch >= limit, f32(0), sine(turned)).astype(np.float32)
        falling += wave * amplitudes[:-1, k, np.newaxis]
        rising += wave * amplitudes[1:, k, np.newaxis]
    return (falling * fall + rising * rise).reshape(-1)


def add_noise(noise: Floats, filters: Floats, sound: Floats) -> None:
    """Add noise [T] to `sound` [T + taps], each frame through its own filter [frames, taps]."""
    hop, taps = len(noise) // len(filters), filters.shape[1]
    for at, value in enumerate(noise):
        part = sound[at : at + taps]
        part += filters[at // hop] * value
