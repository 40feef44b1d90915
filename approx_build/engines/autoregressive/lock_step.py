"""Clips drawn in lock step: what a sampler of codes offers, and how a batch of clips is run.

The bits of a clip depend on weights and request alone: not on the clips beside it, nor on how
often the caller is told of progress.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from time import perf_counter  # off the path: the length of slices changes no bit
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from approx_build.engines.autoregressive.request import (
    ClipRequest,
    Codes,
    Progress,
    SamplingCancelled,
)
from approx_build.errors import ModelError

SLICE_S = 0.2
"""Seconds between two calls of `progress`, about."""

_FIRST_STEPS = 16


class Batch(Protocol):
    """Clips being drawn; `codes` and `logits` fill up as it runs, in the order of the requests."""

    codes: list[Codes]
    logits: list[NDArray[np.float32]]

    def run(self, steps: int) -> bool:
        """Draw up to `steps` further samples of every clip; whether any is left to draw."""


def check_requests(clips: Sequence[ClipRequest], classes: int) -> None:
    """ModelError that names the first clip of which something cannot be."""
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
    """Draw all of `clips`, in slices of about SLICE_S.

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
        steps = max(1, min(int(steps * pace), 4 * steps))
