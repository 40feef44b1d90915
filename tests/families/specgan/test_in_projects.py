"""A SpecGAN in a project: strokes learned, takes of latent places, and what is refused where."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from approx_build.errors import ScoreError
from approx_build.plan.catalog import Catalog
from approx_build.plan.check import check
from approx_build.plan.take_checks import take_faults, take_remarks
from approx_build.score.load import read_piece
from tests.space import CONSENT, Space

TODAY = date(2026, 5, 1)
MODEL = """\
model: kit
family: specgan
corpus: tones
network: { sample_rate: 8000, length: 1024, window: 64, hop: 32, width: 4, latent: 8 }
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
PIECE = "score: 1\npiece: p\nseed: 3\noutput: {rate: 8000}\nmovements: [p/one.yaml]\n"
MOVEMENT = """\
score: 1
movement: one
length: 1
takes:
  path: { model: kit, length_s: 0.1, count: 2, from_seed: 4, to_seed: 9 }
  mine: { model: kit, length_s: 0.128, from_seed: 4, place: -0.5, sampling: { iterations: 3 } }
parts:
  all:
    events:
      - { at: 0, play: { from: path, clip: 1 } }
      - { at: 0.3, play: { from: path, clip: 2 } }
      - { at: 0.6, play: { from: mine, clip: 1 } }
"""


def strokes(seed: int) -> np.ndarray:
    """A decaying burst of noise every quarter of a second, 3 s."""
    numbers = np.random.default_rng(seed)
    one = numbers.uniform(-0.9, 0.9, (12, 2000)) * np.exp(-np.arange(2000) / 250)
    return np.concatenate([np.zeros(100), one.ravel()])


@pytest.fixture(scope="module")
def space(tmp_path_factory: pytest.TempPathFactory) -> Space:
    made = Space(tmp_path_factory.mktemp("project"))
    made.write("models/kit.yaml", MODEL)
    made.write("models/corpora/tones/consent.yaml", CONSENT)
    for seed in (1, 2):
        made.sound(f"models/corpora/tones/strokes-{seed}.wav", strokes(seed))
    made.write("pieces/p.yaml", PIECE)
    return made


def score(space: Space, **changes: str) -> Path:
    text = MOVEMENT
    for old, new in changes.items():
        line = next(line for line in text.splitlines() if line.startswith(f"  {old}: "))
        text = text.replace(line, f"  {old}: {{ model: kit, {new} }}")
    space.write("pieces/p/one.yaml", text)
    return space.root / "pieces/p.yaml"


def messages(space: Space, found: Any, **changes: str) -> list[str]:
    catalog = Catalog(space.root, TODAY)
    read = read_piece(score(space, **changes), space.root, catalog.log).score
    assert read is not None
    return [str(fault.message) for fault in found(read, catalog)]


def test_a_take_longer_than_a_clip_is_refused_with_the_longest_length(space: Space) -> None:
    [fault] = messages(space, take_faults, path="length_s: 0.5")
    assert fault == (
        "takes.path.length_s: 0.5 s; the network makes clips of at most 1024 samples, 0.128 s; "
        "make the take so long, and repeat its clips with `pulse`, `repeat` or `salad`"
    )
    assert messages(space, take_faults, path="length_s: 0.128") == []


def test_a_place_outside_the_cube_is_legal_and_remarked_on(space: Space) -> None:
    assert messages(space, take_faults) == []
    [remark] = messages(space, take_remarks)
    assert "place -0.5 may be outside the latents that the network has learned" in remark


def test_controls_that_no_take_can_have_are_refused(space: Space) -> None:
    piece = score(space, mine="length_s: 0.1, sampling: { iterations: 2000 }")
    with pytest.raises(ScoreError, match=r"iterations: must be at most 1000"):
        check(piece, Catalog(space.root, TODAY))
    [fault] = messages(space, take_faults, path="length_s: 0.1, count: 3, place: [0, 1]")
    assert "2 places for 3 clips" in fault


@pytest.mark.slow
def test_takes_are_auditioned_by_places_and_have_the_phases_of_all_clips(space: Space) -> None:
    space.run("train", "kit")
    space.run("take", "kit", "--from-seed", "4", "--to-seed", "9", "--count", "2", "--out", "a")
    first, last = sorted((space.root / "a").rglob("*.wav"))
    assert soundfile.info(first).frames == 1024
    space.run("take", "kit", "--from-seed", "4", "--place", "0", "--seed", "5", "--out", "b")
    [same] = (space.root / "b").rglob("*.wav")
    assert same.read_bytes() == first.read_bytes() != last.read_bytes()
    [entry] = (space.root / "models/ledger").glob("kit-*.json")
    curve = json.loads(entry.read_text())["curve"]
    terms = {"critic", "critic.distance", "critic.penalty", "generator", "variety"}
    assert terms == set(curve[-1]["losses"])


@pytest.mark.slow
def test_numbers_that_overflow_stop_the_training_and_keep_what_was_good(space: Space) -> None:
    steep = "  players: { critic: { optimizer: { name: sgd, learning_rate: 9, momentum: 0 } } }\n"
    text = MODEL.replace("model: kit", "model: gas").replace("steps: 6", "steps: 60")
    space.write("models/gas.yaml", text + steep)
    failed = space.run("train", "gas", code=1)
    assert "the loss or gradients are not finite numbers" in failed.err
    assert "earlier checkpoints and states are kept" in failed.err
    [entry] = (space.root / "models/ledger").glob("gas-*.json")
    assert json.loads(entry.read_text())["status"] == "failed"
    assert json.loads(entry.read_text())["checkpoints"]


COLLAPSES = """\
  players:
    critic: { turns: 1, optimizer: { name: adam, learning_rate: 1e-6, epsilon: 1e-8 } }
    generator: { ema: 0, optimizer: { name: adam, learning_rate: 1e-9, epsilon: 1e-8 } }
"""
"""A generator that learns nothing makes the mean spectrum from each latent."""


@pytest.mark.slow
def test_a_generator_of_one_sound_is_named_in_the_ledger(space: Space) -> None:
    space.write("models/rut.yaml", MODEL.replace("model: kit", "model: rut") + COLLAPSES)
    space.run("train", "rut")
    [entry] = (space.root / "models/ledger").glob("rut-*.json")
    shown = space.run("runs", "show", entry.stem)
    assert "collapsed since step" in shown.out
