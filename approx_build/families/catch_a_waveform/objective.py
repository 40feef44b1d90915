"""How the scales of a Catch-A-Waveform network learn."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class Objective(BaseModel):
    """The weights of the losses of a scale; by default those of the published code for music."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    penalty: float = Field(
        default=0.01, ge=0, le=1e6, description="weight of the penalty of the critic's gradient"
    )
    spectra: float = Field(
        default=1e-4,
        ge=0,
        le=1e6,
        description="weight of the distance of spectra of the recording and its reconstruction; "
        "the distance grows with the square root of the length",
    )
    samples: float = Field(
        default=0.0,
        ge=0,
        le=1e6,
        description="weight of the mean squared difference of their samples; published: 10 for "
        "speech",
    )
    loud_second: bool = Field(
        default=True,
        description="whether the noise of the second scale is as loud as the reconstruction of "
        "the first; published: not for speech",
    )
