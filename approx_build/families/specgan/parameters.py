"""Parameters of a SpecGAN: its spectrogram, its sizes, its tensors, and how it learns.

**Spectrogram.** A clip of `length` samples has `length / hop` frames of `window` samples, and each
frame has `window / 2` bins from 0 Hz up; the bin at half the rate is left out.

**Layers.** With L layers, the shorter side of the spectrogram is 4 · 2^L cells. The generator makes
the first cells from a latent (4 by 4 if frames and bins are equally many) and doubles both sides
in each layer. The first cells have 2^(L - 1) `width` channels, and each layer except the last
halves them. The critic is the mirror image.

**Tensors**, all float32, k = `taps`. Products are out = weight · in.

    generator.dense.weight   [first cells · first channels, latent], by (frame, bin, channel); .bias
    generator.up.I.weight    [in, out, k, k], taps by (frame, bin); with .bias [out]
    critic.down.I.weight     [out, in, k, k]; with .bias [out]
    critic.dense.weight      [1, first cells · first channels], by (frame, bin, channel); .bias [1]
    moments.mean, .deviation [bins], of log(magnitude + 1e-6), measured from the corpus

A take needs the generator and the moments.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from approx_build.families.parameters import Parameters, Shapes

FIRST = 4
"""Cells on the shorter side of what the generator makes from a latent."""
SHORTEST_WINDOW, LONGEST_WINDOW = 32, 4096
"""Samples of a frame."""
LARGEST_OVERLAP = 8
"""Frames that overlap in one sample."""
LEAST_FRAMES, LONGEST = 8, 1 << 20
"""Frames and samples of a clip."""

PRESETS: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {"one-second": {}, "small": {"width": 16}}
)
"""The published form, and one for two cores, as its differences from the first."""


class SpecGANParameters(Parameters):
    """Sizes of a SpecGAN, its spectrogram, and the rate of its sound.

    A preset supplies the parameters that are not given.
    """

    family: Literal["specgan"] = "specgan"
    preset: Literal["one-second", "small"] = Field(
        "one-second", description="form whose values the other parameters have by default"
    )
    sample_rate: int = Field(16000, ge=1000, le=192000, description="rate of the sound, Hz")
    length: int = Field(
        16384, ge=1, le=LONGEST, description="samples of a clip, a power of two, at least 8 hops"
    )
    window: int = Field(
        256, ge=1, le=1 << 16, description="samples of a frame, a power of two from 32 to 4096"
    )
    hop: int = Field(
        128,
        ge=1,
        le=1 << 16,
        description="samples from frame to frame: a half, a quarter or an eighth of the window",
    )
    width: int = Field(
        64, ge=4, le=512, multiple_of=4, description="channels of the layer before the spectrogram"
    )
    taps: int = Field(
        5, ge=3, le=9, description="taps of every convolution along both sides, an odd number"
    )
    latent: int = Field(100, ge=1, le=4096, description="numbers of a latent")

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
        windows = _powers(SHORTEST_WINDOW, LONGEST_WINDOW)
        _check("window", self.window, windows, "a power of two from 32 to 4096", self.sample_rate)
        hops = [self.window >> n for n in (3, 2, 1)]
        parts = "a half, a quarter or an eighth of the window"
        _check("hop", self.hop, hops, parts, self.sample_rate)
        lengths = _powers(LEAST_FRAMES * self.hop, LONGEST)
        least = f"a power of two, at least {lengths[0]}, {LEAST_FRAMES} hops"
        _check("length", self.length, lengths, least, self.sample_rate)
        if self.taps % 2 == 0:
            raise ValueError(f"taps: {self.taps}; must be odd: {self.taps - 1} or {self.taps + 1}")
        return self

    @property
    def rate(self) -> int:
        """The rate of the sound that the network reads and makes, Hz."""
        return self.sample_rate

    @property
    def receptive_field(self) -> int:
        """The whole clip, because it is made at once."""
        return self.length

    @property
    def longest_take(self) -> int:
        """The samples of a clip: a take is one clip, or its beginning."""
        return self.length

    @property
    def frames(self) -> int:
        """Frames of a clip's spectrogram."""
        return self.length // self.hop

    @property
    def bins(self) -> int:
        """Bins of a frame."""
        return self.window // 2

    @property
    def layers(self) -> int:
        """Layers of the generator, each of which doubles both sides of the spectrogram."""
        return (min(self.frames, self.bins) // FIRST).bit_length() - 1

    @property
    def first_cells(self) -> tuple[int, int]:
        """Frames and bins of what the generator makes from a latent."""
        return self.frames >> self.layers, self.bins >> self.layers

    @property
    def first_numbers(self) -> int:
        """Numbers of what the generator makes from a latent."""
        frames, bins = self.first_cells
        return frames * bins * self.widths[0]

    @property
    def widths(self) -> tuple[int, ...]:
        """The channels before the generator's first layer and after each."""
        return (*(self.width << n for n in reversed(range(self.layers))), 1)

    @property
    def before(self) -> int:
        """Cells before the first that a convolution by 2 reads: TensorFlow's `SAME`."""
        return (self.taps - 2) // 2

    def tensor_shapes(self) -> Shapes:
        """The generator and the moments: takes need nothing else."""
        first, shapes = self.first_numbers, Shapes()
        shapes["generator.dense.weight"] = (first, self.latent)
        shapes["generator.dense.bias"] = (first,)
        for layer, (given, made) in enumerate(itertools.pairwise(self.widths)):
            shapes[f"generator.up.{layer}.weight"] = (given, made, self.taps, self.taps)
            shapes[f"generator.up.{layer}.bias"] = (made,)
        shapes["moments.mean"] = shapes["moments.deviation"] = (self.bins,)
        return shapes

    def training_shapes(self) -> Shapes:
        """The critic too."""
        shapes = Shapes()
        for layer, (given, made) in enumerate(itertools.pairwise(self.widths[::-1])):
            shapes[f"critic.down.{layer}.weight"] = (made, given, self.taps, self.taps)
            shapes[f"critic.down.{layer}.bias"] = (made,)
        shapes["critic.dense.weight"] = (1, self.first_numbers)
        shapes["critic.dense.bias"] = (1,)
        return {**shapes, **self.tensor_shapes()}

    def check_training_window(self, size: int) -> None:
        """ValueError unless windows of `size` samples are clips of the network."""
        if size != self.length:
            raise ValueError(
                f"must be {self.length}, the length of the network's clips (is {size})"
            )


class Objective(BaseModel):
    """How generator and critic learn: by a Wasserstein distance with a penalty of the gradient."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    penalty: float = Field(
        default=10.0, ge=0, le=1e6, description="weight of the penalty of the critic's gradient"
    )


def _powers(least: int, most: int) -> list[int]:
    return [1 << n for n in range(least.bit_length() - 1, most.bit_length())]


def _check(name: str, value: int, allowed: list[int], words: str, rate: int) -> None:
    """ValueError with the nearest allowed value unless a value is allowed."""
    if value not in allowed:
        # By ratio; the smaller of two that are equally near.
        nearest = min(allowed, key=lambda one: (max(one, value) / min(one, value), one))
        raise ValueError(
            f"{name}: {value} samples; must be {words}; "
            f"the nearest is {nearest} ({nearest / rate:.3g} s)"
        )
