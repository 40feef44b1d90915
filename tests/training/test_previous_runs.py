from __future__ import annotations

import os
from hashlib import sha256
from pathlib import Path
from typing import Any

import torch

from approx_build.training.ledger.record import StoredStep, TrainingRecord, manifest_digest
from approx_build.training.previous_runs import (
    finished_run,
    last_run,
    run_in,
    run_of,
    working_folder,
)
from approx_build.training.state import STATE_NAME, TrainingState
from tests.training.ledgers import KEPT, manifest


def state(store: Path, rate: float, step: int, model: str = "reed") -> Path:
    told = manifest(rate)
    folder = working_folder(store, manifest_digest(told))
    about = {"model": model, "manifest": told}
    weights = {"a": torch.zeros(1)}
    TrainingState(manifest_digest(told), weights, {}, {}, about, step).save(folder)
    return folder


def finished(folder: Path, told: dict[str, Any], kept: list[StoredStep] = KEPT) -> None:
    TrainingRecord(
        model="reed",
        family="wavenet",
        corpus="accordion",
        corpus_digest="c",
        recordings={},
        converted={},
        seed=1,
        manifest=told,
        threads=1,
        environments=[],
        seconds=1.0,
        curve=[],
        checkpoints=kept,
    ).write(folder)


def age(folder: Path, name: str, seconds: int) -> None:
    os.utime(folder / name, (seconds, seconds))


def test_the_last_run_of_a_model_is_the_one_that_was_at_work_last(tmp_path: Path) -> None:
    store, shipped = tmp_path / "store", tmp_path / "shipped"
    assert last_run(store, "reed", shipped) is None
    for rate, step, seconds in ((0.1, 30, 1000), (0.2, 50, 3000), (0.3, 70, 2000)):
        age(state(store, rate, step), STATE_NAME, seconds)
    state(store, 0.4, 90, model="drum")
    found = last_run(store, "reed", shipped)
    assert found is not None
    assert (found.step, found.steps, found.is_done) == (50, 1000, False)
    assert found.name == f"reed-{manifest_digest(manifest(0.2))[:8]}"


def test_a_finished_run_is_one_too_and_a_shipped_one_when_there_is_no_other(
    tmp_path: Path,
) -> None:
    store, shipped = tmp_path / "store", tmp_path / "shipped"
    finished(shipped, manifest(0.5))
    found = last_run(store, "reed", shipped)
    assert found is not None
    assert (found.step, found.is_done, found.folder) == (1000, True, shipped)
    folder = state(store, 0.1, 30)
    finished(folder, manifest(0.1))
    found = last_run(store, "reed", shipped)
    assert found is not None
    assert (found.step, found.is_done, found.folder) == (1000, True, folder)


def test_a_run_is_found_by_its_manifest_and_never_another_in_its_folder(tmp_path: Path) -> None:
    state(tmp_path, 0.1, 30)
    found = run_of(tmp_path, manifest(0.1))
    assert found is not None
    assert found.step == 30
    assert run_of(tmp_path, manifest(0.2)) is None
    folder = working_folder(tmp_path, manifest_digest(manifest(0.3)))
    finished(folder, manifest(0.4))
    assert run_of(tmp_path, manifest(0.3)) is None


def test_a_run_is_finished_while_all_its_files_are_whole(tmp_path: Path) -> None:
    told, folder = manifest(0.1), state(tmp_path, 0.1, 30)
    assert finished_run(tmp_path, told) is None
    kept = KEPT[0].model_copy(update={"digest": sha256(b"weights").hexdigest()})
    finished(folder, told, [kept])
    assert finished_run(tmp_path, told) is None
    (folder / kept.file).write_bytes(b"weights")
    found = finished_run(tmp_path, told)
    assert found is not None
    assert found.checkpoints == [kept]
    assert finished_run(tmp_path, manifest(0.2)) is None
    (folder / kept.file).write_bytes(b"weight")
    assert finished_run(tmp_path, told) is None


def test_what_says_nothing_is_no_run(tmp_path: Path) -> None:
    assert run_in(tmp_path / "nowhere") is None
    (tmp_path / STATE_NAME).write_bytes(b"half")
    (tmp_path / "record.json").write_text("{")
    assert run_in(tmp_path) is None
