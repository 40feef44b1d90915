"""A WaveGAN in a project: strokes learned, takes of latent places, and what is refused where."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import numpy as np
import pytest
import soundfile

from approx_build.plan.catalog import Catalog
from approx_build.plan.check import check
from approx_build.plan.graph import Kind
from approx_build.plan.lower import lower
from approx_build.plan.take_checks import take_faults, take_remarks
from approx_build.score.load import read_piece
from tests.families.projects import PIECE, FamilyProject
from tests.space import Space

TODAY = date(2026, 5, 1)
MODEL = """\
model: kit
family: wavegan
corpus: tones
network: { sample_rate: 8000, length: 1024, width: 4, latent: 8, taps: 9 }
preparation: { onsets: { lead_s: 0.004 } }
augmentation: { shift: 0, polarity: 0.5 }
training:
  steps: 6
  window: 1024
  batch: 2
  held_out_s: 0.9
  evaluate_every: 2
  evaluate_windows: 4
"""
MOVEMENT = """\
score: 1
movement: one
length: 2
takes:
  path: { model: kit, length_s: 0.1, count: 3, from_seed: 4, to_seed: 9 }
  mine: { model: kit, length_s: 0.128, count: 2, from_seed: 4, place: [0.25, -0.5] }
parts:
  all:
    events:
      - { at: 0, play: { from: path, clip: 1 } }
      - { at: 0.3, play: { from: path, clip: 2 } }
      - { at: 0.6, play: { from: path, clip: 3 } }
      - { at: 0.9, play: { from: mine, clip: 1 } }
      - { at: 1.2, play: { from: mine, clip: 2 } }
"""


def strokes(seed: int) -> np.ndarray:
    """A decaying burst of noise every quarter of a second, 3 s."""
    numbers = np.random.default_rng(seed)
    one = numbers.uniform(-0.9, 0.9, (12, 2000)) * np.exp(-np.arange(2000) / 250)
    return np.concatenate([np.zeros(100), one.ravel()])


@pytest.fixture(scope="module")
def space(tmp_path_factory: pytest.TempPathFactory) -> FamilyProject:
    sounds = {f"strokes-{seed}": strokes(seed) for seed in (1, 2)}
    return FamilyProject.create(tmp_path_factory.mktemp("project"), MODEL, MOVEMENT, sounds)


def score(space: Space, **changes: str) -> Path:
    text = MOVEMENT
    for old, new in changes.items():
        line = next(line for line in text.splitlines() if line.startswith(f"  {old}: "))
        text = text.replace(line, f"  {old}: {{ model: kit, {new} }}")
    space.write("pieces/p/one.yaml", text)
    return space.root / "pieces/p.yaml"


def faults(space: Space, **changes: str) -> list[str]:
    catalog = Catalog(space.root, TODAY)
    read = read_piece(score(space, **changes), space.root, catalog.log).score
    assert read is not None
    return [str(fault.message) for fault in take_faults(read, catalog)]


def remarks(space: Space, **changes: str) -> list[str]:
    catalog = Catalog(space.root, TODAY)
    read = read_piece(score(space, **changes), space.root, catalog.log).score
    assert read is not None
    return [str(fault.message) for fault in take_remarks(read, catalog)]


def test_the_key_of_each_clip_contains_its_place(space: Space) -> None:
    lowered = lower(check(score(space), Catalog(space.root, TODAY)))
    places = {
        action.target: action.params["sampling"]["place"]  # type: ignore[index, call-overload]
        for action in lowered.graph
        if action.kind is Kind.TAKE and "/takes/" in action.target
    }
    assert places == {
        "one/takes/path/1": 0.0,
        "one/takes/path/2": 0.5,
        "one/takes/path/3": 1.0,
        "one/takes/mine/1": 0.25,
        "one/takes/mine/2": -0.5,
    }


def test_a_take_longer_than_a_clip_is_refused_with_the_longest_length(space: Space) -> None:
    [fault] = faults(space, path="length_s: 0.5")
    assert fault == (
        "takes.path.length_s: 0.5 s; the network makes clips of at most 1024 samples, 0.128 s; "
        "make the take so long, and repeat its clips with `pulse`, `repeat` or `salad`"
    )
    assert faults(space, path="length_s: 0.128") == []


def test_a_list_of_places_must_have_one_for_each_clip(space: Space) -> None:
    [fault] = faults(space, mine="length_s: 0.1, count: 3, place: [0, 1]")
    assert "2 places for 3 clips; a list needs a place for each" in fault


def test_a_place_outside_the_cube_is_allowed_with_a_remark(space: Space) -> None:
    assert faults(space) == []
    [remark] = remarks(space)
    assert "place -0.5 may be outside the latents that the network has learned" in remark
    [wide, _] = remarks(space, path="length_s: 0.1, spread: 1.5")
    assert "spread 1.5 may be outside" in wide
    assert remarks(space, mine="length_s: 0.1, place: 0.5, spread: 0.5") == []


@pytest.mark.slow
def test_a_piece_of_strokes_renders_reproducibly(space: FamilyProject) -> None:
    score(space)
    assert np.abs(space.rendered()).max() > 1e-4
    [entry] = (space.root / "models/ledger").glob("kit-*.json")
    curve = json.loads(entry.read_text())["curve"]
    terms = {"critic", "critic.distance", "critic.penalty", "generator", "variety"}
    assert terms == set(curve[-1]["losses"])


@pytest.mark.slow
def test_takes_can_be_auditioned_by_place_and_are_no_longer_than_a_clip(space: Space) -> None:
    space.run("take", "kit", "--from-seed", "4", "--to-seed", "9", "--count", "2", "--out", "a")
    first, last = sorted((space.root / "a").rglob("*.wav"))
    assert soundfile.info(first).frames == 1024
    space.run("take", "kit", "--from-seed", "4", "--place", "0", "--out", "b")
    [same] = (space.root / "b").rglob("*.wav")
    assert same.read_bytes() == first.read_bytes() != last.read_bytes()
    wild = space.run("take", "kit", "--place", "[2, -1]", "--count", "2", "--out", "c")
    assert "place 2 may be outside" in wild.out
    refused = space.run("take", "kit", "--length-s", "2", code=2)
    assert "clips of at most 1024 samples" in refused.err
    space.run("evaluate", "kit", "--takes", "2")


COLLAPSES = """\
  players:
    critic: { turns: 1, optimizer: { name: adam, learning_rate: 1e-6, epsilon: 1e-8 } }
    generator: { ema: 0, optimizer: { name: adam, learning_rate: 1e-9, epsilon: 1e-8 } }
"""
"""A generator that learns nothing whispers the same of every latent."""


@pytest.mark.slow
def test_a_collapsed_generator_is_reported_in_the_ledger_and_on_the_page(space: Space) -> None:
    one = MODEL.replace("model: kit", "model: rut")
    space.write("models/rut.yaml", one + COLLAPSES)
    score(space)
    text = (space.root / "pieces/p/one.yaml").read_text().replace("model: kit", "model: rut")
    space.write("pieces/q/one.yaml", text)
    space.write("pieces/q.yaml", PIECE.replace("piece: p", "piece: q").replace("p/one", "q/one"))
    space.run("render", "pieces/q.yaml")
    [page] = (space.root / "renders/q").rglob("index.html")
    assert "its takes are nearly all alike" in page.read_text(encoding="utf-8")
    [entry] = (space.root / "models/ledger").glob("rut-*.json")
    shown = space.run("runs", "show", entry.stem)
    assert "collapsed since step" in shown.out


@pytest.mark.slow
def test_overflow_stops_the_training_and_keeps_earlier_checkpoints(space: Space) -> None:
    steep = "  players: { critic: { optimizer: { name: sgd, learning_rate: 9, momentum: 0 } } }\n"
    text = MODEL.replace("model: kit", "model: gas").replace("steps: 6", "steps: 60")
    space.write("models/gas.yaml", text + steep)
    failed = space.run("train", "gas", code=1)
    assert "the loss or gradients are not finite numbers" in failed.err
    assert "earlier checkpoints and states are kept" in failed.err
    [entry] = (space.root / "models/ledger").glob("gas-*.json")
    assert json.loads(entry.read_text())["status"] == "failed"
    assert json.loads(entry.read_text())["checkpoints"]
