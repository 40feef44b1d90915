"""The controls of a DDSP network: pitch and loudness of a take."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from approx_build.families.parameters import SHORT_FORM
from approx_build.yaml_source.breakpoints import NumberOrCurve, check_order

Seconds = Annotated[float, Field(ge=0, le=3600)]
Hertz = Annotated[float, Field(ge=1, le=20_000)]
Decibels = Annotated[float, Field(ge=-80, le=20)]
Pitches = Annotated[tuple[tuple[Seconds, Hertz], ...], Field(min_length=1, max_length=100_000)]
Levels = Annotated[tuple[tuple[Seconds, Decibels], ...], Field(min_length=1, max_length=100_000)]


PitchLike = NumberOrCurve[Hertz, Pitches]
"""A number, or breakpoints."""
LevelLike = NumberOrCurve[Decibels, Levels]
"""A number, or breakpoints."""


class Sampling(BaseModel):
    """How a network is played: by curves of a take, or by a random line if it has none."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    pitch_hz: Annotated[PitchLike | None, SHORT_FORM] = Field(
        default=None,
        description="pitch: a number, Hz, or breakpoints [seconds, Hz]; null: that of the source, "
        "or a random line",
    )
    glide_s: Annotated[Seconds | None, SHORT_FORM] = Field(
        default=0.02,
        description="how long the pitch takes to get to a breakpoint, seconds; null: the whole "
        "time between two breakpoints",
    )
    loudness_db: Annotated[LevelLike | None, SHORT_FORM] = Field(
        default=None,
        description="loudness: a number, dB (0: a full-scale sine of 1 kHz), or breakpoints "
        "[seconds, dB] joined by straight lines; null: that of the source or of the line, and "
        "-20 where `pitch_hz` alone is given",
    )
    dry: Annotated[bool, SHORT_FORM] = Field(
        default=False, description="leave out the reverberation that the network has learned"
    )
    least_clear: float = Field(
        default=0.2,
        ge=0,
        le=1,
        description="share of the sounding frames of a source that must have a clear pitch, "
        "unless `pitch_hz` is given; 0 takes chords, too, and the pitch then jumps between notes",
    )

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        for name in ("pitch_hz", "loudness_db"):
            check_order(getattr(self, name), name)
        return self
