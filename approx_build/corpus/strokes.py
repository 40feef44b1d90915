"""Strokes: windows that begin at the attacks of a recording, for networks of one-shots."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from approx_build.audio.onsets import onsets


class Onsets(BaseModel):
    """Windows begin at onsets, and not one after another."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    lead_s: float = Field(
        default=0.008, ge=0, le=1, description="how long before its onset a window begins, s"
    )
    apart_s: float = Field(
        default=0.1,
        ge=0.001,
        le=60,
        description="least distance of two onsets; of nearer ones the stronger counts, s",
    )
    alone_s: float = Field(
        default=0.0,
        ge=0,
        le=60,
        description="how long no other onset may follow in a window; 0: any may follow, s",
    )

    def starts(self, sound: NDArray[np.float32], rate: int, size: int) -> tuple[int, ...]:
        """Where the windows of `size` samples in a sound [C, T] begin, ascending."""
        found = onsets(sound, rate, max(1, round(self.apart_s * rate)))
        lead, alone = round(self.lead_s * rate), round(self.alone_s * rate)
        following = [*found[1:], sound.shape[1] + alone]
        starts = [
            max(0, onset - lead)
            for onset, after in zip(found, following, strict=False)
            if after - onset >= alone
        ]
        return tuple(start for start in starts if start + size <= sound.shape[1])
