"""`runs compare`: in what two runs differ, and their losses at equal steps and equal times."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from approx_build.cli.runs_table import pairs
from approx_build.plan.key import ABSENT, Difference, differences
from approx_build.project import runs as project
from approx_build.project.paths import near
from approx_build.report.formatting import worded
from approx_build.report.ledger import (
    ComparisonReport,
    Line,
    Overlay,
    TableReport,
    comparison_page,
)
from approx_build.store.delivery import write
from approx_build.training.forecast import duration
from approx_build.training.ledger import columns
from approx_build.training.ledger.curve_analysis import Beside, Curve, side_by_side
from approx_build.training.ledger.entry import LedgerEntry
from approx_build.units import signed, spaced

MINUTE_S = 60


def compare(first: str, second: str, as_json: bool, out: Path | None) -> None:
    """Print what differs, write the page of both, and say where it is."""
    a, b = project.entry(first), project.entry(second)
    changes = differences(told(a), told(b))
    by_step, by_time, by_player = [], [], {}
    if not (remark := incomparable(a, b)):
        by_step = side_by_side(loss(a), loss(b))
        by_time = side_by_side(over_time(a, loss(a)), over_time(b, loss(b)))
        by_player = players(a, b)
    if as_json:
        data = _data(a, b, changes, by_step, by_time)
        data |= {"players": {name: _equal_steps(rows) for name, rows in by_player.items()}}
        print(json.dumps(data, indent=2, ensure_ascii=False))
        return
    tables = (
        TableReport("What differs", ("", "first", "second"), tuple(map(_row, changes))),
        TableReport("At equal steps", ("step", "first", "second"), _losses(by_step, spaced)),
        TableReport("At equal times", ("time", "first", "second"), _losses(by_time, duration)),
        *(
            TableReport(
                f"{name}, training loss at equal steps",
                ("step", "first", "second"),
                _losses(rows, spaced),
            )
            for name, rows in by_player.items()
        ),
    )
    print("\n".join([*pairs([("first", a.run), ("second", b.run)]), ""]))
    for table in tables[:1] if remark else tables:
        print(f"{text(table)}\n")
    print(f"{remark}\n" if remark else "", end="")
    path = project.out(out) / f"{a.run}-{b.run}.html"
    write(path, comparison_page(report(a, b, tables)).encode())
    print(near(path))


def told(entry: LedgerEntry) -> dict[str, Any]:
    """What was asked of a run and where it ran: what two runs may differ in."""
    last = entry.sittings[-1] if entry.sittings else None
    where = {"device": last.device, "threads": last.threads, **last.environment} if last else {}
    kept = entry.model_dump(mode="json", include={"model", "corpus", "performers", "costs"})
    return {**entry.manifest, **kept, "parent": entry.parent, "where": where}


def incomparable(a: LedgerEntry, b: LedgerEntry) -> str:
    """Why the losses of two runs cannot stand beside each other; empty when they can."""
    kinds = [f"{one.family}, {one.loss_unit}" for one in (a, b)]
    return "" if kinds[0] == kinds[1] else f"their losses are of two kinds ({'; '.join(kinds)})"


def loss(entry: LedgerEntry) -> Curve:
    """The loss that runs are compared by: held out, where it was measured."""
    return entry.held_out_curve or entry.training_curve


def players(a: LedgerEntry, b: LedgerEntry) -> dict[str, list[Beside]]:
    """The training losses that players of both runs have, and their terms, at equal steps."""
    first, second = a.player_curves, b.player_curves
    return {name: side_by_side(first[name], second[name]) for name in first if name in second}


def over_time(entry: LedgerEntry, curve: Curve) -> Curve:
    """A curve over seconds of training instead of steps."""
    return [(entry.seconds_at(step), value) for step, value in curve]


def text(table: TableReport) -> str:
    """A table for the terminal, each column as wide as its longest text, within reason."""
    if not table.rows:
        return f"{table.title}: nothing"
    rows = [table.heads, *table.rows]
    widths = [min(34, max(len(row[i]) for row in rows)) for i in range(len(table.heads))]
    lines = [
        "  ".join(f"{_short(c):<{w}}" for c, w in zip(row, widths, strict=True)) for row in rows
    ]
    return "\n".join([table.title, *(f"  {line.rstrip()}" for line in lines)])


def report(a: LedgerEntry, b: LedgerEntry, tables: tuple[TableReport, ...]) -> ComparisonReport:
    """Everything the page tells."""
    if remark := incomparable(a, b):
        verdicts = ((one.run, one.behaviour.words) for one in (a, b))
        return ComparisonReport(a.run, b.run, tuple(verdicts), (), tables[:1], remark)
    caption = f"Held-out loss in {a.loss_unit}, training dotted, over"
    by_minutes = [
        Line(
            one.place,
            one.name,
            [(s / MINUTE_S, v) for s, v in over_time(e, one.curve)],
            one.is_quiet,
        )
        for e, one in _lines(a, b)
    ]
    return ComparisonReport(
        first=a.run,
        second=b.run,
        verdicts=tuple((one.run, one.behaviour.words) for one in (a, b)),
        overlays=(
            Overlay("At equal steps", f"{caption} steps", tuple(one for _, one in _lines(a, b))),
            Overlay("At equal times", f"{caption} minutes", tuple(by_minutes)),
        ),
        tables=tables,
    )


def _lines(a: LedgerEntry, b: LedgerEntry) -> list[tuple[LedgerEntry, Line]]:
    found = []
    for place, entry in enumerate((a, b)):
        found.append((entry, Line(place, entry.run, loss(entry))))
        if entry.held_out_curve:
            found.append((entry, Line(place, entry.run, entry.training_curve, is_quiet=True)))
    return found


def _row(change: Difference) -> tuple[str, str, str]:
    old, new = ("–" if one is ABSENT else worded(one) for one in (change.old, change.new))
    return change.field, old, new


def _losses(rows: list[Beside], place: Any) -> tuple[tuple[str, ...], ...]:
    return tuple((place(row.at), signed(row.first), signed(row.second)) for row in rows)


def _short(cell: str) -> str:
    plain = columns.plain(cell)
    return plain if len(plain) <= 34 else f"{plain[:33]}…"


def _data(
    a: LedgerEntry,
    b: LedgerEntry,
    changes: list[Difference],
    by_step: list[Beside],
    by_time: list[Beside],
) -> dict[str, Any]:
    return {
        "first": a.run,
        "second": b.run,
        "differences": [
            {
                "field": one.field,
                "first": None if one.old is ABSENT else one.old,
                "second": None if one.new is ABSENT else one.new,
            }
            for one in changes
        ],
        "equal_steps": _equal_steps(by_step),
        "equal_times": [{"seconds": r.at, "first": r.first, "second": r.second} for r in by_time],
    }


def _equal_steps(rows: list[Beside]) -> list[dict[str, float]]:
    return [{"step": row.at, "first": row.first, "second": row.second} for row in rows]
