"""Voices: what a composer writes of one voice of a canon or a fugue."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Annotated

from pydantic import Field, PlainSerializer, PlainValidator, WithJsonSchema, model_validator

from approx_build.metric.time import Duration
from approx_build.score.generators.subject import Shift, Turn
from approx_build.yaml_source.fields import Strict
from approx_build.yaml_source.messages import shown

_RATIO = r"([0-9]{1,6}(?:\.[0-9]{1,9})?)(?:/([0-9]{1,6}))?"


def ratio(value: object) -> Fraction:
    """A number or a ratio such as 3/2, above 0; ValueError in plain words."""
    text = str(value) if isinstance(value, int | float | str) else ""
    found = re.fullmatch(_RATIO, text.strip())
    if isinstance(value, bool) or not found or not float(found[2] or 1):
        raise ValueError(f"needs a ratio such as 3/2 or a number, is {shown(value)}")
    result = Fraction(found[1]) / int(found[2] or 1)
    if not Fraction(1, 64) <= result <= 64:
        raise ValueError(f"must lie from 1/64 to 64 (is {shown(value)})")
    return result


Ratio = Annotated[
    Fraction,
    PlainValidator(ratio),
    PlainSerializer(str, return_type=str),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "number", "minimum": 1 / 64, "maximum": 64},
                {"type": "string", "pattern": f"^{_RATIO}$"},
            ]
        }
    ),
]


class Voice(Strict):
    """One voice: when it enters, and how it differs from the subject."""

    entry: Duration | None = Field(
        None, description="when it enters, from the beginning (default: an `entry` after the last)"
    )
    after_note: int | None = Field(
        None, ge=1, le=10_000, description="instead: after this note of the voice before"
    )
    semitones: float | None = Field(None, ge=-48, le=48, description="transposition, semitones")
    ratio: Ratio | None = Field(
        None, description="instead: transposition by a ratio, which keeps the tuning"
    )
    steps: int | None = Field(
        None, ge=-96, le=96, description="instead: transposition by steps, which changes intervals"
    )
    turn: Turn | None = Field(None, description="the subject inverted around `axis` or backwards")
    augment: Ratio = Field(Fraction(1), description="how many times as long its notes are")
    gain_db: float = Field(0.0, ge=-120, le=40, description="level, dB")
    pan: float = Field(0.0, ge=-1, le=1, description="place, -1 left to 1 right")

    @model_validator(mode="after")
    def _one_of_each(self) -> Voice:
        for names in (("semitones", "ratio", "steps"), ("entry", "after_note")):
            given = [name for name in names if getattr(self, name) is not None]
            if len(given) > 1:
                raise ValueError(
                    f"a voice has one of {', '.join(names)} (has {' and '.join(given)})"
                )
        return self

    @property
    def shift(self) -> Shift | None:
        """The transposition that is written; None where none is."""
        if self.semitones is None and self.ratio is None and self.steps is None:
            return None
        return Shift(self.steps or 0, self.ratio or Fraction(1), self.semitones or 0.0)

    @property
    def of_a_canon(self) -> list[str]:
        """The fields that only a canon's voice may have, where they are given."""
        names = ("entry", "after_note", "turn", "augment")
        return [name for name in names if name in self.model_fields_set]
