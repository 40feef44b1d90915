"""Families whose networks predict one code after another: their controls and requests."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from approx_build.engines.autoregressive.request import ClipRequest, Codes
from approx_build.families.parameters import SHORT_FORM
from approx_build.families.take_request import TakeRequest


class Sampling(BaseModel):
    """How the next code is sampled from the distribution that the network predicts."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    temperature: Annotated[float, SHORT_FORM] = Field(
        default=1.0,
        ge=0,
        le=10,
        description="divides the logits: below 1 favours likely codes, 0 always chooses the "
        "likeliest",
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


def code_request(take: TakeRequest[Sampling], length: int, prime: Codes | None) -> ClipRequest:
    """The request for the `length` codes of a take that follow `prime`."""
    return ClipRequest(
        key=take.stream,
        length=length,
        prime=prime,
        temperature=take.sampling.temperature,
        top_k=take.sampling.top_k,
        towards_silence=take.sampling.towards_silence,
    )
