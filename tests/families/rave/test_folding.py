"""Weight norm and norms folded into weights."""

from __future__ import annotations

import numpy as np

from approx_build.families.rave.folding import folded
from approx_build.families.rave.layers import Convolution
from tests.families.rave.networks import noise


def test_rows_of_weights_have_the_lengths_of_their_gains() -> None:
    layer = Convolution("x", 3, 4, 5, has_gain=True)
    tensors = {"x.weight": noise(60).reshape(4, 3, 5), "x.gain": np.array([1, 2, 0, 3], np.float32)}
    weight, bias = folded(tensors, layer)
    np.testing.assert_allclose(np.sqrt((weight**2).sum(axis=(1, 2))), [1, 2, 0, 3], rtol=1e-6)
    assert bias.tolist() == [0] * 4


def test_a_row_of_zeros_remains_zero() -> None:
    layer = Convolution("x", 3, 2, 1, has_gain=True)
    tensors = {"x.weight": np.zeros((2, 3, 1), np.float32), "x.gain": np.ones(2, np.float32)}
    assert not folded(tensors, layer)[0].any()


def test_gains_of_transposed_convolutions_belong_to_inputs() -> None:
    layer = Convolution("x", 3, 2, 4, 2, is_transposed=True, has_gain=True)
    tensors = {"x.weight": noise(24).reshape(3, 2, 4), "x.gain": np.array([1, 2, 3], np.float32)}
    weight, _ = folded(tensors, layer)
    assert weight.shape == (3, 2, 4)
    np.testing.assert_allclose(np.sqrt((weight**2).sum(axis=(1, 2))), [1, 2, 3], rtol=1e-6)


def test_groups_do_not_read_each_other_s_inputs() -> None:
    layer = Convolution("x", 4, 2, 3, groups=2)
    given = noise(12).reshape(2, 2, 3)
    weight, _ = folded({"x.weight": given}, layer)
    np.testing.assert_array_equal(weight[0, :2], given[0])
    np.testing.assert_array_equal(weight[1, 2:], given[1])
    assert not weight[0, 2:].any()
    assert not weight[1, :2].any()


def test_a_norm_is_folded_into_scale_and_bias() -> None:
    layer = Convolution("x", 1, 1, 1, has_bias=True, has_norm=True)
    numbers = {"weight": 3.0, "bias": 0.5, "mean": 2.0, "log_variance": np.log(4.0)}
    tensors = {f"x.norm.{part}": np.array([value], np.float32) for part, value in numbers.items()}
    tensors |= {"x.weight": np.full((1, 1, 1), 10, np.float32), "x.bias": np.ones(1, np.float32)}
    weight, bias = folded(tensors, layer)
    np.testing.assert_allclose(weight[0, 0, 0], 10 * 3 / 2, rtol=1e-5)
    np.testing.assert_allclose(bias[0], (1 - 2) * 3 / 2 + 0.5, rtol=1e-5)
