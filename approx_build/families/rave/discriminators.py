"""The discriminators of RAVE as data: networks on sound at several rates, or folded by periods.

Multi-scale and multi-period discriminators as in MelGAN (Kumar and others, 2019) and HiFi-GAN (Kong
and others, 2020). The channels are the published ones: d (1, 2, 4, 8) with d the model's capacity.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from approx_build.families.parameters import Shapes

PERIODS = (2, 3, 5, 7, 11)
_LEVELS = 4


@dataclass(frozen=True, slots=True)
class Discriminator:
    """One network: on the means of `scale` samples, or on sound folded by a period.

    Convolutions with weight normalisation and leaky ReLU, then one with a single tap and neither.
    """

    name: str
    channels: int
    taps: int
    stride: int
    scale: int = 1
    period: int = 0

    @property
    def widths(self) -> tuple[int, ...]:
        """Channels of the sound and of each layer."""
        return (1, *(self.channels << level for level in range(_LEVELS)))

    @property
    def names(self) -> tuple[str, ...]:
        """The names of its convolutions, in order."""
        return tuple(f"{self.name}.{level}" for level in range(_LEVELS + 1))

    def tensors(self) -> Shapes:
        """The names and shapes of its tensors."""
        shapes = Shapes()
        for name, inputs, outputs in zip(self.names, self.widths, self.widths[1:], strict=False):
            shapes |= {
                f"{name}.weight": (outputs, inputs, self.taps),
                f"{name}.gain": (outputs,),
                f"{name}.bias": (outputs,),
            }
        last = self.names[-1]
        return shapes | {f"{last}.weight": (1, self.widths[-1], 1), f"{last}.bias": (1,)}

    def activations(self, samples: int) -> int:
        """The number of outputs of all convolutions for a sound of `samples`."""
        length, total = samples // self.scale, 0
        for outputs in self.widths[1:]:
            length = math.ceil(length / self.stride)
            total += length * outputs
        return total


def discriminators(layout: str, channels: int) -> tuple[Discriminator, ...]:
    """The networks of a layout: three scales in v1; three scales and five periods in v2."""
    scales = tuple(
        Discriminator(f"discriminator.scale{scale}", channels, 15, 4, scale=scale)
        for scale in (1, 2, 4)
    )
    if layout == "v1":
        return scales
    periods = tuple(
        Discriminator(f"discriminator.period{period}", channels, 5, 4, period=period)
        for period in PERIODS
    )
    return scales + periods
