"""Losses and gradients of a batch, one window to a thread.

Torch's own threads scale badly on small products and change the bits. Here every window is
worked on by one Python thread with torch set to one thread, and the windows' gradients are
added in the order of the windows: the sum does not depend on the number of threads.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import repeat

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from approx_build.families.base import Network, OwnGradients
from approx_build.training.device import chosen_device, deterministic_on

Codes = NDArray[np.int64]
Named = dict[str, Tensor]


class WindowWorkers:
    """Threads that work on windows."""

    def __init__(self, network: Network, pool: ThreadPoolExecutor, device: torch.device) -> None:
        self.network, self._pool, self.device = network, pool, device

    def gradients(self, weights: Named, codes: Codes, given: Codes) -> tuple[float, Named]:
        """Mean loss and its gradients over windows `codes` [B, T], heard as `given` [B, T]."""
        leaves = {name: weight.detach().requires_grad_() for name, weight in weights.items()}
        results = list(self._pool.map(self._one, repeat(leaves), codes, given))
        total = results[0][1]
        for _, gradients in results[1:]:
            for name, gradient in gradients.items():
                total[name].add_(gradient)
        for gradient in total.values():
            gradient.div_(len(results))
        return sum(loss for loss, _ in results) / len(results), total

    def loss(self, weights: Named, codes: Codes) -> float:
        """Mean loss over windows [B, T], heard as they are."""
        return sum(self._pool.map(lambda one: self._loss(weights, one), codes)) / len(codes)

    def _one(self, leaves: Named, codes: Codes, given: Codes) -> tuple[float, Named]:
        window, past = self._there(codes), self._there(given)
        if isinstance(self.network, OwnGradients):
            own = self.network.gradients(leaves, window, past)
            if own is not None:
                return own
        loss = self.network.loss(leaves, window, past)
        found = torch.autograd.grad(loss, list(leaves.values()), materialize_grads=True)
        return float(loss.detach()), {n: g.contiguous() for n, g in zip(leaves, found, strict=True)}

    def _loss(self, weights: Named, codes: Codes) -> float:
        with torch.no_grad():
            window = self._there(codes)
            return float(self.network.loss(weights, window, window))

    def _there(self, codes: Codes) -> Tensor:
        return torch.from_numpy(codes).to(self.device)


@contextmanager
def window_workers(
    network: Network, threads: int = 1, device: str = "cpu"
) -> Iterator[WindowWorkers]:
    """`threads` workers on a device; on CUDA one serves, the device itself works in parallel."""
    where = chosen_device(device)
    workers = threads if where.type == "cpu" else 1
    with (
        deterministic_on(where),
        ThreadPoolExecutor(workers, initializer=torch.set_num_threads, initargs=(1,)) as pool,
    ):
        yield WindowWorkers(network, pool, where)
