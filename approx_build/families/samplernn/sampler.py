"""Generate codes from a SampleRNN, with the same bits on every processor.

The bits of a clip depend only on weights and request: not on the kernel, the threads or the other
clips. The rule is in docs/numerics-of-kernels.md, and `reference` implements it in NumPy. The first
code of a clip, or of its prime, follows a frame of silence, code Q div 2, in every tier, and the
initial states are the learned ones, or zeros.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from approx_build.engines.autoregressive.compiled import LibraryBatch
from approx_build.engines.autoregressive.lock_step import Batch, check_requests, run_batch
from approx_build.engines.autoregressive.request import ClipRequest, Codes, Progress
from approx_build.errors import ModelError
from approx_build.families.samplernn.compiled import packed
from approx_build.families.samplernn.parameters import SampleRNNParameters
from approx_build.families.samplernn.reference import SampleRNNReference
from approx_build.kernels.compiled import Kernel, choose
from approx_build.kernels.tensors import Weights, checked_tensors

_NO_KEY = "0" * 32


def open_batch(
    weights: Weights,
    network: SampleRNNParameters,
    clips: Sequence[ClipRequest],
    threads: int = 1,
    kernel: str | None = None,
    keep_logits: bool = False,
) -> Batch:
    """Clips ready to be generated in slices. Errors as in `sample`."""
    tensors = checked_tensors(weights, network.tensor_shapes())
    check_requests(clips, network.codes)
    if threads < 1:
        raise ModelError(f"threads: {threads}; must be at least 1")
    chosen = choose(kernel)
    if chosen is Kernel.REFERENCE:
        return SampleRNNReference(tensors, network, clips, keep_logits)
    return LibraryBatch(packed(tensors, network, chosen), clips, threads, keep_logits)


def sample(
    weights: Weights,
    network: SampleRNNParameters,
    clips: Sequence[ClipRequest],
    threads: int = 1,
    kernel: str | None = None,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> list[Codes]:
    """Generate `clips`; returns their codes, each uint8 [length].

    `progress` and `cancelled` as in `run_batch`. ModelError when weights or a request are invalid,
    UsageError when `kernel` cannot run here.
    """
    batch = open_batch(weights, network, clips, threads, kernel)
    run_batch(batch, clips, progress, cancelled)
    return batch.codes


def logits(
    weights: Weights,
    network: SampleRNNParameters,
    codes: Sequence[Codes],
    threads: int = 1,
    kernel: str | None = None,
) -> list[NDArray[np.float32]]:
    """The network's logits before each sample of `codes`, teacher-forced: each [T, codes].

    Row t is computed from the codes before t; the first from silence.
    """
    clips = [ClipRequest(_NO_KEY, 0, prime=prime) for prime in codes]
    batch = open_batch(weights, network, clips, threads, kernel, keep_logits=True)
    run_batch(batch, clips)
    return batch.logits
