"""Parameters of a WaveGAN: its sizes, its tensors, and its training objective.

**Layers.** A clip has 16 · 2^n samples. The generator turns a latent into 16 rows. Each layer
makes 4 rows of one, and the last layer 2 if n is odd. With L layers the first rows have 2^(L - 1)
`width` channels, and each layer but the last halves them. The critic is the mirror image.

**Tensors**, all float32, k = `taps`, C = channels of the sound. Products are out = weight · in.

    generator.dense.weight   [16 · first channels, latent], by (row, channel); with .bias
    generator.up.I.weight    [in, out, k], with upsampling `nearest` [out, in, k]; with .bias [out]
    critic.down.I.weight     [out, in, k]; with .bias [out]
    critic.dense.weight      [1, 16 · last channels], by (row, channel); with .bias [1]

Takes need only the generator.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from approx_build.families.parameters import Parameters, Shapes

FIRST_ROWS = 16
SHORTEST, LONGEST = 512, 1 << 20
"""Samples of a clip."""

PRESETS: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        "one-second": {},
        "two-seconds": {"length": 32768},
        "four-seconds": {"length": 65536},
        "small": {"length": 8192, "width": 16},
    }
)
"""The published forms, and one for two cores: name -> values that differ from the defaults."""


class WaveGANParameters(Parameters):
    """Sizes of a WaveGAN, and the rate of its sound.

    A preset supplies the values that are not given.
    """

    family: Literal["wavegan"] = "wavegan"
    preset: Literal["one-second", "two-seconds", "four-seconds", "small"] = Field(
        "one-second", description="form whose values the other parameters have by default"
    )
    sample_rate: int = Field(16000, ge=1000, le=192000, description="rate of the sound, Hz")
    sound_channels: int = Field(1, ge=1, le=2, description="channels of the sound")
    length: int = Field(
        16384, ge=1, le=LONGEST, description="samples of a clip, a power of two from 512 on"
    )
    width: int = Field(
        64, ge=4, le=512, multiple_of=4, description="channels of the layer before the sound"
    )
    taps: int = Field(25, ge=5, le=127, description="taps of every convolution, an odd number")
    latent: int = Field(100, ge=1, le=4096, description="numbers of a latent")
    upsample: Literal["zeros", "nearest"] = Field(
        "zeros",
        description="what the generator's convolutions read between rows: zeros, as published, or "
        "copies of the row before, which makes fewer tones at fractions of the rate",
    )

    @model_validator(mode="before")
    @classmethod
    def _preset(cls, given: Any) -> Any:
        """Values of the preset for parameters that are not given."""
        if not isinstance(given, Mapping):
            return given
        preset = given.get("preset")
        return {**(PRESETS.get(preset, {}) if isinstance(preset, str) else {}), **given}

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.length < SHORTEST or self.length & (self.length - 1):
            nearest = _nearest_length(self.length)
            raise ValueError(
                f"length: {self.length} samples; must be a power of two, at least {SHORTEST}; "
                f"the nearest is {nearest} ({nearest / self.sample_rate:.3f} s)"
            )
        if self.taps % 2 == 0:
            raise ValueError(f"taps: {self.taps}; must be odd: {self.taps - 1} or {self.taps + 1}")
        return self

    @property
    def channels(self) -> int:
        """Channels of the sound."""
        return self.sound_channels

    @property
    def rate(self) -> int:
        """Sample rate of the network, Hz."""
        return self.sample_rate

    @property
    def receptive_field(self) -> int:
        """The whole clip, because it is generated at once."""
        return self.length

    @property
    def longest_take(self) -> int:
        """The samples of a clip: a take is one clip, or its beginning."""
        return self.length

    @property
    def strides(self) -> tuple[int, ...]:
        """The number of rows that each layer of the generator makes of one."""
        twos = (self.length // FIRST_ROWS).bit_length() - 1
        return (4,) * (twos // 2) + (2,) * (twos % 2)

    @property
    def widths(self) -> tuple[int, ...]:
        """The channels before the generator's first layer and after each."""
        count = len(self.strides)
        return (*(self.width << n for n in reversed(range(count))), self.sound_channels)

    def before(self, stride: int) -> int:
        """Rows of padding before the first of a strided convolution: TensorFlow's `SAME`."""
        return (self.taps - stride) // 2

    def tensor_shapes(self) -> Shapes:
        """The tensors of the generator."""
        first, shapes = FIRST_ROWS * self.widths[0], Shapes()
        shapes["generator.dense.weight"] = (first, self.latent)
        shapes["generator.dense.bias"] = (first,)
        for layer, (given, made) in enumerate(zip(self.widths, self.widths[1:], strict=False)):
            is_transposed = self.upsample == "zeros"
            pair = (given, made) if is_transposed else (made, given)
            shapes[f"generator.up.{layer}.weight"] = (*pair, self.taps)
            shapes[f"generator.up.{layer}.bias"] = (made,)
        return shapes

    def training_shapes(self) -> Shapes:
        """The tensors of the generator and the critic."""
        shapes, widths = Shapes(), self.widths[::-1]
        for layer, (given, made) in enumerate(itertools.pairwise(widths)):
            shapes[f"critic.down.{layer}.weight"] = (made, given, self.taps)
            shapes[f"critic.down.{layer}.bias"] = (made,)
        shapes["critic.dense.weight"] = (1, FIRST_ROWS * widths[-1])
        shapes["critic.dense.bias"] = (1,)
        return {**shapes, **self.tensor_shapes()}

    def check_training_window(self, size: int) -> None:
        """ValueError unless windows of `size` samples are clips of the network."""
        if size != self.length:
            raise ValueError(
                f"must be {self.length}, the length of the network's clips (is {size})"
            )


class Objective(BaseModel):
    """The Wasserstein distance of generator and critic, with a gradient penalty."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    penalty: float = Field(
        default=10.0, ge=0, le=1e6, description="weight of the penalty of the critic's gradient"
    )
    phase_shuffle: int = Field(
        default=2,
        ge=0,
        le=7,
        description="largest shift, samples, of the inputs of the critic's layers; 0: none",
    )


def _nearest_length(length: int) -> int:
    lengths = [1 << n for n in range(SHORTEST.bit_length() - 1, LONGEST.bit_length())]
    return min(lengths, key=lambda one: max(one, length) - min(one, length))
