"""What tests of several families share."""

from __future__ import annotations

import ctypes
import platform
import sys
from collections.abc import Callable, Iterator

import numpy as np
import pytest

FLUSH = 0x8040  # flush-to-zero and denormals-are-zero of MXCSR
MXCSR = 7  # its place in glibc's fenv_t on x86-64, in 32-bit words

Environment = ctypes.c_uint32 * 8


def flushes() -> bool:
    """Whether this thread makes subnormal products zero."""
    return bool((np.array([1e-38], np.float32) * np.float32(0.01))[0] == 0)


@pytest.fixture
def flush_to_zero() -> Iterator[Callable[[], bool]]:
    """Subnormal numbers count as zero in this thread, as other libraries leave it; tells if so."""
    if not (sys.platform == "linux" and platform.machine() == "x86_64"):
        pytest.skip("sets MXCSR through glibc on x86-64")
    libm = ctypes.CDLL("libm.so.6")
    found, changed = Environment(), Environment()
    libm.fegetenv(found)
    libm.fegetenv(changed)
    changed[MXCSR] |= FLUSH
    libm.fesetenv(changed)
    yield flushes
    libm.fesetenv(found)
