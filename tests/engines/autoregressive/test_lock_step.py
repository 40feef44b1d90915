"""Running a batch in slices, by batches that only count."""

from __future__ import annotations

import numpy as np
import pytest

from approx_build.engines.autoregressive.lock_step import check_requests, run_batch
from approx_build.engines.autoregressive.request import ClipRequest, Codes, SamplingCancelled
from approx_build.errors import ModelError
from approx_build.numerics.stream import stream_key


class Counting:
    """A batch that counts the steps it is asked for."""

    def __init__(self, steps: int) -> None:
        self.codes: list[Codes] = []
        self.logits: list[np.ndarray] = []
        self.slices: list[int] = []
        self._left = steps

    def run(self, steps: int) -> bool:
        self.slices.append(min(steps, self._left))
        self._left -= self.slices[-1]
        return self._left > 0


def clips(*lengths: int) -> list[ClipRequest]:
    return [ClipRequest(stream_key("clip", n), length) for n, length in enumerate(lengths)]


def test_all_steps_are_run_in_slices_that_grow_by_four_at_most() -> None:
    batch = Counting(10_000)
    run_batch(batch, clips(10_000, 20))
    assert sum(batch.slices) == 10_000
    assert all(b <= 4 * a for a, b in zip(batch.slices[:-1], batch.slices[1:], strict=True))


def test_progress_counts_the_samples_of_all_clips_each_to_its_own_end() -> None:
    told: list[tuple[int, int]] = []
    run_batch(Counting(100), clips(100, 20), lambda *pair: told.append(pair))
    assert told[0] == (32, 120), "sixteen steps of two clips"
    assert told[-1] == (120, 120)
    assert told == sorted(told)


def test_cancelling_ends_between_slices() -> None:
    batch = Counting(100)
    with pytest.raises(SamplingCancelled):
        run_batch(batch, clips(100), cancelled=lambda: True)
    assert batch.slices == [16]


def test_nobody_is_asked_to_cancel_what_is_done() -> None:
    run_batch(Counting(10), clips(10), cancelled=lambda: True)


def test_a_request_that_cannot_be_is_named_by_its_place() -> None:
    with pytest.raises(ModelError, match="clip 2: length: -1; must not be negative"):
        check_requests([*clips(5), ClipRequest("0" * 32, -1)], 256)
