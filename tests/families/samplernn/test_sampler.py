from __future__ import annotations

import itertools
from collections.abc import Iterable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from approx_build.engines.autoregressive.request import ClipRequest, Codes, SamplingCancelled
from approx_build.errors import ModelError, UsageError
from approx_build.families.samplernn import SampleRNN, sampler
from approx_build.kernels import compiled
from approx_build.numerics.stream import Stream, stream_key
from tests.engines.autoregressive.requests import requests
from tests.families.samplernn.networks import PLAIN, SHAPES, random_weights

KERNELS = [str(kernel) for kernel in compiled.available()]
COMPILED = [kernel for kernel in KERNELS if kernel != "reference"]
WEIGHTS = random_weights(PLAIN)


def assert_same(drawn: Iterable[Codes], expected: Iterable[Codes], about: object = "") -> None:
    for a, b in zip(drawn, expected, strict=True):
        np.testing.assert_array_equal(a, b, err_msg=str(about))


@pytest.mark.parametrize("name", SHAPES)
def test_every_kernel_draws_the_codes_of_the_reference(name: str) -> None:
    shape, weights = SHAPES[name], random_weights(SHAPES[name])
    clips = requests(5, 24, shape.codes)
    expected = sampler.sample(weights, shape, clips, kernel="reference")
    assert len(np.unique(np.concatenate(expected))) > 1
    for kernel in COMPILED:
        assert_same(sampler.sample(weights, shape, clips, kernel=kernel), expected, kernel)


@pytest.mark.parametrize("name", SHAPES)
def test_every_kernel_says_the_logits_of_the_reference_bit_for_bit(name: str) -> None:
    shape, weights = SHAPES[name], random_weights(SHAPES[name], seed=1)
    numbers = np.random.default_rng(2)
    codes = [numbers.integers(0, shape.codes, n).astype(np.uint8) for n in (17, 30)]
    for company in (codes, codes[:1]):
        expected = sampler.logits(weights, shape, company, kernel="reference")
        for kernel in COMPILED:
            said = sampler.logits(weights, shape, company, kernel=kernel)
            for a, b in zip(expected, said, strict=True):
                np.testing.assert_array_equal(a.view(np.uint32), b.view(np.uint32), err_msg=kernel)


@pytest.mark.parametrize("kernel", COMPILED)
@pytest.mark.parametrize("threads", [1, 2])
def test_the_clips_beside_a_clip_do_not_change_it(kernel: str, threads: int) -> None:
    clips = requests(33, 9)
    expected = sampler.sample(WEIGHTS, PLAIN, clips, kernel="reference")
    for count in range(1, 34):
        drawn = sampler.sample(WEIGHTS, PLAIN, clips[:count], threads=threads, kernel=kernel)
        assert_same(drawn, expected[:count], count)


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
@pytest.mark.parametrize("head", [1, 7, 12])
def test_priming_with_a_clip_and_drawing_on_equals_drawing_it_all(kernel: str, head: int) -> None:
    """Also where the clip ends inside a frame: the prime is run through the tiers as it was."""
    for request in requests(5, 30):
        if np.ndim(request.temperature):
            continue
        [whole] = sampler.sample(WEIGHTS, PLAIN, [request], kernel=kernel)
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
    assert (a[19] != b[19]).any(), "its tiers remember"


def test_without_states_to_hold_it_a_code_is_forgotten_after_two_frames() -> None:
    """What enters directly: logits 12 samples later still know it, 13 later none does."""
    network = PLAIN
    weights = dict(WEIGHTS)
    for tier in (0, 1):  # an update gate at 0 keeps nothing, a reset gate at 0 hears nothing
        bias = weights[f"tiers.{tier}.gru.0.input.bias"].copy()
        bias[: 2 * network.width] = -1000
        weights[f"tiers.{tier}.gru.0.input.bias"] = bias
    codes = np.full(31, 200, np.uint8)
    reach = network.receptive_field
    seen = set()
    for place in range(12):
        changed = codes.copy()
        changed[place] = 20
        a, b = sampler.logits(weights, network, [codes, changed])
        seen |= {int(t) - place for t in np.flatnonzero((a != b).any(axis=1))}
    assert seen <= set(range(1, reach + 1))
    assert max(seen) == reach


def test_greedy_drawing_takes_the_largest_logit() -> None:
    [codes] = sampler.sample(WEIGHTS, PLAIN, [ClipRequest(stream_key(), 25, temperature=0.0)])
    [said] = sampler.logits(WEIGHTS, PLAIN, [codes])
    np.testing.assert_array_equal(codes, said.argmax(axis=1))


def test_each_clip_of_a_batch_has_its_own_temperature() -> None:
    key = stream_key("temperatures")
    clips = [ClipRequest(key, 60, temperature=t) for t in (0.5, 1.0, 1.5)]
    together = sampler.sample(WEIGHTS, PLAIN, clips)
    for clip, codes in zip(clips, together, strict=True):
        assert_same(sampler.sample(WEIGHTS, PLAIN, [clip]), [codes])
    assert (together[0] != together[1]).any()
    assert (together[1] != together[2]).any()


def test_gates_before_and_after_the_product_are_different_networks() -> None:
    before = SampleRNN(frame_sizes=(2, 6), width=24, embedding=8, reset="before")
    weights = {name: tensor for name, tensor in WEIGHTS.items() if name in before.tensor_shapes()}
    silent = {name: np.zeros_like(t) for name, t in WEIGHTS.items() if name not in weights}
    assert all(name.endswith("state.bias") for name in silent)
    codes = [np.arange(40, dtype=np.uint8) * 5]
    [after], [other] = (
        sampler.logits(WEIGHTS | silent, PLAIN, codes),
        sampler.logits(weights, before, codes),
    )
    assert np.abs(after - other).max() > 0.01


def test_half_precision_weights_give_what_they_stand_for() -> None:
    half = {name: tensor.astype(np.float16) for name, tensor in WEIGHTS.items()}
    single = {name: tensor.astype(np.float32) for name, tensor in half.items()}
    clips = requests(2, 20)
    assert_same(sampler.sample(half, PLAIN, clips), sampler.sample(single, PLAIN, clips))


def test_weights_changed_in_place_are_noticed() -> None:
    weights = {name: tensor.copy() for name, tensor in WEIGHTS.items()}
    [before] = sampler.sample(weights, PLAIN, requests(1, 30))
    weights["mlp.output.weight"][:] = 0
    [after] = sampler.sample(weights, PLAIN, requests(1, 30))
    assert (before != after).any()


@pytest.mark.parametrize("kernel", KERNELS)
def test_no_clips_and_empty_clips_are_drawn_at_once(kernel: str) -> None:
    assert sampler.sample(WEIGHTS, PLAIN, [], kernel=kernel) == []
    prime = np.zeros(4, np.uint8)
    clips = [ClipRequest(stream_key(), 0), ClipRequest(stream_key(), 0, prime=prime)]
    assert [len(c) for c in sampler.sample(WEIGHTS, PLAIN, clips, kernel=kernel)] == [0, 0]


def test_a_caller_can_stop() -> None:
    with pytest.raises(SamplingCancelled):
        sampler.sample(
            WEIGHTS, PLAIN, [ClipRequest(stream_key(), 10_000_000)], cancelled=lambda: True
        )


@pytest.mark.parametrize("kernel", KERNELS)
def test_weights_that_overflow_are_refused(kernel: str) -> None:
    weights = {
        **WEIGHTS,
        "mlp.output.weight": np.full_like(WEIGHTS["mlp.output.weight"], 3e38),
        "mlp.hidden.bias": np.full_like(WEIGHTS["mlp.hidden.bias"], 10),
    }
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
