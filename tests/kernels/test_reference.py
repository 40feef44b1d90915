from __future__ import annotations

import math

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ndtr

from approx_build.kernels import reference
from approx_build.numerics.stream import Stream, key_words, stream_key
from tests.kernels.fused_cases import in_whole_numbers

F32 = np.float32
ULPS_OF_EXP = 2

# Random123 1.14, tests/kat_vectors, philox4x64 with 10 rounds: counter, key, words.
KNOWN_ANSWERS = [
    (
        (0, 0, 0, 0),
        (0, 0),
        (0x16554D9ECA36314C, 0xDB20FE9D672D0FDC, 0xD7E772CEE186176B, 0x7E68B68AEC7BA23B),
    ),
    (
        (0xFFFFFFFFFFFFFFFF,) * 4,
        (0xFFFFFFFFFFFFFFFF,) * 2,
        (0x87B092C3013FE90B, 0x438C3C67BE8D0224, 0x9CC7D7C69CD777B6, 0xA09CAEBF594F0BA0),
    ),
    (
        (0x243F6A8885A308D3, 0x13198A2E03707344, 0xA4093822299F31D0, 0x082EFA98EC4E6C89),
        (0x452821E638D01377, 0xBE5466CF34E90C6C),
        (0xA528F45403E61D95, 0x38C72DBD566E9788, 0xA5A1610E72FD18B5, 0x57BD43B5E52B7FE6),
    ),
]


@pytest.mark.parametrize(("counter", "key", "words"), KNOWN_ANSWERS)
def test_philox_gives_the_published_known_answers(
    counter: tuple[int, ...], key: tuple[int, int], words: tuple[int, ...]
) -> None:
    number = sum(word << 64 * i for i, word in enumerate(counter))
    assert tuple(reference.philox_block(number, key)) == words


def test_philox_numbers_words_as_streams_do() -> None:
    key = stream_key("philox")
    words = Stream(key).words(11)
    ours = [reference.philox_block(i // 4, key_words(key))[i % 4] for i in range(11)]
    assert ours == [int(word) for word in words]


def test_a_uniform_is_the_top_24_bits_of_its_word() -> None:
    key = stream_key("uniform")
    expected = (Stream(key).words(9) >> np.uint64(40)).astype(np.float64) * 2.0**-24
    assert [reference.uniform(key_words(key), i) for i in range(9)] == list(expected)


@given(st.floats(-87, 87, width=32))
def test_exp_is_right_to_two_units_in_the_last_place(x: float) -> None:
    exact = math.exp(F32(x))
    got = float(reference.exp(np.array([x], F32))[0])
    assert abs(got - exact) <= ULPS_OF_EXP * float(np.spacing(F32(exact)))


def test_exp_is_taken_at_its_limits_beyond_them() -> None:
    x = np.array([-1e9, -88, 88, 1e9], F32)
    np.testing.assert_array_equal(reference.exp(x), reference.exp(np.clip(x, F32(-87), F32(87))))


@given(st.floats(-20, 20, width=32), st.floats(-40, 40, width=32))
def test_gated_is_tanh_times_sigmoid(f: float, g: float) -> None:
    got = float(reference.gated(np.array([f], F32), np.array([g], F32))[0])
    assert got == pytest.approx(math.tanh(f) / (1 + math.exp(-g)), abs=3e-7)


@given(st.floats(-40, 40, width=32))
def test_sigmoid_and_tanh_are_what_they_are_called(x: float) -> None:
    [sigmoid], [tanh] = (rule(np.array([x], F32)) for rule in (reference.sigmoid, reference.tanh))
    assert float(sigmoid) == pytest.approx(1 / (1 + math.exp(-x)), abs=2e-7)
    assert float(tanh) == pytest.approx(math.tanh(x), abs=3e-7)


def test_sigmoid_and_tanh_pass_on_what_is_no_number() -> None:
    nothing = np.array([np.nan], F32)
    assert np.isnan(reference.sigmoid(nothing)[0])
    assert np.isnan(reference.tanh(nothing)[0])


@pytest.mark.parametrize(("batch", "inputs", "outputs"), [(1, 7, 1), (2, 300, 3), (3, 3000, 5)])
def test_product_adds_strictly_from_left_to_right_and_rounds_once_a_term(
    batch: int, inputs: int, outputs: int
) -> None:
    numbers = np.random.default_rng(inputs)
    x = numbers.standard_normal((batch, inputs)).astype(F32)
    weights = numbers.standard_normal((inputs, outputs)).astype(F32)
    bias = numbers.standard_normal(outputs).astype(F32)
    made = reference.product(x, weights, bias)
    for row, column in np.ndindex(batch, outputs):
        total = float(bias[column])
        for a, b in zip(x[row].tolist(), weights[:, column].tolist(), strict=True):
            bits = np.uint32(in_whole_numbers(a, b, total))
            total = float(bits.view(F32))
        assert made[row, column] == F32(total)


def test_a_sum_that_ends_as_minus_zero_is_zero() -> None:
    """A negative term too small for a float makes -0 of a sum of 0."""
    made = reference.product(np.full((1, 2), 1e-30, F32), np.full((2, 1), -1e-30, F32))
    assert made.view(np.uint32) == 0


def test_product_without_bias_starts_at_zero() -> None:
    x, weights = np.array([[-0.0]], F32), np.array([[1.0]], F32)
    assert not np.signbit(reference.product(x, weights)).any()


def test_a_bias_of_minus_zero_counts_as_zero() -> None:
    x, weights, bias = np.array([[-0.0]], F32), np.array([[1.0]], F32), np.array([-0.0], F32)
    assert not np.signbit(reference.product(x, weights, bias)).any()


def test_gelu_meets_the_normal_distribution_at_chebyshev_nodes() -> None:
    over, under = len(reference.GELU_OVER), len(reference.GELU_UNDER) - 1
    count = over + under
    with mpmath.workdps(60):
        nodes = [
            mpmath.mpf("5.5") ** 2 * mpmath.sin(mpmath.pi * (2 * i + 1) / (4 * count)) ** 2
            for i in range(count)
        ]
        rows, values = mpmath.matrix(count, count), mpmath.matrix(count, 1)
        for i, square in enumerate(nodes):
            z = mpmath.sqrt(square)
            values[i] = mpmath.erf(z / mpmath.sqrt(2)) / 2 / z
            for j in range(over):
                rows[i, j] = square**j
            for j in range(1, under + 1):
                rows[i, over + j - 1] = -values[i] * square**j
        found = [F32(float(number)) for number in mpmath.lu_solve(rows, values)]
    assert found[:over] == [F32(number) for number in reversed(reference.GELU_OVER)]
    assert [F32(1), *found[over:]] == [F32(number) for number in reversed(reference.GELU_UNDER)]


def test_gelu_is_right_to_a_few_units_in_the_last_place_of_its_argument() -> None:
    x = np.linspace(-9, 9, 20001).astype(F32)
    exact = x.astype(np.float64) * ndtr(x.astype(np.float64))
    error = np.abs(reference.gelu(x) - exact)
    assert (error <= np.maximum(1e-7, 2.5e-7 * np.abs(x))).all()


def test_gelu_is_nothing_far_below_zero_and_its_argument_far_above() -> None:
    x = np.array([5.5, 6, 100, 1e30], F32)
    np.testing.assert_array_equal(reference.gelu(-x), 0)
    np.testing.assert_array_equal(reference.gelu(x), x)
    assert np.isnan(reference.gelu(np.array([np.nan], F32))[0])


@pytest.mark.parametrize("outputs", [1, 5])
def test_how_arrays_are_in_memory_does_not_change_a_product(outputs: int) -> None:
    numbers = np.random.default_rng(0)
    x, weights = numbers.random((70, 300)).astype(F32), numbers.random((300, outputs)).astype(F32)
    expected = reference.product(x, weights)
    for a in (x, np.asfortranarray(x)):
        for b in (weights, np.asfortranarray(weights)):
            np.testing.assert_array_equal(reference.product(a, b), expected)


def test_leaky_relu_is_a_slope_below_zero() -> None:
    x = np.array([-2, -0.5, -0.0, 0, 3, np.inf, -np.inf], np.float32)
    found = reference.leaky_relu(x, 0.2)
    np.testing.assert_array_equal(found, np.where(x < 0, x * np.float32(0.2), x))
    assert np.isnan(reference.leaky_relu(np.array([np.nan], np.float32), 0.2)[0])
