from __future__ import annotations

import errno

import pytest
import torch

from approx_build.machine import is_shortage


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        OSError(errno.ENOMEM, "Cannot allocate memory"),
        RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried to"),
        RuntimeError("std::bad_alloc"),
        RuntimeError("can't start new thread"),
        torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB"),
    ],
)
def test_a_shortage_is_known_by_any_name(error: Exception) -> None:
    assert is_shortage(error)


def test_what_torch_really_raises_is_known() -> None:
    with pytest.raises(RuntimeError) as raised:
        torch.empty(1 << 60, dtype=torch.uint8)
    assert is_shortage(raised.value)


@pytest.mark.parametrize(
    "error", [RuntimeError("sizes differ"), OSError(errno.ENOSPC, "full"), ValueError("no memory")]
)
def test_other_errors_are_none(error: Exception) -> None:
    assert not is_shortage(error)
