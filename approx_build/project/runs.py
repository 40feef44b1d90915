"""`runs`: the ledger of a project's trainings, its notes, pages and CSV.

CSV is that of RFC 4180, safe to open in a spreadsheet: text that it would take for a formula gets
an apostrophe before it; numbers stay numbers.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from approx_build.errors import UsageError
from approx_build.project.paths import named_from, relative_to
from approx_build.project.settings import Settings, now
from approx_build.report.comparison import Comparison
from approx_build.report.ledger import comparison_page, ledger_page
from approx_build.report.runs import ledger_report
from approx_build.store.delivery import write
from approx_build.training.ledger.columns import KEPT_BY_HAND, MORE, Value
from approx_build.training.ledger.entry import LedgerEntry, Note
from approx_build.training.ledger.ledger import FOLDER, Ledger, append_note, find, read_ledger
from approx_build.visible import visible

LONGEST = 10_000
"""Characters of a note."""
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")


@dataclass(frozen=True)
class Runs:
    """The training runs of the project at `root`."""

    root: Path
    settings: Settings

    def ledger(self) -> Ledger:
        """All runs in the order in which they began, and which files are damaged."""
        found = read_ledger(self.root / FOLDER)
        return Ledger(found.entries, tuple(relative_to(self.root, one) for one in found.damaged))

    def list(self, model: str | None = None) -> tuple[LedgerEntry, ...]:
        """The runs, of one model if it is named."""
        return tuple(entry for entry in self.ledger().entries if model in (None, entry.model))

    def find(self, run: str) -> LedgerEntry:
        """The run whose name begins with `run`; UsageError when there is none or more than one."""
        with named_from(self.root):
            return find(self.ledger().entries, run)

    def compare(self, first: str, second: str) -> Comparison:
        """Two runs beside each other."""
        return Comparison.of(self.find(first), self.find(second))

    def note(self, run: str, text: str, is_next: bool = False) -> LedgerEntry:
        """Append a note of today to a run's; returns the run as it was before."""
        if not text.strip():
            raise UsageError("a note needs text")
        if len(text) > LONGEST:
            raise UsageError(f"a note has at most {LONGEST} characters; this one has {len(text)}")
        entry = self.find(run)
        today = self.settings.today
        written = Note(text=text.strip(), on=today, kind="next" if is_next else "note")
        with named_from(self.root):
            append_note(self.root / FOLDER, entry.run, written)
        return entry

    def export(self, model: str | None = None) -> str:
        """All runs, or those of a model, as CSV."""
        return table(self.list(model))

    def page(self) -> Path:
        """Write the ledger as a page; returns its path."""
        path = self._out / "index.html"
        write(path, ledger_page(ledger_report(self.root.name, self.ledger(), now())).encode())
        return path

    def comparison_page(self, found: Comparison) -> Path:
        """Write a comparison as a page; returns its path."""
        path = self._out / f"{found.first.run}-{found.second.run}.html"
        write(path, comparison_page(found.report()).encode())
        return path

    @property
    def _out(self) -> Path:
        return self.settings.out_at(self.root) / "ledger"


def table(entries: Sequence[LedgerEntry]) -> str:
    """The ledger as CSV, lines ending as RFC 4180 has it."""
    lines = io.StringIO()
    writer = csv.writer(lines, lineterminator="\r\n")
    writer.writerow([column.name for column in (*KEPT_BY_HAND, *MORE)])
    for entry in entries:
        writer.writerow([safe(column.value(entry)) for column in (*KEPT_BY_HAND, *MORE)])
    return lines.getvalue()


def safe(value: Value) -> Value:
    """A cell that no spreadsheet takes for a formula."""
    if value is None:
        return ""
    # A negative number begins with "-", and is no formula.
    if isinstance(value, int | float | Decimal):
        return value
    text = visible(value)
    # Some spreadsheets ignore blanks before a formula.
    return f"'{text}" if text.lstrip().startswith(_FORMULA) else text
