"""Between: a network interpolates between two sounds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from pydantic import Field

from approx_build.audio.clip import Clip
from approx_build.canonical import Json
from approx_build.ways.base import WAYS, Conditioning, Way
from approx_build.ways.sound import Sound
from approx_build.yaml_source.fields import MOST

Place = Annotated[float, Field(ge=0, le=1)]


@dataclass(frozen=True, eq=False)
class Interpolation(Conditioning):
    """Interpolation between `first` (place 0) and `second` (place 1)."""

    first: Clip
    second: Clip
    place: float

    def sounds(self) -> Mapping[str, Clip]:
        """Both sounds."""
        return {"first sound": self.first, "second sound": self.second}


@WAYS.register
class Between(Way):
    """The network inverts two sounds to noise or latents and generates clips in between.

    At places 0 and 1 a clip is close to a sound, but not equal. The seed has no effect.
    """

    way: ClassVar[str] = "between"
    about: ClassVar[str] = "two sounds; the clips of the take interpolate between them"
    help: ClassVar[str] = "Two recordings to interpolate between."
    label: ClassVar[str] = "between"
    origin: ClassVar[str] = "interpolated"
    roles: ClassVar[tuple[str, ...]] = ("first", "second")
    example: ClassVar[Mapping[str, Any]] = {
        "first": {"take": "breath"},
        "second": {"take": "ghost"},
    }

    first: Sound = Field(description="the sound at place 0")
    second: Sound = Field(description="the sound at place 1")
    places: tuple[Place, ...] | None = Field(
        None,
        min_length=1,
        max_length=MOST,
        description="place of each clip, from 0 to 1; default: `count` places, evenly "
        "from 0 to 1 (a single one is in the middle)",
    )

    def sounds(self) -> Iterator[tuple[tuple[str, ...], Sound]]:
        """The first sound and the second."""
        yield ("first",), self.first
        yield ("second",), self.second

    def count(self, asked: int | None) -> int:
        """One clip for each place; ValueError if the take has another `count`."""
        if self.places is None:
            return super().count(asked)
        if asked is not None and asked != len(self.places):
            raise ValueError(
                f"{len(self.places)} places for {asked} clips; leave 'count' out, or 'places'"
            )
        return len(self.places)

    def place(self, clip: int, count: int) -> float:
        """The place of clip `clip` of `count`, from 1."""
        if self.places is not None:
            return self.places[clip - 1]
        # A single clip at place 0 would only repeat the first sound.
        return 0.5 if count == 1 else (clip - 1) / (count - 1)

    def terms(self, rate: int, clip: int, count: int) -> dict[str, Json]:
        """The place of the clip."""
        return {"place": self.place(clip, count)}

    @classmethod
    def conditioning(cls, terms: Mapping[str, Any], sounds: Mapping[str, Clip]) -> Interpolation:
        """Both sounds and the place."""
        return Interpolation(sounds["first"], sounds["second"], terms["place"])
