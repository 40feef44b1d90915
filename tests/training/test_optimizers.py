from __future__ import annotations

import pytest
import torch
from pydantic import TypeAdapter, ValidationError

from approx_build.training.optimizers import (
    Adam,
    AnyOptimizer,
    Muon,
    Optimizer,
    RmsProp,
    Sgd,
    Step,
    orthogonal,
)

WEIGHT = torch.tensor([1.0, -2.0, 0.5], dtype=torch.float64)
FIRST = torch.tensor([0.1, -0.3, 2.0], dtype=torch.float64)
SECOND = torch.tensor([-0.2, 0.4, 1.0], dtype=torch.float64)


def two_steps(optimizer: Optimizer, factor: float = 1.0) -> list[torch.Tensor]:
    """The weight after one and two steps."""
    weights = {"w": WEIGHT.clone()}
    state = optimizer.start(weights, {})
    seen = []
    for step, gradient in enumerate((FIRST, SECOND), start=1):
        optimizer.update(weights, {"w": gradient.clone()}, state, Step(step, factor, {}))
        seen.append(weights["w"].clone())
    return seen


def test_the_defaults_are_ibab_s() -> None:
    assert (Adam().learning_rate, Adam().epsilon, Adam().beta1, Adam().beta2) == (
        1e-3,
        1e-4,
        0.9,
        0.999,
    )
    assert (Sgd().learning_rate, Sgd().momentum) == (1e-3, 0.9)
    assert (RmsProp().momentum, RmsProp().epsilon, RmsProp().decay) == (0.9, 1e-5, 0.9)


def test_adam_steps_as_written_down() -> None:
    one, two = two_steps(Adam())
    mean, square = 0.1 * FIRST, 0.001 * FIRST**2
    rate = 1e-3 * (1 - 0.999) ** 0.5 / (1 - 0.9)
    expected = WEIGHT - rate * mean / (square.sqrt() + 1e-4)
    torch.testing.assert_close(one, expected, rtol=1e-12, atol=0)
    mean, square = 0.9 * mean + 0.1 * SECOND, 0.999 * square + 0.001 * SECOND**2
    rate = 1e-3 * (1 - 0.999**2) ** 0.5 / (1 - 0.9**2)
    torch.testing.assert_close(two, one - rate * mean / (square.sqrt() + 1e-4), rtol=1e-12, atol=0)


def test_sgd_steps_as_written_down() -> None:
    one, two = two_steps(Sgd(learning_rate=0.1), factor=0.5)
    torch.testing.assert_close(one, WEIGHT - 0.05 * FIRST)
    torch.testing.assert_close(two, one - 0.05 * (0.9 * FIRST + SECOND))


def test_rmsprop_steps_as_written_down() -> None:
    one, two = two_steps(RmsProp())
    square = 0.9 + 0.1 * FIRST**2  # the average begins at one
    momentum = 1e-3 * FIRST / (square + 1e-5).sqrt()
    torch.testing.assert_close(one, WEIGHT - momentum)
    square = 0.9 * square + 0.1 * SECOND**2
    momentum = 0.9 * momentum + 1e-3 * SECOND / (square + 1e-5).sqrt()
    torch.testing.assert_close(two, one - momentum)


@pytest.mark.parametrize("shape", [(3, 8, 5), (2, 5, 8), (1, 6, 6)])
def test_orthogonal_matrices_have_singular_values_near_one(shape: tuple[int, int, int]) -> None:
    stack = torch.randn(shape, generator=torch.Generator().manual_seed(1))
    values = torch.linalg.svdvals(orthogonal(stack))
    assert float(values.min()) > 0.5
    assert float(values.max()) < 1.3
    torch.testing.assert_close(orthogonal(stack * 100), orthogonal(stack), rtol=1e-3, atol=1e-3)


def test_muon_updates_matrices_and_leaves_the_rest_to_adam() -> None:
    generator = torch.Generator().manual_seed(1)
    weights = {
        "m": torch.randn(2, 4, 3, generator=generator),
        "b": torch.randn(3, generator=generator),
    }
    before = {name: weight.clone() for name, weight in weights.items()}
    gradients = {name: torch.randn(w.shape, generator=generator) for name, w in weights.items()}
    matrices = {"m": (2, 4, 3, 0.5)}
    muon = Muon()
    state = muon.start(weights, matrices)
    assert sorted(state) == ["b.mean", "b.square", "m.momentum"]
    muon.update(weights, gradients, state, Step(1, 1.0, matrices))
    # One step of Nesterov momentum from rest is parallel to the gradient.
    change = 0.01 * 0.5 * 0.2 * 4**0.5 * orthogonal(gradients["m"])
    torch.testing.assert_close(weights["m"], before["m"] - change, rtol=1e-4, atol=1e-6)
    torch.testing.assert_close(
        weights["b"], before["b"] - 2e-3 * gradients["b"].sign(), rtol=1e-4, atol=1e-6
    )


def test_an_optimizer_is_chosen_by_its_name() -> None:
    adapter: TypeAdapter[Optimizer] = TypeAdapter(AnyOptimizer)
    assert adapter.validate_python({"name": "sgd", "momentum": 0.5}) == Sgd(momentum=0.5)
    with pytest.raises(ValidationError):
        adapter.validate_python({"name": "adagrad"})
