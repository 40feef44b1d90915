from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from approx_build.errors import ModelError
from approx_build.machine import Available
from approx_build.training import calibration, session
from approx_build.training.calibration import LEAST_STEPS, DoneSteps, calibrated
from approx_build.training.callbacks import Callback, Resources
from approx_build.training.ledger.costs import Costs
from approx_build.training.model import ModelSpec
from tests.corpus.sounds import small_corpus
from tests.training.duels import duel
from tests.training.models import TINY, material_of, tiny_model


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    return small_corpus(tmp_path / "tones")


@pytest.fixture
def model(tmp_path: Path) -> ModelSpec:
    return tiny_model(tmp_path)


def files(folder: Path) -> set[Path]:
    return set(folder.rglob("*"))


def test_a_few_steps_foretell_all_and_leave_nothing(
    model: ModelSpec, corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Silent(Callback):
        def began(self, *_: object) -> None:
            raise AssertionError("nobody is to hear of it")

    material = material_of(model, corpus)
    before = files(tmp_path)
    monkeypatch.chdir(tmp_path)
    found = calibrated(model, material, Resources(callback=Silent()), seconds=0)
    assert files(tmp_path) == before
    assert found.step.count == LEAST_STEPS
    assert (found.steps, found.used, found.steps_done) == (40, 120, 0)
    assert found.parameters == model.network.parameter_count
    assert found.remaining.median_s > 40 * found.step.median_s
    assert found.sound is not None
    assert found.sound.recorded_s == pytest.approx(2.0)
    assert found.sound.heard_s == pytest.approx(40 * 3 * 200 / 4000)
    assert found.windows == 2 * 18
    # Points at 0, 7, 14, 21, 28, 35, and the steps 12, 30 and 40 that are kept.
    assert found.evaluations == 9


def test_more_time_gives_more_steps(model: ModelSpec, corpus: Path) -> None:
    found = calibrated(model, material_of(model, corpus), Resources(), seconds=60)
    assert found.step.count == model.last_step - 1


def test_a_model_of_one_step_is_timed_as_others_are(corpus: Path, tmp_path: Path) -> None:
    text = TINY.replace("steps: 40", "steps: 1").replace("finetune_steps: 10", "finetune_steps: 0")
    model = tiny_model(tmp_path, text)
    found = calibrated(model, material_of(model, corpus), Resources(), seconds=0)
    assert (found.step.count, found.used) == (LEAST_STEPS, 3)


def test_each_phase_is_timed_and_counts_as_long_as_it_lasts(
    corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    timed = calibration._timed

    def by_turns(run: Any, stretch: Any, seconds: float) -> list[float]:
        """Steps are taken, but their times are their turns, whatever else the machine does."""
        return [float(len(stretch.turns)) for _ in timed(run, stretch, seconds)]

    monkeypatch.setattr(calibration, "_timed", by_turns)
    model = duel({"critic": {"turns": 40}}, {"alone": True}, phases={"duel": {"from_step": 6}})
    found = calibrated(model, material_of(model, corpus), Resources(), seconds=0)
    assert found.step.count == 2 * LEAST_STEPS
    assert found.phases == {"alone": 0, "duel": 6}
    assert {n: (p.turns, p.parameters) for n, p in found.players.items()} == {
        "critic": (40, 8),
        "generator": (1, 16),
    }
    assert found.parameters == 24
    assert found.used == 2 * (6 * 1 + 2 * 41)
    # What is left after six steps is the duel alone, whose steps are much longer.
    late = calibrated(model, material_of(model, corpus), Resources(), DoneSteps(7), seconds=0)
    assert late.step.median_s > found.step.median_s


def test_memory_was_measured_and_is_not_below_what_keeping_needs(
    model: ModelSpec, corpus: Path
) -> None:
    found = calibrated(model, material_of(model, corpus), Resources(), seconds=0)
    assert found.measured_bytes
    assert found.measured_bytes > found.memory["weights"]
    assert found.peak_bytes == found.measured_bytes
    assert not found.is_too_large


def test_what_was_made_already_is_neither_timed_nor_paid_twice(
    model: ModelSpec, corpus: Path
) -> None:
    paid = model.model_copy(update={"costs": Costs(per_hour=Decimal(1), budget=Decimal(5))})
    made = DoneSteps(30, Decimal(4))
    found = calibrated(paid, material_of(model, corpus), Resources(), made, seconds=0)
    assert found.steps_done == 30
    assert found.evaluations == 2
    assert found.remaining.median_s < 12 * found.step.median_s + 3 * found.evaluation_s
    assert found.costs is not None
    assert found.costs.spent(0, found.spent) == 4


def test_what_does_not_fit_is_refused_before_it_is_tried(
    model: ModelSpec, corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    material = material_of(model, corpus)
    monkeypatch.setattr(session, "memory_on", lambda device: Available(1000, "a test"))
    monkeypatch.setattr(calibration, "started", lambda *_: pytest.fail("it was begun"))
    with pytest.raises(ModelError, match=r"needs .* are available"):
        calibrated(model, material, replace(Resources(), threads=2))
