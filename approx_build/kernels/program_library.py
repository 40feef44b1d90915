"""Compiled kernels that run programs, by ctypes; the structures mirror csrc/program/program.h."""

from __future__ import annotations

import ctypes
import weakref
from collections.abc import Mapping
from ctypes import POINTER, Structure, c_float, c_int32, c_int64, c_void_p
from functools import cache
from typing import Any

from approx_build.kernels.compiled import Kernel, function
from approx_build.kernels.program import Array, Norm, Program, Step
from approx_build.kernels.tensors import Floats

_FloatPointer = POINTER(c_float)


class _Array(Structure):
    _fields_ = (("at", c_int64), ("channels", c_int32), ("stride", c_int32))


class _Step(Structure):
    _fields_ = (
        *((name, c_int32) for name in ("kind", "rows", "map", "taps", "norm", "function")),
        *((name, c_int32) for name in ("measured", "strip", "heads")),
        *((name, c_int32) for name in ("given_rows", "stride", "dilation", "before")),
        ("slope", c_float),
        *((name, _Array) for name in ("given", "joined", "made")),
    )


class _Norm(Structure):
    _fields_ = (
        ("at", c_int64),
        *((name, c_int32) for name in ("weights", "rows", "channels", "stride")),
    )


class _Map(Structure):
    _fields_ = (
        ("weights", _FloatPointer),
        ("bias", _FloatPointer),
        *((name, c_int32) for name in ("taps", "channels", "outputs")),
    )


class _NormWeights(Structure):
    _fields_ = (("weight", _FloatPointer), ("bias", _FloatPointer), ("channels", c_int32))


@cache
def _functions(kernel: Kernel) -> dict[str, ctypes._NamedFuncPointer]:
    """The functions for one instruction set, typed."""
    steps = [c_void_p, POINTER(_Step), c_int32, POINTER(_Norm), c_int32]
    network = [POINTER(_Map), c_int32, POINTER(_NormWeights), c_int32]
    signatures: dict[str, tuple[Any, list[Any]]] = {
        "program_network_new": (c_void_p, network),
        "program_network_free": (None, [c_void_p]),
        "program_new": (c_void_p, [*steps, c_int64, c_int64, c_int32]),
        "program_run": (None, [c_void_p, _FloatPointer, c_int32, _FloatPointer, _FloatPointer]),
        "program_free": (None, [c_void_p]),
    }
    functions = {}
    for name, (result, arguments) in signatures.items():
        functions[name] = function(name, kernel)
        # Without types, ctypes would cut pointers to 32 bits.
        functions[name].restype, functions[name].argtypes = result, arguments
    return functions


def _floats(array: Floats | None) -> ctypes._Pointer[c_float] | None:
    return None if array is None else array.ctypes.data_as(_FloatPointer)


class PackedNetwork:
    """The weights that the programs of one network use, packed for one kernel."""

    def __init__(self, program: Program, tensors: Mapping[str, Floats], kernel: Kernel) -> None:
        self.functions = _functions(kernel)
        maps = (_Map * len(program.maps))(*(_map(name, tensors) for name in program.maps))
        norms = (_NormWeights * len(program.norm_names))(
            *(_norm_weights(name, tensors) for name in program.norm_names)
        )
        handle = self.functions["program_network_new"](maps, len(maps), norms, len(norms))
        if not handle:
            size = sum(tensor.nbytes for tensor in tensors.values())
            raise MemoryError(f"no memory left for the network's weights ({size / 1e6:,.0f} MB)")
        self.handle = int(handle)
        # Not __del__, which Python may not call at the end of the interpreter.
        weakref.finalize(self, self.functions["program_network_free"], self.handle)


class OpenProgram:
    """A program with its memory, ready to be run by a number of threads; one caller at a time."""

    def __init__(self, network: PackedNetwork, program: Program, threads: int) -> None:
        # Kept alive, because the program points at the packed weights.
        self._network = network
        steps = (_Step * len(program.steps))(*(_step(step) for step in program.steps))
        norms = (_Norm * len(program.norms))(
            *(_norm(index, norm) for index, norm in enumerate(program.norms))
        )
        handle = network.functions["program_new"](
            *(network.handle, steps, len(steps), norms, len(norms)),
            *(program.memory_floats, program.scratch_floats, threads),
        )
        if not handle:
            size = 4 * (program.memory_floats + threads * program.scratch_floats)
            raise MemoryError(f"no memory left for a window of sound ({size / 1e6:,.0f} MB)")
        self._handle = int(handle)
        weakref.finalize(self, network.functions["program_free"], self._handle)

    def run(self, sound: Floats, time: Floats, result: Floats) -> None:
        """Fill `result` [C, T] from `sound` [C, T] and its time features; all are contiguous."""
        self._network.functions["program_run"](
            self._handle, _floats(sound), len(sound), _floats(time), _floats(result)
        )


def _map(name: str, tensors: Mapping[str, Floats]) -> _Map:
    weight = tensors[f"{name}.weight"]
    outputs, channels, taps = weight.shape
    return _Map(_floats(weight), _floats(tensors.get(f"{name}.bias")), taps, channels, outputs)


def _norm_weights(name: str, tensors: Mapping[str, Floats]) -> _NormWeights:
    weight, bias = tensors[f"{name}.weight"], tensors[f"{name}.bias"]
    return _NormWeights(_floats(weight), _floats(bias), len(weight))


def _norm(index: int, norm: Norm) -> _Norm:
    return _Norm(norm.at, index, norm.rows, norm.channels, norm.stride)


def _step(step: Step) -> _Step:
    taps, activation = step.taps, step.activation
    numbers = (step.kind, step.rows, step.map, taps.count, step.norm, activation.function)
    reach = (step.given.rows, taps.stride, taps.dilation, taps.offset)
    arrays = (_array(array) for array in (step.given, step.joined, step.made))
    return _Step(
        *(*numbers, step.measured, step.strip, step.heads, *reach, activation.slope, *arrays)
    )


def _array(array: Array) -> _Array:
    return _Array(array.at, array.channels, array.stride)
