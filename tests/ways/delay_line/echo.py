"""Echo: the take is a sound, delayed."""

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
class Delayed(Conditioning):
    """The take is `sound`, `delay` samples late."""

    sound: Clip
    delay: int

    def sounds(self) -> Mapping[str, Clip]:
        """The sound."""
        return {"echo": self.sound}


@WAYS.register
class Echo(SingleSource):
    """The take is a sound, delayed."""

    way: ClassVar[str] = "echo"
    about: ClassVar[str] = "sound that the take repeats, late"
    help: ClassVar[str] = "A recording to echo."
    label: ClassVar[str] = "echoed"
    origin: ClassVar[str] = "echoed"
    noun: ClassVar[str] = "an echo"
    options: ClassVar[tuple[Option, ...]] = (Option("delay", "delay_s", "How late", 0.25),)
    example: ClassVar[Mapping[str, Any]] = {"recording": "accordion/runs", "delay_s": 0.25}

    delay_s: float = Field(ge=0, le=10, description="how late it is, seconds")

    def terms(self, rate: int, clip: int, count: int) -> dict[str, Json]:
        """The delay, in samples."""
        return {"delay": round(self.delay_s * rate)}

    @classmethod
    def conditioning(cls, terms: Mapping[str, Any], sounds: Mapping[str, Clip]) -> Delayed:
        """The sound and the delay."""
        return Delayed(sounds["heard"], terms["delay"])
