"""Training by the face: when it happens, how it goes on, and checkpoints that are not right."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from approx_build.training.checkpoint import read_about
from approx_build.training.model import load_model
from tests.space import Space

TIDE, MODEL = "pieces/tide.yaml", "models/tiny.yaml"
SHIPPED = "models/checkpoints/tiny"


def test_a_model_that_is_shipped_is_not_trained(space: Space) -> None:
    outcome = space.run("train", "tiny")
    assert re.fullmatch(
        r"tiny: 3 checkpoints shipped with the model, key [0-9a-f]{12}\n", outcome.out
    )
    assert space.run("train", MODEL).out == outcome.out
    assert not (space.root / ".approx/training").exists()


def test_editing_a_model_trains_it(built: Space) -> None:
    before = built.digests()
    built.edit(MODEL, "steps: 4", "steps: 5")
    changes = "params.checkpoints[2]: 4 -> 5; params.training.steps: 4 -> 5"
    assert f"models/tiny/run: {changes}" in built.run("plan", TIDE).out
    outcome = built.render()
    assert {"models/tiny/run", "models/tiny/5", "piece/takes/cry/1"} <= outcome.ran()
    after = built.digests()
    # Its first steps are what they were, so what is drawn from them sounds the same.
    assert before["1-foam/takes/early/1"] == after["1-foam/takes/early/1"]
    assert before["piece/takes/cry/1"] != after["piece/takes/cry/1"]


def test_a_checkpoint_that_is_not_the_locked_one_is_said(built: Space) -> None:
    built.edit(MODEL, "batch: 1", "batch: 2")
    outcome = built.render()
    assert outcome.out.strip().endswith(
        "pieces/tide.lock has changed, commit it; "
        "not the checkpoints that were locked: models/tiny/0, models/tiny/2, models/tiny/4"
    )


def test_without_shipped_checkpoints_training_makes_the_same(rendered: Space, space: Space) -> None:
    shutil.rmtree(space.root / SHIPPED)
    assert (
        space.run("train", "tiny")
        .out.splitlines()[0]
        .startswith("tiny: 3 checkpoints in the store")
    )
    ran = space.render().ran()
    assert "models/tiny/run" not in ran
    assert space.digests() == rendered.digests()


@pytest.mark.parametrize(
    ("stop", "number"),
    [
        (os.killpg, signal.SIGINT),
        pytest.param(os.kill, signal.SIGTERM, marks=pytest.mark.slow),
        pytest.param(os.killpg, signal.SIGTERM, marks=pytest.mark.slow),
        pytest.param(os.killpg, signal.SIGHUP, marks=pytest.mark.slow),
    ],
)
def test_an_interrupted_training_says_how_to_go_on_and_does(
    space: Space, tmp_path: Path, stop: Callable[[int, int], None], number: int
) -> None:
    space.edit(MODEL, "steps: 4", "steps: 400")
    whole = space.copy(tmp_path / "whole")
    process = space.process("train", "tiny")
    state = wait_for_state(space)
    stop(process.pid, number)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert re.search(
        r"interrupted: at step \d+ of 400, its state is kept; "
        r"`approx-build train tiny` goes on from there",
        err,
    )
    assert "Traceback" not in err
    step = read_about(state)["step"]
    assert f"at step {step} of 400" in err
    # Not only what was kept at step 2.
    assert 2 < step < 400
    space.run("train", "tiny")
    whole.run("train", "tiny")
    assert not state.exists()
    assert run_of(space)["checkpoints"] == run_of(whole)["checkpoints"]


def test_a_checkpoint_that_is_not_the_declared_network_is_refused(space: Space) -> None:
    space.edit(MODEL, "skip_channels: 8", "skip_channels: 16")
    record = json.loads((space.root / SHIPPED / "record.json").read_text())
    declared = load_model(space.root / MODEL)
    record["manifest"] = declared.manifest(record["corpus_digest"])
    space.write(f"{SHIPPED}/record.json", json.dumps(record))
    assert re.search(
        rf"^pieces/\S+:\d+:3: models/tiny/(\d): checkpoint \1 of {MODEL}: "
        r"not a checkpoint of the declared network: \S+ is \[.*\], not \[",
        space.fails("render", TIDE),
        re.MULTILINE,
    )


def test_a_shipped_checkpoint_with_flipped_bytes_is_refused(space: Space) -> None:
    path = space.root / SHIPPED / "step-000004.safetensors"
    data = bytearray(path.read_bytes())
    data[-5] ^= 1
    path.write_bytes(data)
    for words in (["render", TIDE], ["take", "tiny"], ["train", "tiny"]):
        said = space.fails(*words)
        assert (
            f"{SHIPPED}/step-000004.safetensors: its bytes are not those of the training run "
            "(SHA-256 "
        ) in said
        assert "restore it, or remove its folder to train again" in said


def test_a_shipped_checkpoint_that_is_missing_is_said(space: Space) -> None:
    (space.root / SHIPPED / "step-000002.safetensors").unlink()
    assert space.fails("train", "tiny").splitlines()[-1] == (
        f"approx-build: models/tiny/run: {SHIPPED}/step-000002.safetensors: this checkpoint of the "
        "training run is missing; restore it, or remove its folder to train again"
    )


def test_a_record_that_is_none_is_said(space: Space) -> None:
    space.write(f"{SHIPPED}/record.json", '{"model": "tiny"}')
    assert space.fails("render", TIDE) == (
        f"approx-build: {SHIPPED}/record.json: not a training record (family: Field required); "
        "restore it, or remove its folder to train again"
    )


def wait_for_state(space: Space) -> Path:
    """The state of a training that has begun."""
    deadline = time.monotonic() + 60
    while not (found := list((space.root / ".approx/training").glob("*/step-000002*"))):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return found[0].parent / "resume.safetensors"


def run_of(space: Space) -> dict[str, Any]:
    """What the training run left in the store."""
    [folder] = (p for p in (space.root / ".approx/training").iterdir() if p.is_dir())
    read: dict[str, Any] = json.loads((folder / "record.json").read_text())
    return read
