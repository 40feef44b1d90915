"""The nets that judge sound: their tensors, and how many numbers they make."""

from __future__ import annotations

import numpy as np
import torch

from approx_build.families.rave.discriminators import discriminators
from approx_build.families.rave.network import features


def drawn(net: object) -> dict[str, torch.Tensor]:
    rng = np.random.default_rng(0)
    shapes = net.tensors()  # type: ignore[attr-defined]
    return {
        n: torch.from_numpy(rng.standard_normal(s).astype(np.float32)) for n, s in shapes.items()
    }


def test_v1_has_three_scales_and_v2_five_periods_besides() -> None:
    assert [net.scale for net in discriminators("v1", 4)] == [1, 2, 4]
    assert [net.period for net in discriminators("v2", 4)][3:] == [2, 3, 5, 7, 11]


def test_features_are_as_many_as_foretold() -> None:
    for net in discriminators("v2", 3):
        said = features(drawn(net), net, torch.zeros(2, 2310))
        assert len(said) == 5
        made = sum(one.shape[1] for one in said[:-1])
        assert abs(made - net.work(2310)) <= 0.15 * made


def test_a_net_of_a_period_never_mixes_its_phases() -> None:
    net = discriminators("v2", 3)[4]
    assert net.period == 3
    weights, sound = drawn(net), torch.zeros(1, 600)
    before = features(weights, net, sound)[0].reshape(3, -1)
    sound[0, 300] = 1
    changed = (features(weights, net, sound)[0].reshape(3, -1) != before).any(dim=1)
    assert changed.tolist() == [True, False, False]


def test_a_net_of_two_scales_sees_means_of_pairs() -> None:
    net = discriminators("v1", 3)[1]
    weights = drawn(net)
    sound = torch.randn(1, 400, generator=torch.Generator().manual_seed(1))
    pairs = sound.view(1, 200, 2)
    swapped = pairs.flip(2).reshape(1, 400)
    for one, other in zip(
        features(weights, net, sound), features(weights, net, swapped), strict=True
    ):
        torch.testing.assert_close(one, other)
