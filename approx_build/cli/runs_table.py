"""The runs of a ledger as text: a table of the columns that fit, blocks, and curves."""

from __future__ import annotations

import io
import textwrap
from collections.abc import Iterable, Iterator, Sequence

from approx_build.project.settings import now
from approx_build.report.formatting import settings
from approx_build.report.text_plot import plot
from approx_build.training.forecast import duration
from approx_build.training.ledger import columns
from approx_build.training.ledger.columns import KEPT_BY_HAND, MORE, Column
from approx_build.training.ledger.entry import LedgerEntry, Note, Session
from approx_build.units import signed, spaced
from approx_build.visible import visible

GAP = 2
"""Spaces between columns."""
WIDEST = 40
"""Characters of a cell; what is longer is shown by `runs show`."""


def block(entry: LedgerEntry, width: int | None = None) -> list[str]:
    """Every column of a run that it has, one below the other."""
    rows = [("run", entry.run), ("status", columns.status(entry, now()))]
    rows += [("", entry.reason)] if entry.reason else []
    rows += [(column.name, column.text(entry)) for column in KEPT_BY_HAND]
    return pairs([(name, text or "–") for name, text in rows], width)


def pairs(rows: Sequence[tuple[str, str]], width: int | None = None) -> list[str]:
    """Names and texts in two columns, long texts going on below themselves."""
    side = max((len(name) for name, _ in rows), default=0)
    space = max(20, (width or terminal_width()) - side - GAP)
    lines = []
    for name, text in rows:
        words = visible(" ".join(text.splitlines()))
        first, *more = textwrap.wrap(words, space, break_on_hyphens=False) or [""]
        lines.append(f"{name:<{side}}{'':{GAP}}{first}".rstrip())
        lines += [f"{'':{side + GAP}}{line}" for line in more]
    return lines


def terminal_width() -> int:
    """Columns of the terminal; 80 where there is none."""
    from rich.console import Console

    return Console().width


def fitting(entries: Sequence[LedgerEntry], width: int) -> list[Column]:
    """The most telling columns that fit side by side, in the order they are read in.

    The first is always there; one that is empty for every run never.
    """
    chosen: list[Column] = []
    left = width + GAP
    for column in _TELLING:
        cells = [column.text(entry) for entry in entries]
        needed = min(WIDEST, max(len(column.name), *map(len, cells))) + GAP
        if any(cells) and (needed <= left or not chosen):
            chosen.append(column)
            left -= needed
    return sorted(chosen, key=_READ.index)


def table(entries: Sequence[LedgerEntry]) -> list[str]:
    """The columns that fit the terminal, side by side."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(file=io.StringIO(), width=terminal_width(), force_terminal=False)
    chosen = fitting(entries, console.width)
    grid = Table(box=None, padding=(0, GAP, 0, 0), pad_edge=False)
    for column in chosen:
        # Names are copied from here, so they are never cut.
        widest = None if column is _RUN else WIDEST
        grid.add_column(column.name, no_wrap=True, max_width=widest)
    for entry in entries:
        grid.add_row(*(Text(visible(column.text(entry))) for column in chosen))
    with console.capture() as printed:
        console.print(grid)
    return printed.get().splitlines()


def _best(entry: LedgerEntry) -> float | None:
    return entry.behaviour.best[1] if entry.behaviour.best else None


def _last(entry: LedgerEntry) -> float | None:
    return entry.behaviour.last[1] if entry.behaviour.last else None


_BY_NAME = {column.name: column for column in (*KEPT_BY_HAND, *MORE)}
_RUN = _BY_NAME["run"]
_STATUS = Column("status", lambda e: columns.brief(e, now()))
_STEPS = Column("steps", lambda e: columns.steps(e).replace(" of ", "/"))
_TIME = Column("time", lambda e: duration(e.seconds))
_BEST, _LAST = Column("best", _best), Column("last", _last)
_SLOPE = Column("slope", lambda e: None if e.behaviour.slope is None else signed(e.behaviour.slope))
_DAY = Column("begun", lambda e: e.started[:10])
_NAMED = [
    _BY_NAME[name]
    for name in ("learning rate", "sample size", "optimiser", "filter width", "corpus",
                 "parent run", "augmentation", "notes and next steps")
]  # fmt: skip
_TELLING = (
    *(_RUN, _STEPS, _BEST, _STATUS, _TIME, _BY_NAME["cost"], _DAY),
    *(_LAST, _SLOPE, *_NAMED),
)
"""From the most to the least telling."""
_READ = [
    *(_RUN, _STATUS, _STEPS, _BEST, _LAST, _SLOPE, *_NAMED[:7]),
    *(_TIME, _BY_NAME["cost"], _DAY, _NAMED[7]),
]
"""As they are read from left to right."""


def parts(entry: LedgerEntry) -> Iterator[list[str]]:
    """Everything about a run, part by part."""
    yield block(entry)
    unit = entry.loss_unit
    curves = {
        f"held-out loss, {unit}": entry.held_out_curve,
        f"training loss, {unit}": entry.training_curve,
        **{f"{name}: training loss": curve for name, curve in entry.player_curves.items()},
    }
    for title, curve in curves.items():
        if drawn := plot(curve):
            yield [title, *drawn]
    yield _headed("sessions", [line for one in entry.sittings for line in _session(one)])
    yield _headed("checkpoints", [_kept(entry, index) for index in range(len(entry.checkpoints))])
    yield _headed("warnings", list(entry.warnings))
    yield _headed("manifest", pairs(list(settings(entry.manifest))))
    yield _headed("notes", pairs([_noted(note) for note in entry.notes]))


def spaced_apart(blocks: Iterable[Sequence[str]]) -> list[str]:
    """The lines of the blocks that have any, an empty line between two blocks."""
    lines = [line for block in blocks if block for line in ("", *block)]
    return lines[1:]


def _headed(title: str, lines: list[str]) -> list[str]:
    return [title, *(f"  {line}" for line in lines)] if lines else []


def _session(one: Session) -> list[str]:
    span = f"steps {spaced(one.from_step)} to {spaced(one.to_step)}"
    where = f"{one.device}, {one.threads} thread{'s' if one.threads > 1 else ''}"
    first = f"{one.started}  {span}, {duration(one.seconds)}, {where}"
    around = ", ".join(f"{name} {value}" for name, value in sorted(one.environment.items()))
    return [first, *(f"  {line}" for line in pairs([("", around)]) if around)]


def _kept(entry: LedgerEntry, index: int) -> str:
    one = entry.checkpoints[index]
    loss = "" if one.loss is None else f"  loss {signed(one.loss)}"
    return f"step {spaced(one.step):>9}  {one.digest[:12]}{loss}"


def _noted(note: Note) -> tuple[str, str]:
    return f"{note.on}{' next' if note.kind == 'next' else ''}", note.text
