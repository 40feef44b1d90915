"""What a training keeps in its folder, checked when it is used and set aside when it is damaged.

The folder holds the record twice, two states, the checkpoints, and `again/` while some of them
are made again. Nothing that is damaged is deleted: it gets another name, with words.
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
from approx_build.store.disk import DAMAGED, make_folder, plain_words, set_aside, sync_folder
from approx_build.training.callbacks import Means
from approx_build.training.checkpoint import is_right
from approx_build.training.ledger.record import (
    COPY_NAME,
    RECORD_NAME,
    StoredStep,
    TrainingRecord,
    record_at,
    whole_record,
)
from approx_build.training.state import TrainingState, kept_states, load_state, state_at

AGAIN = "again"
"""Where checkpoints are made again, in the folder of their training."""
OURS = ("record", "resume", "step-")
"""How the names of all other files begin."""


@dataclass(frozen=True)
class Found:
    """What there is of a training: its record, or else its newest state; and checkpoints lost."""

    record: TrainingRecord | None
    state: TrainingState | None
    missing: tuple[StoredStep, ...]


@dataclass(frozen=True)
class Kept:
    """The folder of the training of a manifest, given by its digest.

    All processes of a training read it; the first alone writes, while the others wait.
    """

    folder: Path
    manifest: str
    means: Means

    def found(self) -> Found:
        """What is whole, the damaged having been set aside; the same in every process."""
        if self.means.share.writes:
            self._clear()
            # With a record the training is done, and its states are of no more use.
            for stored in self._mend_record() or self._mend_states():
                self._mend_checkpoint(stored)
        # The other processes read what the first has mended.
        self.means.share.meet()
        record = whole_record(self.folder, self.manifest)
        state = None if record else load_state(self.folder, self.manifest, self.means.device)
        checkpoints = record.checkpoints if record else state.checkpoints if state else []
        missing = (one for one in checkpoints if not is_right(self.folder / one.file, one.digest))
        found = Found(record, state, tuple(missing))
        # No process may change a file while another still checks it.
        self.means.share.meet()
        return found

    def keep(self, record: TrainingRecord) -> None:
        """Write the record of a training that is done, twice."""
        record.write(self.folder, COPY_NAME)
        record.write(self.folder)

    def tidy(self) -> None:
        """Remove what a training that is done, and whole, no longer needs."""
        if self.means.share.writes:
            TrainingState.remove(self.folder)
            writing.remove_tree(self.folder / AGAIN)

    def replace(self) -> Path:
        """Put what lies in `again/` in place of everything; returns where that lies now."""
        # As a whole, so that at no moment files of both trainings lie together.
        aside = set_aside(self.folder, f".{self.folder.name}.damaged")
        with plain_words(self.folder):
            writing.replace(aside / AGAIN, self.folder)
            sync_folder(self.folder.parent)
        return aside

    def _clear(self) -> None:
        """Make a folder of it, without half-written files and without folders that were files."""
        # lexists(): a link that leads nowhere is in the way, too.
        if os.path.lexists(self.folder) and not self.folder.is_dir():
            self._set_aside(self.folder, "it is not a folder")
        with plain_words(self.folder):
            make_folder(self.folder)
            paths = sorted(self.folder.iterdir())
        for path in paths:
            if path.name.startswith(".") and path.name.endswith(PART):
                _remove(path)
            # What was set aside stays, for whoever wants to look at it.
            elif DAMAGED in path.name or path.is_dir() == (path.name == AGAIN):
                continue
            elif path.name == AGAIN or path.name.startswith(OURS):
                self._set_aside(path, "it is a file" if path.is_file() else "it is a folder")

    def _mend_record(self) -> Sequence[StoredStep]:
        """The checkpoints of the record, written twice again; none where neither is whole."""
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

    def _mend_states(self) -> Sequence[StoredStep]:
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

    def _mend_checkpoint(self, stored: StoredStep) -> None:
        path, cure = self.folder / stored.file, ""
        if is_right(path, stored.digest):
            return
        problem = "its content is damaged"
        aside = set_aside(path).name if os.path.lexists(path) else ""
        if self.means.copy(stored.digest, path):
            cure = "replaced by the copy in the store"
        self._say(path, problem if aside else "it is missing", aside, cure)

    def _set_aside(self, path: Path, problem: str, cure: str = "") -> None:
        self._say(path, problem, set_aside(path).name, cure)

    def _say(self, path: Path, problem: str, aside: str, cure: str) -> None:
        words = [f"{path}: {problem}", f"set aside as {aside}" if aside else "", cure]
        self.means.callback.remarked("; ".join(filter(None, words)))


def _remove(path: Path) -> None:
    """Remove a file or a folder that was never whole."""
    with suppress(OSError):
        if path.is_dir():
            writing.remove_tree(path)
        else:
            writing.remove(path)
