"""Spans: what each scale must make for a take."""

from __future__ import annotations

import pytest

from approx_build.families.catch_a_waveform.cubic import read_from
from approx_build.families.catch_a_waveform.spans import given, origin_s, spans
from tests.families.catch_a_waveform.networks import SIZES, network


@pytest.mark.parametrize("name", SIZES)
@pytest.mark.parametrize("length", [1, 7, 1000])
def test_each_scale_makes_all_that_the_next_one_reads(name: str, length: int) -> None:
    net = network(name)
    found = spans(net, length)
    assert found[-1].start == origin_s(net) * net.rate
    assert found[-1].length == length
    for scale in range(net.scales - 1):
        needed = given(net, found[scale + 1])
        assert read_from(*net.step(scale), *needed) == tuple(found[scale])
    assert given(net, found[0]).start >= 0


def test_a_longer_take_has_spans_that_begin_at_the_same_moments() -> None:
    net = network("uneven rates")
    short, long = spans(net, 10), spans(net, 2000)
    assert [span.start for span in short] == [span.start for span in long]
    assert all(a.stop <= b.stop for a, b in zip(short, long, strict=True))


def test_a_training_of_a_coarse_scale_makes_a_recording_at_its_rate() -> None:
    net = network()
    assert [span.length for span in spans(net, 2048, 0)] == [512]
    assert spans(net, 2048, 1)[-1].length == 1024
