"""The rule of conversion between rates in NumPy, with the same bits as the compiled kernels."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from approx_build.kernels import fft_plan
from approx_build.kernels.fft_reference import transformed
from approx_build.kernels.resampler_plan import ROWS, Plan, Table

Places = NDArray[np.int64]

_PAIRS = 32
_OUTPUTS = 1 << 14
"""Outputs processed at once, so that memory does not grow with the sound."""


def outputs(plan: Plan, x: Table, begin: int, pos: Places, rem: Places) -> Table:
    """Outputs [N] at positions `pos` + `rem` / den, ascending, in filtered samples.

    `x` [T] begins at sample `begin`; outside it is silence.
    """
    pairs = plan.pairs(int(pos[0]), int(pos[-1]))
    found = [
        filtered(plan, x, begin, range(first, min(first + _PAIRS, pairs.stop)))
        for first in range(pairs.start, pairs.stop, _PAIRS)
    ]
    sound = np.concatenate(found)
    origin = pairs.start * 2 * plan.filtered(plan.advance) - plan.filtered(plan.lead)
    if not plan.taps:
        return sound[pos - origin]
    parts = range(0, pos.size, _OUTPUTS)
    made = [
        _short(plan, sound, pos[at : at + _OUTPUTS] - origin, rem[at : at + _OUTPUTS])
        for at in parts
    ]
    return np.concatenate(made)


def filtered(plan: Plan, x: Table, begin: int, pairs: range) -> Table:
    """Filtered samples of pairs of blocks: the first as real part, the second as imaginary."""
    blocks = np.arange(2 * pairs.start, 2 * pairs.stop)
    starts = blocks * plan.advance - plan.lead - plan.pad - begin
    at = starts[:, None] + np.arange(plan.size)
    is_inside = (at >= 0) & (at < x.size)
    # Positions outside the sound index an additional zero, so no index leaves the array.
    staged = np.where(is_inside, np.append(x, 0.0)[np.where(is_inside, at, x.size)], 0.0)
    re, im = transformed(fft_plan.plan(plan.size), staged[0::2], staged[1::2])
    re, im = _bins(plan, re), _bins(plan, im)
    # An inverse transform is a forward one with real and imaginary parts exchanged.
    im, re = transformed(fft_plan.plan(plan.filtered_size), im, re)
    first = plan.filtered(plan.pad)
    kept = slice(first, first + plan.filtered(plan.advance))
    return np.stack([re[:, kept], im[:, kept]], axis=1).reshape(-1)


def _bins(plan: Plan, x: Table) -> Table:
    """One part of the filtered spectra: repeated, or folded and summed from first to last."""
    repeated = np.tile(x, (1, 1 << plan.up)) * plan.spectrum
    folds = repeated.reshape(len(x), 1 << plan.down, -1)
    total = folds[:, 0]
    for fold in range(1, folds.shape[1]):
        total = total + folds[:, fold]
    return total


def _short(plan: Plan, sound: Table, pos: Places, rem: Places) -> Table:
    """Eight partial sums, each of every eighth tap, in ascending order."""
    row, place = rem, np.zeros(rem.size)
    if plan.degree:
        place = rem.astype(np.float64) * (ROWS / plan.den)
        # A part just below 1 may round up to `ROWS`.
        row = np.minimum(place.astype(np.int64), ROWS - 1)
        place = place - row
    sums = [np.zeros(pos.size) for _ in range(8)]
    for tap in range(plan.taps):
        coefficients = plan.rows[row, tap // 8, :, tap % 8]
        value = coefficients[:, plan.degree]
        for degree in range(plan.degree - 1, -1, -1):
            value = value * place + coefficients[:, degree]
        sums[tap % 8] = sums[tap % 8] + value * sound[pos + (tap - plan.taps // 2 + 1)]
    fours = [sums[i] + sums[i + 4] for i in range(4)]
    return np.asarray((fours[0] + fours[2]) + (fours[1] + fours[3]))
