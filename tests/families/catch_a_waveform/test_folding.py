"""Weights of generators with their norms folded in."""

from __future__ import annotations

import numpy as np

from approx_build.families.catch_a_waveform.folding import EPSILON, folded
from tests.families.catch_a_waveform.networks import network, of_takes


def test_a_folded_convolution_has_the_gain_and_the_norm_in_its_weight() -> None:
    net = network()
    tensors = {name: one.astype(np.float64) for name, one in of_takes(net).items()}
    weight, bias = folded(of_takes(net), net, 1)["body.1"]
    name, measured = "generator.1.body.1", "statistics.1.body.1"
    scale = tensors[f"{name}.norm.weight"] / np.sqrt(tensors[f"{measured}.variance"] + EPSILON)
    lengths = np.sqrt((tensors[f"{name}.weight"] ** 2).sum(axis=(1, 2)))
    factor = (scale * tensors[f"{name}.gain"] / lengths)[:, None, None]
    np.testing.assert_allclose(weight, tensors[f"{name}.weight"] * factor, rtol=1e-6)
    shifted = (tensors[f"{name}.bias"] - tensors[f"{measured}.mean"]) * scale
    np.testing.assert_allclose(bias, shifted + tensors[f"{name}.norm.bias"], rtol=1e-5, atol=1e-7)


def test_rows_of_zeros_and_variances_below_zero_give_finite_weights() -> None:
    net = network()
    tensors = of_takes(net)
    tensors["generator.0.head.weight"][:] = 0
    tensors["statistics.0.head.variance"][:] = -1
    weight, bias = folded(tensors, net, 0)["head"]
    assert not weight.any()
    assert np.isfinite(bias).all()
