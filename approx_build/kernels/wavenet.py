"""Draw clips from a WaveNet, with the same bits on every processor.

WaveNet (van den Oord et al., 2016, arXiv:1609.03499) as ibab/tensorflow-wavenet builds it, sampled
with queues (Paine et al., 2016, arXiv:1611.09482). The bits of a clip depend on weights, request
and nothing else: not on the kernel, the threads, the clips beside it or how often progress is
told. The rule is written in docs/numerics-of-kernels.md and stated in NumPy by `reference`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from time import perf_counter  # off the path: the length of slices changes no bit
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from approx_build.errors import ModelError
from approx_build.kernels.clip_request import ClipRequest, Codes, Progress, SamplingCancelled
from approx_build.kernels.compiled import Kernel, choose
from approx_build.kernels.wavenet_weights import Shape, WaveNetConfig, Weights, checked

__all__ = ["Batch", "ClipRequest", "SamplingCancelled", "logits", "open_batch", "sample"]

SLICE_S = 0.2
"""Seconds between two calls of `progress`, about."""

_NO_KEY = "0" * 32


class Batch(Protocol):
    """Clips being drawn; `codes` and `logits` fill up as it runs, in the order of the requests."""

    codes: list[Codes]
    logits: list[NDArray[np.float32]]

    def run(self, steps: int) -> bool:
        """Draw up to `steps` further samples of every clip; whether any is left to draw."""


def open_batch(
    weights: Weights,
    config: WaveNetConfig,
    clips: Sequence[ClipRequest],
    threads: int = 1,
    kernel: str | None = None,
    keep_logits: bool = False,
) -> Batch:
    """Clips ready to be drawn in slices. Errors as `sample`."""
    shape = Shape.of(config)
    tensors = checked(weights, shape)
    for index, clip in enumerate(clips):
        try:
            clip.check(shape.quantization_channels)
        except ModelError as error:
            raise ModelError(f"clip {index + 1}: {error.message}") from None
    if threads < 1:
        raise ModelError(f"threads: {threads}; must be at least 1")
    chosen = choose(kernel)
    if chosen is Kernel.REFERENCE:
        from approx_build.kernels.reference_wavenet import ReferenceBatch

        return ReferenceBatch(tensors, shape, clips, keep_logits)
    from approx_build.kernels.wavenet_library import LibraryBatch, packed

    return LibraryBatch(packed(tensors, shape, chosen), clips, threads, keep_logits)


def sample(
    weights: Weights,
    config: WaveNetConfig,
    clips: Sequence[ClipRequest],
    threads: int = 1,
    kernel: str | None = None,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> list[Codes]:
    """Draw `clips`; returns their codes, each uint8 [length].

    `weights` as in `wavenet_weights`. `progress(done, total)` is told samples about every 0.2 s;
    when `cancelled()` is true, SamplingCancelled is raised. ModelError when weights or a request
    are not as they should be, UsageError when `kernel` cannot run here.
    """
    batch = open_batch(weights, config, clips, threads, kernel)
    _run(batch, [clip.steps for clip in clips], progress, cancelled)
    return batch.codes


def logits(
    weights: Weights,
    config: WaveNetConfig,
    codes: Sequence[Codes],
    threads: int = 1,
    kernel: str | None = None,
) -> list[NDArray[np.float32]]:
    """What the network says before each sample of `codes`, teacher-forced: each [T, classes].

    Row t is computed from the codes before t; before the first stands silence.
    """
    clips = [ClipRequest(_NO_KEY, 0, prime=prime) for prime in codes]
    batch = open_batch(weights, config, clips, threads, kernel, keep_logits=True)
    _run(batch, [clip.steps for clip in clips], None, None)
    return batch.logits


def _run(
    batch: Batch,
    lengths: Sequence[int],
    progress: Progress | None,
    cancelled: Callable[[], bool] | None,
) -> None:
    """Run slices of about SLICE_S until all is drawn."""
    done, steps, more = 0, 16, True
    while more:
        started = perf_counter()
        more = batch.run(steps)
        done += steps
        if progress:
            progress(sum(min(done, length) for length in lengths), sum(lengths))
        if more and cancelled and cancelled():
            raise SamplingCancelled
        pace = SLICE_S / max(perf_counter() - started, 1e-6)
        steps = max(1, min(int(steps * pace), 4 * steps))
