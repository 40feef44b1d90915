"""Figures as files: PNGs with axes, for a README or a programme.

Drawn by matplotlib's Agg without pyplot, without metadata and with its default settings, so equal
numbers give equal bytes with one version of matplotlib. They have their own dark background and
look the same on dark and light pages.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

import numpy as np

from approx_build.audio.mix import Source
from approx_build.audio.spectrogram import Spectrogram, spectrogram, waveform
from approx_build.figures.canvas import blank, own_settings, png
from approx_build.figures.png import ACCENT, GROUND, INK, QUIET_INK, colours
from approx_build.figures.thumbnail import SPAN_DB, top_level
from approx_build.figures.vector import MOST_TICKS, hertz_ticks, time_ticks
from approx_build.visible import visible

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.image import AxesImage

Loss = Sequence[tuple[float, float]]
"""A loss curve: (step, loss)."""


@own_settings()
def spectrogram_figure(source: Source, title: str = "", width: int = 1600) -> bytes:
    """A PNG of a sound: waveform above, spectrogram below, one axis of time, a scale of dB."""
    height = width * 9 // 20
    figure = blank(width, height)
    wave, plate, bar = _panels(figure, bool(title))
    columns, rows = round(width * 0.86), round(height * 0.66)
    seen = spectrogram(source, columns, rows)
    low, high = waveform(source, columns)
    times = (np.arange(columns) + 0.5) * seen.length_s / columns
    wave.fill_between(times, low, high, color=ACCENT, linewidth=0.4)
    # Silence has no loudest sample to scale by.
    loudest = max(0.01, float(np.abs((low, high)).max()))
    wave.set(xlim=(0, seen.length_s), ylim=(-loudest, loudest), yticks=[], xticks=[])
    image = _draw_plate(plate, seen, top_level(seen))
    _draw_bar(figure, bar, image)
    if title:
        _write(figure, 0.065, 0.955, title, 15)
    return png(figure)


@own_settings()
def loss_figure(curves: dict[str, Loss], title: str = "", width: int = 900) -> bytes:
    """A PNG of loss curves by name over steps."""
    figure = blank(width, width * 9 // 20)
    axes = figure.add_axes((0.09, 0.15, 0.88, 0.72))
    for (name, curve), colour in zip(curves.items(), _line_colours(len(curves)), strict=True):
        steps, losses = np.array(curve, float).reshape(-1, 2).T
        axes.plot(steps, losses, color=colour, linewidth=1.4, label=visible(name))
    _quieten(axes)
    axes.set_xlabel("step", color=QUIET_INK)
    axes.set_ylabel("loss", color=QUIET_INK)
    axes.margins(x=0.01)
    if len(curves) > 1:
        legend = axes.legend(frameon=False, labelcolor=INK, fontsize=10)
        for text in legend.get_texts():
            # A name may contain «$», which would begin a formula.
            text.set_parse_math(False)
    if title:
        _write(figure, 0.09, 0.94, title, 13)
    return png(figure)


@own_settings()
def takes_figure(takes: Sequence[tuple[str, Source]], title: str = "", width: int = 1600) -> bytes:
    """A PNG of takes side by side on one scale: the same take at each checkpoint."""
    seen = [(name, spectrogram(take, width // len(takes), 300)) for name, take in takes]
    top = max(top_level(picture) for _, picture in seen)
    figure = blank(width, 420)
    share = 0.93 / len(seen)
    for number, (name, picture) in enumerate(seen):
        axes = figure.add_axes((0.055 + number * share, 0.12, share * 0.94, 0.7))
        _draw_plate(axes, picture, top, most_times=4)
        axes.set_title(visible(name), color=INK, fontsize=11, parse_math=False)
        # A name at the very end would overlap the first name of the next take.
        axes.set_xticks([time for time in axes.get_xticks() if time < 0.95 * picture.length_s])
        if number:
            axes.set(yticklabels=[], ylabel="")
    if title:
        _write(figure, 0.055, 0.94, title, 13)
    return png(figure)


def _write(figure: Figure, x: float, y: float, title: str, fontsize: int) -> None:
    text = visible(title)
    figure.text(x, y, text, color=INK, fontsize=fontsize, va="center", parse_math=False)


def _panels(figure: Figure, titled: bool) -> tuple[Axes, Axes, Axes]:
    """Axes of the waveform, the spectrogram and its colour scale."""
    top = 0.91 if titled else 0.97
    wave = figure.add_axes((0.065, top - 0.14, 0.86, 0.14), facecolor=GROUND)
    plate = figure.add_axes((0.065, 0.085, 0.86, top - 0.245), facecolor=GROUND)
    bar = figure.add_axes((0.94, 0.085, 0.008, top - 0.245))
    for spine in wave.spines.values():
        spine.set_visible(False)
    return wave, plate, bar


def draw_levels(
    axes: Axes,
    seen: Spectrogram,
    top_db: float,
    most_times: int = MOST_TICKS,
    hertz: Collection[float] | None = None,
) -> AxesImage:
    """A spectrogram with minutes below and Hz at the left; its rows are evenly spaced.

    `hertz` are the frequencies that have labels, if not all of them have.
    """
    # Here and not above: matplotlib must first be imported within `own_settings`.
    from matplotlib.colors import ListedColormap

    octaves = np.log2(seen.high_hz / seen.low_hz)
    image = axes.imshow(
        seen.levels,
        origin="lower",
        aspect="auto",
        extent=(0, seen.length_s, 0, octaves),
        cmap=ListedColormap(colours(256) / 255),
        vmin=top_db - SPAN_DB,
        vmax=top_db,
        interpolation="nearest",
    )
    ticks = [t for t in hertz_ticks(seen.low_hz, seen.high_hz) if hertz is None or t[0] in hertz]
    axes.set_yticks([np.log2(hz / seen.low_hz) for hz, _ in ticks], [text for _, text in ticks])
    times = time_ticks(seen.length_s, most_times)
    axes.set_xticks([time for time, _ in times], [text for _, text in times])
    return image


def _draw_plate(
    axes: Axes, seen: Spectrogram, top_db: float, most_times: int = MOST_TICKS
) -> AxesImage:
    image = draw_levels(axes, seen, top_db, most_times)
    _quieten(axes)
    axes.set_ylabel("Hz", color=QUIET_INK)
    return image


def _draw_bar(figure: Figure, bar: Axes, image: AxesImage) -> None:
    figure.colorbar(image, cax=bar)
    bar.tick_params(colors=QUIET_INK, labelsize=9, length=2)
    bar.set_title("dBFS", color=QUIET_INK, fontsize=9, pad=8)
    for spine in bar.spines.values():
        spine.set_visible(False)


def _quieten(axes: Axes) -> None:
    axes.set_facecolor(GROUND)
    axes.tick_params(colors=QUIET_INK, labelsize=10, length=3)
    for name, spine in axes.spines.items():
        spine.set_visible(name in ("left", "bottom"))
        spine.set_color(QUIET_INK)


def _line_colours(count: int) -> list[tuple[float, ...]]:
    # The dark third of the palette would be invisible on the background.
    return [tuple(colour / 255) for colour in colours(3 * count)[count + 1 :: 2][:count]]
