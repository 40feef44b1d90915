"""The controls of a RAVE network: operations on latents between encoding and decoding."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from approx_build.families.parameters import SHORT_FORM
from approx_build.yaml_source.breakpoints import NumberOrCurve, check_order

Seconds = Annotated[float, Field(ge=0, le=86_400)]
Amount = Annotated[float, Field(ge=-100, le=100)]
Amounts = Annotated[tuple[tuple[Seconds, Amount], ...], Field(min_length=1, max_length=100_000)]
Share = Annotated[float, Field(ge=0, le=1)]
Shares = Annotated[tuple[tuple[Seconds, Share], ...], Field(min_length=1, max_length=100_000)]


AmountLike = NumberOrCurve[Amount, Amounts]
"""A number, or breakpoints."""
ShareLike = NumberOrCurve[Share, Shares]
"""A number, or breakpoints."""


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class LatentHold(_Strict):
    """A moment that stays."""

    at_s: float = Field(ge=0, le=86_400, description="the moment, seconds of the take")
    for_s: float = Field(ge=0.001, le=86_400, description="how long it stays, seconds")


class LatentChange(_Strict):
    """One change of the latents of a take: of an axis, or of all at once."""

    axis: int | None = Field(
        default=None, ge=1, le=1024, description="axis that changes, from 1, by falling variance"
    )
    scale: AmountLike | None = Field(
        default=None, description="factor of the axis: a number, or breakpoints [seconds, factor]"
    )
    offset: AmountLike | None = Field(
        default=None,
        description="added to the axis, in its standard deviations: a number, or breakpoints "
        "[seconds, deviations]",
    )
    walk: float | None = Field(
        default=None,
        ge=0,
        le=100,
        description="size of a random walk that is added to the axis, standard deviations",
    )
    hold: LatentHold | None = Field(default=None, description="a moment that stays for a time")
    smooth_s: float | None = Field(
        default=None, ge=0.001, le=60, description="all axes become means over so many seconds"
    )
    blend: ShareLike | None = Field(
        default=None,
        description="place between the two sounds of `between`, instead of `places`: a number "
        "from 0 to 1, or breakpoints [seconds, place]",
    )

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        of_axis = [n for n in ("scale", "offset", "walk") if getattr(self, n) is not None]
        others = [n for n in ("hold", "smooth_s", "blend") if getattr(self, n) is not None]
        if self.axis is not None and (others or not of_axis):
            raise ValueError("an operation on an axis needs 'scale', 'offset' or 'walk' alone")
        if self.axis is None and (of_axis or len(others) != 1):
            raise ValueError(
                "an operation needs an 'axis' with 'scale', 'offset' or 'walk', or one of 'hold', "
                "'smooth_s' and 'blend'"
            )
        for name in ("scale", "offset", "blend"):
            check_order(getattr(self, name), name)
        return self


class Sampling(_Strict):
    """What a network does to latents: chance, and operations in order."""

    posterior: float = Field(
        default=0.0,
        ge=0,
        le=1,
        description="how much of the noise of training is on the latents of a sound: 0 none, "
        "1 all; another seed is then another sound",
    )
    walk_step: float = Field(
        default=0.3,
        ge=0,
        le=1,
        description="step of the random walk of takes without sound, from one latent to the next: "
        "0 stands still, 1 forgets at once",
    )
    walk_spread: float = Field(
        default=1.0,
        ge=0,
        le=10,
        description="size of that walk, in standard deviations of each axis",
    )
    prior_temperature: float = Field(
        default=1.0,
        ge=0,
        le=10,
        description="factor of the scale of what the prior draws, in takes that have no sound or a "
        "prime: 0 takes the most likely latents",
    )
    latent: Annotated[tuple[LatentChange, ...], SHORT_FORM] = Field(
        default=(),
        max_length=1000,
        description="operations on latents, in order: of an axis (`scale`, `offset`, `walk`), or "
        "`hold`, `smooth_s`, `blend`",
    )
