"""Controls of a SpecGAN's takes: a latent place, and how long phases are looked for."""

from __future__ import annotations

from pydantic import Field

from approx_build.families import latent


class Sampling(latent.Sampling):
    """Where a take is among the latents, and how well its sound fits its spectrogram."""

    iterations: int = Field(
        default=32,
        ge=0,
        le=1000,
        description="iterations of Griffin and Lim, which look for phases that fit the "
        "spectrogram; 0: the phases of sinusoids at its peaks",
    )
