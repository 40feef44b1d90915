"""`plan`: what a render would build, why, how long it takes, how much memory it needs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from approx_build.project.explain import reason
from approx_build.project.piece import Session
from approx_build.project.render import chosen
from approx_build.project.settings import Options
from approx_build.project.trainings import check_trainings
from approx_build.units import duration

if TYPE_CHECKING:
    from approx_build.execution.estimate import History
    from approx_build.execution.forecast import Forecast
    from approx_build.plan.graph import Action


@dataclass(frozen=True)
class Row:
    """One action of the plan; seconds and bytes are None where nothing like it was ever run.

    The memory of trainings and takes is reckoned; the cost is None where no price is named.
    """

    target: str
    kind: str
    fate: str
    why: str
    seconds: float | None
    peak_bytes: int | None
    cost: str | None = None
    currency: str = ""


def plan(
    piece: Path, options: Options, movements: list[str], all_actions: bool, as_json: bool
) -> None:
    """Print the plan; builds nothing."""
    from approx_build.execution.estimate import History
    from approx_build.execution.forecast import Fate, forecast

    session = Session.open(piece, options)
    store = session.store
    _, targets = chosen(session, movements, [])
    check_trainings(session.lowered.graph, targets, store.root, session.root, session.log)
    found = forecast(session.lowered.graph, targets, store, session.root, session.log)
    history, peaks = History.of(store.journal), _peaks(found)
    drawing = _drawing(found, options.jobs)
    rows = [_row(one, history, peaks, session) for one in found.values()]
    rows = [replace(row, peak_bytes=drawing.get(row.target, row.peak_bytes)) for row in rows]
    due = [row for row in rows if row.fate != Fate.REUSED.value]
    if as_json:
        print(json.dumps([row.__dict__ for row in (rows if all_actions else due)], indent=2))
        return
    for row in rows if all_actions else due:
        print(_line(row))
    print(_total(due, len(rows), options.jobs))


def _row(one: Forecast, history: History, peaks: Mapping[str, int], session: Session) -> Row:
    from approx_build.execution.forecast import Fate
    from approx_build.plan.graph import Kind
    from approx_build.plan.work_estimate import size

    units = size(one.action) if one.fate is not Fate.REUSED else 0.0
    seconds = history.estimate(one.action.kind, units) if units else 0.0
    kind = one.action.kind.value
    row = Row(one.action.target, kind, one.fate.value, reason(one), seconds, peaks.get(kind))
    return _training(row, one.action, session) if one.action.kind is Kind.TRAIN and units else row


def _training(row: Row, action: Action, session: Session) -> Row:
    """The row of a training that is due, with its memory and, where it was timed, its cost."""
    from approx_build.training.memory_estimate import need_told

    params = cast(dict[str, Any], action.params)
    row = replace(row, peak_bytes=need_told(params, threads=session.options.jobs).peak)
    costs = session.catalog.model(str(action.options["model"])).costs
    if costs is None:
        return row
    cost = None if row.seconds is None else str(costs.spent(row.seconds))
    return replace(row, cost=cost, currency=costs.currency)


def _drawing(found: Mapping[str, Forecast], jobs: int) -> dict[str, int]:
    """Memory of the takes that are due, by target."""
    from approx_build.execution.forecast import Fate
    from approx_build.execution.take_batches import foretold
    from approx_build.plan.graph import Kind

    due = [one.action for one in found.values() if one.fate is not Fate.REUSED]
    return foretold([action for action in due if action.kind is Kind.TAKE], jobs)


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
    return f"{row.fate:>10}  {time}  {row.kind:<10}  {row.target}: {row.why}{_besides(row)}"


def _besides(row: Row) -> str:
    """What a training takes besides time."""
    if row.kind != "train" or not row.peak_bytes or row.fate == "reused":
        return ""
    cost = f", {row.cost} {row.currency}" if row.cost else ""
    return f" ({row.peak_bytes / 2**20:.0f} MB of memory{cost})"


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
    return ", ".join([*parts, *_costs(due)])


def _costs(due: list[Row]) -> list[str]:
    """What trainings will cost, one sum for each currency."""
    sums: dict[str, Decimal] = {}
    for row in due:
        if row.cost:
            sums[row.currency] = sums.get(row.currency, Decimal(0)) + Decimal(row.cost)
    return [f"{amount} {currency}" for currency, amount in sums.items()]
