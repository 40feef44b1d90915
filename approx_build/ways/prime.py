"""Prime: a network continues a sound, which is not part of the take."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from approx_build.audio.clip import Clip
from approx_build.ways.base import WAYS, Conditioning, SingleSource
from approx_build.ways.sound import Excerpt


@dataclass(frozen=True, eq=False)
class Priming(Conditioning):
    """The take is what comes after `sound`."""

    sound: Clip

    def sounds(self) -> Mapping[str, Clip]:
        """The sound."""
        return {"prime": self.sound}


@WAYS.register
class Prime(Excerpt, SingleSource):
    """The network continues a sound. The take is what comes after it."""

    way: ClassVar[str] = "prime"
    about: ClassVar[str] = "sound that the network continues; it is not part of the take"
    help: ClassVar[str] = "A recording to continue."
    label: ClassVar[str] = "primed"
    origin: ClassVar[str] = "prime"
    noun: ClassVar[str] = "a prime"
    roles: ClassVar[tuple[str, ...]] = ("prime",)
    # Primes came before all other ways: the keys of their takes name no way, and must not change.
    is_in_key: ClassVar[bool] = False
    follows: ClassVar[bool] = False
    example: ClassVar[Mapping[str, Any]] = {
        "recording": "accordion/phrase-3",
        "start_s": 2.0,
        "length_s": 0.5,
    }

    @classmethod
    def conditioning(cls, terms: Mapping[str, Any], sounds: Mapping[str, Clip]) -> Priming:
        """The sound to continue."""
        return Priming(sounds["prime"])
