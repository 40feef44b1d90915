"""The chronicle of a training: what happens to it written into the project's ledger as it happens.

A training that is killed leaves the entry as it was when its state was kept last.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from approx_build.corpus.consent import Consent
from approx_build.corpus.consent_record import load_consent
from approx_build.corpus.prepared import Material
from approx_build.corpus.recordings import corpus_digest
from approx_build.training.callbacks import Callback
from approx_build.training.ledger.costs import NOTHING, budget_spent
from approx_build.training.ledger.entry import Audio, LedgerEntry, Session, Status, utc_text
from approx_build.training.ledger.ledger import read_ledger, write_entry
from approx_build.training.ledger.lifecycle import begin, entry_of, finish, update, warn
from approx_build.training.ledger.record import TrainingRecord
from approx_build.training.ledger.settings import people
from approx_build.training.model import ModelSpec
from approx_build.training.state import TrainingState

HOUR_S = 3600


@dataclass
class LedgerCallback(Callback):
    """Asks for the consent of the corpus in `corpus`, and writes into the ledger in `ledger`."""

    model: ModelSpec
    material: Material
    corpus: Path
    ledger: Path | None
    now: Callable[[], datetime]
    threads: int = 1
    device: str = "cpu"
    say: Callable[[str], None] = lambda words: None
    entry: LedgerEntry | None = field(default=None, init=False)
    _first_s: float = field(default=0.0, init=False)

    def allow(self) -> None:
        """ConsentError when the corpus may not be used on the day it is."""
        self._consent()

    def objects(self, seconds: float, next_s: float) -> str:
        """Why the budget does not pay for the next seconds; empty: it does."""
        earlier = self.entry.earlier_cost if self.entry else NOTHING
        reached = budget_spent(self.model.costs, seconds, next_s, earlier)
        return reached.words if reached else ""

    def began(self, state: TrainingState, environment: dict[str, str]) -> None:
        """Begin a session, after the earlier sessions of the same run in the ledger."""
        self._first_s = state.seconds
        if self.ledger is None:
            return
        found = read_ledger(self.ledger)
        manifest = self.model.manifest(corpus_digest(self.material.recordings))
        parent = self.model.training.parent
        entry = entry_of(
            self.model.model,
            self.model.corpus,
            manifest,
            performers=people(self._consent()),
            augmentation=self.model.augmentation.described(),
            audio=self._audio(),
            costs=self.model.costs,
            parent=parent.run if parent else None,
            loss_unit=type(self.model.network).loss_unit,
            number=found.next_number,
        )
        session = Session(
            started=utc_text(self.now()),
            from_step=state.step,
            to_step=state.step,
            device=self.device,
            threads=self.threads,
            environment=environment,
        )
        self.entry = begin(entry, session, found.get(entry.run))
        write_entry(self.ledger, self.entry)

    def kept(self, state: TrainingState, status: Status, reason: str = "") -> None:
        """Write the status of the run."""
        if self.entry is None or self.ledger is None:
            return
        self.entry = update(
            self.entry,
            state.step,
            # A state has the seconds of all sessions, the entry those of each.
            max(0.0, state.seconds - self._first_s),
            self.now(),
            state.curve,
            state.checkpoints,
            self.model.trained_s(state.step) / HOUR_S,
        )
        if status is not Status.RUNNING:
            self.entry = finish(self.entry, status, self.now(), reason)
        write_entry(self.ledger, self.entry)

    def repaired(self, record: TrainingRecord) -> None:
        """Write the run according to its record, after lost files were recreated."""
        if self.entry is None or self.ledger is None:
            return
        session = self.entry.sittings[-1]
        whole = update(
            self.entry,
            session.to_step,
            session.seconds,
            self.now(),
            record.curve,
            record.checkpoints,
            record.heard_s / HOUR_S,
        )
        whole = whole.model_copy(update={"steps_done": record.checkpoints[-1].step})
        self.entry = finish(whole, Status.DONE, self.now())
        write_entry(self.ledger, self.entry)

    def remarked(self, words: str) -> None:
        """Say it."""
        self.say(words)

    def warned(self, words: str) -> None:
        """Say it, and write it into the run."""
        if self.entry is not None:
            self.entry = warn(self.entry, words)
        self.say(words)

    def _consent(self) -> Consent:
        # Read from the file each time: consent may be withdrawn while a training runs.
        return load_consent(self.corpus, self._today(), self.model.model)

    def _today(self) -> date:
        return self.now().astimezone().date()

    def _audio(self) -> Audio:
        prepared = sum(part.length for part in self.material.parts()) / self.model.network.rate
        return Audio(
            recorded_h=round(self.material.recorded_s / HOUR_S, 4),
            prepared_h=round(prepared / HOUR_S, 4),
        )
