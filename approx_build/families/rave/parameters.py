"""Parameters of a RAVE network: bands, encoder, decoder, prior, and discriminators of a training.

The defaults are RAVE v2 at 44 100 Hz. **Tensors of a checkpoint**, all float32: those of the
convolutions of `encoder.…` and `decoder.…` as `layers` describes them, and

    latent.mean         [L]: the mean latent of the corpus
    latent.axes         [L, L]: a principal axis in each row, by falling variance
    latent.deviation    [L]: the standard deviation along each axis

which a training measures from the corpus for each checkpoint (`axes`), and those of the prior, if
any (`prior_shape`). Tensors of the discriminators are only in the state of a training.
"""

from __future__ import annotations

import math
from dataclasses import fields
from functools import cached_property
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from approx_build.families.parameters import Parameters, Shapes
from approx_build.families.rave import layers
from approx_build.families.rave.autoencoder import Sizes, decoder, encoder
from approx_build.families.rave.discriminators import Discriminator, discriminators
from approx_build.families.rave.layers import Stack
from approx_build.families.rave.prior_shape import prior_shapes

Ratio = Annotated[int, Field(ge=2, le=16)]
Dilation = Annotated[int, Field(ge=1, le=243)]
Row = Annotated[tuple[Dilation, ...], Field(max_length=16)]
Dilations = Annotated[tuple[Row, ...], Field(max_length=8)]
PQMF_TAPS = {4: 128, 8: 256, 16: 512}
"""Number of bands -> taps of their filters."""
MOST_CHANNELS = 16384


class RAVEParameters(Parameters):
    """Sizes of the autoencoder, and the rate of its sound."""

    family: Literal["rave"] = "rave"
    sample_rate: int = Field(44100, ge=1000, le=192000, description="rate of the sound, Hz")
    layout: Literal["v1", "v2"] = Field(
        "v2", description="form of encoder, decoder and discriminators, as published"
    )
    bands: Literal[4, 8, 16] = Field(
        16, description="bands that the sound is split into, each at a share of the rate"
    )
    capacity: int = Field(96, ge=1, le=1024, description="channels of the first convolution")
    ratios: tuple[Ratio, ...] = Field(
        (4, 4, 4, 2),
        min_length=1,
        max_length=8,
        description="factors by which the encoder lowers the rate of the bands, all even",
    )
    dilations: Dilations | None = Field(
        None,
        description="dilations of the residual units before each ratio, in v2; null: 1, 3, 9 "
        "before each, and 1, 3 before the last",
    )
    latent_channels: int = Field(128, ge=1, le=1024, description="axes of the latent space")
    biases: bool = Field(False, description="whether convolutions have biases")
    noise_bands: int = Field(
        0, ge=0, le=513, description="magnitudes of the filter of noise in each band; 0: no noise"
    )
    noise_channels: int = Field(
        128, ge=1, le=4096, description="channels of the branch that makes those filters"
    )
    noise_ratios: tuple[Ratio, ...] = Field(
        (2, 2, 2),
        min_length=1,
        max_length=8,
        description="factors whose product is the length of a block of noise, in samples of bands",
    )
    prior_channels: int = Field(
        0, ge=0, le=1024, description="channels of the prior, which draws latents; 0: no prior"
    )
    prior_layers: int = Field(
        8, ge=1, le=64, description="layers of the prior, of dilations 1, 2, 4, 8 and again"
    )
    discriminator_channels: int | None = Field(
        None, ge=1, le=1024, description="channels of the discriminators; null: `capacity`"
    )

    @model_validator(mode="after")
    def _fits(self) -> Self:
        self._check_ratios()
        if self.dilations is not None and len(self.dilations) != len(self.ratios):
            raise ValueError(
                f"dilations: {len(self.dilations)} rows for {len(self.ratios)} ratios; "
                "each ratio needs one"
            )
        if self.noise_bands:
            self._check_noise()
        return self

    def _check_ratios(self) -> None:
        odd = [ratio for ratio in self.ratios if ratio % 2]
        if odd:
            raise ValueError(
                f"ratios: {odd[0]} is odd, and a transposed convolution by it would make a sample "
                f"too many; the nearest are {odd[0] - 1} and {odd[0] + 1}"
            )
        widest = self.capacity << len(self.ratios)
        if widest > MOST_CHANNELS:
            raise ValueError(
                f"capacity: {self.capacity} doubled {len(self.ratios)} times is {widest} channels; "
                f"at most {MOST_CHANNELS >> len(self.ratios)} with so many ratios"
            )

    def _check_noise(self) -> None:
        most = self.noise_block // 2 + 1
        if not 2 <= self.noise_bands <= most:
            raise ValueError(
                f"noise_bands: {self.noise_bands} magnitudes are a filter of "
                f"{2 * (self.noise_bands - 1)} taps; blocks of {self.noise_block} samples have "
                f"room for 2 to {most}, the nearest is {min(max(self.noise_bands, 2), most)}; or "
                "make `noise_ratios` larger"
            )
        band_hop = math.prod(self.ratios)
        if band_hop % self.noise_block:
            raise ValueError(
                f"noise_ratios: blocks of {self.noise_block} samples do not divide the "
                f"{band_hop} samples of a latent; the nearest is "
                f"{_nearest_divisor(band_hop, self.noise_block)}"
            )

    @property
    def rate(self) -> int:
        """Sample rate of the network, Hz."""
        return self.sample_rate

    @property
    def hop(self) -> int:
        """Number of samples between two latents."""
        return self.bands * math.prod(self.ratios)

    @property
    def noise_block(self) -> int:
        """Samples of a band that share a filter of noise."""
        return math.prod(self.noise_ratios)

    @property
    def unit_dilations(self) -> tuple[tuple[int, ...], ...]:
        """The dilations of the residual units before each ratio."""
        if self.dilations is not None:
            return self.dilations
        return ((1, 3, 9),) * (len(self.ratios) - 1) + ((1, 3),)

    @cached_property
    def encoder(self) -> Stack:
        """From bands to means and scales of latents."""
        return encoder(self._sizes)

    @cached_property
    def decoder(self) -> dict[str, Stack]:
        """The `trunk`, which reads latents, and the branches `wave`, `loudness` and `noise`."""
        return decoder(self._sizes)

    @property
    def _sizes(self) -> Sizes:
        return Sizes(**{one.name: getattr(self, one.name) for one in fields(Sizes)})

    @cached_property
    def discriminators(self) -> tuple[Discriminator, ...]:
        """The discriminators of a training."""
        return discriminators(self.layout, self.discriminator_channels or self.capacity)

    @property
    def encoder_margin(self) -> int:
        """Number of latents on each side whose sound affects a latent."""
        filters = PQMF_TAPS[self.bands] // 2
        return -(-(self.bands * layers.reach(self.encoder) + filters) // self.hop)

    @property
    def decoder_margin(self) -> int:
        """Number of latents on each side that affect a sample."""
        trunk, rest = self.decoder["trunk"], [s for n, s in self.decoder.items() if n != "trunk"]
        filters = -(-PQMF_TAPS[self.bands] // (2 * self.hop)) + 1
        return max(layers.reach((*trunk, *one)) for one in rest) + filters

    @property
    def receptive_field(self) -> int:
        """Number of samples of a source that affect a sample of its transfer."""
        return (2 * (self.encoder_margin + self.decoder_margin) + 1) * self.hop

    def tensor_shapes(self) -> Shapes:
        """The tensors of a checkpoint: name -> shape."""
        shapes = layers.tensors(self.encoder)
        for stack in self.decoder.values():
            shapes |= layers.tensors(stack)
        axes = self.latent_channels
        shapes |= prior_shapes(axes, self.prior_channels, self.prior_layers)
        shapes |= {"latent.mean": (axes,), "latent.axes": (axes, axes)}
        return shapes | {"latent.deviation": (axes,)}

    def training_shapes(self) -> Shapes:
        """The tensors of a training, including those of the discriminators."""
        shapes = self.tensor_shapes()
        for one in self.discriminators:
            shapes |= one.tensors()
        return shapes

    def check_training_window(self, size: int) -> None:
        """ValueError unless the network can learn from windows of `size` samples."""
        least = 4 * max(self.hop, PQMF_TAPS[self.bands])
        if size % self.hop or size < least:
            nearest = max(-(-least // self.hop), round(size / self.hop)) * self.hop
            raise ValueError(
                f"{size} samples are no whole number of latents of {self.hop} samples, at least "
                f"{-(-least // self.hop)}; the nearest window is {nearest}"
            )


def _nearest_divisor(number: int, wanted: int) -> int:
    divisors = [n for n in range(1, number + 1) if number % n == 0]
    return min(divisors, key=lambda n: (abs(n - wanted), n))  # off the path: for a message
