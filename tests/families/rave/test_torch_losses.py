"""Losses have the values of closed forms."""

from __future__ import annotations

import math

import pytest
import torch

from approx_build.families.rave.torch_losses import (
    distance,
    divergence,
    feature_distance,
    fitting_sizes,
    hinge_loss,
)

SIZES = [2048, 1024, 512, 256, 128]


def sound(seed: int = 1, channels: int = 1) -> torch.Tensor:
    return torch.rand(2, channels, 16384, generator=torch.Generator().manual_seed(seed)) - 0.5


def test_the_distance_is_0_from_itself_and_as_published_from_twice_the_sound() -> None:
    for channels in (1, 4):
        x = sound(channels=channels)
        assert distance(x, x, SIZES).tolist() == [0, 0]
        # (1 - 2)² = 1 and ln 2, for each of five sizes: 8.47.
        found = distance(2 * x, x, SIZES)
        torch.testing.assert_close(
            found, torch.full((2,), 5 * (1 + math.log(2))), atol=1e-3, rtol=0
        )


def test_the_distance_of_an_item_does_not_depend_on_the_others() -> None:
    x, y = sound(1), sound(2)
    y[1] *= 0.01
    together = distance(x, y, SIZES)
    alone = torch.cat([distance(x[i : i + 1], y[i : i + 1], SIZES) for i in range(2)])
    torch.testing.assert_close(together, alone)


def test_silence_is_a_finite_distance_from_silence_and_from_sound() -> None:
    silence = torch.zeros(1, 1, 8192, requires_grad=True)
    assert distance(silence.detach(), torch.zeros(1, 1, 8192), SIZES).tolist() == [0]
    apart = distance(silence + sound()[:1, :, :8192], torch.zeros(1, 1, 8192), SIZES)
    apart.backward()
    assert torch.isfinite(apart)
    assert torch.isfinite(silence.grad).all()


def test_sizes_fit_into_the_sound_and_one_always_does() -> None:
    assert fitting_sizes(2048, 5, 16384) == SIZES
    assert fitting_sizes(2048, 5, 512) == [512, 256, 128]
    assert fitting_sizes(2048, 5, 100) == [64]
    assert fitting_sizes(32, 5, 100) == [32, 16, 8]


def test_the_regulariser_is_twice_the_divergence_from_a_standard_normal() -> None:
    zeros, ones = torch.zeros(1, 3, 4), torch.ones(1, 3, 4)
    assert float(divergence(zeros, ones)) == 0
    assert float(divergence(2 * ones, ones)) == pytest.approx(3 * 4)
    found = float(divergence(zeros, ones / 2))
    assert found == pytest.approx(3 * (0.25 - math.log(0.25) - 1))


def test_the_hinge_loss_is_0_for_scores_beyond_1_and_2_for_scores_of_0() -> None:
    ones = torch.ones(2, 7)
    assert hinge_loss(1.5 * ones, -2 * ones).tolist() == [0, 0]
    assert hinge_loss(0 * ones, 0 * ones).tolist() == [2, 2]
    assert hinge_loss(0.5 * ones, 0.25 * ones).tolist() == [1.75, 1.75]


def test_feature_distance_is_absolute_or_relative_to_the_target() -> None:
    real = [torch.full((1, 8), 2.0), torch.full((1, 3), -4.0)]
    made = [torch.full((1, 8), 1.0), torch.full((1, 3), 0.0)]
    assert float(feature_distance(real, made, False)) == pytest.approx((1 + 4) / 2)
    assert float(feature_distance(real, made, True)) == pytest.approx((0.5 + 1) / 2)
    assert float(feature_distance(real, real, True)) == 0
