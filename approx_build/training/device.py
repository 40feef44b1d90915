"""Where a training computes: the processor, or a CUDA device that is told to be deterministic."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import torch

from approx_build.errors import UsageError


def chosen_device(name: str) -> torch.device:
    """The device called `name`, cpu or cuda; UsageError when it is not there."""
    if name not in ("cpu", "cuda"):
        raise UsageError(f"unknown device {name!r}; there are: cpu, cuda")
    if name == "cuda" and not torch.cuda.is_available():
        raise UsageError("device cuda: this machine has no CUDA device that torch can use; use cpu")
    return torch.device(name)


@contextmanager
def deterministic_on(device: torch.device) -> Iterator[None]:
    """Within, equal work on `device` gives equal bits.

    On the CPU that means one thread of torch's own (ours do not share work); on CUDA, torch's
    deterministic algorithms and a fixed workspace for cuBLAS.
    """
    threads, was = torch.get_num_threads(), torch.are_deterministic_algorithms_enabled()
    torch.set_num_threads(1)
    if device.type == "cuda":
        os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
        torch.use_deterministic_algorithms(True)
    try:
        yield
    finally:
        torch.use_deterministic_algorithms(was)
        torch.set_num_threads(threads)
