"""Lock-step generation: the interface of a sampler of codes, and the loop over a batch of clips.

The bits of a clip depend only on weights and request: not on the other clips, nor on how often
progress is reported.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from time import perf_counter  # off the path: the length of slices changes no bit
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from approx_build.engines.autoregressive.request import ClipRequest, Codes, SamplingCancelled
from approx_build.engines.progress import Progress
from approx_build.errors import ModelError

SLICE_S = 0.2
"""Seconds between two calls of `progress`, about."""

# Few, because the speed is not known yet.
_FIRST_STEPS = 16


class Batch(Protocol):
    """Clips being generated; `codes` and `logits` fill up as it runs, in request order."""

    codes: list[Codes]
    logits: list[NDArray[np.float32]]

    def run(self, steps: int) -> bool:
        """Generate up to `steps` further samples of every clip; returns whether any remain."""


def check_requests(clips: Sequence[ClipRequest], classes: int) -> None:
    """ModelError that names the first clip with an impossible request."""
    for number, clip in enumerate(clips, 1):
        try:
            clip.check(classes)
        except ModelError as error:
            raise ModelError(f"clip {number}: {error.message}") from None


def run_batch(
    batch: Batch,
    clips: Sequence[ClipRequest],
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> None:
    """Generate all of `clips`, in slices of about SLICE_S.

    `progress(done, total)` is called with samples after each slice; when `cancelled()` is true,
    SamplingCancelled is raised.
    """
    lengths = [clip.steps for clip in clips]
    done, steps, more = 0, _FIRST_STEPS, True
    while more:
        started = perf_counter()
        more = batch.run(steps)
        done += steps
        if progress:
            progress(sum(min(done, length) for length in lengths), sum(lengths))
        if more and cancelled and cancelled():
            raise SamplingCancelled
        pace = SLICE_S / max(perf_counter() - started, 1e-6)
        # One slice that was fast by chance must not make the next one far too long.
        steps = max(1, min(int(steps * pace), 4 * steps))
