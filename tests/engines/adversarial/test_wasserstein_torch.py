"""The Wasserstein distance with gradient penalty against closed forms."""

from __future__ import annotations

import math

import pytest

torch = pytest.importorskip("torch")

from approx_build.engines.adversarial.wasserstein_torch import (  # noqa: E402
    between,
    distance,
    gradient_penalty,
    score,
)

torch.manual_seed(0)
RECORDED, GENERATED = (
    torch.randn(5, 2, 40, dtype=torch.float64),
    torch.randn(5, 2, 40, dtype=torch.float64),
)
WEIGHT = torch.randn(2, 40, dtype=torch.float64)
PLACES = torch.rand(5, dtype=torch.float64)


def test_the_slope_of_a_linear_critic_is_its_weight_anywhere() -> None:
    items = between(RECORDED, GENERATED, PLACES)
    found = gradient_penalty(lambda x: (WEIGHT * x).sum(dim=(1, 2)), items)
    assert float(found) == pytest.approx((float(WEIGHT.norm()) - 1) ** 2, rel=1e-12)


def test_the_penalty_has_the_derivative_of_its_closed_form() -> None:
    factor = torch.tensor(0.7, dtype=torch.float64, requires_grad=True)
    items = between(RECORDED, GENERATED, PLACES)
    found = gradient_penalty(lambda x: factor * (WEIGHT * x).sum(dim=(1, 2)), items)
    [slope] = torch.autograd.grad(found, factor)
    length = float(WEIGHT.norm())
    assert float(slope) == pytest.approx(2 * (0.7 * length - 1) * length, rel=1e-12)


def test_the_slope_of_half_a_square_is_the_item_itself_and_each_has_its_own() -> None:
    items = between(RECORDED, GENERATED, PLACES)
    found = gradient_penalty(lambda x: x.square().sum(dim=(1, 2)) / 2, items)
    expected = torch.square(items.flatten(1).norm(dim=1) - 1).mean()
    assert float(found) == pytest.approx(float(expected), rel=1e-12)


def test_places_lead_from_recorded_to_generated_items_one_by_one() -> None:
    ends = torch.tensor([0.0, 1, 0, 1, 0.5], dtype=torch.float64)
    found = between(RECORDED, GENERATED, ends)
    for number, item in enumerate(found):
        expected = (1 - ends[number]) * RECORDED[number] + ends[number] * GENERATED[number]
        torch.testing.assert_close(item, expected)


def test_the_critic_lowers_the_distance_and_the_generator_its_score() -> None:
    high, low = torch.tensor([3.0, 5.0]), torch.tensor([-1.0, 1.0])
    assert float(distance(high, low)) == -4
    assert float(score(high)) == -4


def test_a_critic_finds_the_distance_of_two_gaussians() -> None:
    """In one dimension, the same shape moved by m is as far as m."""
    moved, steps = 1.5, 300
    noise = torch.linspace(-2, 2, 64, dtype=torch.float64)[:, None]
    weight = torch.zeros(1, dtype=torch.float64, requires_grad=True)

    def says(x: torch.Tensor) -> torch.Tensor:
        return (x * weight).sum(dim=1)

    for _ in range(steps):
        loss = distance(says(noise + moved), says(noise)) + 10 * gradient_penalty(says, noise)
        [slope] = torch.autograd.grad(loss, weight)
        weight = (weight - 0.02 * slope).detach().requires_grad_()
    # |w| is 1 but for what the penalty's weight of 10 leaves: 2 · 10 (w - 1) = m.
    assert float(weight) == pytest.approx(1 + moved / 20, abs=1e-6)
    assert float(-loss) == pytest.approx(moved * float(weight) - 10 * (moved / 20) ** 2, abs=1e-6)
    assert math.isfinite(float(loss))
