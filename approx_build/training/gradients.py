"""Losses and gradients of a batch, one window to a thread.

Torch's own threads scale badly on small products and change the bits. On the CPU every window
is worked on by one Python thread with torch set to one thread, and the windows' gradients are
added in the order of the windows: the sum does not depend on the number of threads. A CUDA
device is parallel itself and gets the batch as a whole. In a turn of one player the tensors of
the others are constants.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import reduce
from itertools import repeat
from operator import add
from typing import cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from approx_build.families.base import Arrays, Example, Network, PlayersNetwork
from approx_build.families.measuring import MeasuringNetwork
from approx_build.families.players import ALONE, Turn
from approx_build.training.course import LOSS
from approx_build.training.device import chosen_device, deterministic_on
from approx_build.training.parameters import Precision

Named = dict[str, Tensor]
Losses = dict[str, float]
"""The terms of a loss by name; of a network that learns as one, a single one."""


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
        self,
        weights: Named,
        examples: Sequence[Example],
        scale: float = 1.0,
        turn: Turn = ALONE,
        moving: Collection[str] | None = None,
    ) -> tuple[Losses, Named]:
        """Sums of the terms of the loss of examples, and the gradients of their sum times `scale`.

        `turn` says whose loss, `moving` which tensors it may change; None: all.
        """
        free = weights.keys() if moving is None else set(moving)
        leaves = {
            name: weight.detach().requires_grad_(name in free) for name, weight in weights.items()
        }
        batches = self._batches(examples)
        # Taken as they come, so that about as many gradients are held as there are threads.
        results = self._pool.map(self._one, repeat(leaves), batches, repeat(scale), repeat(turn))
        losses, total = next(results)
        for one, gradients in results:
            for name, loss in one.items():
                losses[name] += loss
            for name, gradient in gradients.items():
                total[name].add_(gradient)
        return losses, total

    def loss(self, weights: Named, examples: Sequence[Example]) -> float:
        """Mean loss over examples."""
        losses = self._pool.map(self._loss, repeat(weights), self._batches(examples))
        return sum(losses) / len(examples)

    def measured(self, weights: Named, sounds: Sequence[NDArray[np.float32]]) -> Arrays:
        """What a network measures of windows [C, T]; in one thread, so that sums have one order."""
        network = cast(MeasuringNetwork, self.network)
        return self._pool.submit(network.measured, weights, sounds).result()

    def measures(self, weights: Named, examples: Sequence[Example]) -> Losses:
        """What a network with players measures of all examples together besides its loss."""
        with torch.no_grad(), self._products():
            network = cast(PlayersNetwork, self.network)
            return dict(network.measures(weights, self._there(examples)))

    def _batches(self, examples: Sequence[Example]) -> list[Named]:
        """The examples as batches of one on the CPU, as one batch elsewhere."""
        size = 1 if self.device.type == "cpu" else len(examples)
        return [self._there(examples[i : i + size]) for i in range(0, len(examples), size)]

    def _one(self, leaves: Named, batch: Named, scale: float, turn: Turn) -> tuple[Losses, Named]:
        # Compiled gradients exist only for float32 and for the one loss of a whole network.
        if self._is_plain and scale == 1.0 and turn == ALONE:
            found = self.network.gradients(leaves, batch)
            if found is not None:
                return {LOSS: found[0]}, found[1]
        count = len(next(iter(batch.values())))
        # Losses are means over a batch; the sums must not depend on how examples are batched.
        terms = {name: term * count for name, term in self._terms(leaves, batch, turn).items()}
        loss = reduce(add, terms.values())
        free = {name: leaf for name, leaf in leaves.items() if leaf.requires_grad}
        # Of a tensor that this loss does not use, autograd would give None instead of zeros.
        grads = torch.autograd.grad(loss * scale, list(free.values()), materialize_grads=True)
        named = zip(free, grads, strict=True)
        losses = {name: float(term.detach()) for name, term in terms.items()}
        return losses, {name: gradient.contiguous() for name, gradient in named}

    def _loss(self, weights: Named, batch: Named) -> float:
        with torch.no_grad(), self._products():
            return float(self.network.loss(weights, batch)) * len(next(iter(batch.values())))

    def _terms(self, weights: Named, batch: Named, turn: Turn) -> Mapping[str, Tensor]:
        with self._products():
            if turn == ALONE:
                return {LOSS: self.network.loss(weights, batch)}
            return cast(PlayersNetwork, self.network).losses(weights, batch, turn)

    def _products(self) -> AbstractContextManager[object]:
        """Within, products are computed in the precision that was declared."""
        if self._is_plain:
            return nullcontext()
        return torch.autocast(self.device.type, dtype=self._type)

    def _there(self, examples: Sequence[Example]) -> Named:
        names = examples[0].keys()
        stacked = {name: np.stack([example[name] for example in examples]) for name in names}
        return {name: torch.from_numpy(array).to(self.device) for name, array in stacked.items()}


def norm(gradients: Named) -> float:
    """The length of all gradients together."""
    # In the order of the tensors, which a saved state keeps.
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
        # In OpenMP the number of threads is a setting of the calling thread.
        ThreadPoolExecutor(workers, initializer=torch.set_num_threads, initargs=(1,)) as pool,
    ):
        yield WindowWorkers(network, pool, where, precision)
