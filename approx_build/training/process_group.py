"""Sharing: one training by several processes, each working on its part of every batch.

Every process holds the same weights and makes the same step; only gradients are exchanged,
summed by torch.distributed (gloo between processors, NCCL between CUDA devices). Rank 0 alone
writes. The sum is in another order than that of one process, so the bits are those of the
number of processes, which the numeric environment records.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from approx_build.errors import ModelError


@dataclass(frozen=True)
class Share:
    """This process among all that train together; alone by default."""

    rank: int = 0
    size: int = 1

    @property
    def writes(self) -> bool:
        """Whether this process writes files and reports progress."""
        return self.rank == 0

    def barrier(self) -> None:
        """Wait until all processes are here."""
        if self.size > 1:
            from torch import distributed

            distributed.barrier()

    def summed(
        self, losses: Mapping[str, float], gradients: Mapping[str, Tensor], stop: int
    ) -> tuple[dict[str, float], int]:
        """The losses of all processes, and the largest `stop`; gradients are summed in place."""
        if self.size == 1:
            return dict(losses), stop
        from torch import distributed

        device, count = next(iter(gradients.values())).device, len(losses)
        # One exchange: losses are summed, and each process has a place for its own wish.
        shared = torch.zeros(count + self.size, dtype=torch.float64, device=device)
        shared[:count] = torch.tensor(list(losses.values()), dtype=torch.float64)
        shared[count + self.rank] = stop
        distributed.all_reduce(shared)
        # One exchange for all tensors, because each has to wait for the slowest process.
        flat = torch.cat([gradient.flatten() for gradient in gradients.values()])
        distributed.all_reduce(flat)
        place = 0
        for gradient in gradients.values():
            gradient.copy_(flat[place : place + gradient.numel()].view_as(gradient))
            place += gradient.numel()
        summed = zip(losses, shared[:count].tolist(), strict=True)
        # The largest wish counts, so that all processes stop after the same step.
        return dict(summed), int(shared[count:].max())


ALONE = Share()


@contextmanager
def joined(meeting: Path, rank: int, size: int, device: str) -> Iterator[Share]:
    """Join `size` processes, which find each other at the file `meeting`."""
    from torch import distributed

    if device == "cuda":
        torch.cuda.set_device(rank % torch.cuda.device_count())
    distributed.init_process_group(
        "nccl" if device == "cuda" else "gloo",
        # A file, so that no port must be agreed on.
        init_method=meeting.absolute().as_uri(),
        rank=rank,
        world_size=size,
    )
    try:
        yield Share(rank, size)
    finally:
        distributed.destroy_process_group()


def check_share(batch: int, processes: int) -> None:
    """ModelError when a batch has fewer windows than there are processes."""
    if batch < processes:
        raise ModelError(
            f"a batch of {batch} is too small for {processes} processes, which need a window each; "
            f"make `batch` {processes} or more, or use fewer processes"
        )
