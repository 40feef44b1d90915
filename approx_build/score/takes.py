"""Takes: clips drawn from a network, from nothing or from sound that the network hears."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import Field, JsonValue, model_validator

from approx_build.score.conditioning import (
    Extension,
    Heard,
    Inpainting,
    Interpolation,
    Prime,
    Variation,
)
from approx_build.score.fields import MOST, SHORTEST_S, Name, Seed, Strict

LONGEST_CLIP_S = 3600.0
MOST_S = 100 * 3600
"""No take holds more than a hundred hours."""
WAYS = ("prime", "extend", "vary", "inpaint", "between")
"""The fields of a take that say what the network hears, of which it has one at most."""


class Take(Strict):
    """Clips drawn from a network as it was after one step of its training."""

    model: Name = Field(description="declared model, the stem of its file in models/")
    step: int | None = Field(
        None,
        ge=0,
        le=10**9,
        description="step of its training, one that is kept (last if left out)",
    )
    count: int = Field(1, ge=1, le=MOST, description="how many clips to draw")
    length_s: float = Field(
        ge=SHORTEST_S, le=LONGEST_CLIP_S, description="length of each clip, seconds"
    )
    seed: Seed | None = Field(
        None, description="redraws the clips (from the piece's seed and the name if left out)"
    )
    temperature: float = Field(
        1.0,
        ge=0,
        le=10,
        description="how freely the network chooses: below 1 it keeps to what it knows best, "
        "at 0 it never leaves it (the model's own if left out)",
    )
    top_k: int | None = Field(
        None, ge=1, le=65_536, description="choose among this many likeliest values only"
    )
    towards_silence: float = Field(
        0.0,
        ge=0,
        le=1000,
        description="pull towards silence at each sample, in nats for the loudest values: "
        "1 is gentle, 10 strong (the model's own if left out)",
    )
    sampling: dict[str, JsonValue] = Field(
        default_factory=dict,
        description="other controls of drawing that the model's family has, as "
        "`approx-build families` lists them (the model's own if left out)",
    )
    prime: Prime | None = Field(None, description="sound the network hears first and continues")
    extend: Extension | None = Field(
        None, description="sound the take begins with, and that the network continues"
    )
    vary: Variation | None = Field(None, description="sound that the take is a variation of")
    inpaint: Inpainting | None = Field(
        None, description="sound of which the network makes ranges anew"
    )
    between: Interpolation | None = Field(
        None, description="two sounds that the clips of the take lie between"
    )

    @property
    def way(self) -> str | None:
        """The field that says what the network hears; None when it hears nothing."""
        return next((name for name in WAYS if getattr(self, name) is not None), None)

    def heard(self) -> Iterator[tuple[tuple[str, ...], Heard]]:
        """The sounds that the network hears, each with where it stands in the take."""
        if self.between is not None:
            yield ("between", "first"), self.between.first
            yield ("between", "second"), self.between.second
        for name in WAYS:
            if isinstance(sound := getattr(self, name), Heard):
                yield (name,), sound

    @model_validator(mode="after")
    def _fits(self) -> Take:
        if self.count * self.length_s > MOST_S:
            raise ValueError(
                f"{self.count} clips of {self.length_s:g} s are more than {MOST_S // 3600} hours "
                "of sound; draw fewer or shorter clips"
            )
        for name in ("temperature", "top_k", "towards_silence"):
            if name in self.sampling:
                raise ValueError(f"'{name}' is a field of the take itself, not of 'sampling'")
        given = [name for name in WAYS if getattr(self, name) is not None]
        if len(given) > 1:
            raise ValueError(f"a take has one of {', '.join(WAYS)} (has {' and '.join(given)})")
        places = self.between.places if self.between else None
        if places is not None and "count" not in self.model_fields_set:
            object.__setattr__(self, "count", len(places))  # frozen from here on
        elif places is not None and len(places) != self.count:
            raise ValueError(
                f"{len(places)} places for {self.count} clips; leave 'count' out, or 'places'"
            )
        return self
