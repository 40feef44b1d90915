"""The training objective of a RAVE network: spectra, the regulariser, and discriminators.

Off the path of a sample: settings of a training.
"""

from __future__ import annotations

import math

from pydantic import BaseModel, ConfigDict, Field


class Objective(BaseModel):
    """The losses of a RAVE network, and whether there are discriminators.

    The first phase, `distance`, lowers the distance of spectra and the regulariser. In the second,
    `adversarial`, the encoder is frozen, and the decoder also learns from discriminators.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    largest_size: int = Field(
        default=2048, ge=16, le=16384, description="samples of the largest of the spectra"
    )
    sizes: int = Field(
        default=5,
        ge=1,
        le=10,
        description="spectra, each of half the size of the last, of bands too",
    )
    beta: float = Field(
        default=0.0002,
        ge=0,
        le=100,
        description="weight of the regulariser at last; published: 0.05 in v2, 0.1 in v1, which "
        "collapse the latents in a short training",
    )
    first_beta: float = Field(
        default=1e-6,
        ge=1e-12,
        le=100,
        description="weight of the regulariser at first; it rises evenly in dB",
    )
    beta_windows: int = Field(
        default=800,
        ge=0,
        le=1 << 40,
        description="windows until `beta` is reached; published: 160 000",
    )
    crop_hops: int | None = Field(
        default=None,
        ge=0,
        le=1 << 16,
        description="latents at either end of a window that the loss leaves out, since zeros "
        "beyond the window reach them; null: what the decoder reaches, at most an eighth",
    )
    adversarial: bool = Field(
        default=True, description="whether there is a second phase, with discriminators"
    )
    adversarial_weight: float = Field(
        default=1.0, ge=0, le=1e6, description="weight of what the discriminators say"
    )
    feature_weight: float | None = Field(
        default=None,
        ge=0,
        le=1e6,
        description="weight of feature matching; null: as published, 100 in v1 and 400 in v2",
    )

    def beta_at(self, window: int) -> float:
        """The weight of the regulariser for a window of the training, by its number."""
        if window >= self.beta_windows or self.beta == 0:
            return self.beta
        share = window / self.beta_windows
        return math.exp(math.log(self.first_beta) * (1 - share) + math.log(self.beta) * share)
