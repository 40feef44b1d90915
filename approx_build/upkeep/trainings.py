"""Trainings in a store: which runs it keeps, what of their files is damaged, and which may go."""

from __future__ import annotations

import json
import os
import secrets
import shutil
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from approx_build.errors import ApproxError, ModelError
from approx_build.store.census import Amount, Found, files
from approx_build.store.delivery import write
from approx_build.store.fault import Expected, Fault
from approx_build.store.gc import DOOMED, Candidate
from approx_build.store.index import TRAIN, Index
from approx_build.store.reading import Read
from approx_build.store.store import Store
from approx_build.training.earlier import FOLDER, run_in, working_folder
from approx_build.training.lock import trainer
from approx_build.training.record import (
    RECORD_NAME,
    StoredStep,
    TrainingRecord,
    read_record,
)
from approx_build.training.state import checked_notes

STATES = "resume*.safetensors"
ASIDE = "aside-"
"""How the name of a file begins that was set aside."""


@dataclass(frozen=True)
class KeptRun:
    """A training in its folder of a store; without a model, nothing there says what it is."""

    folder: Path
    amount: Amount
    mtime: float
    model: str = ""
    run: str = ""
    step: int = 0
    steps: int = 0
    is_done: bool = False

    @property
    def stands(self) -> str:
        """Where it stands, in words."""
        if not self.model:
            return "nothing tells what it is"
        return (
            f"done, {self.step} steps" if self.is_done else f"at step {self.step} of {self.steps}"
        )


def kept_runs(store: Path) -> list[KeptRun]:
    """The trainings that a store keeps files of."""
    return [_kept_run(folder) for folder in _folders(store)]


def may_go(
    runs: Iterable[KeptRun], declared: Collection[str], store: Path, unfinished: bool
) -> list[Candidate]:
    """The runs that no declared model is told by: those done, and with `unfinished` all.

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
        if run.folder not in own and (run.is_done or unfinished or not run.amount.count)
    ]


def set_aside_files(store: Path) -> Iterator[tuple[Path, Found]]:
    """The damaged files of trainings that were set aside."""
    for folder in _folders(store):
        yield from ((path, found) for path, found in files(folder) if path.name.startswith(ASIDE))


def remove_leftovers(store: Path) -> None:
    """Remove what is left of trainings that were removed, while nobody trains."""
    for path in (store / FOLDER).glob(f"{DOOMED}*"):
        shutil.rmtree(path, ignore_errors=True)
    for path in (store / FOLDER).glob(".*.lock"):
        if not path.with_name(path.name[1:].removesuffix(".lock")).exists():
            path.unlink(missing_ok=True)


def run_faults(store: Store, index: Index) -> tuple[list[Fault], list[Expected]]:
    """The damaged states and records of trainings, and the checkpoints that are to be read."""
    found: list[Fault] = []
    expected: list[Expected] = []
    for folder in _folders(store.root):
        run = run_in(folder)
        belongs = f"the training {run.name} of model {run.model}" if run else "a training"
        found += _state_faults(folder, belongs)
        record, problem = _record(folder, store, index)
        if problem:
            path, mend = folder / RECORD_NAME, partial(_mend_record, store, index, folder)
            found.append(Fault("training record", path, problem, belongs, REMADE, mend))
        kept = record.checkpoints if record else _noted(folder)
        expected += [_expected(store, folder / stored.file, stored, belongs) for stored in kept]
    return found, expected


def _expected(store: Store, path: Path, stored: StoredStep, belongs: str) -> Expected:
    def judged(read: Read) -> Fault | None:
        wrong = "holds other bytes than its training made" if read.digest else "is gone"
        problem = read.problem or (wrong if read.digest != stored.digest else "")
        if not problem or not path.parent.is_dir():
            return None
        what = f"step {stored.step} of {belongs}"
        mend = partial(_mend_step, store, path, stored)
        return Fault("checkpoint", path, problem, what, REMADE, mend)

    return Expected(path, judged)


REMADE = "written from the store where that has it, else set aside for the training to make again"


def checkpoint_files(store: Path, shipped: Iterable[Path]) -> Iterator[tuple[str, Path]]:
    """The digests of the checkpoints of finished and shipped runs, and files that have them."""
    for folder in (*_folders(store), *shipped):
        try:
            record = read_record(folder)
        except ModelError:
            continue
        for stored in record.checkpoints if record else ():
            yield stored.digest, folder / stored.file


def _folders(store: Path) -> list[Path]:
    return sorted(path for path in (store / FOLDER).glob("[!.]*") if path.is_dir())


def _kept_run(folder: Path) -> KeptRun:
    found = [one for _, one in files(folder)]
    mtime = max((one.mtime for one in found), default=folder.stat().st_mtime)
    run, amount = run_in(folder), Amount.of(found)
    if run is None:
        return KeptRun(folder, amount, mtime)
    steps = run.steps
    return KeptRun(folder, amount, mtime, run.model, run.name, run.step, steps, run.is_done)


def _state_faults(folder: Path, belongs: str) -> Iterator[Fault]:
    for path in sorted(folder.glob(STATES)):
        if _is_broken(path):
            remedy = "set aside; the training goes on from what else it has"
            mend = partial(_mend_state, path)
            yield Fault("training state", path, WRITTEN, belongs, remedy, mend)


WRITTEN = "is not as it was written"


def _is_broken(path: Path) -> bool:
    try:
        checked_notes(path)
    except FileNotFoundError:
        return False
    except (ApproxError, OSError):
        return True
    return False


def _noted(folder: Path) -> list[StoredStep]:
    """The checkpoints that an unfinished training has made, by its whole states."""
    for path in sorted(folder.glob(STATES), key=lambda path: -path.stat().st_mtime_ns):
        try:
            return [StoredStep(**stored) for stored in checked_notes(path)["checkpoints"]]
        except (ApproxError, OSError):
            continue
    return []


def _record(folder: Path, store: Store, index: Index) -> tuple[TrainingRecord | None, str]:
    """The record of a run, as the store has it where the file is wrong; and what is wrong."""
    try:
        record = read_record(folder)
    except ModelError:
        return _stored_record(folder, store, index), WRITTEN
    if record is None:
        return None, ""
    stored = _stored_record(folder, store, index)
    if stored is not None and stored != record:
        return stored, "differs from the record that the store has of the same run"
    return record, ""


def _stored_record(folder: Path, store: Store, index: Index) -> TrainingRecord | None:
    """The record of the run of a folder, among the objects of its action."""
    for key, entry in index.entries.items():
        is_of = entry.kind == TRAIN and working_folder(store.root, entry.told) == folder
        run = store.records.get(key) if is_of else None
        digest = run.outputs.get("record", run.digest) if run else ""
        if digest and store.objects.is_right(digest):
            value = json.loads(store.objects.path(digest).read_bytes())
            return TrainingRecord.model_validate(value.get("record", value))
    return None


def _mend_record(store: Store, index: Index, folder: Path) -> bool:
    if trainer(folder):
        return False
    stored = _stored_record(folder, store, index)
    if stored is None:
        return _set_aside(folder / RECORD_NAME)
    stored.write(folder)
    return True


def _mend_step(store: Store, path: Path, stored: StoredStep) -> bool:
    if trainer(path.parent):
        return False
    if store.objects.verify(stored.digest):
        write(path, store.objects.read(stored.digest))
        return True
    return _set_aside(path)


def _mend_state(path: Path) -> bool:
    return not trainer(path.parent) and (not _is_broken(path) or _set_aside(path))


def _set_aside(path: Path) -> bool:
    """Rename a file, so that its training makes it again and nothing is lost."""
    if path.exists():
        os.replace(path, path.with_name(f"{ASIDE}{secrets.token_hex(4)}-{path.name}"))
    return True
