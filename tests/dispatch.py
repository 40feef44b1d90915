"""Runs a piece of Python as if on a poorer processor, to compare its bits."""

import os
import subprocess
import sys
import warnings
from collections.abc import Mapping

from numpy._core._multiarray_umath import __cpu_dispatch__, __cpu_features__

POORER = {
    "GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX2,-FMA,-FMA4,-AVX512F",
    "APPROX_KERNEL": "baseline",
}
"""Takes vectors and fused operations from the C library's functions and from our kernels."""


def optional_features() -> list[str]:
    """The instruction sets that NumPy uses here and can be told not to use."""
    return [name for name in __cpu_dispatch__ if __cpu_features__[name]]


def output_of(code: str, without: list[str], settings: Mapping[str, str] = {}) -> str:
    """What `code` prints in a fresh process where NumPy has no use of the features `without`."""
    environment = {**os.environ, "NPY_DISABLE_CPU_FEATURES": " ".join(without), **settings}
    environment["PYTHONPATH"] = os.pathsep.join(path for path in sys.path if path)
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def assert_same_bits(code: str) -> None:
    """`code` prints the same with all of this processor's instruction sets and with the least."""
    features = optional_features()
    if not features:
        warnings.warn("this processor has no more than NumPy's baseline", stacklevel=2)
    assert output_of(code, []) == output_of(code, features, POORER)
