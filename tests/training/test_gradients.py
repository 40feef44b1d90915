from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from approx_build.families.players import Turn
from approx_build.training.gradients import window_workers
from approx_build.training.parameters import Precision


class Line:
    """A network of one weight: loss = weight · mean(codes · given)."""

    def loss(self, weights: dict[str, Tensor], example: dict[str, Tensor]) -> Tensor:
        return weights["w"] * (example["codes"] * example["given"]).double().mean()

    def gradients(self, weights: dict[str, Tensor], example: dict[str, Tensor]) -> Any:
        return None


class Known(Line):
    """A network that finds its gradients itself."""

    def gradients(self, weights: dict[str, Tensor], example: dict[str, Tensor]) -> Any:
        return 7.0, {name: torch.ones_like(weight) for name, weight in weights.items()}


class Product:
    """loss = mean of (x @ w)."""

    def loss(self, weights: dict[str, Tensor], example: dict[str, Tensor]) -> Tensor:
        return (example["x"] @ weights["w"]).float().mean()

    def gradients(self, weights: dict[str, Tensor], example: dict[str, Tensor]) -> Any:
        return None


CODES = np.array([[1, 2], [3, 4], [5, 6]])
EXAMPLES = [{"codes": codes, "given": codes} for codes in CODES]


def weights() -> dict[str, Tensor]:
    return {"w": torch.tensor(2.0, dtype=torch.float64), "idle": torch.zeros(2)}


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_losses_and_gradients_are_sums_over_windows(threads: int) -> None:
    here = weights()
    with window_workers(Line(), threads) as workers:  # type: ignore[arg-type]
        losses, gradients = workers.gradients(here, EXAMPLES)
        loss = losses["loss"]
        assert workers.loss(here, EXAMPLES) == pytest.approx(loss / 3)
    expected = 3 * float((CODES**2).mean())
    assert loss == pytest.approx(2 * expected)
    assert float(gradients["w"]) == pytest.approx(expected)
    assert not gradients["idle"].any()
    assert not here["w"].requires_grad


def test_a_scale_is_of_the_gradients_and_not_of_the_loss() -> None:
    with window_workers(Line(), 2) as workers:  # type: ignore[arg-type]
        loss, gradients = workers.gradients(weights(), EXAMPLES)
        scaled, larger = workers.gradients(weights(), EXAMPLES, scale=8.0)
    assert scaled == loss
    assert float(larger["w"]) == pytest.approx(8 * float(gradients["w"]))


def test_a_network_with_its_own_gradients_is_asked_for_them() -> None:
    with window_workers(Known(), 1) as workers:  # type: ignore[arg-type]
        loss, gradients = workers.gradients(weights(), EXAMPLES)
        assert loss == {"loss": 21.0}
        assert gradients["idle"].tolist() == [3.0, 3.0]
        # With scaled losses torch finds them.
        assert workers.gradients(weights(), EXAMPLES, scale=2.0)[0] != {"loss": 21.0}


class Pair(Line):
    """Two players, a and b, of which each lowers terms of its own."""

    def losses(self, weights: dict[str, Tensor], example: dict[str, Tensor], turn: Turn) -> Any:
        if turn.player == "a":
            far = (weights["a"] - weights["b"]) * example["codes"].float().mean()
            return {"far": far, "large": weights["a"].square()}
        return {"b": weights["b"] * weights["a"]}


@pytest.mark.parametrize("threads", [1, 3])
def test_a_turn_has_terms_and_gradients_of_its_player_alone(threads: int) -> None:
    here = {"a": torch.tensor(3.0), "b": torch.tensor(2.0)}
    with window_workers(Pair(), threads) as workers:  # type: ignore[arg-type]
        losses, gradients = workers.gradients(here, EXAMPLES, 1.0, Turn("a", "both"), ["a"])
        other, of_b = workers.gradients(here, EXAMPLES, 4.0, Turn("b", "both"), ["b"])
    total = float(CODES.mean(axis=1).sum())
    assert losses == {"far": total, "large": 27.0}
    assert {name: float(one) for name, one in gradients.items()} == {"a": total + 18.0}
    assert other == {"b": 18.0}
    assert {name: float(one) for name, one in of_b.items()} == {"b": 4 * 9.0}


@pytest.mark.parametrize(("precision", "off"), [("bfloat16", 2e-2), ("float16", 2e-3)])
def test_lower_precisions_compute_products_in_less_and_keep_weights(
    precision: str, off: float
) -> None:
    numbers = np.linspace(0.1, 1, 64, dtype=np.float32)
    here = {"w": torch.from_numpy(numbers[:, None].copy())}
    examples = [{"x": np.outer(numbers, numbers).astype(np.float32)}]
    with window_workers(Product()) as workers:  # type: ignore[arg-type]
        exact, plain = workers.gradients(here, examples)
    with window_workers(Product(), precision=Precision(precision)) as workers:  # type: ignore[arg-type]
        loss, gradients = workers.gradients(here, examples)
    assert loss != exact
    assert loss == pytest.approx(exact, rel=off)
    assert gradients["w"].dtype == torch.float32
    torch.testing.assert_close(gradients["w"], plain["w"], rtol=off, atol=0)


def test_torch_s_threads_are_given_back() -> None:
    before = torch.get_num_threads()
    with window_workers(Line(), 2):  # type: ignore[arg-type]
        assert torch.get_num_threads() == 1
    assert torch.get_num_threads() == before
