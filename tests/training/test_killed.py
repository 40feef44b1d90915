"""Trainings that are killed, and go on to the very bits of one that was left in peace."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file

from approx_build.training.ledger.record import read_record
from approx_build.training.state import STATE_NAME, newest_metadata
from tests.corpus.sounds import small_corpus
from tests.training.models import tiny_model, trained
from tests.training.test_loop import digests, stop_at

HOME = Path(__file__).parents[2]
KILLS = 20
STEPS = 200
SMALL = """\
model: tiny
family: wavenet
corpus: tones
network:
  sample_rate: 4000
  dilations: [1, 2]
  residual_channels: 4
  dilation_channels: 4
  skip_channels: 8
  quantization_channels: 16
training:
  seed: 5
  steps: 200
  window: 48
  batch: 2
  held_out_s: 0.1
  warmup_steps: 5
  evaluate_every: 30
  evaluate_windows: 2
"""
ADAM = "  optimizer: { name: adam, learning_rate: 0.003 }\n"
VARIED = "augmentation: { polarity: 0.5, gain_db: [-9, 0], highpass_hz: [20, 200] }\n"
MODELS = {
    "adam": SMALL + ADAM + "  ema: 0.9\n  l2: 0.001\n  clip_norm: 0.5\ncheckpoints: [3, 90]\n",
    "muon": SMALL + "  finetune_steps: 60\ncheckpoints: [140]\n" + VARIED,
    "half": SMALL + ADAM + "  precision: float16\n",
}


@pytest.fixture(scope="module")
def trainings(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, int]]:
    """A folder of trainings, and how often each was killed."""
    folder = tmp_path_factory.mktemp("killed")
    small_corpus(folder / "tones")
    task = folder / "task.json"
    task.write_text(json.dumps({"folder": str(folder), "kills": KILLS, "models": MODELS}))
    command = [sys.executable, "-m", "tests.training.victim", str(task)]
    done = subprocess.run(command, cwd=HOME, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder, json.loads(done.stdout)


@pytest.mark.slow
@pytest.mark.parametrize("name", MODELS)
def test_a_training_that_is_killed_twenty_times_ends_in_the_same_bits(
    trainings: tuple[Path, dict[str, int]], name: str
) -> None:
    folder, kills = trainings
    assert kills[name] == KILLS
    killed, whole = (folder / f"{name}-{how}" for how in ("killed", "whole"))
    one, other = read_record(killed), read_record(whole)
    assert one is not None
    assert other is not None
    assert digests(one) == digests(other)
    assert one.curve == other.curve
    assert len(one.curve) > STEPS // 30
    assert one.left_out == other.left_out
    mine, its = load_file(killed / STATE_NAME), load_file(whole / STATE_NAME)
    assert mine.keys() == its.keys()
    assert all(np.array_equal(mine[tensor], its[tensor]) for tensor in mine)
    notes, others = newest_metadata(killed), newest_metadata(whole)
    assert notes is not None
    assert others is not None
    assert [notes[key] for key in ("step", "scale", "recent", "order")] == [
        others[key] for key in ("step", "scale", "recent", "order")
    ]
    assert notes["scale"]["factor"] > 1 or name != "half"
    # What a killed process was writing is swept by the next.
    assert {path.name for path in killed.iterdir()} == {path.name for path in whole.iterdir()} | {
        "resume-before.safetensors"
    }


def test_120_steps_and_80_are_200(tmp_path: Path) -> None:
    corpus, model = small_corpus(tmp_path / "tones"), tiny_model(tmp_path, MODELS["adam"])
    whole = trained(model, corpus, tmp_path / "whole")
    with pytest.raises(KeyboardInterrupt):
        trained(model, corpus, tmp_path / "parts", stop_at(120, signal.SIGINT))
    notes = newest_metadata(tmp_path / "parts")
    assert notes is not None
    assert notes["step"] == 120
    parts = trained(model, corpus, tmp_path / "parts")
    assert digests(parts) == digests(whole)
    assert parts.curve == whole.curve
