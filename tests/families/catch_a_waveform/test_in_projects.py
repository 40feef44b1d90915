"""A pyramid in a project: one recording learnt, takes in every way, and what is refused where."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import numpy as np
import pytest
import soundfile

from approx_build.errors import ScoreError
from approx_build.plan.catalog import Catalog
from approx_build.plan.take_checks import take_faults
from approx_build.score.load import read_piece
from approx_build.training.model import load_model
from tests.space import CONSENT, Space, tone

TODAY = date(2026, 5, 1)
MODEL = """\
model: keepsake
family: catch-a-waveform
corpus: tones
network: { rates: [1000, 2000, 4000], channels_first: 4, channels_later: 4, layers: 4, taps: 5 }
preparation: { silence: null }
training:
  steps: 6
  window: 4000
  batch: 1
  evaluate_every: 2
  evaluate_windows: 1
checkpoints: [0, 2]
"""
PIECE = "score: 1\npiece: p\nseed: 3\noutput: {rate: 8000}\nmovements: [p/one.yaml]\n"
MOVEMENT = """\
score: 1
movement: one
length: 4
takes:
  free: { model: keepsake, length_s: 1.5, count: 2, sampling: { amplitude: 1.5 } }
  fog: { model: keepsake, step: 2, length_s: 0.5 }
  varied: { model: keepsake, length_s: 1, vary: { recording: tones/low, noise_level: 0.6 } }
  wide:
    model: keepsake
    length_s: 1
    vary: { take: free, noise_level: 0.3 }
    sampling: { keep_below_hz: 900 }
  filled:
    model: keepsake
    length_s: 1
    inpaint: { recording: tones/low, missing_s: [[0.2, 0.5]] }
  longer: { model: keepsake, length_s: 1, extend: { recording: tones/low, length_s: 0.4 } }
parts:
  all:
    gain_db: -18
    events:
      - { at: 0, play: { from: free, clip: 2 } }
      - { at: 1.5, play: { from: varied } }
      - { at: 2, play: { from: filled } }
      - { at: 2.5, play: { from: longer } }
      - { at: 3, play: { from: wide } }
      - { at: 3.4, play: { from: fog } }
"""


@pytest.fixture(scope="module")
def space(tmp_path_factory: pytest.TempPathFactory) -> Space:
    made = Space(tmp_path_factory.mktemp("project"))
    made.write("models/keepsake.yaml", MODEL)
    made.write("models/corpora/tones/consent.yaml", CONSENT)
    made.sound("models/corpora/tones/low.wav", tone(300, 1.2))
    made.write("pieces/p.yaml", PIECE)
    return made


def score(space: Space, **changes: str) -> Path:
    text = MOVEMENT
    for old, new in changes.items():
        line = next(line for line in text.splitlines() if line.startswith(f"  {old}: "))
        text = text.replace(line, f"  {old}: {{ model: keepsake, {new} }}")
    space.write("pieces/p/one.yaml", text)
    return space.root / "pieces/p.yaml"


def faults(space: Space, **changes: str) -> list[str]:
    catalog = Catalog(space.root, TODAY)
    read = read_piece(score(space, **changes), space.root, catalog.log).score
    assert read is not None
    return [str(fault.message) for fault in take_faults(read, catalog)]


def test_a_low_band_is_kept_of_a_variation_alone(space: Space) -> None:
    assert faults(space) == []
    [fault] = faults(space, fog="length_s: 1, sampling: { keep_below_hz: 900 }")
    assert "keeps the low band of a given sound: it needs `vary`" in fault


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("window: 4000", "window: 300", "hears 0.061 s at once, and the recording must be twice"),
        ("[1000, 2000, 4000]", "[1000, 8000]", "a scale has at most 4 times the rate"),
        ("steps: 6", "steps: 2", "phase 'scale-2' must begin after step 0"),
    ],
)
def test_models_that_cannot_be_are_refused_with_what_would_be_right(
    tmp_path: Path, old: str, new: str, words: str
) -> None:
    path = tmp_path / "keepsake.yaml"
    path.write_text(MODEL.replace(old, new))
    with pytest.raises(ScoreError, match=words):
        load_model(path)


@pytest.mark.slow
def test_a_piece_of_every_way_renders(space: Space) -> None:
    score(space)
    space.run("render", "pieces/p.yaml")
    sound, _ = soundfile.read(next((space.root / "renders").rglob("one.wav")))
    assert np.abs(sound).max() > 1e-3
    [entry] = (space.root / "models/ledger").glob("keepsake-*.json")
    losses = json.loads(entry.read_text())["curve"][-1]["losses"]
    assert set(losses) == {
        *("critic", "critic.real", "critic.fake", "critic.penalty"),
        *("generator", "generator.adversarial", "generator.spectra"),
    }


@pytest.mark.slow
def test_a_training_is_planned_evaluated_and_refused_for_two_recordings(space: Space) -> None:
    space.write(
        "models/plan.yaml", MODEL.replace("keepsake", "plan").replace("steps: 6", "steps: 9")
    )
    planned = space.run("train", "plan", "--plan")
    assert "scale-3 from step 6 on" in planned.out
    space.run("evaluate", "keepsake", "--takes", "1")
    space.run("take", "keepsake", "--vary", "tones/low@0.1", "--length-s", "1", "--out", "drawn")
    [made] = (space.root / "drawn").rglob("*.wav")
    assert soundfile.info(made).frames == 4000
    space.write("models/pair.yaml", MODEL.replace("keepsake", "pair").replace("tones", "duo"))
    space.write("models/corpora/duo/consent.yaml", CONSENT.replace("corpus: tones", "corpus: duo"))
    for name in ("a", "b"):
        space.sound(f"models/corpora/duo/{name}.wav", tone(300, 1.2))
    refused = space.run("train", "pair", code=1)
    assert "the network learns one recording, and the corpus has 2 (duo/a, duo/b)" in refused.err
    short = MODEL.replace("keepsake", "long").replace("window: 4000", "window: 9000")
    space.write("models/long.yaml", short)
    refused = space.run("train", "long", code=1)
    assert "tones/low is too short: 1.20 s after preparation" in refused.err
