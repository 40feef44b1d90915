"""The consent records of a project, each read once, and what they refuse on one day."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from pathlib import Path

from approx_build.corpus.consent import FILE_NAME
from approx_build.corpus.consent_record import Record, read_record
from approx_build.errors import ApproxError, Fault, ScoreError
from approx_build.files.readlog import ReadLog

CORPORA = "models/corpora"


def consent_path(corpus: str) -> str:
    """The consent record of a corpus, relative to the project."""
    return f"{CORPORA}/{corpus}/{FILE_NAME}"


class ConsentRecords:
    """The records under `root`; `today` decides what they allow, and `log` has what was read."""

    def __init__(self, root: Path, today: date, log: ReadLog) -> None:
        self.root, self.today, self.log = root, today, log
        self._records: dict[str, Record] = {}
        self._withdrawals: dict[str, dict[str, date]] = {}

    def record(self, corpus: str) -> Record:
        """The record of a corpus, whatever it allows; errors as of `read_record`."""
        if corpus not in self._records:
            folder = self.root / CORPORA / corpus
            self._records[corpus] = read_record(folder, consent_path(corpus), self.log)
        return self._records[corpus]

    @property
    def read(self) -> list[str]:
        """The corpora whose records were read, by name."""
        return sorted(self._records)

    def faults(self, corpus: str) -> list[Fault]:
        """Every fault of a record, whatever it allows."""
        try:
            return list(self.record(corpus).faults)
        except ScoreError as error:
            return list(error.faults)

    def refusals(
        self,
        corpus: str,
        model: str | None = None,
        piece: str | None = None,
        recording: str | None = None,
    ) -> list[Fault]:
        """Why a use is not allowed today, each at its clause; `recording` is corpus/name."""
        try:
            record = self.record(corpus)
        except ScoreError as error:
            return list(error.faults)
        name = recording.partition("/")[2] if recording is not None else None
        return record.refusals(self.today, model, piece, name)

    def withdrawn(self, corpus: str) -> dict[str, date]:
        """The recordings that may not be used today, by name without the corpus."""
        if corpus not in self._withdrawals:
            # A record that cannot be read refuses the corpus as a whole, where it is used.
            with suppress(ApproxError):
                consent = self.record(corpus).consent
                self._withdrawals[corpus] = consent.withdrawn_by(self.today)
        # A record that cannot be read is kept as empty, so that it is not read again.
        return self._withdrawals.setdefault(corpus, {})

    def valid_until(self) -> str:
        """The last day on which every record that was read says the same; empty: without end."""
        ends = [one.consent.unchanged_until(self.today) for one in self._records.values()]
        # The first record that changes its answer ends the validity of all.
        last = min((end for end in ends if end), default=None)
        return last.isoformat() if last else ""
