"""Shortage: whether an error says that memory has run out, by whichever library it comes."""

from __future__ import annotations

import errno

TOLD = (
    "out of memory",
    "not enough memory",
    "can't allocate memory",
    "cannot allocate memory",
    "bad_alloc",
    "can't start new thread",
)
"""What torch, C++ and Python say then, in lower case; a thread needs memory for its stack."""


def is_shortage(error: BaseException) -> bool:
    """Whether memory, or that of a device, has run out."""
    if isinstance(error, MemoryError):
        return True
    if isinstance(error, OSError):
        return error.errno == errno.ENOMEM
    said = str(error).lower()
    return isinstance(error, RuntimeError) and any(words in said for words in TOLD)
