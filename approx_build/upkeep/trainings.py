"""Trainings in a store: their runs, their damaged files, and which can be removed."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from approx_build.errors import ModelError
from approx_build.files import writing
from approx_build.files.opening import read_bounded
from approx_build.store.census import Amount, FileInfo, files
from approx_build.store.disk import DAMAGED, set_aside
from approx_build.store.fault import Expected, Fault
from approx_build.store.gc import DOOMED, Candidate
from approx_build.store.index import TRAIN, Index
from approx_build.store.reading import Read
from approx_build.store.store import Store
from approx_build.training.ledger.record import (
    COPY_NAME,
    RECORD_NAME,
    StoredStep,
    TrainingRecord,
    record_at,
    record_of,
    whole_record,
)
from approx_build.training.previous_runs import FOLDER, run_in, working_folder
from approx_build.training.run_lock import trainer
from approx_build.training.state import checked_notes, kept_states


@dataclass(frozen=True)
class KeptRun:
    """A training in its folder of a store; without a model, no file identifies it."""

    folder: Path
    amount: Amount
    mtime: float
    model: str = ""
    run: str = ""
    step: int = 0
    steps: int = 0
    is_done: bool = False

    @property
    def status(self) -> str:
        """Its progress, as text."""
        if not self.model:
            return "of an unknown model: no file in it can be read"
        return (
            f"done, {self.step} steps" if self.is_done else f"at step {self.step} of {self.steps}"
        )


def kept_runs(store: Path) -> list[KeptRun]:
    """The trainings that have files in a store."""
    return [_kept_run(folder) for folder in _folders(store)]


def removable(
    runs: Iterable[KeptRun], declared: Collection[str], store: Path, unfinished: bool
) -> list[Candidate]:
    """The runs that no model declares: finished ones, and with `unfinished` all.

    `declared` are the digests of the manifests of all models.
    """
    own = {working_folder(store, digest) for digest in declared}
    return [
        Candidate(
            "training",
            run.folder.relative_to(store).as_posix(),
            run.amount.size,
            run.mtime,
            run.amount.count,
        )
        for run in runs
        # An unfinished training may be continued with its model declared again, so it needs
        # `unfinished`.
        if run.folder not in own and (run.is_done or unfinished or not run.amount.count)
    ]


def set_aside_files(store: Path) -> Iterator[tuple[Path, FileInfo]]:
    """The damaged files of trainings that were set aside."""
    for path, found in files(store / FOLDER):
        if DAMAGED in path.relative_to(store).as_posix():
            yield path, found


def remove_leftovers(store: Path) -> None:
    """Remove what is left of removed trainings, while no process trains."""
    for path in (store / FOLDER).glob(f"{DOOMED}*"):
        writing.remove_tree(path)
    for path in (store / FOLDER).glob(f".*{DAMAGED}*"):
        with suppress(OSError):
            writing.remove_folder(path)
    for path in (store / FOLDER).glob(".*.lock"):
        if path.is_file() and not path.with_name(path.name[1:].removesuffix(".lock")).exists():
            writing.remove(path)


def run_faults(store: Store, index: Index) -> tuple[list[Fault], list[Expected]]:
    """The damaged states and records of trainings, and the checkpoints to read."""
    found: list[Fault] = []
    expected: list[Expected] = []
    for folder in _folders(store.root):
        run = run_in(folder)
        belongs = f"the training {run.name} of model {run.model}" if run else "a training"
        found += _record_faults(store, index, folder, belongs)
        found += _state_faults(folder, belongs)
        kept = run.checkpoints if run else ()
        expected += [_expected(store, folder / stored.file, stored, belongs) for stored in kept]
    return found, expected


def _expected(store: Store, path: Path, stored: StoredStep, belongs: str) -> Expected:
    def judged(read: Read) -> Fault | None:
        wrong = "does not contain the bytes that its training wrote" if read.digest else "is gone"
        problem = read.problem or (wrong if read.digest != stored.digest else "")
        # A training that was removed meanwhile is no fault.
        if not problem or not path.parent.is_dir():
            return None
        what = f"step {stored.step} of {belongs}"
        repair = partial(_repair_step, store, path, stored)
        return Fault("checkpoint", path, problem, what, REMADE, repair)

    return Expected(path, judged)


REMADE = "written from the store where that has it, else set aside for the training to make again"


def checkpoint_files(store: Path, shipped: Iterable[Path]) -> Iterator[tuple[str, Path]]:
    """The digests of the checkpoints of finished and shipped runs, and files that contain them."""
    for folder in (*_folders(store), *shipped):
        record = whole_record(folder)
        for stored in record.checkpoints if record else ():
            yield stored.digest, folder / stored.file


def _folders(store: Path) -> list[Path]:
    return sorted(path for path in (store / FOLDER).glob("[!.]*") if path.is_dir())


def _kept_run(folder: Path) -> KeptRun:
    found = [one for _, one in files(folder)]
    # The newest file: a training that is being continued is young.
    mtime = max((one.mtime for one in found), default=folder.stat().st_mtime)
    run, amount = run_in(folder), Amount.of(found)
    if run is None:
        return KeptRun(folder, amount, mtime)
    steps = run.steps
    return KeptRun(folder, amount, mtime, run.model, run.name, run.step, steps, run.is_done)


def _state_faults(folder: Path, belongs: str) -> Iterator[Fault]:
    for path in kept_states(folder):
        if problem := _state_problem(path):
            remedy = "set aside; the training continues from its other files"
            yield Fault(
                "training state", path, problem, belongs, remedy, partial(_repair_state, path)
            )


def _state_problem(path: Path) -> str:
    """The fault of a state; empty if it is undamaged or missing."""
    try:
        checked_notes(path)
    except ModelError as error:
        return error.message if path.exists() else ""
    return ""


def _record_faults(store: Store, index: Index, folder: Path, belongs: str) -> Iterator[Fault]:
    for path in (folder / RECORD_NAME, folder / COPY_NAME):
        if problem := _record_problem(path):
            repair = partial(_repair_record, store, index, path)
            yield Fault("training record", path, problem, belongs, REMADE, repair)


def _record_problem(path: Path) -> str:
    """The fault of a record; empty if it is undamaged or missing."""
    try:
        record_at(path)
    except ModelError as error:
        return error.message if os.path.lexists(path) else ""
    return ""


def _stored_record(folder: Path, store: Store, index: Index) -> TrainingRecord | None:
    """The record of the run of a folder, among the objects of its action."""
    for key, entry in index.entries.items():
        is_of = entry.kind == TRAIN and working_folder(store.root, entry.declaration) == folder
        run = store.records.get(key) if is_of else None
        digest = run.outputs.get("record", "") if run else ""
        if digest and store.objects.is_intact(digest):
            with suppress(ModelError):
                return record_of(read_bounded(store.objects.path(digest)))
    return None


def _repair_record(store: Store, index: Index, path: Path) -> bool:
    if trainer(path.parent):
        return False
    if not _record_problem(path):
        return True
    # The copy beside it first: it needs no search of the records.
    record = whole_record(path.parent) or _stored_record(path.parent, store, index)
    if path.is_dir() or record is None:
        set_aside(path)
    if record is not None:
        record.write(path.parent, path.name)
    return True


def _repair_step(store: Store, path: Path, stored: StoredStep) -> bool:
    if trainer(path.parent):
        return False
    is_stored = store.objects.verify(stored.digest)
    # With the right bytes in the store, the file is simply replaced.
    if os.path.lexists(path) and (path.is_dir() or not is_stored):
        set_aside(path)
    if is_stored:
        store.objects.materialise(stored.digest, path)
    return True


def _repair_state(path: Path) -> bool:
    if trainer(path.parent):
        return False
    if _state_problem(path):
        set_aside(path)
    return True
