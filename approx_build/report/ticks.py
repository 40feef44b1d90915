"""Where axes are marked: round moments and round frequencies."""

from __future__ import annotations

from approx_build.units import clock

_HERTZ = (20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000)
_STEPS_S = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1200)
MOST_TICKS = 12


def time_ticks(length_s: float, most: int = MOST_TICKS) -> list[tuple[float, str]]:
    """Round moments from 0 to `length_s` and their names, at most `most` after the first."""
    step = next((step for step in _STEPS_S if length_s / step <= most), 3600)
    digits = 2 if step < 0.1 else 1 if step < 1 else 0
    count = int(length_s / step + 1e-9)
    moments = [min(number * step, length_s) for number in range(count + 1)]
    return [(moment, clock(moment, digits)) for moment in moments]


def hertz_ticks(low_hz: float, high_hz: float) -> list[tuple[int, str]]:
    """Round frequencies within the range and their names."""
    inside = [hz for hz in _HERTZ if low_hz <= hz <= high_hz]
    return [(hz, f"{hz // 1000} k" if hz >= 1000 else str(hz)) for hz in inside]
