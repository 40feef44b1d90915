"""Percussive: the sudden part of a sound, its attacks without its tones.

Median-filter separation (Fitzgerald 2010; margin from Driedger 2014), see `audio.separation`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

from approx_build.audio.separation import Part
from approx_build.ops.base import OPS
from approx_build.ops.separated import Separated


@OPS.register
class Percussive(Separated):
    """The strokes of the clip, without its tones.

    What is sudden and spread over all frequencies is kept: attacks, keys, clicks, noise. A
    `margin` of 2 or more leaves only the sharpest.
    """

    op: Literal["percussive"] = "percussive"
    part: ClassVar[Part] = "percussive"
    example: ClassVar[Mapping[str, object]] = {"margin": 2}
