"""The nets that judge sound: their tensors, and how many numbers they make."""

from __future__ import annotations

import numpy as np
import torch

from approx_build.families.rave.discriminators import discriminators
from approx_build.families.rave.torch_layers import features


def drawn(net: object) -> dict[str, torch.Tensor]:
    rng = np.random.default_rng(0)
    shapes = net.tensors()  # type: ignore[attr-defined]
    return {
        n: torch.from_numpy(rng.standard_normal(s).astype(np.float32)) for n, s in shapes.items()
    }


def test_v1_has_three_scales_and_v2_also_five_periods() -> None:
    assert [net.scale for net in discriminators("v1", 4)] == [1, 2, 4]
    assert [net.period for net in discriminators("v2", 4)][3:] == [2, 3, 5, 7, 11]


def test_the_number_of_features_matches_the_estimate() -> None:
    for net in discriminators("v2", 3):
        said = features(drawn(net), net, torch.zeros(2, 2310))
        assert len(said) == 5
        made = sum(one.shape[1] for one in said[:-1])
        assert abs(made - net.activations(2310)) <= 0.15 * made
