"""DDSP's compiled kernels behind ctypes; the structures mirror csrc/."""

from __future__ import annotations

import ctypes
import weakref
from ctypes import POINTER, Structure, byref, c_float, c_int32, c_int64, c_void_p
from functools import cache
from typing import Any

import numpy as np

from approx_build.families.ddsp.reference import Turns
from approx_build.kernels.compiled import Kernel, function
from approx_build.kernels.tensors import Floats

_PADDING = 16
"""Floats of the widest vector; rows are padded to multiples of it."""
_Pointer = POINTER(c_float)


class _Tone(Structure):
    """`ddsp_tone`."""

    _fields_ = (
        *((name, c_void_p) for name in ("phase", "hz", "amplitude", "limit", "fall", "rise")),
        *((name, c_int32) for name in ("frames", "hop", "harmonics")),
    )


@cache
def _functions(kernel: Kernel) -> dict[str, ctypes._NamedFuncPointer]:
    """The functions for one instruction set, typed."""
    rows: list[Any] = [_Pointer, c_int64]
    signatures: dict[str, tuple[Any, list[Any]]] = {
        "ddsp_layer_new": (c_void_p, [c_int32, c_int32, *[_Pointer] * 4]),
        "ddsp_layer_free": (None, [c_void_p]),
        "ddsp_layer_run": (None, [c_void_p, *rows, c_int32, *rows]),
        "ddsp_recur": (None, [c_void_p, *rows, c_int32, _Pointer, _Pointer, *rows]),
        "ddsp_harmonics": (None, [POINTER(_Tone), _Pointer]),
        "ddsp_noise": (None, [_Pointer, _Pointer, c_int32, c_int32, c_int32, _Pointer]),
    }
    functions = {}
    for name, (result, arguments) in signatures.items():
        functions[name] = function(name, kernel)
        functions[name].restype, functions[name].argtypes = result, arguments
    return functions


class LibraryLayer:
    """A layer packed for one kernel; see `reference.ReferenceLayer`."""

    def __init__(
        self,
        kernel: Kernel,
        weight: Floats,
        bias: Floats,
        norm: tuple[Floats, Floats] | None = None,
    ) -> None:
        self._functions = _functions(kernel)
        inputs, self._outputs = weight.shape
        tensors = (weight, bias, *(norm or (None, None)))
        handle = self._functions["ddsp_layer_new"](inputs, self._outputs, *map(_floats, tensors))
        if not handle:
            raise MemoryError("no memory left for the network's weights")
        self._handle = int(handle)
        weakref.finalize(self, self._functions["ddsp_layer_free"], self._handle)

    def run(self, x: Floats) -> Floats:
        """The outputs [M, O] of frames [M, I], as a view of padded rows."""
        x = x if x.strides[1] == 4 else np.ascontiguousarray(x)
        made = np.zeros((len(x) + 1, padded(self._outputs)), np.float32)
        self._functions["ddsp_layer_run"](
            *(self._handle, _floats(x), x.strides[0] // 4, len(x)),
            *(_floats(made), made.shape[1]),
        )
        return made[: len(x), : self._outputs]

    def recur(self, sums: Floats, state: Floats) -> tuple[Floats, Floats]:
        """All states [M, R] of a GRU and the last one; `sums` [M, 3 R] is the result of `run`."""
        channels = len(state)
        carried, work = (
            np.zeros(padded(channels), np.float32),
            np.zeros(padded(3 * channels) + _PADDING, np.float32),
        )
        carried[:channels] = state
        made = np.zeros((len(sums), channels), np.float32)
        self._functions["ddsp_recur"](
            *(self._handle, _floats(sums), sums.strides[0] // 4, len(sums)),
            *(_floats(carried), _floats(work), _floats(made), channels),
        )
        return made, carried[:channels]


def harmonics(
    kernel: Kernel,
    phase: Turns,
    hz: Floats,
    amplitudes: Floats,
    limits: Floats,
    fall: Floats,
    rise: Floats,
) -> Floats:
    """`reference.harmonics` by a compiled kernel."""
    phases = np.pad(phase, (0, _PADDING))
    pitches, falling, rising = (np.pad(one, (0, _PADDING)) for one in (hz, fall, rise))
    loud, bounds = np.ascontiguousarray(amplitudes), np.ascontiguousarray(limits)
    kept = (phases, pitches, loud, bounds, falling, rising)
    tone = _Tone(*(one.ctypes.data for one in kept), *(len(amplitudes) - 1, len(fall), len(limits)))
    sound = np.zeros(len(phases), np.float32)
    _functions(kernel)["ddsp_harmonics"](byref(tone), _floats(sound))
    return sound[: len(phase)]


def add_noise(kernel: Kernel, noise: Floats, filters: Floats, sound: Floats) -> None:
    """`reference.add_noise` by a compiled kernel."""
    frames, taps = filters.shape
    wide = np.zeros((frames, padded(taps)), np.float32)
    wide[:, :taps] = filters
    room = np.pad(sound, (0, padded(taps) - taps))
    _functions(kernel)["ddsp_noise"](
        *(_floats(noise), _floats(wide), frames, len(noise) // frames, padded(taps)),
        _floats(room),
    )
    sound[:] = room[: len(sound)]


def padded(floats: int) -> int:
    """Floats of a padded row that holds so many numbers."""
    return -(-floats // _PADDING) * _PADDING


def _floats(array: Floats | None) -> ctypes._Pointer[c_float] | None:
    return None if array is None else array.ctypes.data_as(_Pointer)
