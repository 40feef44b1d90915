"""TRAIN: trains where it is told to, on what PREPARE made, and asks for consent on the way."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from approx_build.audio import wav
from approx_build.audio.clip import Clip
from approx_build.corpus.preparation import Preparation
from approx_build.errors import AudioError
from approx_build.execution.desk import Desk
from approx_build.execution.kinds import prepare, train
from approx_build.plan.graph import Kind
from approx_build.store.store import Store
from tests.execution.kinds.desks import desk, path_of
from tests.space import RATE, Space, project, tone

HOW = Preparation().model_dump(mode="json", include={"silence", "remove_dc", "level"})


@pytest.fixture
def space(tmp_path: Path) -> Space:
    return project(tmp_path / "project")


def preparing(store: Store, path: Path, **changes: Any) -> Desk:
    params = {"rate": RATE, "channels": 1, "preparation": HOW} | changes
    return desk(store, Kind.PREPARE, params, {"recording": path})


def training(store: Store, space: Space) -> Desk:
    corpus = space.root / "models/corpora/tones"
    paths = [corpus / "high.wav", corpus / "low.wav"]
    made = [path_of(store, prepare.make(preparing(store, path))) for path in paths]
    sounds = [Clip(wav.mapped(path), RATE) for path in made]
    inputs = {f"recording.{n:04}": path for n, path in enumerate(paths)}
    options = {
        "model": "models/tiny.yaml",
        "corpus": "models/corpora/tones",
        "recordings": ["tones/high", "tones/low"],
        "excluded": {"bad": "a door slams"},
        "prepared_for": {"rate": RATE, "channels": 1},
    }
    prepared = {f"prepared.{n:04}": sound for n, sound in enumerate(sounds)}
    params = {"preparation": HOW}
    return desk(store, Kind.TRAIN, params, inputs | prepared, options, root=space.root)


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
    said = r"high\.wav: not a .*\n.*low\.wav: not a .*\n.*leave them out: `preparation: \{ exclude"
    with pytest.raises(AudioError, match=said):
        train.material(training(store, space))


def test_the_material_is_what_was_prepared(store: Store, space: Space) -> None:
    found = train.material(training(store, space))
    assert [part.name for part in found.parts()] == ["tones/high", "tones/low"]
    assert found.recorded_s == pytest.approx(1.6)
    assert found.unused == {"bad": "a door slams"}


@pytest.mark.parametrize("device", ["cpu", "cuda"])
def test_a_model_is_trained_where_it_was_asked_for(
    device: str, store: Store, space: Space, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dataclasses import replace

    asked: list[Any] = []
    monkeypatch.setattr("approx_build.training.ranks.train_shared", lambda *a: asked.append(a))
    at_work = training(store, space)
    run = replace(at_work.run, device=device, threads=3, processes=2)
    train._train(replace(at_work, run=run), space.root / "work")
    [(model, _, folder, means, processes)] = asked
    assert model == space.root / "models/tiny.yaml"
    assert folder == space.root / "work"
    assert (means.device, means.threads, processes) == (device, 3, 2)
    (space.root / "models/corpora/tones/consent.yaml").unlink()
    with pytest.raises(Exception, match="missing; without it"):
        means.witness.allow()
