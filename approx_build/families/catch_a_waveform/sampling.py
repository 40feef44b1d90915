"""How takes are made: how loud the noise is, and what of a given sound is kept."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class Sampling(BaseModel):
    """Controls of generation."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    amplitude: float = Field(
        default=1.0,
        ge=0,
        le=100,
        description="factor of the noise of all scales; at 0 all takes are equal",
    )
    keep_below_hz: float | None = Field(
        default=None,
        ge=20,
        le=96_000,
        description="a variation has the given sound itself below this frequency, Hz; null: "
        "the network's sound at all frequencies",
    )
