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
from unittest import mock

import numpy as np
import pytest

from approx_build.store.store import Store
from approx_build.training.checkpoint import read_checkpoint, read_metadata, write_checkpoint
from approx_build.training.distributed import train_shared
from approx_build.training.ledger.record import read_record
from approx_build.training.model import ModelSpec, load_model
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
    assert f"models/tiny/run: {changes}" in built.run("plan", TIDE, "--actions").out
    outcome = built.render()
    assert {"models/tiny/run", "models/tiny/5", "piece/takes/cry/1"} <= outcome.ran()
    after = built.digests()
    # Its first steps are what they were, so what is drawn from them sounds the same.
    assert before["1-foam/takes/early/1"] == after["1-foam/takes/early/1"]
    assert before["piece/takes/cry/1"] != after["piece/takes/cry/1"]


def test_a_checkpoint_that_is_not_the_locked_one_is_reported(built: Space) -> None:
    built.edit(MODEL, "batch: 1", "batch: 2")
    outcome = built.render()
    assert outcome.out.strip().endswith(
        "pieces/tide.lock has changed; commit it; "
        "these checkpoints differ from the lock: models/tiny/0, models/tiny/2, models/tiny/4"
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
def test_an_interrupted_training_explains_how_to_continue_and_does(
    space: Space, tmp_path: Path, stop: Callable[[int, int], None], number: int
) -> None:
    space.edit(MODEL, "steps: 4", "steps: 400")
    whole = space.copy(tmp_path / "whole")
    process = space.process("train", "tiny")
    state = wait_for_state(space)
    time.sleep(0.3)  # some of the 398 steps that are left: a busy machine makes fewer
    stop(process.pid, number)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert re.search(
        r"interrupted: at step \d+ of 400; the state is saved, and "
        r"`approx-build train tiny` resumes from it",
        err,
    )
    assert "Traceback" not in err
    step = read_metadata(state)["step"]
    assert f"at step {step} of 400" in err
    # Not only what was kept at step 2.
    assert 2 < step < 400
    space.run("train", "tiny")
    whole.run("train", "tiny")
    assert not state.exists()
    assert run_of(space)["checkpoints"] == run_of(whole)["checkpoints"]


def test_a_checkpoint_that_is_not_the_declared_network_is_refused(space: Space) -> None:
    space.edit(MODEL, "skip_channels: 8", "skip_channels: 16")
    record = read_record(space.root / SHIPPED)
    assert record is not None
    manifest = load_model(space.root / MODEL).manifest(record.corpus_digest)
    record.model_copy(update={"manifest": manifest}).write(space.root / SHIPPED)
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


def test_a_shipped_checkpoint_that_is_missing_is_reported(space: Space) -> None:
    (space.root / SHIPPED / "step-000002.safetensors").unlink()
    assert space.fails("train", "tiny").splitlines()[-1] == (
        f"approx-build: models/tiny/run: {SHIPPED}/step-000002.safetensors: this checkpoint of the "
        "training run is missing; restore it, or remove its folder to train again"
    )


def test_a_record_that_is_none_is_reported(space: Space) -> None:
    space.write(f"{SHIPPED}/record.json", '{"model": "tiny"}')
    assert space.fails("render", TIDE) == (
        f"approx-build: {SHIPPED}/record.json: not a training record (family: Field required); "
        "restore it, or remove its folder to train again"
    )


def test_a_declaration_edited_after_planning_trains_what_was_planned(
    space: Space, tmp_path: Path
) -> None:
    shutil.rmtree(space.root / SHIPPED)
    other = space.copy(tmp_path / "other")
    space.run("train", "tiny")
    right = (other.root / MODEL).read_text()

    def edited(*given: Any) -> Any:
        other.write(MODEL, right.replace("seed: 3", "seed: 4"))
        try:
            return train_shared(*given)
        finally:
            other.write(MODEL, right)

    with mock.patch("approx_build.training.distributed.train_shared", edited):
        other.run("train", "tiny")
    assert run_of(other)["checkpoints"] == run_of(space)["checkpoints"]


def test_a_run_of_another_manifest_is_never_recorded(space: Space) -> None:
    shutil.rmtree(space.root / SHIPPED)

    def other(model: ModelSpec, *given: Any) -> Any:
        longer = model.training.model_copy(update={"seed": 4})
        return train_shared(model.model_copy(update={"training": longer}), *given)

    with mock.patch("approx_build.training.distributed.train_shared", other):
        said = space.fails("train", "tiny")
    assert "record.json: the record of another training than this action's" in said
    kinds = {record["kind"] for record in manifests(space)}
    assert kinds == {"prepare"}


def test_a_shipped_run_swapped_for_another_of_its_manifest_is_seen(built: Space) -> None:
    swap(built)
    outcome = built.render()
    assert {"models/tiny/run", "models/tiny/4", "piece/takes/cry/1"} <= outcome.ran()
    assert "these checkpoints differ from the lock: models/tiny/0" in outcome.out
    record = json.loads((built.root / SHIPPED / "record.json").read_text())
    shipped = [one["digest"] for one in record["checkpoints"]]
    assert [pin["digest"] for pin in built.lock()["checkpoints"].values()] == shipped


@pytest.mark.parametrize("how", ["flipped", "gone"])
def test_a_shipped_file_is_replaced_by_its_copy_and_asked_for_until_it_is_restored(
    built: Space, how: str
) -> None:
    lock = (built.root / "pieces/tide.lock").read_bytes()
    path = built.root / SHIPPED / "step-000004.safetensors"
    data = path.read_bytes()
    path.write_bytes(data[:-5] + b"noise") if how == "flipped" else path.unlink()
    words = (
        f"models/tiny/run: {SHIPPED}/step-000004.safetensors: "
        + ("its bytes are not" if how == "flipped" else "this checkpoint of the training run is"),
        "; the copy in the store is used; restore the file\n",
    )
    for _ in range(2):
        said = built.render().out
        assert words[0] in said
        assert words[1] in said
        assert words[0] in built.run("train", "tiny").out
        (built.root / "renders/tide/tide.wav").unlink()
    assert (built.root / "pieces/tide.lock").read_bytes() == lock
    path.write_bytes(data)
    assert "restore" not in built.render().out


def swap(space: Space) -> None:
    """Ship another run of the same manifest, as another machine might have trained it."""
    folder = space.root / SHIPPED
    record = json.loads((folder / "record.json").read_text())
    shapes = load_model(space.root / MODEL).network.tensor_shapes()
    for stored in record["checkpoints"]:
        path = folder / stored["file"]
        weights = {n: a * np.float32(1.5) for n, a in read_checkpoint(path, shapes).items()}
        stored["digest"] = write_checkpoint(path, weights, read_metadata(path))
    record.pop("digest", None)
    (folder / "record.json").write_text(json.dumps(record))


def manifests(space: Space) -> list[dict[str, Any]]:
    """The manifests of all records in the store."""
    store = Store(space.root / ".approx")
    found = [store.records.get(key) for key in store.records]
    return [dict(record.manifest) for record in found if record]


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
