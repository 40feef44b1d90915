"""Vary: a network adds noise to a sound and removes it, which gives a variation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from pydantic import Field

from approx_build.audio.clip import Clip
from approx_build.canonical import Json
from approx_build.ways.base import WAYS, Conditioning, SingleSource
from approx_build.ways.option import Option


@dataclass(frozen=True, eq=False)
class Variation(Conditioning):
    """A variation of `sound`; `noise_level` is its strength, from 0 (unchanged) to 1 (all new)."""

    sound: Clip
    noise_level: float

    def sounds(self) -> Mapping[str, Clip]:
        """The sound."""
        return {"variation": self.sound}


@WAYS.register
class Vary(SingleSource):
    """The builder adds noise to a sound, and the network removes it.

    Every clip of the take is another variation.
    """

    way: ClassVar[str] = "vary"
    about: ClassVar[str] = "sound that the take is a variation of"
    help: ClassVar[str] = "A recording to vary."
    label: ClassVar[str] = "varied"
    origin: ClassVar[str] = "varied"
    noun: ClassVar[str] = "a variation"
    options: ClassVar[tuple[Option, ...]] = (
        Option("noise-level", "noise_level", "Strength of the variation", 0.5),
    )
    example: ClassVar[Mapping[str, Any]] = {"recording": "accordion/chorale", "noise_level": 0.4}

    noise_level: float = Field(
        ge=0,
        le=1,
        description="strength of the variation: 0 keeps everything, 1 nothing, 0.5 the outlines",
    )

    def terms(self, rate: int, clip: int, count: int) -> dict[str, Json]:
        """The noise level."""
        return {"noise_level": self.noise_level}

    @classmethod
    def conditioning(cls, terms: Mapping[str, Any], sounds: Mapping[str, Clip]) -> Variation:
        """The sound and the noise level."""
        return Variation(sounds["heard"], terms["noise_level"])
