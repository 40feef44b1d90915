"""The comparison of two runs: in what they differ, their losses at equal steps and equal times."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from approx_build.plan.key import ABSENT, Difference, differences
from approx_build.report.formatting import as_text
from approx_build.report.ledger import ComparisonReport, Line, Overlay, TableReport
from approx_build.training.forecast import duration
from approx_build.training.ledger.curve_analysis import Beside, Curve, side_by_side
from approx_build.training.ledger.entry import LedgerEntry
from approx_build.units import signed, spaced

MINUTE_S = 60


@dataclass(frozen=True)
class Comparison:
    """Two runs beside each other; `remark` says why their losses cannot be compared."""

    first: LedgerEntry
    second: LedgerEntry
    changes: tuple[Difference, ...]
    by_step: tuple[Beside, ...]
    by_time: tuple[Beside, ...]
    remark: str
    by_player: Mapping[str, tuple[Beside, ...]] = field(default_factory=dict)
    """Training losses of the players that both have, and their terms, at equal steps."""

    @classmethod
    def of(cls, a: LedgerEntry, b: LedgerEntry) -> Comparison:
        """Compare two runs of a ledger."""
        changes = tuple(differences(_setup(a), _setup(b)))
        if remark := incomparable(a, b):
            return cls(a, b, changes, (), (), remark)
        by_step = side_by_side(loss(a), loss(b))
        by_time = side_by_side(over_time(a, loss(a)), over_time(b, loss(b)))
        return cls(a, b, changes, tuple(by_step), tuple(by_time), "", _by_player(a, b))

    def tables(self) -> tuple[TableReport, ...]:
        """What differs and, where they can be compared, the losses."""
        what = TableReport("What differs", ("", "first", "second"), tuple(map(_row, self.changes)))
        if self.remark:
            return (what,)
        return (
            what,
            TableReport(
                "At equal steps", ("step", "first", "second"), _losses(self.by_step, spaced)
            ),
            TableReport(
                "At equal times", ("time", "first", "second"), _losses(self.by_time, duration)
            ),
            *(
                TableReport(
                    f"{name}, training loss at equal steps",
                    ("step", "first", "second"),
                    _losses(rows, spaced),
                )
                for name, rows in self.by_player.items()
            ),
        )

    def report(self) -> ComparisonReport:
        """Everything that the page shows."""
        a, b = self.first, self.second
        verdicts = tuple((one.run, one.behaviour.words) for one in (a, b))
        if self.remark:
            return ComparisonReport(a.run, b.run, verdicts, (), self.tables(), self.remark)
        caption = f"Held-out loss in {a.loss_unit}, training dotted, over"
        by_steps = tuple(one for _, one in _lines(a, b))
        by_minutes = tuple(_in_minutes(entry, one) for entry, one in _lines(a, b))
        overlays = (
            Overlay("At equal steps", f"{caption} steps", by_steps),
            Overlay("At equal times", f"{caption} minutes", by_minutes),
        )
        return ComparisonReport(a.run, b.run, verdicts, overlays, self.tables())

    def as_json(self) -> dict[str, Any]:
        """The same for programs."""
        return {
            "first": self.first.run,
            "second": self.second.run,
            "differences": [
                {
                    "field": one.field,
                    "first": None if one.old is ABSENT else one.old,
                    "second": None if one.new is ABSENT else one.new,
                }
                for one in self.changes
            ],
            "equal_steps": _equal_steps(self.by_step),
            "equal_times": [
                {"seconds": r.at, "first": r.first, "second": r.second} for r in self.by_time
            ],
            "players": {name: _equal_steps(rows) for name, rows in self.by_player.items()},
        }


def _equal_steps(rows: Sequence[Beside]) -> list[dict[str, float]]:
    return [{"step": row.at, "first": row.first, "second": row.second} for row in rows]


def _by_player(a: LedgerEntry, b: LedgerEntry) -> dict[str, tuple[Beside, ...]]:
    first, second = a.player_curves, b.player_curves
    both = (name for name in first if name in second)
    return {name: tuple(side_by_side(first[name], second[name])) for name in both}


def _setup(entry: LedgerEntry) -> dict[str, Any]:
    """The settings of a run and where it ran: what two runs may differ in."""
    last = entry.sittings[-1] if entry.sittings else None
    where = {"device": last.device, "threads": last.threads, **last.environment} if last else {}
    kept = entry.model_dump(mode="json", include={"model", "corpus", "performers", "costs"})
    return {**entry.manifest, **kept, "parent": entry.parent, "where": where}


def incomparable(a: LedgerEntry, b: LedgerEntry) -> str:
    """Why the losses of two runs cannot be compared; empty if they can."""
    kinds = [f"{one.family}, {one.loss_unit}" for one in (a, b)]
    return "" if kinds[0] == kinds[1] else f"their losses are of two kinds ({'; '.join(kinds)})"


def loss(entry: LedgerEntry) -> Curve:
    """The loss that runs are compared by: held out, where it was measured."""
    return entry.held_out_curve or entry.training_curve


def over_time(entry: LedgerEntry, curve: Curve) -> Curve:
    """A curve over seconds of training instead of steps."""
    return [(entry.seconds_at(step), value) for step, value in curve]


def _in_minutes(entry: LedgerEntry, line: Line) -> Line:
    curve = [(seconds / MINUTE_S, value) for seconds, value in over_time(entry, line.curve)]
    return Line(line.place, line.name, curve, line.is_quiet)


def _lines(a: LedgerEntry, b: LedgerEntry) -> list[tuple[LedgerEntry, Line]]:
    found = []
    for place, entry in enumerate((a, b)):
        found.append((entry, Line(place, entry.run, loss(entry))))
        if entry.held_out_curve:
            found.append((entry, Line(place, entry.run, entry.training_curve, is_quiet=True)))
    return found


def _row(change: Difference) -> tuple[str, str, str]:
    old, new = ("–" if one is ABSENT else as_text(one) for one in (change.old, change.new))
    return change.field, old, new


def _losses(rows: tuple[Beside, ...], place: Callable[[float], str]) -> tuple[tuple[str, ...], ...]:
    return tuple((place(row.at), signed(row.first), signed(row.second)) for row in rows)
