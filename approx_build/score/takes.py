"""Takes: clips drawn from a network, and the sound a network may be primed with."""

from __future__ import annotations

from pydantic import Field, field_validator, model_validator

from approx_build.score.fields import Name, Recording, Seed, Strict

LONGEST_CLIP_S = 3600.0


class Prime(Strict):
    """Sound that a network hears before it goes on by itself. It is not part of the take."""

    recording: Recording | None = Field(
        None, description="recording to prime with, as corpus/recording; or give a take"
    )
    take: Name | None = Field(None, description="take to prime with; or give a recording")
    clip: int | None = Field(
        None, ge=1, le=100_000, description="which clip of the take, from 1 (first if left out)"
    )
    start_s: float = Field(
        0.0, ge=0, le=86_400, description="where in that sound the prime begins, seconds"
    )
    length_s: float | None = Field(
        None, gt=0, le=86_400, description="length of the prime, seconds (to the end if left out)"
    )

    @field_validator("recording")
    @classmethod
    def _one_recording(cls, value: str | None) -> str | None:
        if value is not None and any(sign in value for sign in "*?["):
            raise ValueError(f"a prime is one recording, not a pattern (is '{value}')")
        return value

    @model_validator(mode="after")
    def _one_source(self) -> Prime:
        if (self.recording is None) == (self.take is None):
            raise ValueError("a prime needs either 'recording' or 'take'")
        if self.clip is not None and self.take is None:
            raise ValueError("'clip' chooses one clip of a take; a recording has none")
        return self


class Take(Strict):
    """Clips drawn from a network as it was after one step of its training."""

    model: Name = Field(description="declared model, the stem of its file in models/")
    step: int | None = Field(
        None,
        ge=0,
        le=10**9,
        description="step of its training, one that is kept (last if left out)",
    )
    count: int = Field(1, ge=1, le=100_000, description="how many clips to draw")
    length_s: float = Field(gt=0, le=LONGEST_CLIP_S, description="length of each clip, seconds")
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
    prime: Prime | None = Field(None, description="sound the network hears first and continues")
