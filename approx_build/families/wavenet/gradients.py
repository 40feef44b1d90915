"""Losses and gradients of a WaveNet over one window, compiled.

The same loss as in `network`, in float32 with fused multiply-add. It equals that in float64 within
rounding, and equal inputs give equal bits on one kernel, whatever other threads do. Inputs that a
ReLU set to zero are left out of the products. The calling thread does the work of one window, and
ctypes releases the GIL for other threads.

Off the path of a sample: it trains, and weights are those of one numeric environment.
"""

from __future__ import annotations

import threading
import weakref
from ctypes import POINTER, byref, c_double, c_int32, c_int64, c_void_p
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from approx_build.errors import ModelError
from approx_build.families.wavenet.compiled import (
    GradientsStructure,
    ShapeStructure,
    WeightsStructure,
)
from approx_build.families.wavenet.parameters import WaveNetParameters
from approx_build.kernels.compiled import (
    Kernel,
    Library,
    choose,
    function,
    is_available,
    library_digest,
)
from approx_build.kernels.tensors import Floats, Weights, fitting_tensors

Codes = NDArray[np.int64]
MOST_SAMPLES = 1 << 24
"""Samples in one window."""

# Several threads process windows at the same time.
_own = threading.local()


def describe() -> str | None:
    """The kernel that computes losses and gradients here; None if there is none."""
    kernel = choose()
    if kernel is Kernel.REFERENCE or not is_available(Library.TRAINING):
        return None
    return str(kernel)


def environment(device: str) -> dict[str, str]:
    """The parts of this code that affect the bits of a training on `device`."""
    kernel = describe() if device == "cpu" else None
    if kernel is None:
        return {"training_kernel": "torch"}
    # Each compiler chooses what it fuses, so the digest of the library counts.
    digest = library_digest(Library.TRAINING)[:16]
    return {"training_kernel": kernel, "training_library": digest}


def workspace_bytes(network: WaveNetParameters, length: int, kernel: str | None = None) -> int:
    """Memory of one call for a window of `length` samples, besides weights and gradients."""
    count = _functions(choose(kernel))["wavenet_window_bytes"]
    return int(count(byref(ShapeStructure.of(network)), _checked_length(length)))


def loss(
    network: WaveNetParameters,
    weights: Weights,
    codes: Codes,
    given: Codes,
    kernel: str | None = None,
) -> float:
    """Mean cross-entropy, nats, of `codes` [T] if the past consists of `given` [T].

    ModelError when tensors or codes are invalid; UsageError when `kernel` cannot run here. If
    weights overflow, the loss is not a number.
    """
    tensors = fitting_tensors(weights, network.tensor_shapes())
    return _run(network, tensors, codes, given, choose(kernel), None)


def loss_and_gradients(
    network: WaveNetParameters,
    weights: Weights,
    codes: Codes,
    given: Codes,
    kernel: str | None = None,
) -> tuple[float, dict[str, Floats]]:
    """`loss`, and its gradients by all tensors."""
    tensors = fitting_tensors(weights, network.tensor_shapes())
    gradients = {name: np.empty_like(tensor) for name, tensor in tensors.items()}
    return _run(network, tensors, codes, given, choose(kernel), gradients), gradients


def _run(
    network: WaveNetParameters,
    tensors: dict[str, Floats],
    codes: Codes,
    given: Codes,
    kernel: Kernel,
    gradients: dict[str, Floats] | None,
) -> float:
    codes, given = (_checked_codes(one, network) for one in (codes, given))
    if len(codes) != len(given):
        raise ModelError(f"given: {len(given)} codes; must be {len(codes)}, as those to predict")
    return float(
        _functions(kernel)["wavenet_window_loss"](
            _window(network, len(codes), kernel).handle,
            byref(WeightsStructure.of(tensors, network)),
            codes.ctypes.data,
            given.ctypes.data,
            None if gradients is None else byref(GradientsStructure.of(gradients)),
        )
    )


def _checked_codes(codes: Codes, network: WaveNetParameters) -> Codes:
    codes = np.ascontiguousarray(codes, np.int64)
    if codes.ndim != 1 or not len(codes):
        raise ModelError(f"codes: shape {list(codes.shape)}; must be [samples], at least one")
    if codes.min() < 0 or codes.max() >= network.quantization_channels:
        last = network.quantization_channels - 1
        raise ModelError(f"codes: {codes.min()} to {codes.max()}; must be 0 to {last}")
    return codes


def _checked_length(length: int) -> int:
    if not 1 <= length <= MOST_SAMPLES:
        raise ModelError(f"a window of {length} samples; must be 1 to {MOST_SAMPLES}")
    return length


@cache
def _functions(kernel: Kernel) -> dict[str, Any]:
    """The functions for one instruction set, typed."""
    shape = POINTER(ShapeStructure)
    window = [c_void_p, POINTER(WeightsStructure), c_void_p, c_void_p, POINTER(GradientsStructure)]
    signatures: dict[str, tuple[Any, list[Any]]] = {
        "wavenet_window_bytes": (c_int64, [shape, c_int32]),
        "wavenet_window_new": (c_void_p, [shape, c_int32]),
        "wavenet_window_free": (None, [c_void_p]),
        "wavenet_window_loss": (c_double, window),
    }
    functions = {name: function(name, kernel, Library.TRAINING) for name in signatures}
    for name, (result, arguments) in signatures.items():
        functions[name].restype, functions[name].argtypes = result, arguments
    return functions


class Window:
    """Memory of one call, reused by the next one."""

    def __init__(self, network: WaveNetParameters, length: int, kernel: Kernel) -> None:
        functions = _functions(kernel)
        structure = ShapeStructure.of(network)
        self.handle = functions["wavenet_window_new"](byref(structure), _checked_length(length))
        if not self.handle:
            raise MemoryError(f"no memory left for a window of {length} samples")
        weakref.finalize(self, functions["wavenet_window_free"], self.handle)


def _window(network: WaveNetParameters, length: int, kernel: Kernel) -> Window:
    """This thread's memory: that of its last call if it fits, whose pages are mapped."""
    key = (network, length, kernel)
    if getattr(_own, "key", None) != key:
        # Freed first, because memory may not be enough for both.
        _own.key = _own.window = None
        _own.window = Window(network, length, kernel)
        _own.key = key
    window: Window = _own.window
    return window
