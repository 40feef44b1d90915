"""Where a training computes, and what of that decides its bits: the numeric environment."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import torch

from approx_build.errors import UsageError
from approx_build.families.base import Family
from approx_build.machine import Available, available_memory, peak_bytes, reset_peak, resident_bytes


def chosen_device(name: str) -> torch.device:
    """The device called `name`, cpu or cuda; UsageError when it is not there."""
    if name not in ("cpu", "cuda"):
        raise UsageError(f"unknown device {name!r}; there are: cpu, cuda")
    if name == "cuda" and not torch.cuda.is_available():
        raise UsageError("device cuda: this machine has no CUDA device that torch can use; use cpu")
    return torch.device(name)


def memory_on(device: torch.device) -> Available | None:
    """What a training of this process can take on a device, what the process holds included."""
    if device.type == "cuda":
        return Available(torch.cuda.mem_get_info(device)[0], "memory of the CUDA device")
    left = available_memory()
    # Estimates include the process itself, whose memory is no longer free.
    return left and Available(left.size + resident_bytes(), left.bound)


def reset_peak_on(device: torch.device) -> None:
    """Start to measure the memory that a training takes on a device."""
    reset_peak()
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats(device)


def peak_on(device: torch.device) -> int:
    """The most memory since then, bytes: of the CUDA device's, or of this process."""
    return torch.cuda.max_memory_allocated(device) if device.type == "cuda" else peak_bytes()


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
        if device.type == "cuda":  # elsewhere nothing changed, and asking loads torch's compiler
            torch.use_deterministic_algorithms(was)
        torch.set_num_threads(threads)


def numeric_environment(network: Family, device: str = "cpu", processes: int = 1) -> dict[str, str]:
    """Versions and processor of this machine, and what computes: device, processes, kernels.

    With the manifest it decides the bits of a training.
    """
    here = {
        "python": platform.python_version(),
        "torch": torch.__version__,
        "numpy": np.__version__,
        "machine": platform.machine(),
        "cpu": _cpu_name(),
        # The instruction set that torch uses; a variable of the environment can lower it.
        "cpu_capability": torch.backends.cpu.get_cpu_capability(),
        "device": device,
        **network.training_environment(device),
    }
    if processes > 1:
        here["processes"] = str(processes)
    if device == "cuda":
        here["device_name"] = torch.cuda.get_device_name()
        here["cuda"] = str(torch.version.cuda)
    return here


def _cpu_name() -> str:
    try:
        # platform.processor() is empty on many Linux systems.
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return platform.processor()
    names = [line.split(":", 1)[1].strip() for line in text.splitlines() if "model name" in line]
    return names[0] if names else platform.processor()
