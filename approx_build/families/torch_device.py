"""Torch on a device, for takes of every family: the device, exact products, the environment.

Takes that torch generates have other bits than those of the kernels, so `environment` is part of
their keys. This code has not yet been run on a GPU.

Off the path of a sample: takes on a GPU have an environment of their own.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import torch

from approx_build.errors import ModelError


def environment(device: str = "cuda") -> dict[str, str]:
    """Everything besides the manifest that affects the bits of a take generated on `device`."""
    where = place(device)
    # Within `exact`, because takes are generated with these settings.
    with exact():
        return {
            "torch": str(torch.__version__),
            "cuda": str(torch.version.cuda),
            "cudnn": str(torch.backends.cudnn.version()),  # type: ignore[no-untyped-call]
            "device": _device_name(where),
            "tf32": "on" if torch.backends.cuda.matmul.allow_tf32 else "off",
            "matmul_precision": torch.get_float32_matmul_precision(),
            "deterministic": "on" if torch.are_deterministic_algorithms_enabled() else "off",
            "cublas_workspace": os.environ["CUBLAS_WORKSPACE_CONFIG"],
        }


def place(device: str) -> torch.device:
    """The device with this name; ModelError when there is none."""
    try:
        where = torch.device(device)
    except RuntimeError:
        raise ModelError(f"device {device!r}: unknown; must be cuda, cuda:N or cpu") from None
    if where.type not in ("cuda", "cpu"):
        raise ModelError(f"device {device!r}: cannot generate takes; must be cuda, cuda:N or cpu")
    if where.type == "cuda" and (where.index or 0) >= torch.cuda.device_count():
        raise ModelError(f"device {device!r}: torch finds no such CUDA device; use the CPU")
    return where


@contextmanager
def exact() -> Iterator[None]:
    """Within, float32 products have full precision and algorithms are deterministic."""
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # torch requires it
    precision, tf32 = torch.get_float32_matmul_precision(), torch.backends.cudnn.allow_tf32
    torch.set_float32_matmul_precision("highest")
    torch.backends.cudnn.allow_tf32 = False  # convolutions have a separate switch
    try:
        with deterministic("error"):
            yield
    finally:
        torch.set_float32_matmul_precision(precision)
        torch.backends.cudnn.allow_tf32 = tf32


@contextmanager
def deterministic(mode: str) -> Iterator[None]:
    """Within, torch's mode with that name ("default", "warn", "error")."""
    before = torch.get_deterministic_debug_mode()
    torch.set_deterministic_debug_mode(mode)
    try:
        yield
    finally:
        torch.set_deterministic_debug_mode(before)


def _device_name(where: torch.device) -> str:
    if where.type == "cuda":
        return torch.cuda.get_device_name(where)
    return f"cpu {torch.backends.cpu.get_cpu_capability()}"
