"""Takes of a RAVE network in a project: from YAML to sound, and what is refused where."""

from __future__ import annotations

import json

import numpy as np
import pytest

from tests.families.projects import FamilyProject
from tests.space import tone

MODEL = """\
model: codec
family: rave
corpus: tones
network:
  sample_rate: 8000
  bands: 4
  capacity: 4
  ratios: [4, 2]
  latent_channels: 4
  biases: true
  discriminator_channels: 2
objective: { largest_size: 128, sizes: 2, beta_windows: 4 }
training:
  steps: 4
  window: 2048
  batch: 2
  held_out_s: 0.3
"""
MOVEMENT = """\
score: 1
movement: one
length: 3
takes:
  wander: { model: codec, length_s: 1, sampling: { walk_step: 0.5 } }
  heard: { model: codec, length_s: 1, transfer: { recording: tones/low, stretch: 2 } }
  moved:
    model: codec
    length_s: 1
    transfer: { take: wander }
    latent:
      - { axis: 1, offset: [[0, -1.5], [1, 1.5]] }
      - { axis: 2, scale: 2, walk: 0.5 }
      - { hold: { at_s: 0.4, for_s: 0.3 } }
      - { smooth_s: 0.05 }
  both:
    model: codec
    length_s: 1
    between: { first: { take: wander }, second: { recording: tones/low } }
    latent: [ { blend: [[0, 0], [1, 1]] } ]
parts:
  all:
    events:
      - { at: 0, play: { from: heard } }
      - { at: 0.5, play: { from: moved } }
      - { at: 1, play: { from: both } }
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> FamilyProject:
    sounds = {"low": tone(300, 2), "click": tone(300, 0.002)}
    return FamilyProject.create(tmp_path_factory.mktemp("project"), MODEL, MOVEMENT, sounds)


@pytest.mark.slow
def test_a_piece_with_transferred_changed_and_blended_takes_renders_reproducibly(
    project: FamilyProject,
) -> None:
    assert np.abs(project.rendered()).max() > 1e-4
    sound = project.transferred("codec", "--stretch", "2")
    assert len(sound) == 8000
    assert np.isfinite(sound).all()


@pytest.mark.slow
def test_collapsed_latents_are_recorded_in_the_ledger_and_on_its_page(
    project: FamilyProject,
) -> None:
    settings = "  players: { autoencoder: { optimizer: { name: adam, learning_rate: 0.02 } } }\n"
    text = MODEL.replace("model: codec", "model: flat").replace("steps: 4", "steps: 60") + settings
    text = text.replace("beta_windows: 4", "beta_windows: 0, beta: 100, adversarial: false")
    project.write("models/flat.yaml", text)
    printed = project.run("train", "flat")
    assert "the latents have collapsed" in printed.out + printed.err
    [path] = (project.root / "models/ledger").glob("flat-*.json")
    assert "collapsed" in json.loads(path.read_text())["warnings"][0]
    page = project.root / project.run("runs", "page").out.strip()
    assert "the latents have collapsed" in page.read_text()
    assert "the latents have collapsed" in project.run("runs", "show", path.stem).out


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("axis: 2", "axis: 5", "latent[1].axis: must be at most 4, the axes of the network (is 5)"),
        ("axis: 2", "axis: 0", "latent[1].axis: must be at least 1 (is 0)"),
        ("at_s: 0.4", "at_s: 4", "latent[2].hold.at_s: is after the take (1 s) (is 4)"),
        ("[1, 1.5]]", "[2, 1.5]]", "latent[0].offset[1][0]: is after the take (1 s) (is 2)"),
        ("[1, 1.5]]", "[0, 1.5]]", "breakpoints must follow each other"),
        ("{ smooth_s: 0.05 }", "{ smooth_s: 0.05, axis: 1 }", "an operation on an axis needs"),
        ("{ smooth_s: 0.05 }", "{ blend: 0.5 }", "needs the two sounds of `between`"),
        ("{ smooth_s: 0.05 }", "{ smoth_s: 0.05 }", "did you mean 'smooth_s'?"),
        ("stretch: 2", "semitones: 2", "do not have this field; they have: stretch"),
        ("stretch: 2", "stretch: 0", "must be at least 0.05 (is 0)"),
        ("recording: tones/low, stretch: 2", "recording: tones/click", "needs at least 32 samples"),
        (
            "transfer: { take: wander }",
            "prime: { take: wander }",
            "this network has no prior that could continue a sound; set `prior_channels`",
        ),
        ("walk_step: 0.5", "walk_step: 1.5", "must be at most 1 (is 1.5)"),
    ],
)
def test_faults_are_reported_with_their_location(
    project: FamilyProject, old: str, new: str, words: str
) -> None:
    printed = project.check_with(old, new)
    assert words in printed
    assert "one.yaml:" in printed


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("window: 2048", "window: 2050", "the nearest window is 2048"),
        ("bands: 4", "bands: 5", "must be one of 4, 8, 16 (is 5)"),
        ("ratios: [4, 2]", "ratios: [4, 3]", "the nearest are 2 and 4"),
        ("sample_rate: 8000", "sample_rate: 200", "must be at least 1000 (is 200)"),
    ],
)
def test_impossible_networks_are_refused_with_the_nearest_possible_value(
    project: FamilyProject, old: str, new: str, words: str
) -> None:
    project.write("models/codec.yaml", MODEL.replace(old, new))
    printed = project.fails("train", "codec", "--plan")
    project.write("models/codec.yaml", MODEL)
    assert words in printed
    assert "codec.yaml:" in printed
