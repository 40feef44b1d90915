"""`train --plan` and trainings in `plan`: what they will take, said before they start."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from approx_build.machine import Available, resident_bytes
from approx_build.training import session
from tests.space import Space

TIDE, MODEL = "pieces/tide.yaml", "models/tiny.yaml"


@pytest.fixture
def anew(space: Space) -> Space:
    """The project without shipped checkpoints, its training priced."""
    shutil.rmtree(space.root / "models/checkpoints/tiny")
    space.edit(MODEL, "checkpoints: [0, 2]\n", "checkpoints: [0, 2]\ncosts: { per_hour: 9999 }\n")
    return space


def test_a_plan_of_a_training_says_what_it_takes_and_trains_nothing(anew: Space) -> None:
    told = dict(
        re.split(r"\s{2,}", line, maxsplit=1)
        for line in anew.run("train", "tiny", "--plan", "--jobs", "1").out.splitlines()
    )
    assert told["training"] == "tiny, from the first step"
    assert told["windows"].startswith("44, each used 0.0909 times")
    assert re.match(r"[\d.]+ [MG]B at the peak \(weights ", told["memory"])
    assert re.match(r"[\d.e-]+ s, median of 3$", told["a step"])
    assert "USD" in told["cost"]
    assert not (anew.root / ".approx/training").exists()
    assert not (anew.root / "models/ledger").exists()
    assert "models/tiny/run: never built" in anew.run("plan", TIDE, "--actions").out


def test_a_plan_of_a_training_for_programs(anew: Space) -> None:
    told = json.loads(anew.run("train", "tiny", "--plan", "--json", "-j", "1").out)
    assert (told["model"], told["training"]) == ("tiny", "from the first step")
    assert (told["steps"], told["steps_done"], told["windows"]) == (4, 0, 44)
    assert told["recorded_s"] == pytest.approx(1.6)
    assert told["seconds"]["low"] < told["seconds"]["median"] < told["seconds"]["high"]
    assert told["peak_bytes"] <= told["available_bytes"]
    assert float(told["cost"]) > 0
    assert told["budget"] is None


def test_what_is_there_is_reported_to_be_there(space: Space) -> None:
    shipped = "training         tiny, nothing left: shipped with the model\n"
    assert space.run("train", "tiny", "--plan").out == shipped
    shutil.rmtree(space.root / "models/checkpoints/tiny")
    space.run("train", "tiny")
    stored = "training         tiny, nothing left: finished, in the store\n"
    assert space.run("train", "tiny", "--plan").out == stored
    told = json.loads(space.run("train", "tiny", "--plan", "--json").out)
    assert told == {"model": "tiny", "training": "nothing left: finished, in the store"}


def test_a_training_that_was_stopped_is_planned_from_where_it_stands(anew: Space) -> None:
    anew.edit(MODEL, "per_hour: 9999", "per_hour: 1000000, budget: 1")
    # The first steps are paid for by no measured second; the budget ends soon after.
    assert "the budget is used up" in anew.fails("train", "tiny")
    told = json.loads(anew.run("train", "tiny", "--plan", "--json").out)
    assert re.fullmatch(r"continues after step \d of 4|from the first step", told["training"])
    assert told["steps_within_budget"] <= 4
    assert float(told["cost"]) > 0


def test_what_does_not_fit_is_refused_by_plan_and_by_render(
    anew: Space, monkeypatch: pytest.MonkeyPatch
) -> None:
    def little(device: object) -> Available:
        return Available(resident_bytes() // 2, "a test")

    monkeypatch.setattr(session, "memory_on", little)
    said = "model 'tiny': its training needs "
    assert said in anew.fails("train", "tiny", "--plan")
    told = json.loads(anew.run("train", "tiny", "--plan", "--json", code=1).out)
    assert told["problem"].startswith(said)
    assert said in anew.fails("render", TIDE)
    [folder] = [p for p in (anew.root / ".approx/training").iterdir() if p.is_dir()]
    assert not list(folder.iterdir())


def test_a_plan_of_a_piece_shows_memory_and_cost_of_a_training(anew: Space) -> None:
    first = anew.run("plan", TIDE, "--actions").out
    assert re.search(r"  train  .*models/tiny/run: .* \(\d+ MB of memory\)$", first, re.MULTILINE)
    anew.run("train", "tiny")
    anew.edit(MODEL, "steps: 4", "steps: 5")
    lines = anew.run("plan", TIDE, "--actions").out.splitlines()
    [row] = [line for line in lines if "models/tiny/run" in line]
    assert re.search(r"\(\d+ MB of memory, \d+\.\d\d USD\)$", row)
    assert re.search(r", \d+\.\d\d USD$", lines[-1])


def test_a_plan_of_a_piece_needs_no_torch(anew: Space, tmp_path: Path) -> None:
    anew.write("torch.py", "raise ImportError('torch is not to be imported')")
    outcome = anew.start(
        "plan", TIDE, "--actions", PYTHONPATH=f"{anew.root}:{Path(__file__).parents[2]}"
    )
    assert "MB of memory" in outcome.out
