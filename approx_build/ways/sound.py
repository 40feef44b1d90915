"""Sounds that a take is made from, as a score names them: a recording, or a clip of a take."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field, model_validator

from approx_build.yaml_source.fields import MOST, SHORTEST_S, Name, Recording, Strict

LONGEST_S = 86_400.0
TOLERANCE_S = 1e-6
"""A fifth of a sample at 192 kHz: lengths that are computed are not exact."""


class Sound(Strict):
    """A recording, or one clip of a take."""

    noun: ClassVar[str] = "this sound"

    recording: Recording | None = Field(
        None, description="a recording, as corpus/recording; or give a take"
    )
    take: Name | None = Field(None, description="a take; or give a recording")
    clip: int | None = Field(
        None, ge=1, le=MOST, description="which clip of the take, from 1 (first if left out)"
    )
    start_s: float = Field(0.0, ge=0, le=LONGEST_S, description="start in that sound, seconds")

    def needs_s(self, take_s: float) -> float | None:
        """Seconds of sound that a take of `take_s` needs; None for all there are."""
        return take_s

    def length_fault(self, take_s: float, whole_s: float) -> str:
        """Why a take of `take_s` cannot be made from a sound of `whole_s`; empty if it can."""
        return ""

    @model_validator(mode="after")
    def _one_source(self) -> Sound:
        if (self.recording is None) == (self.take is None):
            raise ValueError(f"{self.noun} needs either 'recording' or 'take'")
        if self.clip is not None and self.take is None:
            raise ValueError("'clip' chooses one clip of a take; a recording has none")
        return self


class Excerpt(Sound):
    """A sound with a length of its own."""

    length_s: float | None = Field(
        None,
        ge=SHORTEST_S,
        le=LONGEST_S,
        description="its length, seconds (to the end if left out)",
    )

    def needs_s(self, take_s: float) -> float | None:
        """Its length, seconds; None for all there are."""
        return self.length_s
