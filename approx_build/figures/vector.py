"""Waveforms and loss curves as paths of SVG pictures that use the colours of the page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

from approx_build.figures.thumbnail import Sketch
from approx_build.units import clock

Curve = Sequence[tuple[float, float]]

WIDTH, HEIGHT = 1000, 300
"""The coordinate system of a loss curve."""
_MOST_POINTS = 600


def wave_peak(sketch: Sketch) -> float:
    """The sample that a waveform is scaled to, full scale 1."""
    low, high = sketch.wave
    return max(1, *map(abs, low), *map(abs, high)) / 100


def wave_path(sketch: Sketch) -> str:
    """The closed outline of a waveform: x in columns, y from -100 to 100, scaled to the loudest."""
    low, high = sketch.wave
    loudest = 100 * wave_peak(sketch)
    above = [f"{x} {-100 * y / loudest:.4g}" for x, y in enumerate(high)]
    # Silence is drawn as a thin line.
    below = [f"{x} {-100 * y / loudest + 1:.4g}" for x, y in reversed(list(enumerate(low)))]
    return f"M{'L'.join([*above, *below])}Z"


LOUDNESS_FLOOR = -60
"""The lower edge of a loudness curve, LUFS."""


def loudness_path(levels: Sequence[float | None]) -> str:
    """The area below a loudness curve: x from 0 to 1000, y from 0 (0 LUFS) to 100 (the floor)."""
    heights = [100 if level is None else 100 * level / LOUDNESS_FLOOR for level in levels]
    width = 1000 / len(levels)
    # Steps, because each value is the loudness of a stretch.
    steps = "".join(
        f"V{min(100.0, max(0.0, height)):.4g}H{(place + 1) * width:.5g}"
        for place, height in enumerate(heights)
    )
    return f"M0 100{steps}V100Z"


@dataclass(frozen=True, slots=True)
class Mark:
    """A tick: its place in percent of the axis, and its name."""

    percent: float
    text: str


@dataclass(frozen=True, slots=True)
class LossPicture:
    """Loss curves by name as SVG paths, and the ticks of both axes."""

    paths: tuple[tuple[str, str], ...]
    steps: tuple[Mark, ...]
    losses: tuple[Mark, ...]


def loss_picture(curves: Mapping[str, Curve]) -> LossPicture | None:
    """Curves drawn over their common steps; None when there is no point at all."""
    points = [point for curve in curves.values() for point in curve]
    if not points:
        return None
    last = max(1.0, *(step for step, _ in points))
    low, high = _rounded_range([loss for _, loss in points])
    paths = tuple((name, _path(curve, last, low, high)) for name, curve in curves.items() if curve)
    steps = tuple(Mark(100 * step / last, _count(step)) for step in _round_numbers(0, last, 6))
    losses = tuple(
        Mark(100 * (high - loss) / (high - low), f"{loss:g}")
        for loss in _round_numbers(low, high, 5)
    )
    return LossPicture(paths, steps, losses)


def _path(curve: Curve, last: float, low: float, high: float) -> str:
    places = (
        f"{WIDTH * step / last:.1f} {HEIGHT * (high - loss) / (high - low):.1f}"
        for step, loss in _thinned(curve)
    )
    return "M" + "L".join(places)


def _thinned(curve: Curve) -> Iterable[tuple[float, float]]:
    """At most a few hundred points: the means of neighbours."""
    group = ceil(len(curve) / _MOST_POINTS)
    for start in range(0, len(curve), group):
        near = curve[start : start + group]
        yield sum(step for step, _ in near) / len(near), sum(loss for _, loss in near) / len(near)


def _rounded_range(values: Sequence[float]) -> tuple[float, float]:
    low, high = min(values), max(values)
    # A constant loss has no range that an axis could show.
    room = 0.05 * (high - low) or 0.5
    return low - room, high + room


def _round_numbers(low: float, high: float, most: int) -> list[float]:
    """Round numbers from `low` to `high`: at most about `most`."""
    rough = (high - low) / most
    power = 10.0 ** floor(log10(rough))
    # Rounding must not omit a step that fits exactly.
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough * 0.999)
    # Rounding must not omit a tick at the end of the range.
    first, last = ceil(low / step - 1e-9), floor(high / step + 1e-9)
    return [round(number * step, 10) for number in range(first, last + 1)]


def _count(number: float) -> str:
    """A whole number with thin spaces between thousands."""
    return f"{number:,.0f}".replace(",", " ")


_HERTZ = (20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000)
_STEPS_S = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1200)
MOST_TICKS = 12


def time_ticks(length_s: float, most: int = MOST_TICKS) -> list[tuple[float, str]]:
    """Round times from 0 to `length_s` and their labels, at most `most` after the first."""
    step = next((step for step in _STEPS_S if length_s / step <= most), 3600)
    digits = 2 if step < 0.1 else 1 if step < 1 else 0
    count = int(length_s / step + 1e-9)
    moments = [min(number * step, length_s) for number in range(count + 1)]
    return [(moment, clock(moment, digits)) for moment in moments]


def hertz_ticks(low_hz: float, high_hz: float) -> list[tuple[int, str]]:
    """Round frequencies within the range and their labels."""
    inside = [hz for hz in _HERTZ if low_hz <= hz <= high_hz]
    return [(hz, f"{hz // 1000} k" if hz >= 1000 else str(hz)) for hz in inside]
