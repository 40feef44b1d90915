"""The pages of the ledger: all training runs in a table that sorts, and two beside each other.

All text is plain: the page escapes it. Curves are drawn over each other where they are losses
of one kind, each run in a colour that it keeps on the whole page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from approx_build.figures.vector import HEIGHT, WIDTH, Curve, Mark, loss_picture, wave_path
from approx_build.report import formatting
from approx_build.report.data import Parameters
from approx_build.report.page import html

COLOURS = 8
"""Colours of curves; from the ninth run on they come again, dashed."""
CUT_SHARE = 0.05
"""Losses in this first share of an axis may exceed the picture."""

Cell = tuple[str, float | str | None]
"""The text of a table's cell, and what it is sorted by."""


@dataclass(frozen=True, slots=True)
class Line:
    """A run's curve, by the run's place on the page; a quiet one is drawn thin."""

    place: int
    name: str
    curve: Curve
    is_quiet: bool = False


@dataclass(frozen=True, slots=True)
class Overlay:
    """Curves over each other, and what their axes are."""

    title: str
    caption: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Drawn:
    """An overlay as SVG paths, and the ticks of both axes."""

    paths: tuple[tuple[Line, str], ...]
    across: tuple[Mark, ...]
    up: tuple[Mark, ...]
    is_cut: bool


@dataclass(frozen=True, slots=True)
class NoteReport:
    """A note: its day, its text, and whether it says what to do next."""

    on: str
    text: str
    is_next: bool = False


@dataclass(frozen=True, slots=True)
class RunReport:
    """A run: its cells in the order of the table's heads, and its details."""

    name: str
    status: str
    about: str
    behaviour: str
    cells: tuple[Cell, ...]
    settings: Parameters
    notes: tuple[NoteReport, ...] = ()
    reason: str = ""
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LedgerReport:
    """The whole ledger of a project."""

    project: str
    totals: tuple[tuple[str, str], ...]
    heads: tuple[str, ...]
    runs: tuple[RunReport, ...]
    overlays: tuple[Overlay, ...] = ()
    damaged: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TableReport:
    """A small table: its title, heads and rows of text."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class ComparisonReport:
    """Two runs beside each other; `remark` says why there are no losses to be seen."""

    first: str
    second: str
    verdicts: tuple[tuple[str, str], ...]
    overlays: tuple[Overlay, ...]
    tables: tuple[TableReport, ...]
    remark: str = ""


def ledger_page(report: LedgerReport) -> str:
    """The page of the ledger as HTML. Equal reports give equal pages."""
    return _page("ledger.html", ledger=report)


def comparison_page(report: ComparisonReport) -> str:
    """The page of two runs as HTML."""
    return _page("comparison.html", comparison=report)


def drawn(overlay: Overlay) -> Drawn | None:
    """Curves as paths under one scale; None when there is no point.

    The first losses are high and would flatten the rest: what is above the highest loss after
    the first share of the axis runs out of the picture.
    """
    lines = [line for line in overlay.lines if line.curve]
    curves, is_cut = _cut([line.curve for line in lines])
    found = loss_picture({str(number): curve for number, curve in enumerate(curves)})
    if found is None:
        return None
    paths = tuple((lines[int(number)], path) for number, path in found.paths)
    return Drawn(paths, found.steps, found.losses, is_cut)


def colour(place: int) -> str:
    """The CSS classes of the run at a place of the page."""
    return f"run-{place % COLOURS}{' again' if place >= COLOURS else ''}"


def _cut(curves: Sequence[Curve]) -> tuple[list[Curve], bool]:
    """The curves without the parts above the picture; they enter it at its upper edge."""
    last = max((point[0] for curve in curves for point in curve), default=0.0)
    late = [loss for curve in curves for place, loss in curve if place > CUT_SHARE * last]
    if not late or last <= 0:
        return list(curves), False
    # A margin, so that the highest late loss does not touch the edge.
    top = max(late) + 0.15 * (max(late) - min(late))
    kept = [_below(curve, top) for curve in curves]
    return kept, any(list(a) != list(b) for a, b in zip(kept, curves, strict=True))


def _below(curve: Curve, top: float) -> Curve:
    """The curve from where it first comes down to `top`."""
    first = next((i for i, (_, loss) in enumerate(curve) if loss <= top), len(curve))
    if first in (0, len(curve)):
        return curve[first:]
    (left, high), (right, low) = curve[first - 1], curve[first]
    # Where the line crosses the edge: without this point the curve would begin inside the picture.
    entry = left + (right - left) * (high - top) / (high - low)
    return [(entry, top), *curve[first:]]


def _page(template: str, **values: object) -> str:
    return html(
        template,
        ["page.css", "ledger.css"],
        ["ledger.js"],
        (drawn, colour, formatting.as_text, wave_path),
        loss_width=WIDTH,
        loss_height=HEIGHT,
        **values,
    )
