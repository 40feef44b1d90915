"""The weight of the regulariser over a training."""

from __future__ import annotations

import pytest

from approx_build.families.rave.objective import Objective


def test_the_weight_of_the_regulariser_rises_evenly_in_decibels() -> None:
    objective = Objective(beta=1e-2, first_beta=1e-6, beta_windows=400)
    assert objective.beta_at(0) == pytest.approx(1e-6)
    assert objective.beta_at(200) == pytest.approx(1e-4)
    assert objective.beta_at(400) == objective.beta_at(10**9) == 1e-2


def test_a_weight_of_zero_is_zero_throughout() -> None:
    assert Objective(beta=0).beta_at(0) == 0
    assert Objective(beta_windows=0).beta_at(0) == Objective().beta
