"""Transfer: a network plays the melody of a sound with the timbre of its own corpus."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from pydantic import Field, field_validator

from approx_build.audio.clip import Clip
from approx_build.canonical import Json
from approx_build.ways.base import WAYS, Conditioning, SingleSource
from approx_build.ways.option import Option
from approx_build.ways.sound import LONGEST_S, TOLERANCE_S
from approx_build.yaml_source.breakpoints import NumberOrCurve, Points, check_order, points
from approx_build.yaml_source.fields import MOST
from approx_build.yaml_source.node import Loc

Seconds = Annotated[float, Field(ge=0, le=LONGEST_S)]
Semitones = Annotated[float, Field(ge=-60, le=60)]
Decibels = Annotated[float, Field(ge=-60, le=60)]
Pitches = Annotated[tuple[tuple[Seconds, Semitones], ...], Field(min_length=1, max_length=MOST)]
Levels = Annotated[tuple[tuple[Seconds, Decibels], ...], Field(min_length=1, max_length=MOST)]


SemitonesLike = NumberOrCurve[Semitones, Pitches]
"""A number, or breakpoints."""
DecibelsLike = NumberOrCurve[Decibels, Levels]
"""A number, or breakpoints."""


@dataclass(frozen=True, eq=False)
class TransferConditioning(Conditioning):
    """The take plays what `sound` plays, so much higher and louder: breakpoints [seconds, value].

    Breakpoints are joined by straight lines.
    """

    sound: Clip
    semitones: Points = ((0.0, 0.0),)
    gain_db: Points = ((0.0, 0.0),)
    stretch: float = 1.0
    """How many times longer than the sound, at its pitch."""

    def sounds(self) -> Mapping[str, Clip]:
        """The sound."""
        return {"source": self.sound}


@WAYS.register
class Transfer(SingleSource):
    """The network plays what a sound plays, with the timbre of its own corpus.

    A family follows the pitch and the loudness of one voice, or the whole sound by its latents.
    """

    way: ClassVar[str] = "transfer"
    about: ClassVar[str] = "sound that the network plays with the sound of its own corpus"
    help: ClassVar[str] = "A recording to play with the sound of the corpus."
    label: ClassVar[str] = "transferred"
    origin: ClassVar[str] = "played after"
    noun: ClassVar[str] = "a transfer"
    options: ClassVar[tuple[Option, ...]] = (
        Option("semitones", "semitones", "How much higher to play, semitones", 0.0, "-12"),
        Option("louder-db", "gain_db", "How much louder to play, dB", 0.0, "3"),
        Option("stretch", "stretch", "How many times longer to play, at the same pitch", 1.0, "2"),
    )
    optional: ClassVar[frozenset[str]] = frozenset({"semitones", "gain_db", "stretch"})
    example: ClassVar[Mapping[str, Any]] = {
        "recording": "percussion/vibraphone-phrase-1",
        "semitones": -12,
        "gain_db": [[0, -20], [0.5, 3]],
    }

    semitones: SemitonesLike = Field(
        0.0,
        description="how much higher than the sound, semitones: a number, or breakpoints "
        "[seconds, semitones] of the take, joined by straight lines",
    )
    gain_db: DecibelsLike = Field(
        0.0,
        description="how much louder than the sound, dB: a number, or breakpoints [seconds, dB] "
        "of the take, joined by straight lines",
    )

    stretch: float = Field(
        1.0,
        ge=0.05,
        le=20,
        description="how many times longer than the sound, at its pitch",
    )

    @field_validator("semitones", "gain_db")
    @classmethod
    def _in_order(cls, curve: float | Points) -> float | Points:
        check_order(curve)
        return curve

    def needs_s(self, take_s: float) -> float | None:
        """Seconds of sound that a take of `take_s` plays."""
        return take_s / self.stretch

    def length_faults(self, take_s: float) -> Iterator[tuple[Loc, str]]:
        """Breakpoints after the end of the take."""
        for name, curve in (("semitones", self.semitones), ("gain_db", self.gain_db)):
            for index, (at_s, _) in enumerate(points(curve)):
                if at_s > take_s + TOLERANCE_S:
                    yield (name, index, 0), f"is after the take ({take_s:g} s) (is {at_s:g})"

    def terms(self, rate: int, clip: int, count: int) -> dict[str, Json]:
        """Both curves, and the stretch where there is one."""
        curves: dict[str, Json] = {
            "semitones": [list(point) for point in points(self.semitones)],
            "gain_db": [list(point) for point in points(self.gain_db)],
        }
        # Left out, so that keys from before it was there stay.
        return curves | ({} if self.stretch == 1 else {"stretch": self.stretch})

    @classmethod
    def conditioning(
        cls, terms: Mapping[str, Any], sounds: Mapping[str, Clip]
    ) -> TransferConditioning:
        """The sound, the curves and the stretch."""
        semitones, gain_db = (
            tuple((at_s, value) for at_s, value in terms[name]) for name in ("semitones", "gain_db")
        )
        return TransferConditioning(sounds["heard"], semitones, gain_db, terms.get("stretch", 1.0))
