from __future__ import annotations

import pytest
from pydantic import ValidationError

from approx_build.training.parameters import TrainingParameters


def test_each_phase_warms_up_and_falls_to_its_last_rate() -> None:
    settings = TrainingParameters(
        steps=1000, finetune_steps=200, warmup_steps=50, final_rate=0.02, finetune_rate=0.5
    )
    assert settings.first_phase == 800
    assert settings.factor(1) == pytest.approx(1 / 50)
    assert settings.factor(51) == pytest.approx(1, abs=0.02)
    assert settings.factor(800) == pytest.approx(0.02, abs=1e-4)
    assert settings.factor(801) == pytest.approx(0.5 / 50)
    assert settings.factor(1000) == pytest.approx(0.01, abs=1e-3)
    assert [settings.is_finetuning(step) for step in (800, 801)] == [False, True]


def test_a_constant_rate_stays_after_warming_up() -> None:
    settings = TrainingParameters(steps=100, schedule="constant", warmup_steps=0)
    assert {settings.factor(step) for step in range(1, 101)} == {1.0}


def test_the_second_phase_must_leave_room_for_the_first() -> None:
    with pytest.raises(ValidationError, match=r"finetune_steps \(10\) must be below steps \(10\)"):
        TrainingParameters(steps=10, finetune_steps=10)
