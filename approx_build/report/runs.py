"""The report of the ledger: all training runs become the data of its page."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from approx_build.report.formatting import settings
from approx_build.report.ledger import Cell, LedgerReport, Line, NoteReport, Overlay, RunReport
from approx_build.training.forecast import duration
from approx_build.training.ledger import columns
from approx_build.training.ledger.columns import KEPT_BY_HAND, Column
from approx_build.training.ledger.costs import amount_text
from approx_build.training.ledger.entry import LedgerEntry
from approx_build.training.ledger.ledger import Ledger
from approx_build.units import counted


def ledger_report(project: str, ledger: Ledger, now: datetime) -> LedgerReport:
    """Everything that the page of a project's ledger shows; `now` says which runs were left."""
    entries, shown = ledger.entries, _columns(now)
    return LedgerReport(
        project=project,
        totals=_totals(entries),
        heads=tuple(column.name for column in shown),
        runs=tuple(_run(entry, shown, now) for entry in entries),
        overlays=overlays(entries),
        damaged=ledger.damaged,
    )


def overlays(entries: Sequence[LedgerEntry]) -> tuple[Overlay, ...]:
    """Held-out losses over steps, those of one family and unit over each other."""
    alike: dict[tuple[str, str], list[Line]] = defaultdict(list)
    for place, entry in enumerate(entries):
        curve = entry.held_out_curve or entry.training_curve
        # A single point makes no line.
        if len(curve) > 1:
            alike[entry.family, entry.loss_unit].append(Line(place, entry.run, curve))
    return tuple(
        Overlay(family, f"Held-out loss in {unit} over steps", tuple(lines))
        for (family, unit), lines in sorted(alike.items())
    )


def _run(entry: LedgerEntry, shown: Sequence[Column], now: datetime) -> RunReport:
    return RunReport(
        name=entry.run,
        status=columns.status(entry, now),
        about=f"{entry.family}, corpus {entry.corpus}, {columns.steps(entry)} steps, "
        f"{counted(len(entry.sittings), 'session')} from {entry.started[:10]}",
        behaviour=entry.behaviour.words,
        cells=tuple(_cell(column, entry) for column in shown),
        settings=dict(settings(entry.manifest)),
        notes=tuple(NoteReport(str(n.on), n.text, n.kind == "next") for n in entry.notes),
        reason=entry.reason,
        warnings=entry.warnings,
    )


def _cell(column: Column, entry: LedgerEntry) -> Cell:
    order = _ORDERS.get(column.name, column.value)(entry)
    return column.text(entry), float(order) if isinstance(order, int | Decimal) else order


def _totals(entries: Sequence[LedgerEntry]) -> tuple[tuple[str, str], ...]:
    spent: dict[str, Decimal] = defaultdict(Decimal)
    for entry in entries:
        if entry.costs is not None:
            spent[entry.costs.currency] += entry.cost or Decimal(0)
    cost = ", ".join(
        f"{amount_text(amount)} {currency}" for currency, amount in sorted(spent.items())
    )
    return (
        ("runs", str(len(entries))),
        ("models", str(len({entry.model for entry in entries}))),
        ("time", duration(sum(entry.seconds for entry in entries))),
        ("cost", cost or "–"),
    )


def _columns(now: datetime) -> tuple[Column, ...]:
    return (
        Column("run", lambda e: e.run),
        Column("status", lambda e: columns.brief(e, now)),
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
