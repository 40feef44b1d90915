"""Trainings in a store: known by their files, damaged ones found, set aside or restored."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import torch

from approx_build.store.disk import DAMAGED
from approx_build.store.fault import Fault
from approx_build.store.gc import DOOMED
from approx_build.store.index import Index
from approx_build.store.reading import read_all
from approx_build.store.store import Store
from approx_build.training.checkpoint import file_name, write_checkpoint
from approx_build.training.ledger.record import (
    COPY_NAME,
    StoredStep,
    TrainingRecord,
    manifest_digest,
)
from approx_build.training.process_group import Share
from approx_build.training.run_lock import exclusive_run, lock_path
from approx_build.training.state import TrainingState
from approx_build.upkeep.trainings import (
    checkpoint_files,
    kept_runs,
    removable,
    remove_leftovers,
    run_faults,
    set_aside_files,
)

MANIFEST = {"training": {"steps": 9}}
DIGEST = manifest_digest(MANIFEST)


def faults(store: Store) -> list[Fault]:
    found, expected = run_faults(store, Index())
    reads = read_all([one.path for one in expected], 1)
    judged = [one.judged(read) for one, read in zip(expected, reads, strict=True)]
    return [*found, *(one for one in judged if one)]


def flip(path: Path, place: int = -1) -> None:
    data = bytearray(path.read_bytes())
    data[place] ^= 1
    path.write_bytes(data)


def checkpoint(folder: Path, step: int) -> StoredStep:
    weights = {"a": torch.full((3,), float(step)).numpy()}
    digest = write_checkpoint(folder / file_name(step), weights, {"step": step})
    return StoredStep(step=step, loss=1.0, file=file_name(step), digest=digest)


@pytest.fixture
def begun(store: Store) -> Path:
    """A training at step 4 of 9, with two checkpoints and two states."""
    folder = store.root / "training" / DIGEST[:16]
    folder.mkdir(parents=True)
    steps = [checkpoint(folder, step) for step in (0, 2)]
    about = {"model": "tiny", "manifest": MANIFEST}
    state = TrainingState(DIGEST, {"a": torch.zeros(3)}, {}, {}, about, checkpoints=steps)
    for state.step in (3, 4):
        state.save(folder)
    return folder


@pytest.fixture
def done(store: Store) -> Path:
    """A training that came to its end."""
    folder = store.root / "training" / DIGEST[:16]
    folder.mkdir(parents=True)
    steps = [checkpoint(folder, step) for step in (0, 9)]
    record = TrainingRecord(
        model="tiny", family="wavenet", corpus="tones", corpus_digest="", recordings={},
        converted={}, seed=1, manifest=MANIFEST, threads=1, environments=[], seconds=1.0,
        curve=[], checkpoints=steps,
    )  # fmt: skip
    record.write(folder)
    record.write(folder, COPY_NAME)
    return folder


def test_a_training_is_known_by_its_state(store: Store, begun: Path) -> None:
    (one,) = kept_runs(store.root)
    assert (one.model, one.step, one.steps, one.is_done) == ("tiny", 4, 9, False)
    assert one.status == "at step 4 of 9"
    assert one.amount.count == 4
    assert faults(store) == []


def test_a_training_is_known_by_its_record(store: Store, done: Path) -> None:
    (one,) = kept_runs(store.root)
    assert (one.status, one.run) == ("done, 9 steps", f"tiny-{DIGEST[:8]}")
    assert faults(store) == []
    assert {path.name for _, path in checkpoint_files(store.root, [])} == {
        file_name(0),
        file_name(9),
    }


def test_what_may_go_is_done_and_not_declared(store: Store, done: Path) -> None:
    runs = kept_runs(store.root)
    assert removable(runs, {DIGEST}, store.root, unfinished=True) == []
    (one,) = removable(runs, set(), store.root, unfinished=False)
    assert (one.name, one.count) == (f"training/{done.name}", 4)


def test_what_is_unfinished_or_unknown_goes_only_when_asked(store: Store, begun: Path) -> None:
    for damages in (False, True):
        for path in begun.glob("resume*"):
            flip(path, 9 if damages else -1)
        assert removable(kept_runs(store.root), set(), store.root, unfinished=False) == []
        assert len(removable(kept_runs(store.root), set(), store.root, unfinished=True)) == 1
    assert kept_runs(store.root)[0].status == "of an unknown model: no file in it can be read"


def test_a_folder_without_files_may_go(store: Store) -> None:
    (store.root / "training/aa").mkdir(parents=True)
    assert len(removable(kept_runs(store.root), set(), store.root, unfinished=False)) == 1


@pytest.mark.parametrize("place", [3, 40, -1])
def test_a_damaged_state_is_set_aside_and_the_other_stays(
    store: Store, begun: Path, place: int
) -> None:
    path = begun / "resume.safetensors"
    flip(path, place)
    (fault,) = faults(store)
    assert (fault.kind, fault.path) == ("training state", path)
    assert fault.repair()
    assert faults(store) == []
    assert not path.exists()
    assert kept_runs(store.root)[0].step == 3
    ((aside, _),) = set_aside_files(store.root)
    assert aside.name == path.name + DAMAGED


def test_a_damaged_checkpoint_is_restored_from_the_store_or_set_aside(
    store: Store, begun: Path
) -> None:
    first, other = begun / file_name(0), begun / file_name(2)
    right = first.read_bytes()
    store.objects.put_bytes(right)
    flip(first)
    other.unlink()
    assert {fault.path: fault.problem for fault in faults(store)} == {
        first: "does not contain the bytes that its training wrote",
        other: "is gone",
    }
    assert all(fault.repair() for fault in faults(store))
    assert first.read_bytes() == right
    assert not other.exists()


@pytest.mark.parametrize("name", ["record.json", "record-copy.json"])
def test_a_damaged_record_is_written_again_from_the_other(
    store: Store, done: Path, name: str
) -> None:
    path = done / name
    right = path.read_bytes()
    flip(path, right.index(b"seconds") + 11)
    (fault,) = faults(store)
    assert (fault.kind, fault.path) == ("training record", path)
    assert fault.repair()
    assert path.read_bytes() == right


def test_records_of_which_none_is_whole_are_set_aside(store: Store, done: Path) -> None:
    paths = [done / "record.json", done / "record-copy.json"]
    for path in paths:
        flip(path, 0)
    assert [fault.path for fault in faults(store)] == paths
    assert all(fault.repair() for fault in faults(store))
    assert not any(path.exists() for path in paths)
    assert len(list(set_aside_files(store.root))) == 2


def test_a_folder_in_the_place_of_a_file_is_set_aside(store: Store, done: Path) -> None:
    step, record = done / file_name(0), done / "record.json"
    store.objects.put_bytes(step.read_bytes())
    for path in (step, record):
        path.unlink()
        path.mkdir()
    assert {fault.path for fault in faults(store)} == {step, record}
    assert all(fault.repair() for fault in faults(store))
    assert faults(store) == []
    assert step.is_file()
    assert record.is_file()


def test_the_files_of_a_training_that_is_going_on_are_left(store: Store, begun: Path) -> None:
    path = begun / "resume.safetensors"
    flip(path)
    (fault,) = faults(store)
    with exclusive_run(begun, Share()):
        assert not fault.repair()
    assert path.exists()


def test_what_is_left_of_removed_trainings_is_removed(store: Store, done: Path) -> None:
    half = store.root / "training" / f"{DOOMED}aa"
    half.mkdir()
    (half / file_name(0)).touch()
    stray = store.root / "training" / ".gone.lock"
    for path in (stray, lock_path(done)):
        path.touch()
    remove_leftovers(store.root)
    assert set(os.listdir(store.root / "training")) == {lock_path(done).name, done.name}
