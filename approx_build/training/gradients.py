"""Losses and gradients of a batch, one window to a thread.

Torch's own threads scale badly on small products and change the bits. On the CPU every window
is worked on by one Python thread with torch set to one thread, and the windows' gradients are
added in the order of the windows: the sum does not depend on the number of threads. A CUDA
device is parallel itself and gets the batch as a whole.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import repeat

import numpy as np
import torch
from torch import Tensor

from approx_build.families.base import Example, Network
from approx_build.training.device import chosen_device, deterministic_on
from approx_build.training.parameters import Precision

Named = dict[str, Tensor]


class WindowWorkers:
    """Threads that work on windows."""

    def __init__(
        self,
        network: Network,
        pool: ThreadPoolExecutor,
        device: torch.device,
        precision: Precision = Precision.FLOAT32,
    ) -> None:
        self.network, self._pool, self.device = network, pool, device
        self._type = getattr(torch, precision.value)
        self._is_plain = precision is Precision.FLOAT32

    def gradients(
        self, weights: Named, examples: Sequence[Example], scale: float = 1.0
    ) -> tuple[float, Named]:
        """Sum of the losses of examples, and its gradients times `scale`."""
        leaves = {name: weight.detach().requires_grad_() for name, weight in weights.items()}
        batches = self._batches(examples)
        # Taken as they come, so that about as many gradients are held as there are threads.
        results = self._pool.map(self._one, repeat(leaves), batches, repeat(scale))
        loss, total = next(results)
        for one, gradients in results:
            loss += one
            for name, gradient in gradients.items():
                total[name].add_(gradient)
        return loss, total

    def loss(self, weights: Named, examples: Sequence[Example]) -> float:
        """Mean loss over examples."""
        losses = self._pool.map(self._loss, repeat(weights), self._batches(examples))
        return sum(losses) / len(examples)

    def _batches(self, examples: Sequence[Example]) -> list[Named]:
        """The examples as batches of one on the CPU, as one batch elsewhere."""
        size = 1 if self.device.type == "cpu" else len(examples)
        return [self._there(examples[i : i + size]) for i in range(0, len(examples), size)]

    def _one(self, leaves: Named, batch: Named, scale: float) -> tuple[float, Named]:
        if self._is_plain and scale == 1.0:
            found = self.network.gradients(leaves, batch)
            if found is not None:
                return found
        count = len(next(iter(batch.values())))
        loss = self._of(leaves, batch) * count
        grads = torch.autograd.grad(loss * scale, list(leaves.values()), materialize_grads=True)
        named = zip(leaves, grads, strict=True)
        return float(loss.detach()), {name: gradient.contiguous() for name, gradient in named}

    def _loss(self, weights: Named, batch: Named) -> float:
        with torch.no_grad():
            return float(self._of(weights, batch)) * len(next(iter(batch.values())))

    def _of(self, weights: Named, batch: Named) -> Tensor:
        if self._is_plain:
            return self.network.loss(weights, batch)
        with torch.autocast(self.device.type, dtype=self._type):
            return self.network.loss(weights, batch)

    def _there(self, examples: Sequence[Example]) -> Named:
        names = examples[0].keys()
        stacked = {name: np.stack([example[name] for example in examples]) for name in names}
        return {name: torch.from_numpy(array).to(self.device) for name, array in stacked.items()}


def norm(gradients: Named) -> float:
    """The length of all gradients together."""
    return math.sqrt(sum(float(gradient.square().sum()) for gradient in gradients.values()))


@contextmanager
def window_workers(
    network: Network,
    threads: int = 1,
    device: str = "cpu",
    precision: Precision = Precision.FLOAT32,
) -> Iterator[WindowWorkers]:
    """`threads` workers on a device; on CUDA one serves, the device itself works in parallel."""
    where = chosen_device(device)
    workers = threads if where.type == "cpu" else 1
    with (
        deterministic_on(where),
        ThreadPoolExecutor(workers, initializer=torch.set_num_threads, initargs=(1,)) as pool,
    ):
        yield WindowWorkers(network, pool, where, precision)
