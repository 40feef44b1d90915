"""The folder of a training: checks its files before use, and renames damaged ones.

The folder contains two copies of the record, two states, the checkpoints, and `again/` while lost
checkpoints are recreated. Damaged files are never deleted: they get another name, with a remark.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from approx_build.errors import ModelError
from approx_build.files import writing
from approx_build.store.delivery import PART
from approx_build.store.disk import DAMAGED, make_folder, set_aside, store_errors, sync_folder
from approx_build.training.callbacks import Resources
from approx_build.training.checkpoint import is_intact
from approx_build.training.ledger.record import (
    COPY_NAME,
    RECORD_NAME,
    StoredStep,
    TrainingRecord,
    record_at,
    whole_record,
)
from approx_build.training.state import TrainingState, kept_states, load_state, state_at

RECREATION = "again"
"""The subfolder in which lost checkpoints are recreated."""
OURS = ("record", "resume", "step-")
"""How the names of all other files begin."""


@dataclass(frozen=True)
class Contents:
    """The valid files of a training: its record or newest state, and the missing checkpoints."""

    record: TrainingRecord | None
    state: TrainingState | None
    missing: tuple[StoredStep, ...]


@dataclass(frozen=True)
class RunFolder:
    """The folder of the training of a manifest, given by its digest.

    All processes of a training read it; the first alone writes, while the others wait.
    """

    folder: Path
    manifest: str
    resources: Resources

    def found(self) -> Contents:
        """The valid files, after damaged ones were renamed; the same in every process."""
        if self.resources.share.writes:
            self._clear()
            # With a record the training is done, and its states are of no more use.
            for stored in self._repair_record() or self._repair_states():
                self._repair_checkpoint(stored)
        # The other processes read what the first has mended.
        self.resources.share.barrier()
        record = whole_record(self.folder, self.manifest)
        state = None if record else load_state(self.folder, self.manifest, self.resources.device)
        checkpoints = record.checkpoints if record else state.checkpoints if state else []
        missing = (one for one in checkpoints if not is_intact(self.folder / one.file, one.digest))
        found = Contents(record, state, tuple(missing))
        # No process may change a file while another still checks it.
        self.resources.share.barrier()
        return found

    def keep(self, record: TrainingRecord) -> None:
        """Write both copies of the record of a finished training."""
        record.write(self.folder, COPY_NAME)
        record.write(self.folder)

    def tidy(self) -> None:
        """Remove files that a finished training no longer needs."""
        if self.resources.share.writes:
            TrainingState.remove(self.folder)
            writing.remove_tree(self.folder / RECREATION)

    def replace(self) -> Path:
        """Replace the folder by `again/`; returns the new place of the old folder."""
        # As a whole, so that at no moment files of both trainings lie together.
        aside = set_aside(self.folder, f".{self.folder.name}.damaged")
        with store_errors(self.folder):
            writing.replace(aside / RECREATION, self.folder)
            sync_folder(self.folder.parent)
        return aside

    def _clear(self) -> None:
        """Make a folder of it, without half-written files and without folders that were files."""
        # lexists(): a link that leads nowhere is in the way, too.
        if os.path.lexists(self.folder) and not self.folder.is_dir():
            self._set_aside(self.folder, "it is not a folder")
        with store_errors(self.folder):
            make_folder(self.folder)
            paths = sorted(self.folder.iterdir())
        for path in paths:
            if path.name.startswith(".") and path.name.endswith(PART):
                _remove(path)
            # What was set aside stays, for whoever wants to look at it.
            elif DAMAGED in path.name or path.is_dir() == (path.name == RECREATION):
                continue
            elif path.name == RECREATION or path.name.startswith(OURS):
                self._set_aside(path, "it is a file" if path.is_file() else "it is a folder")

    def _repair_record(self) -> Sequence[StoredStep]:
        """Restore both copies of the record; its checkpoints, none if both copies are damaged."""
        damaged: dict[Path, str] = {}
        for path in (self.folder / RECORD_NAME, self.folder / COPY_NAME):
            try:
                record_at(path, self.manifest)
            except ModelError as error:
                damaged[path] = error.message
        record = whole_record(self.folder, self.manifest)
        # A missing file counts as damaged, but there is nothing to set aside.
        for path in filter(os.path.lexists, damaged):
            self._set_aside(path, damaged[path], "restored from its copy" if record else "")
        if record is None:
            return ()
        self.keep(record)
        return record.checkpoints

    def _repair_states(self) -> Sequence[StoredStep]:
        """The checkpoints of the newest state that is whole; the damaged ones are set aside."""
        damaged, state = {}, None
        for path in kept_states(self.folder):
            try:
                state = state_at(path, self.manifest)
                break
            except ModelError as error:
                damaged[path] = error.message
        cure = f"training continues from step {state.step}" if state else "training starts again"
        for path, problem in damaged.items():
            self._set_aside(path, problem, cure)
        return state.checkpoints if state else ()

    def _repair_checkpoint(self, stored: StoredStep) -> None:
        path, cure = self.folder / stored.file, ""
        if is_intact(path, stored.digest):
            return
        problem = "its content is damaged"
        aside = set_aside(path).name if os.path.lexists(path) else ""
        if self.resources.copy(stored.digest, path):
            cure = "replaced by the copy in the store"
        self._report(path, problem if aside else "it is missing", aside, cure)

    def _set_aside(self, path: Path, problem: str, cure: str = "") -> None:
        self._report(path, problem, set_aside(path).name, cure)

    def _report(self, path: Path, problem: str, aside: str, cure: str) -> None:
        words = [f"{path}: {problem}", f"set aside as {aside}" if aside else "", cure]
        self.resources.callback.remarked("; ".join(filter(None, words)))


def _remove(path: Path) -> None:
    """Remove a file or a folder that was never whole."""
    with suppress(OSError):
        if path.is_dir():
            writing.remove_tree(path)
        else:
            writing.remove(path)
