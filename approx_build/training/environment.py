"""The numeric environment: what besides the manifest decides the bits of a training."""

from __future__ import annotations

import platform
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path


def numeric_environment(device: str = "cpu", processes: int = 1) -> dict[str, str]:
    """Versions and processor of this machine, and what computes: device and processes.

    Imports torch.
    """
    import numpy as np
    import torch

    from approx_build.kernels import wavenet_training
    from approx_build.kernels.compiled import Library, built_path

    here = {
        "python": platform.python_version(),
        "torch": torch.__version__,
        "numpy": np.__version__,
        "soxr": version("soxr"),
        "machine": platform.machine(),
        "cpu": _cpu_name(),
        "cpu_capability": torch.backends.cpu.get_cpu_capability(),
        "device": device,
        "training_kernel": (wavenet_training.describe() if device == "cpu" else None) or "torch",
    }
    compiled = built_path(Library.TRAINING)
    if compiled is not None and here["training_kernel"] != "torch":
        # What a compiler fuses is its own choice, so the very library counts.
        here["training_library"] = sha256(compiled.read_bytes()).hexdigest()[:16]
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
