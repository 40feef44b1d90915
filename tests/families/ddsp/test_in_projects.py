"""Takes of a DDSP network in a project: from YAML to sound, and what is refused where."""

from __future__ import annotations

import numpy as np
import pytest

from tests.families.projects import FamilyProject
from tests.space import tone

MODEL = """\
model: sine
family: ddsp
corpus: tones
network:
  sample_rate: 8000
  frame_rate: 125
  harmonics: 8
  noise_bands: 9
  hidden_channels: 8
  stack_layers: 1
  recurrent_channels: 8
  reverb_taps: 0
training:
  steps: 3
  window: 2048
  batch: 2
  held_out_s: 0.3
  optimizer: { name: adam, learning_rate: 0.01 }
"""
MOVEMENT = """\
score: 1
movement: one
length: 2
takes:
  written: { model: sine, length_s: 1, pitch_hz: [[0, 568.333], [0.5, 440]], loudness_db: -12 }
  source: { model: sine, length_s: 1, pitch_hz: 330 }
  sung: { model: sine, length_s: 1, transfer: { take: source, semitones: [[0, 0], [1, 7]] } }
parts:
  all:
    events:
      - { at: 0, play: { from: written } }
      - { at: 0.5, play: { from: sung } }
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> FamilyProject:
    sounds = {"low": tone(300, 2), "hiss": np.random.default_rng(0).uniform(-0.3, 0.3, 16_000)}
    return FamilyProject.create(tmp_path_factory.mktemp("project"), MODEL, MOVEMENT, sounds)


@pytest.mark.slow
def test_a_piece_of_written_and_transferred_takes_renders_and_repeats(
    project: FamilyProject,
) -> None:
    assert np.abs(project.rendered()).max() > 1e-4
    sound = project.transferred("sine", "--semitones", "-12")
    assert len(sound) == 8000
    assert np.isfinite(sound).all()


@pytest.mark.slow
def test_a_sound_without_pitch_is_refused_where_the_score_asks_for_it(
    project: FamilyProject,
) -> None:
    text = MOVEMENT.replace(
        "{ take: source, semitones: [[0, 0], [1, 7]] }", "{recording: tones/hiss}"
    )
    project.write("pieces/p/one.yaml", text)
    printed = project.fails("render", "pieces/p.yaml")
    assert "one.yaml:7" in printed
    assert "% of its sounding frames have no clear pitch" in printed
    project.write("pieces/p/one.yaml", MOVEMENT)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("[[0, 568.333], [0.5, 440]]", "high", "takes.written.pitch_hz: needs a number, is 'high'"),
        ("[[0, 568.333], [0.5, 440]]", "[]", "takes.written.pitch_hz: needs at least 1"),
        ("[[0, 568.333], [0.5, 440]]", "[[0, 0]]", "must be at least 1 (is 0)"),
        ("[[0, 568.333], [0.5, 440]]", "[[1, 220], [1, 440]]", "breakpoints must follow each"),
        ("loudness_db: -12", "loudness_db: 90", "must be at most 20 (is 90)"),
        ("[[0, 0], [1, 7]]", "[[0, 0], [3, 7]]", "is after the take (1 s) (is 3)"),
        ("[[0, 0], [1, 7]]", "[[1, 0], [0.5, 7]]", "breakpoints must follow each other"),
        (
            "[[0, 0], [1, 7]]",
            "0, stretch: 2",
            "do not have this field; they have: gain_db, semitones",
        ),
        ("loudness_db: -12", "temperature: 1", "networks of family ddsp do not have this control"),
        (
            "transfer: { take: source, semitones: [[0, 0], [1, 7]] }",
            "prime: {take: source}",
            "possible with it: transfer",
        ),
    ],
)
def test_faults_are_reported_with_their_location(
    project: FamilyProject, old: str, new: str, words: str
) -> None:
    printed = project.check_with(old, new)
    assert words in printed
    assert "one.yaml:" in printed
