"""Encoder and decoder of both layouts: rates, branches and activations."""

from __future__ import annotations

import math
from itertools import pairwise

from approx_build.families.rave.layers import Convolution, Residual, convolutions
from tests.families.rave.networks import published


def rate(stack: tuple[Convolution | Residual, ...]) -> float:
    return math.prod(layer.rate for layer in convolutions(stack))


def test_encoder_decoder_and_noise_branch_have_the_right_rates() -> None:
    for name in ("v1", "noise", "v2_small"):
        net = published(name)
        assert rate(net.encoder) == 1 / math.prod(net.ratios)
        assert rate(net.decoder["trunk"]) == math.prod(net.ratios)
        assert rate(net.decoder["noise"]) == 1 / net.noise_block


def test_each_layout_has_its_own_branches() -> None:
    assert list(published("v1").decoder) == ["trunk", "wave", "loudness", "noise"]
    assert list(published("v2").decoder) == ["trunk", "wave"]
    assert published("v2").decoder["wave"][0].outputs == 32
    assert published("v1").decoder["wave"][0].outputs == 16


def test_v2_has_the_published_activations() -> None:
    """Two in each of 11 residual units, one before each ratio, one at the end, in either half."""
    net = published("v2")
    decoder = (*net.decoder["trunk"], *net.decoder["wave"])
    for stack in (net.encoder, decoder):
        assert sum(layer.is_activated for layer in convolutions(stack)) == 22 + 4 + 1


def test_the_inputs_of_each_layer_equal_the_outputs_of_the_previous_one() -> None:
    for name in ("v1", "v2"):
        net = published(name)
        for stack in (net.encoder, net.decoder["trunk"]):
            layers = list(convolutions(stack))
            for before, after in pairwise(layers):
                assert before.outputs == after.inputs
