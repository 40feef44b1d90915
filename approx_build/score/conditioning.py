"""What a network hears for a take: a recording or a clip of a take, and what becomes of it."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field, field_validator, model_validator

from approx_build.score.fields import Name, Recording, Strict

LONGEST_S = 86_400.0
Place = Annotated[float, Field(ge=0, le=1)]
Seconds = Annotated[float, Field(ge=0, le=LONGEST_S)]
Span = Annotated[tuple[Seconds, ...], Field(min_length=2, max_length=2)]


class Heard(Strict):
    """A sound that a network hears: a recording, or a clip of a take."""

    noun: ClassVar[str] = "this sound"

    recording: Recording | None = Field(
        None, description="a recording, as corpus/recording; or give a take"
    )
    take: Name | None = Field(None, description="a take; or give a recording")
    clip: int | None = Field(
        None, ge=1, le=100_000, description="which clip of the take, from 1 (first if left out)"
    )
    start_s: float = Field(
        0.0, ge=0, le=LONGEST_S, description="where in that sound it begins, seconds"
    )

    def needs_s(self, take_s: float) -> float | None:
        """Seconds that are heard for a take of `take_s`; None for all there are."""
        return take_s

    @model_validator(mode="after")
    def _one_source(self) -> Heard:
        if (self.recording is None) == (self.take is None):
            raise ValueError(f"{self.noun} needs either 'recording' or 'take'")
        if self.clip is not None and self.take is None:
            raise ValueError("'clip' chooses one clip of a take; a recording has none")
        return self


class _Excerpt(Heard):
    """A sound of a length of its own."""

    length_s: float | None = Field(
        None, gt=0, le=LONGEST_S, description="its length, seconds (to the end if left out)"
    )

    def needs_s(self, take_s: float) -> float | None:
        """Seconds that are heard; None for all there are."""
        return self.length_s


class Prime(_Excerpt):
    """Sound that a network hears before it goes on by itself. It is not part of the take."""

    noun: ClassVar[str] = "a prime"


class Extension(_Excerpt):
    """Sound that the take begins with, and that the network goes on from."""

    noun: ClassVar[str] = "an extension"


class Variation(Heard):
    """Sound that is covered with noise, which the network then makes sound of again."""

    noun: ClassVar[str] = "a variation"

    noise_level: float = Field(
        ge=0,
        le=1,
        description="how much is made anew: 0 nothing, 1 everything, 0.5 keeps the outlines",
    )


class Inpainting(Heard):
    """Sound of which ranges are made anew, so that they fit the rest."""

    noun: ClassVar[str] = "an inpainting"

    missing_s: tuple[Span, ...] = Field(
        min_length=1,
        max_length=1000,
        description="ranges of the take to make anew, each [from, to] in seconds",
    )

    @field_validator("missing_s")
    @classmethod
    def _in_order(cls, spans: tuple[Span, ...]) -> tuple[Span, ...]:
        before = 0.0
        for start, stop in spans:
            if stop <= start:
                raise ValueError(f"a range ends after it begins (is [{start:g}, {stop:g}])")
            if start < before:
                raise ValueError(f"ranges follow each other (is [{start:g}, {stop:g}])")
            before = stop
        return spans


class Interpolation(Strict):
    """Two sounds, and how far the take's clips are from the first on the way to the second."""

    first: Heard = Field(description="the sound at place 0")
    second: Heard = Field(description="the sound at place 1")
    places: tuple[Place, ...] | None = Field(
        None,
        min_length=1,
        max_length=100_000,
        description="place of each clip, from 0 to 1; if left out as many as `count` says, evenly "
        "from 0 to 1 (one alone is in the middle)",
    )

    def place(self, clip: int, count: int) -> float:
        """Where clip `clip` of `count`, from 1, is between the sounds."""
        if self.places is not None:
            return self.places[clip - 1]
        return 0.5 if count == 1 else (clip - 1) / (count - 1)
