from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from approx_build.training.gradients import window_workers


class Line:
    """A network of one weight: loss = weight · mean(codes · given)."""

    def loss(self, weights: dict[str, Tensor], codes: Tensor, given: Tensor) -> Tensor:
        return weights["w"] * (codes * given).double().mean()


CODES = np.array([[1, 2], [3, 4], [5, 6]])


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_losses_and_gradients_are_means_over_windows(threads: int) -> None:
    weights = {"w": torch.tensor(2.0, dtype=torch.float64), "idle": torch.zeros(2)}
    with window_workers(Line(), threads) as workers:  # type: ignore[arg-type]
        loss, gradients = workers.gradients(weights, CODES, CODES)
        assert workers.loss(weights, CODES) == loss
    expected = float((CODES**2).mean())
    assert loss == pytest.approx(2 * expected)
    assert float(gradients["w"]) == pytest.approx(expected)
    assert not gradients["idle"].any()
    assert not weights["w"].requires_grad


def test_torch_s_threads_are_given_back() -> None:
    before = torch.get_num_threads()
    with window_workers(Line(), 2):  # type: ignore[arg-type]
        assert torch.get_num_threads() == 1
    assert torch.get_num_threads() == before


class Own(Line):
    """A network that works out its gradients itself, but not those of negative codes."""

    def gradients(
        self, weights: dict[str, Tensor], codes: Tensor, given: Tensor
    ) -> tuple[float, dict[str, Tensor]] | None:
        if codes.min() < 0:
            return None
        return 7.0, {name: torch.full_like(weight, 3.0) for name, weight in weights.items()}


def test_a_network_s_own_gradients_serve_where_it_has_them() -> None:
    weights = {"w": torch.tensor(2.0, dtype=torch.float64)}
    with window_workers(Own(), 2) as workers:  # type: ignore[arg-type]
        loss, gradients = workers.gradients(weights, CODES, CODES)
        assert (loss, float(gradients["w"])) == (7.0, 3.0)
        loss, gradients = workers.gradients(weights, -CODES, -CODES)
        assert float(gradients["w"]) == pytest.approx(float((CODES**2).mean()))
