"""What reference samplers share: order of clips, primes, logits, and when a network is asked."""

from __future__ import annotations

import numpy as np
import pytest

from approx_build.engines.autoregressive.request import ClipRequest
from approx_build.errors import ModelError
from approx_build.kernels.tensors import Floats
from approx_build.numerics.stream import stream_key
from tests.engines.autoregressive.counters import CLASSES, Counters


def clip(length: int, *prime: int) -> ClipRequest:
    return ClipRequest(stream_key("clip"), length, prime=np.array(prime, np.uint8))


def test_clips_come_back_in_the_order_they_were_asked_for_each_from_its_own_prime() -> None:
    batch = Counters([clip(2), clip(6, 4), clip(0, 1, 2), clip(3, 6, 2)])
    assert not batch.run(100)
    assert [list(codes) for codes in batch.codes] == [[0, 1], [5, 6, 7, 0, 1, 2], [], [3, 4, 5]]


def test_logits_are_those_before_each_code_of_prime_and_clip() -> None:
    batch = Counters([clip(1), clip(2, 5, 3)], keep_logits=True)
    while batch.run(1):
        pass
    assert [logits.shape for logits in batch.logits] == [(1, CLASSES), (4, CLASSES)]
    assert batch.logits[1].argmax(axis=1).tolist() == [0, 6, 4, 5]


def test_a_network_is_not_asked_for_logits_while_every_clip_is_primed() -> None:
    batch = Counters([clip(2, 1, 2, 3), clip(1, 1, 2)])
    batch.run(100)
    assert batch.wanted == [False, False, True, True, True]


def test_a_curve_of_temperature_counts_from_the_end_of_the_prime() -> None:
    """At 10 any code may come, at 0 the next one is certain."""
    curve = np.array([0.0, 0.0, 10.0, 0.0], np.float32)
    request = ClipRequest(stream_key("clip"), 4, np.array([3], np.uint8), curve)
    batch = Counters([request])
    batch.run(100)
    first, second, free, last = map(int, batch.codes[0])
    assert (first, second, last) == (4, 5, (free + 1) % CLASSES)


def test_what_is_not_finite_is_refused() -> None:
    class Broken(Counters):
        def _logits(self, active: int, is_wanted: bool) -> Floats:
            return np.full((active, CLASSES), np.inf, np.float32)

    with pytest.raises(ModelError, match="not finite"):
        Broken([clip(3)]).run(5)
