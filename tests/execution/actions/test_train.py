"""TRAIN: trains where it is told to, on what PREPARE made, and asks for consent on the way."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from approx_build.audio import wav
from approx_build.corpus.preparation import Preparation
from approx_build.errors import AudioError, ModelError, StoreError
from approx_build.execution.actions import prepare, train
from approx_build.execution.context import ActionContext
from approx_build.plan.graph import Kind
from approx_build.store.store import Store
from approx_build.training.distributed import train_shared
from approx_build.training.ledger.record import TrainingRecord, read_record
from approx_build.training.model import ModelSpec, load_model
from tests.execution.actions.contexts import context, path_of, run_at
from tests.space import RATE, Space, project, tone

SHIPPED = "models/checkpoints/tiny"
HOW = Preparation().model_dump(mode="json", include={"silence", "remove_dc", "level"})


@pytest.fixture
def space(tmp_path: Path) -> Space:
    return project(tmp_path / "project")


def preparing(store: Store, path: Path, **changes: Any) -> ActionContext:
    params = {"rate": RATE, "channels": 1, "preparation": HOW} | changes
    return context(store, Kind.PREPARE, params, {"recording": path})


def test_a_recording_is_prepared_into_an_object(store: Store, space: Space) -> None:
    path = space.sound("a.wav", np.concatenate([np.zeros(RATE), tone(300, 0.5)]))
    made = prepare.make(preparing(store, path))
    sound = wav.mapped(path_of(store, made))
    assert abs(sound.shape[1] / RATE - 0.6) < 0.03


def test_all_recordings_that_are_no_sound_are_named_with_the_way_out(
    store: Store, space: Space
) -> None:
    for name in ("high", "low"):
        space.write(f"models/corpora/tones/{name}.wav", "none")
    at = run_at(store, space)
    said = r"high\.wav: not a .*\n.*low\.wav: not a .*\n.*leave them out: `preparation: \{ exclude"
    with pytest.raises(AudioError, match=said):
        train.material(at, train.spec(at))


def test_the_material_is_what_was_prepared(store: Store, space: Space) -> None:
    at = run_at(store, space, excluded={"bad": "a door slams"})
    found = train.material(at, train.spec(at))
    assert [part.name for part in found.parts()] == ["tones/high", "tones/low"]
    assert found.recorded_s == pytest.approx(1.6)
    assert found.unused == {"bad": "a door slams"}


def test_recordings_that_are_others_than_the_plan_had_are_refused(
    store: Store, space: Space
) -> None:
    at = run_at(store, space, recordings=["tones/high", "tones/lower"])
    with pytest.raises(StoreError, match="the recordings changed after the build was planned"):
        train.material(at, train.spec(at))


@pytest.mark.parametrize("device", ["cpu", "cuda"])
def test_a_model_is_trained_where_it_was_asked_for(
    device: str, store: Store, space: Space, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []
    monkeypatch.setattr(
        "approx_build.training.distributed.train_shared", lambda *a: asked.append(a)
    )
    at_work = run_at(store, space)
    run = replace(at_work.run, device=device, threads=3, processes=2)
    at = replace(at_work, run=run)
    train._train(at, train.spec(at), space.root / "work")
    [(model, _, folder, means, processes)] = asked
    declared = load_model(space.root / "models/tiny.yaml")
    assert (model.model, model.manifest("c")) == ("tiny", declared.manifest("c"))
    assert folder == space.root / "work"
    assert (means.device, means.threads, processes) == (device, 3, 2)
    (space.root / "models/corpora/tones/consent.yaml").unlink()
    with pytest.raises(Exception, match="missing; without it"):
        means.callback.allow()


def test_a_run_of_another_manifest_than_the_key_s_is_refused(
    store: Store, space: Space, monkeypatch: pytest.MonkeyPatch
) -> None:
    def other(model: ModelSpec, *given: Any) -> TrainingRecord:
        longer = model.training.model_copy(update={"steps": 5})
        return train_shared(model.model_copy(update={"training": longer}), *given)

    monkeypatch.setattr("approx_build.training.distributed.train_shared", other)
    with pytest.raises(ModelError, match=r"record\.json: the record of another training than this"):
        train.make(run_at(store, space))


def test_a_shipped_run_becomes_objects_and_their_digests(store: Store, shipped: Space) -> None:
    made = train.make(run_at(store, shipped))
    facts = {"is_shipped": True, "steps": 3, "converted": {}, "unused": {}, "lost": []}
    assert made.facts == facts
    assert set(made.outputs) == {"main", "record", "step-0", "step-2", "step-4"}
    index = json.loads(path_of(store, made).read_bytes())
    steps = {str(step): made.outputs[f"step-{step}"] for step in (0, 2, 4)}
    assert index == {"checkpoints": steps}
    record = json.loads(store.objects.read(made.outputs["record"]))
    assert record["model"] == "tiny"


def test_a_shipped_run_of_another_manifest_than_the_key_s_is_refused(
    store: Store, shipped: Space, tmp_path: Path
) -> None:
    space = shipped.copy(tmp_path / "shipping")
    at = run_at(store, space)
    record = read_record(space.root / SHIPPED)
    assert record is not None
    record.manifest["training"]["steps"] = 5
    record.write(space.root / SHIPPED)
    with pytest.raises(ModelError, match=r"record\.json: the record of another training than this"):
        train.make(at)


def spoil(space: Space, how: str) -> None:
    path = space.root / SHIPPED / "step-000002.safetensors"
    data = path.read_bytes()
    path.unlink()
    if how == "flipped":
        path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))


SAID = {
    "flipped": r"step-000002\.safetensors: its bytes are not those of the training run",
    "gone": r"step-000002\.safetensors: this checkpoint of the training run is missing",
}


@pytest.mark.parametrize("how", SAID)
def test_a_shipped_file_that_is_gone_or_changed_is_named(
    store: Store, shipped: Space, tmp_path: Path, how: str
) -> None:
    space = shipped.copy(tmp_path / "shipping")
    spoil(space, how)
    with pytest.raises(ModelError, match=f"{SAID[how]}.*; restore it, or remove its folder"):
        train.make(run_at(store, space))


@pytest.mark.parametrize("how", SAID)
def test_a_shipped_file_is_taken_from_the_store_where_it_has_that_very_one(
    store: Store, shipped: Space, tmp_path: Path, how: str
) -> None:
    space = shipped.copy(tmp_path / "shipping")
    first = train.make(run_at(store, space))
    spoil(space, how)
    made = train.make(run_at(store, space))
    assert made.outputs == first.outputs
    [words] = made.facts["lost"]  # type: ignore[misc]
    assert re.search(
        f"^{SHIPPED}/{SAID[how]}.*; the copy in the store is used; restore", str(words)
    )


def test_a_training_has_a_folder_named_by_its_manifest(tmp_path: Path) -> None:
    assert train.working_folder(tmp_path, "a" * 64) == tmp_path / "training" / ("a" * 16)
