"""Discriminators in torch: scales and periods. Stacks are compared with the NumPy reference."""

from __future__ import annotations

import torch

from approx_build.families.rave.discriminators import discriminators
from approx_build.families.rave.torch_layers import features
from tests.families.rave.test_discriminators import drawn


def test_a_discriminator_with_a_period_does_not_mix_phases() -> None:
    net = discriminators("v2", 3)[4]
    assert net.period == 3
    weights, sound = drawn(net), torch.zeros(1, 600)
    before = features(weights, net, sound)[0].reshape(3, -1)
    sound[0, 300] = 1
    changed = (features(weights, net, sound)[0].reshape(3, -1) != before).any(dim=1)
    assert changed.tolist() == [True, False, False]


def test_a_discriminator_of_scale_2_reads_means_of_pairs() -> None:
    net = discriminators("v1", 3)[1]
    weights = drawn(net)
    sound = torch.randn(1, 400, generator=torch.Generator().manual_seed(1))
    pairs = sound.view(1, 200, 2)
    swapped = pairs.flip(2).reshape(1, 400)
    for one, other in zip(
        features(weights, net, sound), features(weights, net, swapped), strict=True
    ):
        torch.testing.assert_close(one, other)
