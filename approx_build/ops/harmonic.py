"""Harmonic: the steady part of a sound, its tones without their attacks.

Median-filter separation (Fitzgerald 2010; margin from Driedger 2014), see `audio.separation`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

from approx_build.audio.separation import Part
from approx_build.ops.base import OPS
from approx_build.ops.separated import Separated


@OPS.register
class Harmonic(Separated):
    """The tones of the clip, without strokes and noise.

    Frequencies that last are kept, so attacks soften and breath, keys and drums recede. A
    `margin` of 2 or more leaves only the clearest tones, in islands.
    """

    op: Literal["harmonic"] = "harmonic"
    part: ClassVar[Part] = "harmonic"
    example: ClassVar[Mapping[str, object]] = {"margin": 2}
