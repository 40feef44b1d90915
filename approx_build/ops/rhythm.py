"""Rhythm patterns, written as steps, as a euclidean rhythm, or as a list of beats.

Steps: `x` is a pulse, `X` an accented one, `.` or `-` a rest; spaces and `|` only part groups.
Euclidean: `E(3,8)` spreads 3 pulses over 8 steps as evenly as can be, `E(3,8,2)` begins 2 steps
later (Toussaint, The Euclidean algorithm generates traditional musical rhythms, 2005).
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag

MOST_STEPS = 1024
# Bounded: int() is slow for very long texts, and refuses those of more than 4300 digits.
_NUMBER = r"\s*([0-9]{1,9})\s*"
_EUCLIDEAN = re.compile(rf"\s*E\({_NUMBER},{_NUMBER}(?:,{_NUMBER})?\)\s*")


@dataclass(frozen=True, slots=True)
class Pulse:
    """A pulse of a pattern: its place in steps, and how much louder it is."""

    step: float
    accent_db: float = 0.0


@dataclass(frozen=True, slots=True)
class Pattern:
    """Pulses in order, and after how many steps they come again."""

    pulses: tuple[Pulse, ...]
    period: float


class Beat(BaseModel):
    """A pulse at a place counted in beats from 0."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    beat: float = Field(ge=0, le=MOST_STEPS, description="beats after the pattern's beginning")
    accent_db: float = Field(0.0, ge=-60, le=24, description="louder by so much, decibels")


# Of a plain union, pydantic would report a fault once for each alternative.
BeatLike = Annotated[
    Annotated[float, Tag("number"), Field(ge=0, le=MOST_STEPS)] | Annotated[Beat, Tag("beat")],
    Discriminator(lambda value: "number" if isinstance(value, int | float) else "beat"),
]


def _kind(value: Any) -> str:
    return "steps" if isinstance(value, str) else "beats"


PatternLike = Annotated[
    # Spaces and bars are no steps, so a text may be longer than its pattern.
    Annotated[str, Tag("steps"), Field(max_length=10 * MOST_STEPS)]
    | Annotated[tuple[BeatLike, ...], Tag("beats"), Field(max_length=MOST_STEPS)],
    Discriminator(_kind),
]
"""What a score may say: a text of steps, or a list of beats."""


# A pulse computes its pattern again for each of its properties.
@functools.lru_cache(maxsize=64)
def of_steps(text: str, accent_db: float) -> Pattern:
    """The pattern of a text; ValueError, in plain words, when it is none."""
    steps = steps_of(text)
    pulses = (
        Pulse(step, accent_db if sign == "X" else 0.0)
        for step, sign in enumerate(steps)
        if sign in "xX"
    )
    return Pattern(tuple(pulses), len(steps))


@functools.lru_cache(maxsize=64)
def steps_of(text: str) -> str:
    """The steps of a text, a letter each; ValueError, in plain words, when it is no pattern."""
    euclidean = _EUCLIDEAN.fullmatch(text)
    if euclidean:
        pulses, steps, rotation = (int(number or 0) for number in euclidean.groups())
        text = _euclid(pulses, steps, rotation)
    steps_text = re.sub(r"[\s|]", "", text)
    strange = re.search(r"[^xX.\-]", steps_text)
    if strange:
        raise ValueError(
            f"{strange[0]!r} is no step of a pattern; write x, X (accent) and . (rest), "
            "or E(pulses,steps)"
        )
    if len(steps_text) > MOST_STEPS:
        raise ValueError(f"a pattern of {len(steps_text)} steps; at most {MOST_STEPS}")
    if not re.search("[xX]", steps_text):
        raise ValueError(f"the pattern {text[:80]!r} has no pulse")
    return steps_text


def of_beats(
    beats: Sequence[float | Beat], steps_per_beat: float, every_beats: float | None
) -> Pattern:
    """The pattern of a list of beats, coming again after `every_beats`.

    Without that, after the first whole beat past the last pulse. ValueError when it is none.
    """
    if not beats:
        raise ValueError("the pattern has no pulse")
    full = [beat if isinstance(beat, Beat) else Beat(beat=beat, accent_db=0) for beat in beats]
    # Beats may be written in any order.
    ordered = sorted(full, key=lambda beat: beat.beat)
    period = every_beats if every_beats is not None else int(ordered[-1].beat) + 1
    if ordered[-1].beat >= period:
        raise ValueError(f"beat {ordered[-1].beat:g} is not inside every_beats ({period:g})")
    pulses = tuple(Pulse(beat.beat * steps_per_beat, beat.accent_db) for beat in ordered)
    return Pattern(pulses, period * steps_per_beat)


def _euclid(pulses: int, steps: int, rotation: int) -> str:
    """Bjorklund's algorithm: pair off the two kinds of groups until one is left over."""
    if not 1 <= pulses <= steps <= MOST_STEPS:
        raise ValueError(
            f"E({pulses},{steps}) is no rhythm: 1 to {steps} pulses in at most {MOST_STEPS} steps"
        )
    groups, rest = ["x"] * pulses, ["."] * (steps - pulses)
    while len(rest) > 1:
        paired = min(len(groups), len(rest))
        joined = [a + b for a, b in zip(groups[:paired], rest[:paired], strict=True)]
        groups, rest = joined, groups[paired:] + rest[paired:]
    text = "".join(groups + rest)
    start = rotation % steps
    return text[start:] + text[:start]
