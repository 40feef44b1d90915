"""WaveNet's compiled sampler behind ctypes; the structures mirror csrc/wavenet.h."""

from __future__ import annotations

import ctypes
import weakref
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from ctypes import POINTER, Structure, byref, c_float, c_int32, c_int64, c_uint8, c_uint64, c_void_p
from functools import cache
from hashlib import sha256
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from approx_build.audio.mulaw import amplitudes
from approx_build.engines.autoregressive.request import ClipRequest, Codes
from approx_build.errors import ModelError
from approx_build.families.wavenet.parameters import WaveNetParameters
from approx_build.kernels.compiled import Kernel, function
from approx_build.kernels.tensors import Floats
from approx_build.numerics.stream import key_words

LOCK_STEP = 32
"""Clips drawn in lock step: enough to use each weight often, few enough to stay in cache."""

_DONE, _MORE, _NOT_FINITE = 0, 1, 2
_PACKED_NETWORKS = 4

TENSORS = {
    "causal": "causal.weight",
    "filter": "layers.filter.weight",
    "gate": "layers.gate.weight",
    "filter_bias": "layers.filter.bias",
    "gate_bias": "layers.gate.bias",
    "dense": "layers.dense.weight",
    "dense_bias": "layers.dense.bias",
    "skip": "layers.skip.weight",
    "skip_bias": "layers.skip.bias",
    "post1": "post1.weight",
    "post1_bias": "post1.bias",
    "post2": "post2.weight",
    "post2_bias": "post2.bias",
}
"""Fields of `wavenet_weights` in order, and the tensors they point at."""


def floats(array: Floats | None) -> ctypes._Pointer[c_float] | None:
    """A pointer to the first number, which does not keep the array alive."""
    return None if array is None else array.ctypes.data_as(POINTER(c_float))


class ShapeStructure(Structure):
    """`wavenet_shape`."""

    _fields_ = (
        ("layers", c_int32),
        ("filter_width", c_int32),
        ("residual", c_int32),
        ("dilated", c_int32),
        ("skip", c_int32),
        ("classes", c_int32),
        ("scalar_input", c_int32),
        ("causal_width", c_int32),
        ("dilations", POINTER(c_int32)),
    )
    kept: NDArray[np.int32]
    """What `dilations` points at."""

    @classmethod
    def of(cls, network: WaveNetParameters) -> ShapeStructure:
        """The sizes of a network."""
        dilations = np.array(network.dilations, np.int32)
        structure = cls(
            len(dilations),
            network.filter_width,
            network.residual_channels,
            network.dilation_channels,
            network.skip_channels,
            network.quantization_channels,
            network.scalar_input,
            network.causal_width,
            dilations.ctypes.data_as(POINTER(c_int32)),
        )
        structure.kept = dilations
        return structure


class WeightsStructure(Structure):
    """`wavenet_weights`; the tensors must outlive it."""

    _fields_ = (*((field, POINTER(c_float)) for field in TENSORS), ("values", POINTER(c_float)))
    kept: Floats | None
    """What `values` points at."""

    @classmethod
    def of(cls, tensors: Mapping[str, Floats], network: WaveNetParameters) -> WeightsStructure:
        """Pointers to the tensors of a network."""
        values = amplitudes(network.quantization_channels) if network.scalar_input else None
        pointers = (floats(tensors.get(name)) for name in TENSORS.values())
        structure = cls(*pointers, floats(values))
        structure.kept = values
        return structure


class GradientsStructure(Structure):
    """`wavenet_gradients`; the tensors must outlive it."""

    _fields_ = tuple((field, POINTER(c_float)) for field in TENSORS)

    @classmethod
    def of(cls, tensors: Mapping[str, Floats]) -> GradientsStructure:
        """Pointers to the tensors that take gradients."""
        return cls(*(floats(tensors.get(name)) for name in TENSORS.values()))


class _Clip(Structure):
    _fields_ = (
        ("key", c_uint64 * 2),
        ("first_draw", c_int64),
        ("prime_length", c_int64),
        ("length", c_int64),
        ("prime", POINTER(c_uint8)),
        ("temperature", POINTER(c_float)),
        ("steady", c_int32),
        ("top_k", c_int32),
        ("towards_silence", c_float),
        ("codes", POINTER(c_uint8)),
        ("logits", POINTER(c_float)),
    )


def _bytes(array: Codes) -> ctypes._Pointer[c_uint8]:
    return array.ctypes.data_as(POINTER(c_uint8))


@cache
def _functions(kernel: Kernel) -> dict[str, ctypes._NamedFuncPointer]:
    """The sampler's functions for one instruction set, typed."""
    signatures: dict[str, tuple[Any, list[Any]]] = {
        "wavenet_network_new": (c_void_p, [POINTER(ShapeStructure), POINTER(WeightsStructure)]),
        "wavenet_network_free": (None, [c_void_p]),
        "wavenet_batch_new": (c_void_p, [c_void_p, POINTER(_Clip), c_int32, c_int32, c_int32]),
        "wavenet_batch_run": (c_int32, [c_void_p, c_int64]),
        "wavenet_batch_free": (None, [c_void_p]),
    }
    functions = {}
    for name, (result, arguments) in signatures.items():
        functions[name] = function(name, kernel)
        functions[name].restype, functions[name].argtypes = result, arguments
    return functions


class PackedNetwork:
    """Weights packed for one kernel; frees them when it is no longer used."""

    def __init__(
        self, tensors: Mapping[str, Floats], network: WaveNetParameters, kernel: Kernel
    ) -> None:
        self.network, self.functions = network, _functions(kernel)
        self.handle: int = self._pack(tensors)
        weakref.finalize(self, self.functions["wavenet_network_free"], self.handle)

    def _pack(self, tensors: Mapping[str, Floats]) -> int:
        shape = ShapeStructure.of(self.network)
        weights = WeightsStructure.of(tensors, self.network)
        handle = self.functions["wavenet_network_new"](byref(shape), byref(weights))
        if not handle:
            raise MemoryError("no memory left for the network's weights")
        return int(handle)


_networks: OrderedDict[tuple[Kernel, WaveNetParameters, bytes], PackedNetwork] = OrderedDict()
_networks_lock = Lock()


def packed(
    tensors: Mapping[str, Floats], network: WaveNetParameters, kernel: Kernel
) -> PackedNetwork:
    """The network packed for `kernel`; the last few are kept, known by their content."""
    digest = sha256()
    for tensor in tensors.values():
        digest.update(tensor.data)
    key = (kernel, network, digest.digest())
    with _networks_lock:
        # Taken out and put back, so that the one unused for longest is the first.
        found = _networks.pop(key, None) or PackedNetwork(tensors, network, kernel)
        _networks[key] = found
        if len(_networks) > _PACKED_NETWORKS:
            _networks.popitem(last=False)
    return found


class LibraryBatch:
    """Clips being drawn by a compiled kernel; see `lock_step.Batch`."""

    def __init__(
        self, packed: PackedNetwork, clips: Sequence[ClipRequest], threads: int, keep_logits: bool
    ) -> None:
        classes = packed.network.quantization_channels
        # The structures contain only pointers, so the arrays must be kept alive.
        self._packed, self._kept = packed, [(c.prime_codes, c.curve) for c in clips]
        self.codes = [np.zeros(clip.length, np.uint8) for clip in clips]
        self.logits: list[NDArray[np.float32]] = [
            np.zeros((clip.steps, classes), np.float32) for clip in clips if keep_logits
        ]
        # Longest first: those that end leave the others side by side.
        order = sorted(range(len(clips)), key=lambda i: -clips[i].steps)
        structures = (_Clip * len(clips))(*(self._structure(clips[i], i) for i in order))
        self._functions = packed.functions
        self._handle: int | None = None
        if clips:
            self._handle = self._functions["wavenet_batch_new"](
                packed.handle, structures, len(clips), threads, LOCK_STEP
            )
            if not self._handle:
                raise MemoryError(f"no memory left for {len(clips)} clips")
            weakref.finalize(self, self._functions["wavenet_batch_free"], self._handle)

    def _structure(self, clip: ClipRequest, index: int) -> _Clip:
        prime, curve = self._kept[index]
        return _Clip(
            (c_uint64 * 2)(*key_words(clip.key)),
            clip.first_draw,
            len(prime),
            clip.length,
            _bytes(prime),
            floats(curve),
            np.ndim(clip.temperature) == 0,
            min(clip.top_k or 0, self._packed.network.quantization_channels),
            clip.towards_silence,
            _bytes(self.codes[index]),
            floats(self.logits[index]) if self.logits else None,
        )

    def run(self, steps: int) -> bool:
        """Draw up to `steps` further samples of every clip; whether any is left to draw."""
        if self._handle is None:
            return False
        status = self._functions["wavenet_batch_run"](self._handle, steps)
        if status == _NOT_FINITE:
            raise ModelError("the network's output is not finite: its weights are too large")
        return bool(status == _MORE)
