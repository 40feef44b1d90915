"""Inpaint: a network replaces ranges of a sound with new sound that fits the rest."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from pydantic import Field, field_validator

from approx_build.audio.clip import Clip
from approx_build.canonical import Json
from approx_build.ways.base import WAYS, Conditioning, SingleSource
from approx_build.ways.option import Option
from approx_build.ways.sound import LONGEST_S, TOLERANCE_S
from approx_build.yaml_source.node import Loc

Seconds = Annotated[float, Field(ge=0, le=LONGEST_S)]
Span = Annotated[tuple[Seconds, ...], Field(min_length=2, max_length=2)]
_RANGE = re.compile(r"(\d+(?:\.\d+)?)-(\d+(?:\.\d+)?)")


@dataclass(frozen=True, eq=False)
class Inpainting(Conditioning):
    """`sound` with these ranges of samples to be replaced."""

    sound: Clip
    missing: tuple[tuple[int, int], ...]

    def sounds(self) -> Mapping[str, Clip]:
        """The sound."""
        return {"inpainting": self.sound}


def _range(text: str) -> Json:
    found = _RANGE.fullmatch(text)
    if not found:
        raise ValueError("write FROM-TO in seconds of the take, such as 0.5-0.9")
    return [float(found[1]), float(found[2])]


@WAYS.register
class Inpaint(SingleSource):
    """The network replaces ranges of a sound. Outside them the take has the bits of the sound.

    Every clip of the take fills them differently.
    """

    way: ClassVar[str] = "inpaint"
    about: ClassVar[str] = "sound in which the network replaces ranges"
    help: ClassVar[str] = "A recording in which to replace ranges."
    label: ClassVar[str] = "inpainted"
    origin: ClassVar[str] = "inpainted"
    noun: ClassVar[str] = "an inpainting"
    options: ClassVar[tuple[Option, ...]] = (
        Option(
            "missing",
            "missing_s",
            "A range to replace, seconds of the take.",
            example="0.4-0.9",
            metavar="FROM-TO",
            read=_range,
        ),
    )
    example: ClassVar[Mapping[str, Any]] = {"take": "ghost", "missing_s": [[0.4, 0.9]]}

    missing_s: tuple[Span, ...] = Field(
        min_length=1,
        max_length=1000,
        description="ranges of the take to replace, each [from, to] in seconds",
    )

    @field_validator("missing_s")
    @classmethod
    def _in_order(cls, spans: tuple[Span, ...]) -> tuple[Span, ...]:
        before = 0.0
        for start, stop in spans:
            if stop <= start:
                raise ValueError(f"a range must end after it begins (is [{start:g}, {stop:g}])")
            if start < before:
                raise ValueError(f"ranges must follow each other (is [{start:g}, {stop:g}])")
            before = stop
        return spans

    def length_faults(self, take_s: float) -> Iterator[tuple[Loc, str]]:
        """Ranges that end after the take."""
        for index, (_, stop_s) in enumerate(self.missing_s):
            if stop_s > take_s + TOLERANCE_S:
                message = f"ends after the take ({take_s:g} s) (is {stop_s:g})"
                yield ("missing_s", index, 1), message

    def terms(self, rate: int, clip: int, count: int) -> dict[str, Json]:
        """The ranges, in samples."""
        spans = self.missing_s
        # Samples, so that two ways to write one moment give one key.
        return {"missing": [[round(start * rate), round(stop * rate)] for start, stop in spans]}

    @classmethod
    def conditioning(cls, terms: Mapping[str, Any], sounds: Mapping[str, Clip]) -> Inpainting:
        """The sound and the ranges."""
        spans = tuple((start, stop) for start, stop in terms["missing"])
        return Inpainting(sounds["heard"], spans)
