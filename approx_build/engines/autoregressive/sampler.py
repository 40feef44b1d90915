"""Samplers of codes: generate clips from a network, with the same bits on every processor.

The bits of a clip depend only on weights and request: not on the kernel, the threads or the other
clips. The rule is in docs/numerics-of-kernels.md; the reference of each family implements it in
NumPy. Clips in lock step are known as queue-based sampling (Paine et al., 2016, arXiv:1611.09482).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from approx_build.engines.autoregressive.compiled import LibraryBatch, PackedNetwork
from approx_build.engines.autoregressive.lock_step import Batch, check_requests, run_batch
from approx_build.engines.autoregressive.request import ClipRequest, Codes
from approx_build.engines.progress import Progress
from approx_build.errors import ModelError
from approx_build.kernels.compiled import Kernel, choose
from approx_build.kernels.tensors import Floats, Weights, checked_tensors

_NO_KEY = "0" * 32


class CodeNetwork(Protocol):
    """The parameters of a network that predicts the next code from those before it."""

    @property
    def classes(self) -> int:
        """Number of codes."""

    def tensor_shapes(self) -> dict[str, tuple[int, ...]]:
        """The tensors of a checkpoint: name -> shape."""


N = TypeVar("N", bound=CodeNetwork)


@dataclass(frozen=True)
class CodeSampler(Generic[N]):
    """Generates codes from the networks of one family.

    `reference` and `pack` receive the tensors and the parameters of a network.
    """

    reference: Callable[[Mapping[str, Floats], N, Sequence[ClipRequest], bool], Batch]
    """Opens a batch of the NumPy reference; the last argument is `keep_logits`."""
    pack: Callable[[Mapping[str, Floats], N, Kernel], PackedNetwork]
    """Packs the weights for a compiled kernel."""

    def open_batch(
        self,
        weights: Weights,
        network: N,
        clips: Sequence[ClipRequest],
        threads: int = 1,
        kernel: str | None = None,
        keep_logits: bool = False,
    ) -> Batch:
        """Clips ready to be generated in slices. Errors as in `sample`."""
        tensors = checked_tensors(weights, network.tensor_shapes())
        check_requests(clips, network.classes)
        if threads < 1:
            raise ModelError(f"threads: {threads}; must be at least 1")
        chosen = choose(kernel)
        if chosen is Kernel.REFERENCE:
            return self.reference(tensors, network, clips, keep_logits)
        return LibraryBatch(self.pack(tensors, network, chosen), clips, threads, keep_logits)

    def sample(
        self,
        weights: Weights,
        network: N,
        clips: Sequence[ClipRequest],
        progress: Progress | None = None,
        cancelled: Callable[[], bool] | None = None,
        **options: Any,
    ) -> list[Codes]:
        """Generate `clips`; returns their codes, each uint8 [length].

        `progress` and `cancelled` as in `run_batch`, `options` (threads, kernel) as in
        `open_batch`. ModelError when weights or a request are invalid, UsageError when the kernel
        cannot run here.
        """
        batch = self.open_batch(weights, network, clips, **options)
        run_batch(batch, clips, progress, cancelled)
        return batch.codes

    def logits(
        self, weights: Weights, network: N, codes: Sequence[Codes], **options: Any
    ) -> list[NDArray[np.float32]]:
        """The network's logits before each sample of `codes`, teacher-forced: each [T, classes].

        Row t is computed from the codes before t; the first from silence.
        """
        # Nothing is sampled, so the key has no effect.
        clips = [ClipRequest(_NO_KEY, 0, prime=prime) for prime in codes]
        batch = self.open_batch(weights, network, clips, **options, keep_logits=True)
        run_batch(batch, clips)
        return batch.logits
