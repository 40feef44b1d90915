"""Samplers of codes of every family: kernels, batches, slices, primes and refusals."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from functools import partial
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from approx_build.engines.autoregressive.request import ClipRequest, Codes, SamplingCancelled
from approx_build.errors import ModelError, UsageError
from approx_build.kernels import compiled
from approx_build.numerics.stream import Stream, stream_key
from tests.engines.autoregressive.networks import code_networks
from tests.engines.autoregressive.requests import requests

KERNELS = [str(kernel) for kernel in compiled.available()]
COMPILED = [kernel for kernel in KERNELS if kernel != "reference"]
NETWORKS = code_networks()
SHAPES = [(family, name) for family, networks in NETWORKS.items() for name in networks.shapes]
in_every_kernel = pytest.mark.parametrize("kernel", KERNELS)


class Plain:
    """The sampler of a family for its plain network."""

    def __init__(self, family: str) -> None:
        networks = NETWORKS[family]
        self.network, self.sampler = networks.shapes["plain"], networks.sampler
        self.weights, self.output = networks.random_weights(self.network), networks.output
        self.sample = partial(self.sampler.sample, self.weights, self.network)
        self.logits = partial(self.sampler.logits, self.weights, self.network)


@pytest.fixture(scope="module", params=NETWORKS)
def plain(request: pytest.FixtureRequest) -> Plain:
    return Plain(request.param)


def assert_same(codes: Iterable[Codes], expected: Iterable[Codes], about: object = "") -> None:
    for a, b in zip(codes, expected, strict=True):
        np.testing.assert_array_equal(a, b, err_msg=str(about))


@pytest.mark.parametrize(("family", "name"), SHAPES)
def test_every_kernel_samples_the_codes_of_the_reference(family: str, name: str) -> None:
    networks, shape = NETWORKS[family], NETWORKS[family].shapes[name]
    sample = partial(networks.sampler.sample, networks.random_weights(shape), shape)
    clips = requests(5, 24, shape.classes)
    expected = sample(clips, kernel="reference")
    assert len(np.unique(np.concatenate(expected))) > 1
    for kernel in COMPILED:
        assert_same(sample(clips, kernel=kernel), expected, kernel)


@pytest.mark.parametrize(("family", "name"), SHAPES)
def test_every_kernel_computes_the_logits_of_the_reference(family: str, name: str) -> None:
    networks, shape = NETWORKS[family], NETWORKS[family].shapes[name]
    logits = partial(networks.sampler.logits, networks.random_weights(shape, seed=1), shape)
    numbers = np.random.default_rng(2)
    codes = [numbers.integers(0, shape.classes, n).astype(np.uint8) for n in (17, 30)]
    for batch in (codes, codes[:1]):
        expected = logits(batch, kernel="reference")
        for kernel in COMPILED:
            for a, b in zip(expected, logits(batch, kernel=kernel), strict=True):
                np.testing.assert_array_equal(a.view(np.uint32), b.view(np.uint32), err_msg=kernel)


@pytest.mark.parametrize("kernel", COMPILED)
@pytest.mark.parametrize("threads", [1, 2])
def test_the_other_clips_of_a_batch_do_not_change_a_clip(
    plain: Plain, kernel: str, threads: int
) -> None:
    clips = requests(33, 9)
    expected = plain.sample(clips, kernel="reference")
    for count in range(1, 34):
        codes = plain.sample(clips[:count], threads=threads, kernel=kernel)
        assert_same(codes, expected[:count], count)


@given(st.lists(st.integers(1, 40), min_size=1, max_size=6), st.sampled_from(KERNELS))
@settings(max_examples=20, deadline=None)
def test_slices_do_not_change_bits(plain: Plain, slices: list[int], kernel: str) -> None:
    clips = requests(3, 20)
    batch = plain.sampler.open_batch(plain.weights, plain.network, clips, kernel=kernel)
    sizes = itertools.cycle(slices)
    while batch.run(next(sizes)):
        pass
    assert_same(batch.codes, plain.sample(clips), slices)


@in_every_kernel
def test_equal_logits_show_the_random_numbers_of_the_stream(plain: Plain, kernel: str) -> None:
    weights = {name: np.zeros_like(tensor) for name, tensor in plain.weights.items()}
    key = stream_key("flat")
    [codes] = plain.sampler.sample(weights, plain.network, [ClipRequest(key, 50)], kernel=kernel)
    np.testing.assert_array_equal(codes, Stream(key).words(50) >> np.uint64(56))


@in_every_kernel
@pytest.mark.parametrize("head", [1, 7, 12])
def test_a_clip_is_continued_as_if_it_had_not_been_cut(
    plain: Plain, kernel: str, head: int
) -> None:
    """The cut may be inside a frame of a network with frames."""
    for request in requests(5, 30):
        if np.ndim(request.temperature):
            continue
        [whole] = plain.sample([request], kernel=kernel)
        rest = ClipRequest(
            key=request.key,
            length=len(whole) - head,
            prime=np.concatenate([request.prime_codes, whole[:head]]),
            temperature=request.temperature,
            top_k=request.top_k,
            towards_silence=request.towards_silence,
            first_draw=request.first_draw + head,
        )
        assert_same(plain.sample([rest], kernel=kernel), [whole[head:]])


@in_every_kernel
def test_logits_depend_on_earlier_samples_only(plain: Plain, kernel: str) -> None:
    codes = np.arange(20, dtype=np.uint8) * 11
    changed = codes.copy()
    changed[12] ^= 1
    a, b = plain.logits([codes, changed], kernel=kernel)
    np.testing.assert_array_equal(a[:13], b[:13])
    assert (a[13] != b[13]).any()


def test_temperature_0_samples_the_largest_logit(plain: Plain) -> None:
    [codes] = plain.sample([ClipRequest(stream_key(), 25, temperature=0.0)])
    [logits] = plain.logits([codes])
    np.testing.assert_array_equal(codes, logits.argmax(axis=1))


def test_a_constant_curve_of_temperature_equals_the_number(plain: Plain) -> None:
    clips = [ClipRequest(stream_key(), 30, temperature=t) for t in (0.8, np.full(30, 0.8))]
    a, b = plain.sample(clips)
    np.testing.assert_array_equal(a, b)


def test_each_clip_of_a_batch_has_its_own_temperature(plain: Plain) -> None:
    clips = [ClipRequest(stream_key("temperatures"), 60, temperature=t) for t in (0.5, 1.0, 1.5)]
    together = plain.sample(clips)
    for clip, codes in zip(clips, together, strict=True):
        assert_same(plain.sample([clip]), [codes])
    assert (together[0] != together[1]).any()
    assert (together[1] != together[2]).any()


def test_half_precision_weights_equal_their_values_in_single_precision(plain: Plain) -> None:
    half = {name: tensor.astype(np.float16) for name, tensor in plain.weights.items()}
    single = {name: tensor.astype(np.float32) for name, tensor in half.items()}
    of_half, of_single = (
        plain.sampler.sample(weights, plain.network, requests(2, 20)) for weights in (half, single)
    )
    assert_same(of_half, of_single)


def test_weights_changed_in_place_are_noticed(plain: Plain) -> None:
    weights = {name: tensor.copy() for name, tensor in plain.weights.items()}
    [before] = plain.sampler.sample(weights, plain.network, requests(1, 30))
    weights[plain.output][:] = 0
    [after] = plain.sampler.sample(weights, plain.network, requests(1, 30))
    assert (before != after).any()


@in_every_kernel
def test_no_clips_and_empty_clips_need_no_steps(plain: Plain, kernel: str) -> None:
    assert plain.sample([], kernel=kernel) == []
    prime = np.zeros(4, np.uint8)
    clips = [ClipRequest(stream_key(), 0), ClipRequest(stream_key(), 0, prime=prime)]
    assert [len(codes) for codes in plain.sample(clips, kernel=kernel)] == [0, 0]


def test_progress_counts_to_all_samples(plain: Plain) -> None:
    reports: list[tuple[int, int]] = []
    clips = requests(3, 50)
    plain.sample(clips, progress=lambda done, total: reports.append((done, total)))
    total = sum(clip.steps for clip in clips)
    assert reports[-1] == (total, total)
    assert reports == sorted(reports)


def test_a_caller_can_stop(plain: Plain) -> None:
    with pytest.raises(SamplingCancelled):
        plain.sample([ClipRequest(stream_key(), 10_000_000)], cancelled=lambda: True)


@in_every_kernel
def test_weights_that_overflow_are_refused(plain: Plain, kernel: str) -> None:
    values = {plain.output: 3e38} | {name: 10 for name in plain.weights if name.endswith("bias")}
    weights = plain.weights | {
        name: np.full_like(plain.weights[name], value) for name, value in values.items()
    }
    with pytest.raises(ModelError, match="not finite"):
        plain.sampler.sample(weights, plain.network, requests(2, 20), kernel=kernel)


@pytest.mark.parametrize(
    ("clips", "options", "message"),
    [
        ([{}, {"top_k": 0}], {}, "clip 2: top_k: 0; must be at least 1"),
        ([], {"threads": 0}, "threads: 0; must be at least 1"),
        ([], {"kernel": "mmx"}, "kernel mmx: no such kernel"),
    ],
)
def test_impossible_requests_and_options_are_refused(
    plain: Plain, clips: list[dict[str, Any]], options: dict[str, Any], message: str
) -> None:
    made = [ClipRequest(stream_key(), 3, **fields) for fields in clips]
    with pytest.raises((ModelError, UsageError), match=message):
        plain.sample(made, **options)
