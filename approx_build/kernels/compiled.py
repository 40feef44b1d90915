"""Find, choose and load the compiled kernels.

A shared library contains the C sources of this package and of the families, compiled once per
instruction set. For inference, every kernel and the NumPy reference give the same bits, so the
choice does not affect samples. `APPROX_KERNEL` forces a choice; without a library (no C compiler at
installation) the reference is used.
"""

from __future__ import annotations

import ctypes
import os
from enum import StrEnum
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TypedDict

from approx_build.errors import UsageError

PACKAGE = Path(__file__).parent.parent
VARIABLE = "APPROX_KERNEL"
BUILD = "cmake -S . -B build && cmake --build build"
_SUFFIXES = (".so", ".dylib", ".dll")
_SLOW = "the NumPy reference serves instead: the same samples, some hundred times slower"


class Library(StrEnum):
    """The shared libraries of kernels."""

    INFERENCE = "approx_kernels"
    """Generation; fuses multiply-adds only where the rule does, so all kernels give equal bits."""
    TRAINING = "approx_training"
    """Losses and gradients; the compiler fuses multiply-adds as it likes, if the processor can."""


class Kernel(StrEnum):
    """The instruction sets of the kernels; for inference all give the same bits."""

    AVX512 = "avx512"
    """x86-64-v4, 16 floats at once."""
    AVX2 = "avx2"
    """x86-64-v3, 8 floats at once."""
    BASELINE = "baseline"
    """The baseline of the architecture: NEON, or SSE2, which cannot fuse and is slow."""
    REFERENCE = "reference"
    """NumPy; needs no compiler."""


_CPU_FEATURE = {Kernel.BASELINE: 0, Kernel.AVX2: 1, Kernel.AVX512: 2}
"""Bits of `kernel_cpu_features` (csrc/core/cpu.c) that a kernel needs."""

_PRODUCT_TIME = {Kernel.AVX512: 1.0, Kernel.AVX2: 2.0, Kernel.BASELINE: 4.0}
"""Time of a product with fused multiply-add instructions, by the number of floats at once."""
_SOFT_PRODUCT_TIME = 36.0
"""The same for a baseline that emulates them in float64 (measured: 35 and 37)."""
_REFERENCE_PRODUCT_TIME = 220.0
"""The same in NumPy (measured: 200 to 230; 700 for a single clip)."""

_HALVES_WIDE = 4
"""The feature bit of a processor that splits AVX-512's vectors into halves."""


class Description(TypedDict):
    """The chosen kernel and the reason, for reports and error messages."""

    kernel: str
    available: list[str]
    library: str | None
    note: str


def built_path(which: Library = Library.INFERENCE) -> Path | None:
    """The compiled library beside this file, or None."""
    folder = Path(__file__).parent
    candidates = (folder / f"lib{which}{suffix}" for suffix in _SUFFIXES)
    return next((path for path in candidates if path.exists()), None)


def sources(which: Library, package: Path = PACKAGE) -> list[Path]:
    """The C sources and all headers of a library, by path, following the rule of CMakeLists.txt."""
    folders = (*package.glob("kernels/csrc/*/"), *package.glob("families/*/csrc/"))
    files = [path for folder in folders for path in folder.glob("*.[ch]")]
    # As text, because CMake sorts text; paths would be sorted by their parts.
    return sorted((path for path in files if _is_of(path, which)), key=Path.as_posix)


def _is_of(path: Path, which: Library) -> bool:
    if path.suffix == ".h" or path.parent.name == "core":
        return True
    return path.name.startswith("training") == (which is Library.TRAINING)


def _sources_digest(which: Library) -> str:
    """The digest of a library's sources, computed as in CMakeLists.txt."""
    digests = "".join(sha256(path.read_bytes()).hexdigest() for path in sources(which))
    return sha256(digests.encode()).hexdigest()


def library_digest(which: Library) -> str:
    """SHA-256 of the compiled library itself; UsageError when there is none."""
    path = built_path(which)
    if path is None:
        raise UsageError(_load(which)[1])
    return sha256(path.read_bytes()).hexdigest()


@cache
def _load(which: Library = Library.INFERENCE) -> tuple[ctypes.CDLL | None, str]:
    """The library, or None and the reason; UsageError when it is stale."""
    path = built_path(which)
    if path is None:
        return None, f"the kernels were not compiled at installation (no C compiler?); {_SLOW}"
    try:
        library = ctypes.CDLL(str(path))
        library.kernel_sources_digest.restype = ctypes.c_char_p
        digest = library.kernel_sources_digest().decode()
    except (OSError, AttributeError) as error:
        return None, f"{path}: cannot be loaded ({error}); {_SLOW}"
    # A library of older sources could give other bits, and nobody would notice.
    if digest != _sources_digest(which):
        raise UsageError(f"{path}: built from other sources; build it again: {BUILD}")
    return library, ""


def is_available(which: Library) -> bool:
    """Whether the library was compiled and can be loaded; UsageError when it is stale."""
    return _load(which)[0] is not None


@cache
def available() -> tuple[Kernel, ...]:
    """The kernels that this library contains and this processor can run, the fastest first."""
    library, _ = _load()
    if library is None:
        return (Kernel.REFERENCE,)
    features = int(library.kernel_cpu_features())
    runnable = [
        kernel
        for kernel, needed in sorted(_CPU_FEATURE.items(), key=lambda item: -item[1])
        # A library contains only the instruction sets that its compiler supports.
        if features & needed == needed and hasattr(library, f"measure_peak_{kernel}")
    ]
    return (*runnable, Kernel.REFERENCE)


def choose(name: str | None = None, many_rows: bool = False) -> Kernel:
    """The kernel `name`, else that of APPROX_KERNEL, else the fastest; UsageError if it cannot run.

    `many_rows`: the fastest for products of many rows, such as convolutions of a window.
    """
    source = f"{VARIABLE}=" if name is None else "kernel "
    name = name or os.environ.get(VARIABLE) or (_best_for_rows() if many_rows else available()[0])
    known = [str(kernel) for kernel in Kernel]
    if name not in known:
        raise UsageError(f"{source}{name}: no such kernel; there are: {', '.join(known)}")
    kernel = Kernel(name)
    if kernel is not Kernel.REFERENCE and kernel not in available():
        usable, reason = ", ".join(available()), _load()[1]
        because = f" ({reason})" if reason else ""
        raise UsageError(f"{source}{name}: cannot run here{because}; there are: {usable}")
    return kernel


@cache
def _best_for_rows() -> Kernel:
    library, _ = _load()
    if library and Kernel.AVX2 in available() and library.kernel_cpu_features() & _HALVES_WIDE:
        return Kernel.AVX2
    return available()[0]


def product_time(kernel: Kernel) -> float:
    """The time of the kernel for a product of many rows, relative to AVX-512."""
    if kernel is Kernel.REFERENCE:
        return _REFERENCE_PRODUCT_TIME
    has_instruction = bool(function("fused_is_instruction", kernel)())
    return _PRODUCT_TIME[kernel] if has_instruction else _SOFT_PRODUCT_TIME


def function(
    name: str, kernel: Kernel, which: Library = Library.INFERENCE
) -> ctypes._NamedFuncPointer:
    """The function `name`, compiled for `kernel`."""
    library, reason = _load(which)
    if library is None or kernel is Kernel.REFERENCE:
        raise UsageError(reason or "the reference kernel has no compiled functions")
    return library[f"{name}_{kernel}"]


def describe() -> Description:
    """The chosen kernel, the available ones, the library, and a warning if needed."""
    path = built_path()
    return {
        "kernel": str(choose()),
        "available": [str(kernel) for kernel in available()],
        "library": str(path) if path else None,
        "note": _load()[1],
    }
