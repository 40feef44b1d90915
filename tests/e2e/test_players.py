"""A family of two players on the command line: plan, ledger, faults, takes, several processes."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from approx_build.families.base import FAMILIES
from approx_build.training.checkpoint import read_checkpoint
from approx_build.training.previous_runs import run_in
from tests.entry_points import ROOT, installed
from tests.families.duel.family import Duel
from tests.space import Space, project

ENTRY_POINT = "[approx_build.families]\nduel = tests.families.duel.registered\n"
FIGHT = """\
model: fight
family: duel
corpus: tones
network: { size: 16 }
objective: { alone: true }
training:
  steps: 12
  window: 256
  batch: 4
  held_out_s: 0.1
  evaluate_windows: 2
  evaluate_every: 3
  players:
    critic: { turns: 2 }
"""
PIECE = """\
score: 1
piece: bout
output: { rate: 8000 }
movements: [bout/1-round.yaml]
"""
ROUND = """\
score: 1
movement: round
length: 0.5
takes:
  jab: { model: fight, count: 2, length_s: 0.3 }
parts:
  fist:
    events: [ { at: 0.1, play: { from: jab, clip: 2 }, gain_db: -6 } ]
"""
TOLERANCE = 1e-5
"""Largest difference of weights when gradients are summed by two processes."""


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The path of processes that find the family installed."""
    return installed(tmp_path_factory.mktemp("site"), "duel", ENTRY_POINT)


@pytest.fixture
def ring(path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Space:
    """A project with a model of that family, which this process and others know."""
    monkeypatch.setitem(FAMILIES._loaded, "duel", Duel)
    space = project(tmp_path / "project")
    space.environment["PYTHONPATH"] = path
    space.write("models/fight.yaml", FIGHT)
    return space


def last_weights(space: Space, store: str = ".approx") -> dict[str, Any]:
    [folder] = [one for one in (space.root / store / "training").iterdir() if one.is_dir()]
    run = run_in(folder)
    assert run is not None
    shapes = Duel(size=16).tensor_shapes()
    return dict(read_checkpoint(folder / run.checkpoints[-1].file, shapes))


def test_a_plan_shows_of_players_and_phases(ring: Space) -> None:
    told = ring.run("train", "fight", "--plan").out
    rows = dict(re.split(r"  +", line, maxsplit=1) for line in told.splitlines())
    assert rows["parameters"] == "48"
    assert rows["players"] == (
        "critic with 16 parameters, 2 turns a step; generator with 32 parameters, 1 turn a step"
    )
    assert rows["phases"] == "alone from step 0 on; duel from step 6 on"
    found = json.loads(ring.run("train", "fight", "--plan", "--json").out)
    assert found["players"]["critic"] == {"turns": 2, "parameters": 16}
    assert found["phases"] == {"alone": 0, "duel": 6}
    assert found["epochs"] * found["windows"] == pytest.approx(4 * (6 * 1 + 6 * 3))
    assert not (ring.root / "models" / "ledger").exists()


def test_the_ledger_shows_each_player_s_losses(ring: Space) -> None:
    ring.run("train", "fight")
    shown = ring.run("runs", "show", "fight").out
    for title in ("held-out loss, mean square", "critic: training loss", "generator: training"):
        assert title in shown
    assert "training.players.critic.turns" in shown
    entry = json.loads(ring.run("runs", "show", "fight", "--json").out)
    assert entry["settings"]["optimizer"] == "sgd"
    names = [sorted(point.get("losses", {})) for point in entry["curve"]]
    players = ["critic", "critic.distance", "critic.penalty", "generator"]
    assert names == [[], ["generator"], ["generator"], players, players]
    ring.edit("models/fight.yaml", "turns: 2", "turns: 3")
    ring.run("train", "fight", "--new")
    runs = sorted(one.stem for one in (ring.root / "models" / "ledger").glob("*.json"))
    compared = ring.run("runs", "compare", *runs).out
    assert re.search(r"training\.players\.critic\.turns +[23] +[23]", compared)
    assert "critic.penalty, training loss at equal steps" in compared
    found = json.loads(ring.run("runs", "compare", *runs, "--json").out)
    assert sorted(found["players"]) == players
    assert [row["step"] for row in found["players"]["generator"]][-1] == 12


def test_a_piece_plays_takes_of_the_player_that_draws(ring: Space) -> None:
    ring.write("pieces/bout.yaml", PIECE)
    ring.write("pieces/bout/1-round.yaml", ROUND)
    ran = ring.start("render", "pieces/bout.yaml", "--verbose").ran()
    assert {"models/fight/run", "1-round/takes/jab/2"} <= ran
    assert sorted(last_weights(ring)) == ["generator.shift", "generator.spread"]
    assert not ring.start("render", "pieces/bout.yaml", "--verbose").ran()


def test_faults_of_players_are_reported_at_their_lines(ring: Space) -> None:
    ring.write("pieces/bout.yaml", PIECE)
    ring.write("pieces/bout/1-round.yaml", ROUND)
    ring.edit("models/fight.yaml", "turns: 2", "turms: 2")
    said = ring.run("check", "pieces/bout.yaml", code=1).err
    assert "models/fight.yaml:14:15: training.players.critic.turms: unknown field" in said
    assert "did you mean 'turns'?" in said


@pytest.mark.slow
def test_two_processes_train_players_as_one_does_and_repeat_their_bits(ring: Space) -> None:
    found = {}
    for store, processes in (("one", "1"), ("two", "2"), ("again", "2")):
        ring.start("train", "fight", "--processes", processes, "--store", store, "-j", "2")
        found[store] = last_weights(ring, store)
    for name, array in found["one"].items():
        np.testing.assert_allclose(found["two"][name], array, atol=TOLERANCE)
        assert found["again"][name].tobytes() == found["two"][name].tobytes()


def test_it_keeps_all_that_families_promise_of_training(path: str) -> None:
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-v", "-p", "no:cacheprovider"),
            *("tests/families/test_every_family.py", "tests/training/test_docs.py"),
            *("-k", "duel and (train or steps or players or weights or checkpoint) or test_docs"),
        ],
        env={**os.environ, "PYTHONPATH": path},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert "test_twenty_steps_lower_the_loss_on_a_sine[duel] PASSED" in done.stdout
