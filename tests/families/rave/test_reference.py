"""The NumPy reference equals torch, and its convolutions their definitions."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from approx_build.families.rave import torch_layers as in_torch
from approx_build.families.rave.folding import folded
from approx_build.families.rave.layers import Convolution, convolutions
from approx_build.families.rave.reference import convolve, run_stack
from tests.families.rave.networks import FORMS, network, noise, weights_of


@pytest.mark.parametrize("form", list(FORMS))
def test_stacks_equal_those_of_torch(form: str) -> None:
    net = network(form)
    weights = weights_of(net)
    tensors = {name: torch.from_numpy(array) for name, array in weights.items()}
    stacks = {"encoder": net.encoder, **net.decoder}
    for name, stack in stacks.items():
        layers = list(convolutions(stack))
        ours = {layer.name: folded(weights, layer) for layer in layers}
        x = noise(32 * layers[0].inputs).reshape(32, -1)
        found = run_stack(ours, stack, x)
        expected = in_torch.run_stack(tensors, stack, torch.from_numpy(x.T.copy())[None])
        wanted = expected[0].T.numpy()
        largest = max(1.0, float(np.abs(wanted).max()))
        np.testing.assert_allclose(found, wanted, atol=2e-6 * largest, err_msg=name)


@pytest.mark.parametrize("stride", [2, 4, 6])
def test_a_transposed_convolution_equals_zero_stuffing_and_a_convolution(stride: int) -> None:
    layer = Convolution("x", 3, 2, 2 * stride, stride, is_transposed=True)
    weight, bias = noise(2 * 3 * 2 * stride).reshape(3, 2, -1), noise(2, 2)
    x = noise(15, 3).reshape(5, 3)
    spread = np.zeros((5 * stride, 3))
    spread[::stride] = x
    expected = np.tile(bias.astype(np.float64), (5 * stride, 1))
    for row in range(5 * stride):
        for tap in range(2 * stride):
            if 0 <= row + stride // 2 - tap < 5 * stride:
                expected[row] += weight[:, :, tap].T @ spread[row + stride // 2 - tap]
    np.testing.assert_allclose(convolve(weight, bias, layer, x), expected, atol=1e-6)


def test_padding_is_centred_with_more_at_the_right() -> None:
    layer = Convolution("x", 1, 1, 4, 2)
    weight = np.array([[[1, 10, 100, 1000]]], np.float32)
    x = np.array([[1], [2], [3], [4]], np.float32)
    made = convolve(weight, np.zeros(1, np.float32), layer, x)
    assert made[:, 0].tolist() == [3210, 432]
