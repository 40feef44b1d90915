"""Movements for tests of exports that read no sound."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

from approx_build.export.rendered import CuePoint, RenderedMovement
from approx_build.metric.tempo import TempoMap


def movement(tempo: TempoMap, *cues: tuple[str, str], length_s: int = 4) -> RenderedMovement:
    """A movement at 8 kHz with cues, each as moment in seconds and player."""
    points = []
    for at, player in cues:
        at_s = Fraction(at)
        points.append(CuePoint(at_s, f"text {at}", player, *tempo.bar_beat(at_s)))
    rate = 8000
    return RenderedMovement(
        *(1, "1-foam", "foam", "", rate, length_s * rate, Path("none"), (), tuple(points), tempo)
    )
