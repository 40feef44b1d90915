"""Sound at another rate or speed, with the same bits on every processor, in parts of any size.

Computed in float64 and rounded once to the precision of the samples. An output depends only on the
sound and on its position in it: parts of a sound, given with the samples that `Plan.source` names,
have the bits of the whole.
"""

from __future__ import annotations

import ctypes
import os
from ctypes import POINTER, Structure, byref, c_int32, c_int64, c_void_p
from functools import cache, lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from approx_build.kernels import fft
from approx_build.kernels import resampler_reference as reference
from approx_build.kernels.compiled import VARIABLE, Kernel, function
from approx_build.kernels.resampler_plan import PARTS, Plan, Table
from approx_build.kernels.resampler_reference import Places

Samples = NDArray[np.floating[Any]]

_LANES = {Kernel.AVX512: 8, Kernel.AVX2: 4, Kernel.BASELINE: 2}
_CACHE_BYTES = 1 << 23
"""Work memory of a call should not exceed this, as far as fewer lanes can reduce it."""
_KEPT = 64


def converted(plan: Plan, samples: Samples, count: int, first: int = 0, begin: int = 0) -> Samples:
    """Outputs `first` to `first + count` of a sound.

    `samples` [T] begin at sample `begin`; outside them is silence.
    """
    samples = _flat(samples)
    made = np.empty(count, samples.dtype)
    if not count:
        return made
    if fft.chosen(os.environ.get(VARIABLE)) is not Kernel.REFERENCE:
        pos, rem = divmod(first * plan.num, plan.den)
        last = (first + count - 1) * plan.num // plan.den
        _run(plan, samples, begin, made, _Start(pos, rem, last, None))
        return made
    # In Python's integers, because the products may exceed 64 bits.
    places = [divmod(n * plan.num, plan.den) for n in range(first, first + count)]
    both = np.array(places, np.int64)
    made[:] = reference.outputs(plan, samples.astype(np.float64), begin, both[:, 0], both[:, 1])
    return made


def placed(plan: Plan, samples: Samples, whole: Places, part: Places) -> Table:
    """Outputs [N] of a sound [T] at samples `whole` + `part` / PARTS, ascending, in float64.

    One plan is used for all ratios.
    """
    samples, made = _flat(samples), np.empty(whole.size)
    if not whole.size:
        return made
    pos, rem = _filtered_places(plan, whole, part)
    if fft.chosen(os.environ.get(VARIABLE)) is Kernel.REFERENCE:
        made[:] = reference.outputs(plan, samples.astype(np.float64), 0, pos, rem)
        return made
    both = np.ascontiguousarray(np.stack([pos, rem], axis=1))
    _run(plan, samples, 0, made, _Start(int(pos[0]), int(rem[0]), int(pos[-1]), both))
    return made


def _flat(samples: Samples) -> Samples:
    """Contiguous samples in float32 or float64."""
    is_float = samples.dtype == np.float32
    return np.ascontiguousarray(samples, np.float32 if is_float else np.float64)


def _filtered_places(plan: Plan, whole: Places, part: Places) -> tuple[Places, Places]:
    """Positions in samples of the source as positions in filtered samples, to parts of `PARTS`."""
    if plan.down:
        rest = whole & ((1 << plan.down) - 1)
        return whole >> plan.down, ((rest * PARTS) >> plan.down) + (part >> plan.down)
    # A part has 56 bits (`PARTS`).
    high = part >> (56 - plan.up) if plan.up else np.zeros_like(part)
    return (whole << plan.up) + high, (part << plan.up) & (PARTS - 1)


# ---- the compiled kernel; structures mirror csrc/spectral/resampler.h ----


class _Plan(Structure):
    _fields_ = (
        *((name, c_void_p) for name in ("forward", "back", "spectrum", "rows")),
        *((name, c_int64) for name in ("pad", "advance", "lead", "num", "den")),
        *((name, c_int32) for name in ("up", "down", "taps", "degree")),
    )
    kept: tuple[object, ...]
    """The memory that the pointers refer to."""


class _Resampling(Structure):
    _fields_ = (
        *((name, c_void_p) for name in ("x", "y", "places", "work")),
        *((name, c_int64) for name in ("begin", "size", "pos", "rem", "last", "count")),
        *((name, c_int32) for name in ("x_float", "y_float", "lanes")),
    )


class _Start(NamedTuple):
    """Position of the first output, integer position of the last, perhaps all positions [N, 2]."""

    pos: int
    rem: int
    last: int
    places: Places | None


@lru_cache(_KEPT)
def _structure(plan: Plan) -> _Plan:
    forward, back = fft.structure(plan.size), fft.structure(plan.filtered_size)
    made = _Plan(
        *(forward[0], back[0], plan.spectrum.ctypes.data, plan.rows.ctypes.data),
        *(plan.pad, plan.advance, plan.lead, plan.num, plan.den),
        *(plan.up, plan.down, plan.taps, plan.degree),
    )
    made.kept = forward, back, plan
    return made


@cache
def _function(kernel: Kernel) -> ctypes._NamedFuncPointer:
    found = function("resample_run", kernel)
    found.restype, found.argtypes = None, [POINTER(_Plan), POINTER(_Resampling)]
    return found


def _run(plan: Plan, samples: Samples, begin: int, made: Samples, start: _Start) -> None:
    kernel = fft.chosen(os.environ.get(VARIABLE))
    lanes = _lanes(plan, kernel)
    # The name keeps the memory alive while the kernel uses its address.
    _held, address = fft.work.at_least(_work_size(plan, lanes))
    job = _Resampling(
        *(samples.ctypes.data, made.ctypes.data),
        None if start.places is None else start.places.ctypes.data,
        address,
        *(begin, samples.size, start.pos, start.rem, start.last, made.size),
        *(samples.dtype == np.float32, made.dtype == np.float32, lanes),
    )
    _function(kernel)(byref(_structure(plan)), byref(job))


def _lanes(plan: Plan, kernel: Kernel) -> int:
    """Pairs of blocks that are filtered together; no bit depends on it."""
    lanes = _LANES[kernel]
    while lanes > 2 and 16 * lanes * (plan.size + plan.filtered_size) > _CACHE_BYTES:
        lanes //= 2
    return lanes


def _work_size(plan: Plan, lanes: int) -> int:
    """Number of floats: two spectra, the samples of a call, the filtered samples."""
    spectra = 2 * lanes * (plan.size + plan.filtered_size)
    staged = 2 * lanes * plan.advance + 2 * plan.pad
    return spectra + staged + 2 * lanes * plan.filtered(plan.advance) + 2 * plan.taps + 64
