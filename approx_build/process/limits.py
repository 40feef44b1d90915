"""Limits: the memory that a process may use, checked before a heavy library is imported.

OpenBLAS, which NumPy contains, waits forever for memory that a limit refuses (observed
under `ulimit -v` of 235 to 255 MB). So a limit below the need of the libraries is refused at
once.
"""

from __future__ import annotations

import errno
from importlib import import_module

from approx_build.errors import ApproxError, argument
from approx_build.process.system import memory_limits

LEAST_BYTES = 512 << 20
"""The libraries, and a small piece: 450 MB were enough for it where this was measured."""

REFUSED = ("failed to map segment", "cannot allocate memory", "can't start new thread")
"""The messages of the loader and the interpreter when memory is refused."""


def check_room() -> None:
    """ApproxError when a limit leaves less memory than the libraries need.

    Under any limit, NumPy is loaded at once, while there is room for it.
    """
    found = memory_limits()
    for size, command in found:
        if size < LEAST_BYTES:
            raise ApproxError(
                f"this process may use {size >> 20} MB of memory ({command}), and needs "
                f"{LEAST_BYTES >> 20} MB or more; raise the limit, for example {command} unlimited"
            )
    if found:
        import_module("numpy")


def refusal(error: BaseException) -> str:
    """The message if `error` means that memory was refused; empty for any other error."""
    is_memory = isinstance(error, MemoryError)
    if isinstance(error, (ImportError, RuntimeError)):
        # The loader and `threading` report refused memory only in the text of general errors.
        is_memory = any(words in str(error).lower() for words in REFUSED)
    if isinstance(error, OSError):
        is_memory = error.errno == errno.ENOMEM
    if not is_memory:
        return ""
    # The limits are sorted, so the first is the smallest: the one that was probably reached.
    for size, command in memory_limits():
        return (
            f"not enough memory: this process may use {size >> 20} MB ({command}); "
            f"raise the limit, or set a smaller {argument('jobs')}"
        )
    return f"not enough memory; set a smaller {argument('jobs')}"
