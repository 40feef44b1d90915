"""A piece opened for a verb: its score checked, its graph lowered, its store at hand."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from approx_build.errors import UsageError, argument
from approx_build.project.paths import named_from
from approx_build.project.settings import Settings
from approx_build.score.paths import project_root

if TYPE_CHECKING:
    from approx_build.audio.clip import Clip
    from approx_build.files.readlog import ReadLog
    from approx_build.plan.catalog import Catalog
    from approx_build.plan.lower import LoweredPiece
    from approx_build.plan.movement import LoweredMovement
    from approx_build.score.load import Score
    from approx_build.store.memo import Memo
    from approx_build.store.store import Store


@dataclass
class Piece:
    """A piece of a project, and where it is built."""

    path: Path
    settings: Settings
    score: Score
    catalog: Catalog
    lowered: LoweredPiece
    environment: dict[str, str]
    """What takes' keys say of the numeric environment; empty for the portable kernels."""
    memo: Memo
    """What the store knows of the project's files, and what was learnt of them since."""

    @classmethod
    def open(cls, path: Path, settings: Settings) -> Piece:
        """Load, check and lower the piece; ScoreError with every fault of every file."""
        from approx_build.files.readlog import ReadLog
        from approx_build.plan.catalog import Catalog
        from approx_build.plan.check import check
        from approx_build.plan.lower import lower
        from approx_build.store.memo import Memo

        root = project_root(path)
        memo = Memo.of_store(settings.store_at(root).absolute())
        if settings.checks_files:
            memo.forget()
        with named_from(root):
            log = ReadLog(memo.look)
            catalog = Catalog(found_root(path, log), settings.today, log)
            checked = check(path, catalog)
            environment = takes_environment(settings.device)
            lowered = lower(checked, environment)
        return cls(path, settings, checked.score, catalog, lowered, environment, memo)

    @property
    def root(self) -> Path:
        """The folder of the project."""
        return self.score.root

    @cached_property
    def store(self) -> Store:
        """The store it is built in."""
        from approx_build.store.store import Store

        store = Store(self.settings.store_at(self.root))
        # The memo that planning has filled: with another one, every file would be hashed twice.
        store.memo = self.memo
        return store

    @property
    def log(self) -> ReadLog:
        """What was read of the project."""
        return self.catalog.log

    @property
    def out(self) -> Path:
        """The folder that renders go to."""
        return self.settings.out_at(self.root)

    @property
    def lock_path(self) -> Path:
        """The lock of the piece, beside its score."""
        return self.path.with_suffix(".lock")

    @property
    def remarks(self) -> list[str]:
        """What is no fault of its score or of the records it uses, but worth saying."""
        from approx_build.plan.consent import unused_scopes
        from approx_build.plan.take_checks import take_remarks

        corpora = self.catalog.consents.read
        scopes = [fault for corpus in corpora for fault in unused_scopes(corpus, self.catalog)]
        takes = take_remarks(self.score, self.catalog)
        return [str(fault) for fault in (*self.score.remarks, *takes, *scopes)]

    def check_consent_again(self) -> None:
        """ConsentError when a consent record was edited since the piece was opened, and refuses it.

        What was built is kept in the store; nothing of it may be delivered.
        """
        from approx_build.plan.catalog import Catalog
        from approx_build.plan.check import check_consent_again

        # If no record was edited, the answer of planning still stands.
        if not all(map(self._still_reads, self.catalog.consents.read)):
            check_consent_again(self.score, Catalog(self.root, self.catalog.today))

    def _still_reads(self, corpus: str) -> bool:
        path = str((self.root / self.catalog.consent_path(corpus)).absolute())
        return path in self.log.files and self.log.files[path].is_unchanged(path)

    def takes(self) -> list[str]:
        """The targets of all clips that are drawn for the piece."""
        from approx_build.plan.graph import Kind

        return [action.target for action in self.lowered.graph if action.kind is Kind.TAKE]

    def clip(self, target: str) -> Clip:
        """The sound of a target that is up to date; UsageError when it is not, or is no sound."""
        from approx_build.audio import wav
        from approx_build.execution.forecast import Fate, forecast

        one = forecast(self.lowered.graph, [target], self.store, self.root, self.log)[target]
        record = self.store.records.get(one.key) if one.fate is Fate.REUSED else None
        if record is None:
            raise UsageError(f"{target}: not up to date ({one.fate.value}); render the piece")
        return wav.read(self.store.objects.path(record.digest))

    def movements(self, chosen: Sequence[str]) -> list[LoweredMovement]:
        """The movements named by number or slug; all when none is named."""
        every = self.lowered.movements
        if not chosen:
            return list(every)
        found = []
        for name in chosen:
            matching = [
                one for one in every if name in (str(one.movement.number), one.movement.slug)
            ]
            if not matching:
                names = ", ".join(f"{one.movement.number} ({one.movement.slug})" for one in every)
                chosen = argument("movements", name)
                raise UsageError(f"{chosen}: there is no such movement; there are {names}")
            found += matching
        return found


def found_root(path: Path, log: ReadLog) -> Path:
    """The folder of the project; a folder `models` nearer to the piece would make it another."""
    for folder in Path(os.path.normpath(path.absolute())).parents:
        # Listed for the log, whether the folder exists or not: if one appears, the state is out of
        # date.
        log.files_in(folder / "models")
        if (folder / "models").is_dir():
            break
    return project_root(path)


def takes_environment(device: str) -> dict[str, str]:
    """What a take's key says of where it is drawn: nothing for the portable kernels."""
    if device != "cuda":
        return {}
    from approx_build.families.torch_device import environment

    return environment(device)
