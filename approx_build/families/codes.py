"""Families whose networks predict one code after another: their controls and requests."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from approx_build.engines.autoregressive.request import ClipRequest, Codes
from approx_build.engines.autoregressive.temperature import temperatures
from approx_build.families.parameters import SHORT_FORM, Parameters
from approx_build.families.take_request import TakeRequest
from approx_build.yaml_source.breakpoints import NumberOrCurve, Points


def _rising(points: Points) -> Points:
    for (before, _), (after, _) in pairwise(points):
        if after < before:
            raise ValueError(f"times run backwards ({after:g} s after {before:g} s)")
    return points


_Seconds = Annotated[float, Field(ge=0, le=3600)]
_Degree = Annotated[float, Field(ge=0, le=10)]
_Degrees = Annotated[
    tuple[tuple[_Seconds, _Degree], ...],
    Field(min_length=1, max_length=10_000),
    AfterValidator(_rising),
]
Temperature = NumberOrCurve[_Degree, _Degrees]
"""A temperature over a take: a number, or breakpoints [seconds, temperature]."""


class Sampling(BaseModel):
    """How the next code is sampled from the distribution that the network predicts."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    temperature: Annotated[Temperature, SHORT_FORM] = Field(
        default=1.0,
        description="divides the logits: below 1 favours likely codes, 0 always chooses the "
        "likeliest; or breakpoints [seconds, temperature] of the take",
    )
    top_k: Annotated[int | None, SHORT_FORM] = Field(
        default=None,
        ge=1,
        le=65_536,
        description="sample only from the k likeliest codes; null: from all",
    )
    towards_silence: Annotated[float, SHORT_FORM] = Field(
        default=0.0,
        ge=0,
        le=1000,
        description="pull towards silence: subtracted from the logits of the loudest codes, nats; "
        "1 is gentle, 10 strong",
    )


def code_request(
    network: Parameters, take: TakeRequest[Sampling], length: int, prime: Codes | None
) -> ClipRequest:
    """The request for the `length` codes of a take that follow `prime`."""
    return ClipRequest(
        key=take.stream,
        length=length,
        prime=prime,
        temperature=temperatures(
            take.sampling.temperature, network.rate, length, first=take.length - length
        ),
        top_k=take.sampling.top_k,
        towards_silence=take.sampling.towards_silence,
    )
