"""The numeric environment: what besides the manifest decides the bits of a training."""

from __future__ import annotations

import platform
from pathlib import Path

from approx_build.families.base import Family


def numeric_environment(network: Family, device: str = "cpu", processes: int = 1) -> dict[str, str]:
    """Versions and processor of this machine, and what computes: device, processes, kernels.

    Imports torch.
    """
    import numpy as np
    import torch

    here = {
        "python": platform.python_version(),
        "torch": torch.__version__,
        "numpy": np.__version__,
        "machine": platform.machine(),
        "cpu": _cpu_name(),
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
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return platform.processor()
    names = [line.split(":", 1)[1].strip() for line in text.splitlines() if "model name" in line]
    return names[0] if names else platform.processor()
