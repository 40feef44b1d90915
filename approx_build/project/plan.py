"""`plan`: what a render would build, why, how long it takes, how much memory it needs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from approx_build.project.explain import reason
from approx_build.project.piece import Piece
from approx_build.project.preview import PreviewOptions, add_excerpts
from approx_build.project.render import RenderOptions, chosen
from approx_build.project.settings import Settings
from approx_build.project.trainings import check_trainings

if TYPE_CHECKING:
    from approx_build.execution.estimate import History
    from approx_build.execution.forecast import Forecast
    from approx_build.plan.graph import Action
    from approx_build.project.outline import Section


@dataclass(frozen=True)
class Row:
    """One action of the plan; seconds and bytes are None where nothing like it was ever run.

    The memory of trainings and takes is computed; the cost is None where no price is named.
    """

    target: str
    kind: str
    fate: str
    why: str
    seconds: float | None
    peak_bytes: int | None
    cost: str | None = None
    currency: str = ""


@dataclass(frozen=True)
class Plan:
    """What a render would do: a row for each action, inputs first, and how many jobs there are."""

    rows: tuple[Row, ...]
    jobs: int
    sections: tuple[Section, ...] = ()
    """The same as changes of the score: by movement, part, event and take."""

    @property
    def due(self) -> tuple[Row, ...]:
        """The actions that are not up to date."""
        return tuple(row for row in self.rows if row.fate != "reused")

    @property
    def seconds(self) -> float:
        """What is due will take about this long with all jobs; kinds never timed count for 0."""
        return sum(row.seconds or 0.0 for row in self.due) / self.jobs

    @property
    def costs(self) -> dict[str, Decimal]:
        """What trainings will cost, by currency."""
        sums: dict[str, Decimal] = {}
        for row in self.due:
            if row.cost:
                sums[row.currency] = sums.get(row.currency, Decimal(0)) + Decimal(row.cost)
        return sums


def plan(
    path: Path,
    settings: Settings,
    movements: Sequence[str] = (),
    preview: PreviewOptions | None = None,
) -> Plan:
    """What a render of the piece at `path`, or a preview, would do; builds nothing."""
    from approx_build.execution.estimate import History
    from approx_build.execution.forecast import forecast
    from approx_build.project.outline import outline

    piece = Piece.open(path, settings)
    store = piece.store
    if preview:
        targets = [*add_excerpts(piece, preview).values()]
    else:
        _, targets = chosen(piece, RenderOptions(movements))
    # As `render` does: a plan must not promise what the render refuses.
    check_trainings(piece.lowered.graph, targets, store.root, piece.root, piece.log)
    found = forecast(piece.lowered.graph, targets, store, piece.root, piece.log)
    history, peaks = History.of(store.journal), _peaks(found)
    drawing = _drawing(found, settings.jobs)
    rows = [_row(one, history, peaks, piece) for one in found.values()]
    # Computed memory replaces that of the last run, which was of other takes.
    rows = [replace(row, peak_bytes=drawing.get(row.target, row.peak_bytes)) for row in rows]
    return Plan(tuple(rows), settings.jobs, outline(piece.lowered, found))


def _row(one: Forecast, history: History, peaks: Mapping[str, int], piece: Piece) -> Row:
    from approx_build.execution.forecast import Fate
    from approx_build.plan.graph import Kind
    from approx_build.plan.work_estimate import size

    # The size of a take loads its network, which what is up to date does not need.
    units = size(one.action) if one.fate is not Fate.REUSED else 0.0
    seconds = history.estimate(one.action.kind, units) if units else 0.0
    kind = one.action.kind.value
    row = Row(one.action.target, kind, one.fate.value, reason(one), seconds, peaks.get(kind))
    return _training(row, one.action, piece) if one.action.kind is Kind.TRAIN and units else row


def _training(row: Row, action: Action, piece: Piece) -> Row:
    """The row of a training that is due, with its memory and, where it was timed, its cost."""
    from approx_build.training.memory_estimate import estimate_of

    params = cast(dict[str, Any], action.params)
    row = replace(row, peak_bytes=estimate_of(params, threads=piece.settings.jobs).peak)
    costs = piece.catalog.model(str(action.options["model"])).costs
    if costs is None:
        return row
    cost = None if row.seconds is None else str(costs.spent(row.seconds))
    return replace(row, cost=cost, currency=costs.currency)


def _drawing(found: Mapping[str, Forecast], jobs: int) -> dict[str, int]:
    """Memory of the takes that are due, by target."""
    from approx_build.execution.forecast import Fate
    from approx_build.execution.take_batches import estimated_bytes
    from approx_build.plan.graph import Kind

    due = [one.action for one in found.values() if one.fate is not Fate.REUSED]
    return estimated_bytes([action for action in due if action.kind is Kind.TAKE], jobs)


def _peaks(found: Mapping[str, Forecast]) -> dict[str, int]:
    """The most memory that each kind of action took when it was run last."""
    peaks: dict[str, int] = {}
    for one in found.values():
        if one.last is not None:
            kind = one.action.kind.value
            peaks[kind] = max(peaks.get(kind, 0), one.last.peak_bytes)
    return peaks
