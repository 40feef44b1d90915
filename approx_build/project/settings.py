"""Settings that the verbs share. Only here are the clock and the environment's variables read."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

from approx_build.errors import UsageError, argument
from approx_build.training.torch_requirement import missing_torch

STORE_VARIABLE, CONFIG_VARIABLE = "APPROX_STORE", "APPROX_CONFIG"
CUDA = argument("device", "cuda")


def today() -> date:
    """The day by which consents are judged."""
    return date.today()


def now() -> datetime:
    """The moment it is."""
    return datetime.now(UTC)


def cores() -> int:
    """Cores this process may use."""
    # A container or `taskset` may give fewer cores than the machine has.
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def config_file() -> Path:
    """The user's own configuration, which no project can change."""
    if named := os.environ.get(CONFIG_VARIABLE):
        return Path(named)
    import platformdirs

    return platformdirs.user_config_path("approx-build") / "config.yaml"


@dataclass(frozen=True)
class Settings:
    """Where, when and how to work; none of it changes a sample, but for the device."""

    store: Path | None = None
    """The folder of the store; by default `.approx` in the project."""
    out: Path | None = None
    """The folder for results; by default `renders` in the project."""
    jobs: int = 1
    """Processes at once."""
    device: str = "cpu"
    keep_going: bool = False
    """Whether a build continues with actions that do not depend on a failed one."""
    processes: int = 1
    """Processes that share each training."""
    is_chronicled: bool = True
    """Whether trainings are written into the ledger."""
    checks_files: bool = False
    """Whether every file is read that would be believed for its fingerprint or its record."""
    today: date = field(default_factory=today)
    """The day by which consents are judged."""

    @classmethod
    def of(
        cls,
        store: Path | None = None,
        out: Path | None = None,
        jobs: int | None = None,
        device: str = "auto",
        keep_going: bool = False,
        processes: int = 1,
        checks_files: bool = False,
    ) -> Settings:
        """Settings as a person gives them: all cores, and the store that APPROX_STORE names.

        UsageError when the device is not there.
        """
        named = os.environ.get(STORE_VARIABLE)
        return cls(
            store=store or (Path(named) if named else None),
            out=out,
            jobs=jobs or cores(),
            device=checked_device(device),
            keep_going=keep_going,
            processes=processes,
            checks_files=checks_files,
        )

    def store_at(self, root: Path) -> Path:
        """The store of the project at `root`."""
        return self.store or root / ".approx"

    def out_at(self, root: Path) -> Path:
        """The renders of the project at `root`."""
        return self.out or root / "renders"


def check_processes(processes: int, device: str, batch: int) -> None:
    """UsageError when a training cannot be shared by so many processes."""
    if processes > batch:
        raise UsageError(
            f"{argument('processes', processes)}: a batch has {batch} "
            f"window{'' if batch == 1 else 's'}, and each process needs one"
        )
    if device == "cuda" and processes > 1:
        import torch

        if processes > (there := torch.cuda.device_count()):
            asked = argument("processes", processes)
            raise UsageError(f"{asked}: this machine has {there} CUDA devices")


def checked_device(device: str) -> str:
    """ "cpu" or "cuda"; UsageError when CUDA is asked for and is not there.

    auto is cpu: the portable kernels, with the same bits everywhere.
    """
    if device != "cuda":
        return "cpu"
    if missing := missing_torch():
        raise UsageError(f"{CUDA} needs {missing}; or use {argument('device', 'cpu')}")
    import torch

    if not torch.cuda.is_available():
        raise UsageError(f"{CUDA}: this machine has no CUDA device that torch can use; use cpu")
    return "cuda"
