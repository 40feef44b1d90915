"""Options that many commands share, with their defaults."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from approx_build.errors import UsageError
from approx_build.training.torch_requirement import missing_torch


@dataclass(frozen=True)
class Options:
    """Where and how to build; none of it changes a sample, but for the device."""

    store: Path | None = None
    out: Path | None = None
    jobs: int = 1
    device: str = "cpu"
    keep_going: bool = False
    quiet: bool = False
    verbose: bool = False
    processes: int = 1
    """That share each training."""
    is_chronicled: bool = True
    """Whether trainings are written into the ledger."""
    checks_files: bool = False
    """Whether every file is read that would be believed for its fingerprint or its record."""

    @classmethod
    def of(
        cls,
        store: Path | None = None,
        out: Path | None = None,
        jobs: int | None = None,
        device: str = "auto",
        keep_going: bool = False,
        quiet: bool = False,
        verbose: bool = False,
        processes: int = 1,
    ) -> Options:
        """Options as typed; UsageError when the device is not there."""
        named = os.environ.get("APPROX_STORE")
        return cls(
            store=store or (Path(named) if named else None),
            out=out,
            jobs=jobs or cores(),
            device=checked_device(device),
            keep_going=keep_going,
            quiet=quiet,
            verbose=verbose,
            processes=processes,
        )

    def store_at(self, root: Path) -> Path:
        """The store of the project at `root`."""
        return self.store or root / ".approx"

    def out_at(self, root: Path) -> Path:
        """The renders of the project at `root`."""
        return self.out or root / "renders"


def cores() -> int:
    """Cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def check_processes(processes: int, device: str, batch: int) -> None:
    """UsageError when a training cannot be shared by so many processes."""
    if processes > batch:
        raise UsageError(
            f"--processes {processes}: a batch has {batch} "
            f"window{'' if batch == 1 else 's'}, and each process needs one"
        )
    if device == "cuda" and processes > 1:
        import torch

        if processes > (there := torch.cuda.device_count()):
            raise UsageError(f"--processes {processes}: this machine has {there} CUDA devices")


def checked_device(device: str) -> str:
    """ "cpu" or "cuda"; UsageError when CUDA is asked for and is not there.

    auto is cpu: the portable kernels, with the same bits everywhere.
    """
    if device != "cuda":
        return "cpu"
    if missing := missing_torch():
        raise UsageError(f"--device cuda needs {missing}; or use --device cpu")
    import torch

    if not torch.cuda.is_available():
        raise UsageError(
            "--device cuda: this machine has no CUDA device that torch can use; use cpu"
        )
    return "cuda"
