"""Compiled samplers of codes behind ctypes; the structures mirror kernels/csrc/lockstep/clip.h."""

from __future__ import annotations

import ctypes
import weakref
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping, Sequence
from ctypes import POINTER, Structure, c_float, c_int32, c_int64, c_uint8, c_uint64, c_void_p
from functools import cache
from hashlib import sha256
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from approx_build.engines.autoregressive.request import ClipRequest, Codes
from approx_build.errors import ModelError
from approx_build.kernels.compiled import Kernel, function
from approx_build.kernels.tensors import Floats
from approx_build.numerics.stream import key_words

LOCK_STEP = 32
"""Clips drawn in lock step: enough to use each weight often, few enough to stay in cache."""

_MORE, _NOT_FINITE = 1, 2
_PACKED_NETWORKS = 4


def floats(array: Floats | None) -> ctypes._Pointer[c_float] | None:
    """A pointer to the first number, which does not keep the array alive."""
    return None if array is None else array.ctypes.data_as(POINTER(c_float))


def _bytes(array: Codes) -> ctypes._Pointer[c_uint8]:
    return array.ctypes.data_as(POINTER(c_uint8))


class Clip(Structure):
    """`code_clip`."""

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


@cache
def typed(name: str, kernel: Kernel, result: Any, *arguments: Any) -> ctypes._NamedFuncPointer:
    """A function of the kernels for one instruction set, with its types."""
    found = function(name, kernel)
    found.restype, found.argtypes = result, list(arguments)
    return found


class PackedNetwork:
    """Weights packed for one kernel by a family's `NAME_network_new`; freed when no longer used.

    `name` begins the names of the family's functions.
    """

    def __init__(self, name: str, kernel: Kernel, classes: int, pack: Callable[[], int]) -> None:
        self.name, self.kernel, self.classes = name, kernel, classes
        self.handle = pack()
        if not self.handle:
            raise MemoryError("no memory left for the network's weights")
        free = typed(f"{name}_network_free", kernel, None, c_void_p)
        weakref.finalize(self, free, self.handle)


_networks: OrderedDict[tuple[Kernel, Hashable, bytes], PackedNetwork] = OrderedDict()
_networks_lock = Lock()


def packed(
    tensors: Mapping[str, Floats],
    network: Hashable,
    kernel: Kernel,
    make: Callable[[], PackedNetwork],
) -> PackedNetwork:
    """The network that `make` packs for `kernel`; the last few are kept, known by their content.

    `network` are its parameters.
    """
    digest = sha256()
    for tensor in tensors.values():
        digest.update(tensor.data)
    key = (kernel, network, digest.digest())
    with _networks_lock:
        found = _networks.pop(key, None) or make()
        _networks[key] = found
        if len(_networks) > _PACKED_NETWORKS:
            _networks.popitem(last=False)
    return found


class LibraryBatch:
    """Clips being drawn by a compiled kernel; see `lock_step.Batch`."""

    def __init__(
        self, packed: PackedNetwork, clips: Sequence[ClipRequest], threads: int, keep_logits: bool
    ) -> None:
        self._packed, self._kept = packed, [(c.prime_codes, c.curve) for c in clips]
        self.codes = [np.zeros(clip.length, np.uint8) for clip in clips]
        self.logits: list[NDArray[np.float32]] = [
            np.zeros((clip.steps, packed.classes), np.float32) for clip in clips if keep_logits
        ]
        order = sorted(range(len(clips)), key=lambda i: -clips[i].steps)
        structures = (Clip * len(clips))(*(self._structure(clips[i], i) for i in order))
        self._run = typed("code_batch_run", packed.kernel, c_int32, c_void_p, c_int64)
        self._handle: int | None = None
        if clips:
            self._handle = self._open(structures, threads)

    def _open(self, structures: ctypes.Array[Clip], threads: int) -> int:
        kernel, name = self._packed.kernel, f"{self._packed.name}_batch_new"
        sizes = [c_int32] * 3
        new = typed(name, kernel, c_void_p, c_void_p, POINTER(Clip), *sizes)
        handle = new(self._packed.handle, structures, len(structures), threads, LOCK_STEP)
        if not handle:
            raise MemoryError(f"no memory left for {len(structures)} clips")
        weakref.finalize(self, typed("code_batch_free", kernel, None, c_void_p), handle)
        return int(handle)

    def _structure(self, clip: ClipRequest, index: int) -> Clip:
        prime, curve = self._kept[index]
        return Clip(
            (c_uint64 * 2)(*key_words(clip.key)),
            clip.first_draw,
            len(prime),
            clip.length,
            _bytes(prime),
            floats(curve),
            np.ndim(clip.temperature) == 0,
            min(clip.top_k or 0, self._packed.classes),
            clip.towards_silence,
            _bytes(self.codes[index]),
            floats(self.logits[index]) if self.logits else None,
        )

    def run(self, steps: int) -> bool:
        """Draw up to `steps` further samples of every clip; whether any is left to draw."""
        if self._handle is None:
            return False
        status = self._run(self._handle, steps)
        if status == _NOT_FINITE:
            raise ModelError("the network's output is not finite: its weights are too large")
        return bool(status == _MORE)
