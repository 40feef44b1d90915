"""Contact sheets: many sounds on one page, one row each, for a quick overview.

Every row has its own time axis and all of them share one scale of levels, so that soft sounds look
soft. Without dates: the same bytes for the same numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from textwrap import shorten, wrap
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from approx_build.audio.mix import Source
from approx_build.audio.spectrogram import Spectrogram, spectrogram, waveform
from approx_build.figures.canvas import blank, own_settings, png
from approx_build.figures.png import ACCENT, GROUND, INK, QUIET_INK, colours
from approx_build.figures.spectrogram import draw_levels
from approx_build.figures.thumbnail import SPAN_DB, top_level
from approx_build.visible import visible

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

ROWS_A_PAGE = 12
COLUMNS, ROWS = 1244, 84

_WIDTH, _HEAD, _ROW, _LINE, _FOOT = 1600, 92, 150, 44, 12
_LEFT, _TEXT, _WAVE = 312, 28, 34
_MOST_NAME, _MOST_TIMES = 26, 16
_HERTZ = {100, 1000, 10_000}


@dataclass(frozen=True, slots=True)
class Look:
    """The pictures of a sound: its spectrogram, and its lowest and highest samples [2, columns]."""

    seen: Spectrogram
    wave: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Row:
    """A sound on the sheet; `details` are lines under its name, `remark` is a warning.

    A sound that cannot be read has no look.
    """

    name: str
    details: tuple[str, ...] = ()
    remark: str = ""
    look: Look | None = None


def look(source: Source) -> Look:
    """The pictures of a sound, in the size of a row."""
    return Look(spectrogram(source, COLUMNS, ROWS), waveform(source, COLUMNS))


def pages(rows: Sequence[Row]) -> list[Sequence[Row]]:
    """The rows of each page, divided evenly."""
    count = -(-len(rows) // ROWS_A_PAGE)
    edges = [len(rows) * number // count for number in range(count + 1)] if count else []
    return [rows[start:stop] for start, stop in pairwise(edges)]


def top_of(rows: Sequence[Row]) -> float:
    """The highest level of all rows, shared by every page of a sheet."""
    return max((top_level(row.look.seen) for row in rows if row.look), default=0.0)


@own_settings()
def sheet(rows: Sequence[Row], title: str, note: str, top_db: float) -> bytes:
    """One page of a sheet as PNG, `note` at the right of its title."""
    tops = list(accumulate((_ROW if row.look else _LINE for row in rows), initial=_HEAD))
    height = tops[-1] + _FOOT
    paper = _Paper(blank(_WIDTH, height), height)
    paper.write(_TEXT, 40, title, INK, 20)
    paper.write(_LEFT, 41, note, QUIET_INK, 12)
    _draw_scale(paper, top_db)
    # `tops` also has the end of the last row.
    for row, top in zip(rows, tops, strict=False):
        _draw_row(paper, row, top, top_db)
    return png(paper.figure)


@dataclass(frozen=True)
class _Paper:
    """A figure measured in pixels from its upper left corner."""

    figure: Figure
    height: int

    def write(self, x: int, y: int, text: str, colour: str, size: float, ha: str = "left") -> None:
        """Text, its middle at height `y`."""
        place = (x / _WIDTH, 1 - y / self.height)
        # A name may contain «$», which would begin a formula.
        self.figure.text(
            *place, visible(text), color=colour, fontsize=size, ha=ha, va="center", parse_math=False
        )

    def axes(self, x: int, y: int, width: int, height: int) -> Axes:
        """Bare axes whose upper left corner is at (x, y)."""
        box = (
            x / _WIDTH,
            1 - (y + height) / self.height,
            width / _WIDTH,
            height / self.height,
        )
        axes = self.figure.add_axes(box, facecolor=GROUND)
        axes.set(xticks=[], yticks=[])
        for spine in axes.spines.values():
            spine.set_visible(False)
        return axes


def _draw_scale(paper: _Paper, top_db: float) -> None:
    """The colour scale of levels, at the upper right."""
    axes = paper.axes(_WIDTH - 60 - 256, 34, 256, 8)
    axes.imshow(colours(256)[None], aspect="auto", extent=(0, 1, 0, 1))
    for share, anchor in ((0.0, "left"), (0.5, "center"), (1.0, "right")):
        level = top_db - SPAN_DB * (1 - share)
        text = f"{level:.0f}{' dBFS' if share == 1 else ''}".replace("-", "−")
        paper.write(round(_WIDTH - 316 + 256 * share), 54, text, QUIET_INK, 9, ha=anchor)


def _draw_row(paper: _Paper, row: Row, top: int, top_db: float) -> None:
    paper.write(_TEXT, top + 12, _shortened(row.name), INK, 13)
    for line, text in enumerate(row.details):
        paper.write(_TEXT, top + 36 + 18 * line, text, QUIET_INK, 9.5)
    if row.look is None:
        paper.write(_LEFT, top + 12, shorten(row.remark, 150, placeholder=" …"), ACCENT, 11)
        return
    remark = wrap(row.remark, 38, max_lines=3, placeholder=" …")
    for line, text in enumerate(remark, len(row.details)):
        paper.write(_TEXT, top + 38 + 18 * line, text, ACCENT, 9.5)
    _draw_wave(paper.axes(_LEFT, top, COLUMNS, _WAVE), row.look.wave)
    _draw_plate(paper.axes(_LEFT, top + _WAVE, COLUMNS, ROWS), row.look.seen, top_db)


def _draw_wave(axes: Axes, wave: NDArray[np.float32]) -> None:
    """The waveform at full scale, so that soft sounds look soft."""
    columns = np.arange(wave.shape[1]) + 0.5
    axes.fill_between(columns, wave[0], wave[1], color=ACCENT, linewidth=0.4)
    axes.set(xlim=(0, wave.shape[1]), ylim=(-1, 1))


def _draw_plate(axes: Axes, seen: Spectrogram, top_db: float) -> None:
    draw_levels(axes, seen, top_db, _MOST_TIMES, _HERTZ)
    axes.tick_params(colors=QUIET_INK, labelsize=8, length=2, pad=2)


def _shortened(name: str) -> str:
    """A name that fits, cut in its middle, because beginnings and endings distinguish names."""
    name = visible(name)
    if len(name) <= _MOST_NAME:
        return name
    half = (_MOST_NAME - 1) // 2
    return f"{name[: _MOST_NAME - 1 - half]}…{name[-half:]}"
