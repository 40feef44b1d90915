"""Fourier transforms of frames, with the same bits on every processor and in any batch.

Computed in float64; float32 frames are converted first, and results are rounded once at the end.
The compiled kernel processes one frame per SIMD lane; without a library, the NumPy reference
computes. Sizes are n numbers without prime factors above 127 (n even for real frames); powers of
two are fastest.
"""

from __future__ import annotations

import ctypes
import os
import threading
from ctypes import Structure, c_int32, c_int64, c_void_p
from functools import cache, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from approx_build.kernels import fft_reference as reference
from approx_build.kernels.compiled import VARIABLE, Kernel, choose, function
from approx_build.kernels.fft_plan import Plan, Table, plan

Frames = NDArray[np.floating[Any]]
Spectra = NDArray[np.complexfloating[Any, Any]]

_MOST_KEPT = 1 << 21
"""Largest work array, in float64 numbers, that is kept for the next call."""
_KEPT = 64
_SINGLE = (np.dtype(np.float32), np.dtype(np.complex64))
_REAL = np.dtype(np.float64), np.dtype(np.float32)
_COMPLEX = np.dtype(np.complex128), np.dtype(np.complex64)


def fft(x: Spectra, threads: int = 1) -> Spectra:
    """Spectra [..., n] of complex frames [..., n], in their precision."""
    return _run(x, x.shape[-1], x.shape[-1], False, False, None, threads)


def ifft(x: Spectra, threads: int = 1) -> Spectra:
    """Complex frames [..., n] of spectra [..., n], in their precision."""
    return _run(x, x.shape[-1], x.shape[-1], False, True, None, threads)


def rfft(x: Frames, window: Table | None = None, threads: int = 1) -> Spectra:
    """Spectra [..., n / 2 + 1] of real frames [..., n] times a window [n]; n is even."""
    size = _half(x.shape[-1])
    return _run(x, size, size + 1, True, False, window, threads)


def irfft(x: Spectra, window: Table | None = None, threads: int = 1) -> Frames:
    """Real frames [..., n] of spectra [..., n / 2 + 1], multiplied by a window [n] at the end."""
    size = _half(2 * (x.shape[-1] - 1))
    return _run(x, size, 2 * size, True, True, window, threads)


def fast_size(length: int) -> int:
    """The smallest size from `length` on with a fast real transform."""
    if length <= 32:
        return 32
    # A thirty-second of it has only the prime factors 2, 3 and 5.
    part = -(-length // 32)
    while not _is_smooth(part):
        part += 1
    return 32 * part


def _is_smooth(number: int) -> bool:
    for prime in (2, 3, 5):
        while number % prime == 0:
            number //= prime
    return number == 1


def _half(count: int) -> int:
    if count < 2 or count % 2:
        raise ValueError(f"no transform of {count} real numbers; their number is even, 2 or more")
    return count // 2


def _run(
    x: NDArray[Any],
    size: int,
    width: int,
    is_real: bool,
    is_inverse: bool,
    window: Table | None,
    threads: int,
) -> NDArray[Any]:
    """Transform the rows of `x` to rows of `width` numbers, with the chosen kernel."""
    is_float = x.dtype in _SINGLE
    given = (_REAL if is_real and not is_inverse else _COMPLEX)[is_float]
    rows = _rows(x if x.dtype == given else x.astype(given))
    made = np.empty((len(rows), width), (_REAL if is_real and is_inverse else _COMPLEX)[is_float])
    if window is not None:
        window = np.ascontiguousarray(window, np.float64)
        if window.shape != (2 * size,):
            raise ValueError(f"a window of {window.shape} does not fit {2 * size} numbers")
    kernel = chosen(os.environ.get(VARIABLE))
    if not len(rows):
        plan(size)  # raises an error for impossible sizes
    elif kernel is Kernel.REFERENCE:
        made[...] = _by_reference(rows, is_real, is_inverse, window)
    else:
        _by_library(kernel, size, rows, made, (is_real, is_inverse, threads), window)
    return made if x.ndim == 2 else made.reshape(*x.shape[:-1], width)


@cache
def chosen(variable: str | None) -> Kernel:
    """The kernel that is used if the environment variable has this value."""
    return choose(variable)


def _rows(x: NDArray[Any]) -> NDArray[Any]:
    """The frames as rows [F, n] of contiguous numbers; rows may overlap."""
    rows = x if x.ndim == 2 else x.reshape(-1, x.shape[-1])
    is_fit = rows.strides[1] == rows.itemsize and rows.strides[0] % rows.itemsize == 0
    return rows if is_fit else np.ascontiguousarray(rows)


def _by_reference(
    rows: NDArray[Any], is_real: bool, is_inverse: bool, window: Table | None
) -> NDArray[Any]:
    wide: NDArray[Any] = rows.astype(np.complex128 if np.iscomplexobj(rows) else np.float64)
    if not is_real:
        return reference.ifft(wide) if is_inverse else reference.fft(wide)
    if is_inverse:
        frames = reference.irfft(wide)
        return frames if window is None else frames * window
    return reference.rfft(wide if window is None else wide * window)


# ---- the compiled kernel; structures mirror csrc/spectral ----


class PlanStructure(Structure):
    """`fft_plan`."""

    _fields_ = (
        *((name, c_int32) for name in ("size", "stages")),
        *((name, c_void_p) for name in ("radix", "twiddle", "root", "place", "split")),
    )
    kept: tuple[object, ...]
    """The memory that the pointers refer to."""

    @classmethod
    def of(cls, given: Plan) -> PlanStructure:
        """Pointers to the tables of a plan."""
        stages = len(given.radices)
        radices = np.array(given.radices, np.int32)
        tables = [
            (c_void_p * stages)(*(table.ctypes.data for table in by_stage))
            for by_stage in (given.twiddles, given.roots)
        ]
        structure = cls(
            *(given.size, stages, radices.ctypes.data),
            *(ctypes.addressof(table) for table in tables),
            *(given.places.ctypes.data, given.split.ctypes.data),
        )
        structure.kept = given, radices, tables
        return structure


@lru_cache(_KEPT)
def structure(size: int) -> tuple[int, PlanStructure]:
    """The plan for `size` complex numbers as the kernels take it: its address and the structure."""
    made = PlanStructure.of(plan(size))
    return ctypes.addressof(made), made


@cache
def _function(kernel: Kernel) -> ctypes._NamedFuncPointer:
    found = function("fft_run", kernel)
    rows: list[Any] = [c_void_p, c_int64, c_int32]
    numbers: list[Any] = [c_int64, c_int32, c_int32, c_void_p, c_void_p, c_int32]
    found.restype, found.argtypes = None, [c_void_p, *rows, *rows, *numbers]
    return found


class _Work(threading.local):
    """Work memory of the kernels, kept from call to call, separately for each thread."""

    kept: tuple[Table, int] = np.empty(0), 0

    def at_least(self, count: int) -> tuple[Table, int]:
        """At least `count` float64 numbers, and the address of the first, aligned to a cache line.

        Valid as long as the caller holds the array.
        """
        if self.kept[0].size >= count + 8:
            return self.kept
        # Eight more, because `count` numbers must follow the first one that starts a cache line.
        numbers = np.empty(count + 8)
        address = numbers.ctypes.data
        found = numbers, address + -address % 64
        if count <= _MOST_KEPT:
            self.kept = found
        return found


work = _Work()


def _by_library(
    kernel: Kernel,
    size: int,
    rows: NDArray[Any],
    made: NDArray[Any],
    options: tuple[bool, bool, int],
    window: Table | None,
) -> None:
    is_real, is_inverse, threads = options
    # A thread without a frame would only use memory.
    threads = max(1, min(threads, len(rows)))
    # The name keeps the memory alive while the kernel uses its address.
    _held, address = work.at_least(threads * _cell(len(rows), threads) * size)
    _function(kernel)(
        structure(size)[0],
        *_row_arguments(rows),
        *_row_arguments(made),
        *(len(rows), is_real, is_inverse),
        None if window is None else window.ctypes.data,
        address,
        threads,
    )


def _cell(frames: int, threads: int) -> int:
    """Work numbers per complex number: a few frames use few lanes."""
    if threads > 1 or frames > 4:
        return 16
    return 8 if frames > 2 else 4


def _row_arguments(rows: NDArray[Any]) -> tuple[int, int, bool]:
    """Address of the rows, distance between rows in numbers, and whether they are float32."""
    is_float = rows.dtype in _SINGLE
    return rows.ctypes.data, rows.strides[0] // (4 if is_float else 8), is_float
