from __future__ import annotations

import itertools
from collections.abc import Iterable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from approx_build.engines.autoregressive.request import ClipRequest, Codes, SamplingCancelled
from approx_build.errors import ModelError, UsageError
from approx_build.families.wavenet import WaveNet, sampler
from approx_build.kernels import compiled
from approx_build.numerics.stream import Stream, stream_key
from tests.engines.autoregressive.requests import requests
from tests.families.wavenet.networks import PLAIN, SHAPES, random_weights

KERNELS = [str(kernel) for kernel in compiled.available()]
COMPILED = [kernel for kernel in KERNELS if kernel != "reference"]
WEIGHTS = random_weights(PLAIN)


def assert_same(drawn: Iterable[Codes], expected: Iterable[Codes], about: object = "") -> None:
    for a, b in zip(drawn, expected, strict=True):
        np.testing.assert_array_equal(a, b, err_msg=str(about))


@pytest.mark.parametrize("name", SHAPES)
def test_every_kernel_draws_the_codes_of_the_reference(name: str) -> None:
    shape = SHAPES[name]
    weights = random_weights(shape)
    clips = requests(5, 24, shape.quantization_channels)
    expected = sampler.sample(weights, shape, clips, kernel="reference")
    assert len(np.unique(np.concatenate(expected))) > 1
    for kernel in COMPILED:
        assert_same(sampler.sample(weights, shape, clips, kernel=kernel), expected, kernel)


@pytest.mark.parametrize("name", SHAPES)
def test_every_kernel_says_the_logits_of_the_reference_bit_for_bit(name: str) -> None:
    shape = SHAPES[name]
    weights = random_weights(shape, seed=1)
    numbers = np.random.default_rng(2)
    codes = [numbers.integers(0, shape.quantization_channels, n).astype(np.uint8) for n in (9, 14)]
    for company in (codes, codes[:1]):
        expected = sampler.logits(weights, shape, company, kernel="reference")
        for kernel in COMPILED:
            said = sampler.logits(weights, shape, company, kernel=kernel)
            for a, b in zip(expected, said, strict=True):
                np.testing.assert_array_equal(a.view(np.uint32), b.view(np.uint32), err_msg=kernel)


@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("count", [1, 7])
def test_logits_too_small_for_a_float_are_zero_and_never_minus_zero(
    kernel: str, count: int
) -> None:
    """What is left out, being 0, would else show in the sign of a sum."""
    shape = SHAPES["without biases"]
    faint = {"layers.skip.weight": 1e-30, "post2.weight": 1e-30}
    weights = random_weights(shape)
    weights |= {name: weights[name] * np.float32(factor) for name, factor in faint.items()}
    codes = [np.arange(9, dtype=np.uint8)] * count
    for said in sampler.logits(weights, shape, codes, kernel=kernel):
        np.testing.assert_array_equal(said.view(np.uint32), 0)


@pytest.mark.parametrize("kernel", COMPILED)
@pytest.mark.parametrize("threads", [1, 2])
def test_the_clips_beside_a_clip_do_not_change_it(kernel: str, threads: int) -> None:
    clips = requests(33, 9)
    expected = sampler.sample(WEIGHTS, PLAIN, clips, kernel="reference")
    for count in range(1, 34):
        drawn = sampler.sample(WEIGHTS, PLAIN, clips[:count], threads=threads, kernel=kernel)
        assert_same(drawn, expected[:count], count)


@pytest.mark.parametrize("dilations", [(8, 4, 16), (6, 3, 12), (1, 512, 2), (24, 10)])
def test_a_clip_alone_is_the_same_for_any_dilations(dilations: tuple[int, ...]) -> None:
    shape = WaveNet(dilations=dilations, filter_width=3, skip_channels=16, residual_channels=8)
    weights = random_weights(shape)
    clips = requests(2, 40)
    together = sampler.sample(weights, shape, clips)
    assert_same(sampler.sample(weights, shape, clips, kernel="reference"), together)
    for clip, codes in zip(clips, together, strict=True):
        assert_same(sampler.sample(weights, shape, [clip]), [codes], dilations)


@given(st.lists(st.integers(1, 40), min_size=1, max_size=6), st.sampled_from(KERNELS))
@settings(max_examples=20, deadline=None)
def test_slices_do_not_change_bits(slices: list[int], kernel: str) -> None:
    clips = requests(3, 20)
    batch = sampler.open_batch(WEIGHTS, PLAIN, clips, kernel=kernel)
    sizes = itertools.cycle(slices)
    while batch.run(next(sizes)):
        pass
    assert_same(batch.codes, sampler.sample(WEIGHTS, PLAIN, clips), slices)


@pytest.mark.parametrize("kernel", KERNELS)
def test_a_network_that_knows_nothing_shows_the_words_of_the_stream(kernel: str) -> None:
    weights = {name: np.zeros_like(tensor) for name, tensor in WEIGHTS.items()}
    key = stream_key("flat")
    [codes] = sampler.sample(weights, PLAIN, [ClipRequest(key, 50)], kernel=kernel)
    np.testing.assert_array_equal(codes, Stream(key).words(50) >> np.uint64(56))


@pytest.mark.parametrize("kernel", KERNELS)
def test_priming_with_a_clip_and_drawing_on_equals_drawing_it_all(kernel: str) -> None:
    for request in requests(5, 30):
        if np.ndim(request.temperature):
            continue
        [whole] = sampler.sample(WEIGHTS, PLAIN, [request], kernel=kernel)
        head = len(whole) // 3
        rest = ClipRequest(
            key=request.key,
            length=len(whole) - head,
            prime=np.concatenate([request.prime_codes, whole[:head]]),
            temperature=request.temperature,
            top_k=request.top_k,
            towards_silence=request.towards_silence,
            first_draw=request.first_draw + head,
        )
        assert_same(sampler.sample(WEIGHTS, PLAIN, [rest], kernel=kernel), [whole[head:]])


@pytest.mark.parametrize("kernel", KERNELS)
def test_logits_before_a_sample_depend_on_earlier_samples_only(kernel: str) -> None:
    codes = np.arange(20, dtype=np.uint8) * 11
    changed = codes.copy()
    changed[12] ^= 1
    a, b = sampler.logits(WEIGHTS, PLAIN, [codes, changed], kernel=kernel)
    np.testing.assert_array_equal(a[:13], b[:13])
    assert (a[13] != b[13]).any()


def test_greedy_drawing_takes_the_largest_logit() -> None:
    [codes] = sampler.sample(WEIGHTS, PLAIN, [ClipRequest(stream_key(), 25, temperature=0.0)])
    [said] = sampler.logits(WEIGHTS, PLAIN, [codes])
    np.testing.assert_array_equal(codes, said.argmax(axis=1))


def test_a_steady_curve_of_temperature_equals_the_number() -> None:
    key = stream_key("curve")
    clips = [ClipRequest(key, 30, temperature=t) for t in (0.8, np.full(30, 0.8))]
    a, b = sampler.sample(WEIGHTS, PLAIN, clips)
    np.testing.assert_array_equal(a, b)


def test_half_precision_weights_give_what_they_stand_for() -> None:
    half = {name: tensor.astype(np.float16) for name, tensor in WEIGHTS.items()}
    single = {name: tensor.astype(np.float32) for name, tensor in half.items()}
    clips = requests(2, 20)
    assert_same(sampler.sample(half, PLAIN, clips), sampler.sample(single, PLAIN, clips))


def test_weights_changed_in_place_are_noticed() -> None:
    weights = {name: tensor.copy() for name, tensor in WEIGHTS.items()}
    [before] = sampler.sample(weights, PLAIN, requests(1, 30))
    weights["post2.weight"][:] = 0
    [after] = sampler.sample(weights, PLAIN, requests(1, 30))
    assert (before != after).any()


@pytest.mark.parametrize("kernel", KERNELS)
def test_no_clips_and_empty_clips_are_drawn_at_once(kernel: str) -> None:
    assert sampler.sample(WEIGHTS, PLAIN, [], kernel=kernel) == []
    prime = np.zeros(4, np.uint8)
    clips = [ClipRequest(stream_key(), 0), ClipRequest(stream_key(), 0, prime=prime)]
    assert [len(c) for c in sampler.sample(WEIGHTS, PLAIN, clips, kernel=kernel)] == [0, 0]


def test_progress_is_told_up_to_all_samples() -> None:
    told: list[tuple[int, int]] = []
    clips = requests(3, 50)
    sampler.sample(WEIGHTS, PLAIN, clips, progress=lambda done, total: told.append((done, total)))
    total = sum(clip.steps for clip in clips)
    assert told[-1] == (total, total)
    assert told == sorted(told)


def test_a_caller_can_stop() -> None:
    clips = [ClipRequest(stream_key(), 10_000_000)]
    with pytest.raises(SamplingCancelled):
        sampler.sample(WEIGHTS, PLAIN, clips, cancelled=lambda: True)


@pytest.mark.parametrize("kernel", KERNELS)
def test_weights_that_overflow_are_refused(kernel: str) -> None:
    weights = {**WEIGHTS, "post2.weight": np.full_like(WEIGHTS["post2.weight"], 3e38)}
    with pytest.raises(ModelError, match="not finite"):
        sampler.sample(weights, PLAIN, requests(2, 20), kernel=kernel)


def test_faults_of_a_request_name_the_clip() -> None:
    with pytest.raises(ModelError, match=r"clip 2: top_k: 0; must be at least 1"):
        sampler.sample(
            WEIGHTS, PLAIN, [ClipRequest(stream_key(), 3), ClipRequest(stream_key(), 3, top_k=0)]
        )


def test_threads_and_kernels_that_cannot_be_are_refused() -> None:
    with pytest.raises(ModelError, match="threads: 0"):
        sampler.sample(WEIGHTS, PLAIN, [], threads=0)
    with pytest.raises(UsageError, match="kernel mmx: no such kernel"):
        sampler.sample(WEIGHTS, PLAIN, [], kernel="mmx")
