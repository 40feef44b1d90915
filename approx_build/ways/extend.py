"""Extend: a take begins with a sound, and a network continues it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from approx_build.audio.clip import Clip
from approx_build.ways.base import WAYS, Conditioning, SingleSource
from approx_build.ways.sound import Excerpt


@dataclass(frozen=True, eq=False)
class Extension(Conditioning):
    """The take begins with `sound` and continues it."""

    sound: Clip

    def sounds(self) -> Mapping[str, Clip]:
        """The sound."""
        return {"extension": self.sound}


@WAYS.register
class Extend(Excerpt, SingleSource):
    """The take begins with a sound, unchanged, and continues it up to its own `length_s`."""

    way: ClassVar[str] = "extend"
    about: ClassVar[str] = "sound at the beginning of the take, which the network continues"
    help: ClassVar[str] = "A recording to begin with and to continue."
    label: ClassVar[str] = "extended"
    origin: ClassVar[str] = "continued"
    noun: ClassVar[str] = "an extension"
    follows: ClassVar[bool] = False
    example: ClassVar[Mapping[str, Any]] = {"take": "breath", "clip": 2}

    def length_fault(self, take_s: float, whole_s: float) -> str:
        """The fault of a sound that leaves nothing to continue; empty if there is none."""
        begun_s = self.length_s or whole_s - self.start_s
        if begun_s < take_s:
            return ""
        return f"leaves nothing to add: the take lasts {take_s:g} s, its beginning {begun_s:g} s"

    @classmethod
    def conditioning(cls, terms: Mapping[str, Any], sounds: Mapping[str, Clip]) -> Extension:
        """The sound to begin with."""
        return Extension(sounds["heard"])
