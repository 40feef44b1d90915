"""`plan`: what a render would build, why, how long it takes, how much memory it needs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from approx_build.cli.options import Options
from approx_build.cli.progress import duration
from approx_build.cli.reasons import reason
from approx_build.cli.render import chosen
from approx_build.cli.session import Session

if TYPE_CHECKING:
    from approx_build.build.estimate import History
    from approx_build.build.forecast import Forecast


@dataclass(frozen=True)
class Row:
    """One action of the plan; seconds and bytes are None where nothing like it was ever run."""

    target: str
    kind: str
    fate: str
    why: str
    seconds: float | None
    peak_bytes: int | None


def plan(
    piece: Path, options: Options, movements: list[str], all_actions: bool, as_json: bool
) -> None:
    """Print the plan; builds nothing."""
    from approx_build.build.estimate import History
    from approx_build.build.forecast import Fate, forecast

    session = Session.open(piece, options)
    store = session.store
    _, targets = chosen(session, movements, [])
    found = forecast(session.lowered.graph, targets, store, session.root)
    history, peaks = History.of(store.journal), _peaks(found)
    rows = [_row(one, history, peaks) for one in found.values()]
    due = [row for row in rows if row.fate != Fate.REUSED.value]
    if as_json:
        print(json.dumps([row.__dict__ for row in (rows if all_actions else due)], indent=2))
        return
    for row in rows if all_actions else due:
        print(_line(row))
    print(_total(due, len(rows), options.jobs))


def _row(one: Forecast, history: History, peaks: Mapping[str, int]) -> Row:
    from approx_build.build.forecast import Fate
    from approx_build.plan.size import size

    units = size(one.action) if one.fate is not Fate.REUSED else 0.0
    seconds = history.estimate(one.action.kind, units) if units else 0.0
    kind = one.action.kind.value
    return Row(one.action.target, kind, one.fate.value, reason(one), seconds, peaks.get(kind))


def _peaks(found: Mapping[str, Forecast]) -> dict[str, int]:
    """The most memory that each kind of action took when it was run last."""
    peaks: dict[str, int] = {}
    for one in found.values():
        if one.last is not None:
            kind = one.action.kind.value
            peaks[kind] = max(peaks.get(kind, 0), one.last.peak_bytes)
    return peaks


def _line(row: Row) -> str:
    time = "      ?" if row.seconds is None else f"{row.seconds:6.1f} s"
    return f"{row.fate:>10}  {time}  {row.kind:<10}  {row.target}: {row.why}"


def _total(due: list[Row], total: int, jobs: int) -> str:
    if not due:
        return f"nothing to do: all {total} actions are up to date"
    known: list[Any] = [row.seconds for row in due if row.seconds is not None]
    unknown = len(due) - len(known)
    parts = [f"{len(due)} of {total} actions to build"]
    if sum(known) > 0:
        parts.append(f"about {duration(sum(known) / jobs)} with {jobs} jobs")
    if unknown:
        parts.append(f"{unknown} of kinds never timed here")
    peaks = [row.peak_bytes for row in due if row.peak_bytes]
    if peaks:
        parts.append(f"up to {max(peaks) / 2**20:.0f} MB a job")
    return ", ".join(parts)
