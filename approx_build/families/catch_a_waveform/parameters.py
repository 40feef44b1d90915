"""The parameters of a Catch-A-Waveform network, and the tensors of its generators and critics.

A scale is a rate with a generator and a critic of its own; scale 0 is the lowest rate. c channels,
K taps, L layers, dilations 1, 2, ..., 2^(L - 1):

    generator.S.head     [c, 1, K]   norm      critic.S.head     [c, 1, K]   norm
    generator.S.body.N   [c, c, K]   norm      critic.S.body.N   [c, c, K]   norm
    generator.S.tail     [c, c, K]             critic.S.tail     [1, c, K]
    generator.S.filter   [c, c, K]
    generator.S.gate     [c, c, K]
    generator.S.out      [1, c, 1]
    statistics.S.LAYER.mean, .variance [c]     amplitudes [scales]

Every convolution has `.weight`, `.gain` and `.bias`. The last line is measured, not learnt. A take
needs no critic.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import pairwise
from types import MappingProxyType
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from approx_build.families.catch_a_waveform import layers
from approx_build.families.catch_a_waveform.layers import Convolution
from approx_build.families.parameters import Parameters, Shapes

PUBLISHED_RATES = (
    *(320, 400, 500, 640, 800, 1000, 1280, 1600, 2000),
    *(2500, 4000, 8000, 10000, 12000, 14400, 16000),
)
LOWEST_RATE = 1000
"""Of the finest scale, Hz: no sound is kept at a lower one."""
STEEPEST = 4
"""The largest ratio of neighbouring rates."""

PRESETS: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        "published": {},
        "small": {
            "rates": (500, 1000, 2000, 4000, 8000),
            "channels_first": 8,
            "channels_later": 16,
            "layers": 7,
        },
        "tiny": {
            "rates": (500, 1000, 2000, 4000),
            "channels_first": 8,
            "channels_later": 12,
            "layers": 6,
        },
    }
)
"""The published form, and two for two cores."""

Rate = Annotated[int, Field(ge=50, le=192_000)]


class CatchAWaveformParameters(Parameters):
    """Rates of a pyramid, and sizes of the networks of its scales.

    A preset gives the parameters that are not given themselves.
    """

    family: Literal["catch-a-waveform"] = "catch-a-waveform"
    preset: Literal["published", "small", "tiny"] = Field(
        "published", description="form whose values the other parameters have by default"
    )
    rates: tuple[Rate, ...] = Field(
        PUBLISHED_RATES,
        min_length=2,
        max_length=32,
        description="rate of each scale from the coarsest, Hz; the last is that of the sound",
    )
    channels_first: int = Field(16, ge=1, le=512, description="channels of the coarsest scale")
    channels_later: int = Field(96, ge=1, le=512, description="channels of all other scales")
    layers: int = Field(
        8, ge=2, le=12, description="dilated convolutions of a network: dilations 1, 2, 4, ..."
    )
    taps: int = Field(9, ge=3, le=33, description="taps of every convolution, an odd number")

    @model_validator(mode="before")
    @classmethod
    def _preset(cls, given: Any) -> Any:
        """What the preset says, where nothing else is said."""
        if not isinstance(given, Mapping):
            return given
        preset, rates = given.get("preset"), given.get("rates")
        # After a validator like this one, strict rules accept no list for a tuple any more.
        own = {**given, "rates": tuple(rates)} if isinstance(rates, list) else given
        return {**(PRESETS.get(preset, {}) if isinstance(preset, str) else {}), **own}

    @model_validator(mode="after")
    def _fits(self) -> Self:
        for below, above in pairwise(self.rates):
            if above <= below:
                raise ValueError(
                    f"rates: must rise from the coarsest scale to the finest ({above} Hz is not "
                    f"above {below} Hz)"
                )
            if above > STEEPEST * below:
                raise ValueError(
                    f"rates: {above} Hz follows {below} Hz; a scale has at most {STEEPEST} times "
                    f"the rate of the scale below it: add {_between(below, above)} Hz"
                )
        if self.rates[-1] < LOWEST_RATE:
            raise ValueError(
                f"rates: the last is the rate of the sound; must be at least {LOWEST_RATE} Hz "
                f"(is {self.rates[-1]})"
            )
        if self.taps % 2 == 0:
            raise ValueError(f"taps: {self.taps}; must be odd: {self.taps - 1} or {self.taps + 1}")
        return self

    @property
    def rate(self) -> int:
        """The rate of the finest scale, Hz."""
        return self.rates[-1]

    @property
    def scales(self) -> int:
        """The number of scales."""
        return len(self.rates)

    @property
    def field(self) -> int:
        """Samples of a scale on which an output of its dilated convolutions depends."""
        return (self.taps - 1) * ((1 << self.layers) - 1) + 1

    @property
    def receptive_field(self) -> int:
        """What the coarsest scale hears at once, in samples of the finest."""
        return -(-self.field * self.rate // self.rates[0])

    @property
    def right(self) -> int:
        """Samples after an output that a generator reads at the rate of its scale."""
        return (self.taps // 2) * (1 << self.layers)

    @property
    def left(self) -> int:
        """Samples before an output that a generator reads; one more, for the pre-emphasis."""
        return self.right + 1

    def step(self, scale: int) -> tuple[int, int]:
        """The rates of a scale and of the next one, Hz."""
        return self.rates[scale], self.rates[scale + 1]

    def width(self, scale: int) -> int:
        """The channels of a scale."""
        return self.channels_later if scale else self.channels_first

    def generator(self, scale: int) -> tuple[Convolution, ...]:
        """The convolutions of a scale's generator."""
        return layers.generator(self.width(scale), self.layers, self.taps)

    def critic(self, scale: int) -> tuple[Convolution, ...]:
        """The convolutions of a scale's critic."""
        return layers.critic(self.width(scale), self.layers, self.taps)

    def learned_shapes(self, scale: int) -> Shapes:
        """The tensors of a scale's generator that learn."""
        shapes = Shapes()
        for layer in self.generator(scale):
            shapes |= layer.shapes(f"generator.{scale}")
        return shapes

    def critic_shapes(self, scale: int) -> Shapes:
        """The tensors of a scale's critic."""
        shapes = Shapes()
        for layer in self.critic(scale):
            shapes |= layer.shapes(f"critic.{scale}")
        return shapes

    def tensor_shapes(self) -> Shapes:
        """The generators, the statistics of their norms, and the amplitudes of noise."""
        shapes = Shapes()
        for scale in range(self.scales):
            shapes |= self.learned_shapes(scale)
            for layer in self.generator(scale):
                if layer.has_norm:
                    for part in ("mean", "variance"):
                        shapes[f"statistics.{scale}.{layer.name}.{part}"] = (layer.outputs,)
        return {**shapes, "amplitudes": (self.scales,)}

    def training_shapes(self) -> Shapes:
        """The critics too."""
        shapes = Shapes()
        for scale in range(self.scales):
            shapes |= self.critic_shapes(scale)
        return {**shapes, **self.tensor_shapes()}

    def check_training_window(self, size: int) -> None:
        """ValueError unless the critic of the coarsest scale hears less than `size` samples."""
        if size * self.rates[0] < 2 * self.field * self.rate:
            least = -(-2 * self.field * self.rate // self.rates[0])
            raise ValueError(
                f"is {size / self.rate:.3g} s; the scale of {self.rates[0]} Hz hears "
                f"{self.field / self.rates[0]:.3g} s at once, and the recording must be twice as "
                f"long: at least {least} samples, or fewer `layers`, or a higher first rate"
            )


def _between(below: int, above: int) -> int:
    """A rate about in the middle of two, on a scale of octaves."""
    return round(math.sqrt(below * above))
