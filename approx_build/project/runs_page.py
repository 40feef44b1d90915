"""`runs page`: the whole ledger as one page."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

from approx_build.cli.runs_table import settings
from approx_build.project import runs as project
from approx_build.project.paths import near
from approx_build.report.ledger import (
    Cell,
    LedgerReport,
    Line,
    NoteReport,
    Overlay,
    RunReport,
    ledger_page,
)
from approx_build.store.delivery import write
from approx_build.training.forecast import duration
from approx_build.training.ledger import columns
from approx_build.training.ledger.columns import KEPT_BY_HAND, Column
from approx_build.training.ledger.costs import money
from approx_build.training.ledger.entry import LedgerEntry
from approx_build.training.ledger.ledger import Ledger
from approx_build.units import counted


def page(out: Path | None) -> None:
    """Write the page and say where it is."""
    ledger = project.ledger()
    path = project.out(out) / "index.html"
    write(path, ledger_page(report(ledger)).encode())
    print(near(path))
    project.end(ledger)


def report(ledger: Ledger) -> LedgerReport:
    """Everything the page tells."""
    entries = ledger.entries
    return LedgerReport(
        project=project.root().name,
        totals=_totals(entries),
        heads=tuple(column.name for column in _COLUMNS),
        runs=tuple(_run(entry) for entry in entries),
        overlays=overlays(entries),
        damaged=ledger.damaged,
    )


def overlays(entries: Sequence[LedgerEntry]) -> tuple[Overlay, ...]:
    """Held-out losses over steps, those of one family and unit over each other."""
    alike: dict[tuple[str, str], list[Line]] = defaultdict(list)
    for place, entry in enumerate(entries):
        curve = entry.held_out_curve or entry.training_curve
        if len(curve) > 1:
            alike[entry.family, entry.loss_unit].append(Line(place, entry.run, curve))
    return tuple(
        Overlay(family, f"Held-out loss in {unit} over steps", tuple(lines))
        for (family, unit), lines in sorted(alike.items())
    )


def _run(entry: LedgerEntry) -> RunReport:
    return RunReport(
        name=entry.run,
        status=columns.status(entry, project.now()),
        about=f"{entry.family}, corpus {entry.corpus}, {columns.steps(entry)} steps, "
        f"{counted(len(entry.sittings), 'sitting')} from {entry.started[:10]}",
        behaviour=entry.behaviour.words,
        cells=tuple(_cell(column, entry) for column in _COLUMNS),
        settings=dict(settings(entry.manifest)),
        notes=tuple(NoteReport(str(n.on), n.text, n.kind == "next") for n in entry.notes),
        reason=entry.reason,
    )


def _cell(column: Column, entry: LedgerEntry) -> Cell:
    order = _ORDERS.get(column.name, column.value)(entry)
    return column.text(entry), float(order) if isinstance(order, int | Decimal) else order


def _totals(entries: Sequence[LedgerEntry]) -> tuple[tuple[str, str], ...]:
    spent: dict[str, Decimal] = defaultdict(Decimal)
    for entry in entries:
        if entry.costs is not None:
            spent[entry.costs.currency] += entry.cost or Decimal(0)
    cost = ", ".join(f"{money(amount)} {currency}" for currency, amount in sorted(spent.items()))
    return (
        ("runs", str(len(entries))),
        ("models", str(len({entry.model for entry in entries}))),
        ("time", duration(sum(entry.seconds for entry in entries))),
        ("cost", cost or "–"),
    )


_COLUMNS = (
    Column("run", lambda e: e.run),
    Column("status", lambda e: columns.brief(e, project.now())),
    Column("begun", lambda e: e.started[:10]),
    Column("best", lambda e: e.behaviour.best[1] if e.behaviour.best else None),
    Column("last", lambda e: e.behaviour.last[1] if e.behaviour.last else None),
    *KEPT_BY_HAND,
)
_ORDERS = {
    "steps": lambda e: e.steps_done,
    "time": lambda e: e.seconds,
    "cost": lambda e: e.cost,
    "audio hours": lambda e: e.audio.recorded_h,
    "begun": lambda e: e.number,
}
"""What columns are sorted by whose texts are no numbers."""
