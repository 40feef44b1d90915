"""The convolutions of a scale's generator and critic, by name, and the shapes of their tensors.

Every convolution has weight norm: its weight is a direction, and `gain` the length of each output's
row. A norm over time follows where `has_norm` is set.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from approx_build.families.parameters import Shapes

SLOPE = 0.2
"""Slope below 0 of the leaky ReLU after each norm."""
PRE_EMPHASIS = 0.97
"""Share of the number before that is subtracted from each of the last convolution."""


@dataclass(frozen=True, slots=True)
class Convolution:
    """A convolution without padding: tap k of row i reads row i + k dilation."""

    name: str
    inputs: int
    outputs: int
    taps: int
    dilation: int = 1
    has_norm: bool = False

    @property
    def lost(self) -> int:
        """Rows fewer than it is given."""
        return (self.taps - 1) * self.dilation

    def shapes(self, prefix: str) -> Shapes:
        """The tensors that learn."""
        name = f"{prefix}.{self.name}"
        shapes = {
            f"{name}.weight": (self.outputs, self.inputs, self.taps),
            f"{name}.gain": (self.outputs,),
            f"{name}.bias": (self.outputs,),
        }
        if self.has_norm:
            shapes |= {f"{name}.norm.{part}": (self.outputs,) for part in ("weight", "bias")}
        return Shapes(shapes)


def body(channels: int, layers: int, taps: int) -> Iterator[Convolution]:
    """The convolutions that generator and critic both begin with, from the first."""
    yield Convolution("head", 1, channels, taps, has_norm=True)
    for number in range(1, layers - 1):
        yield Convolution(f"body.{number}", channels, channels, taps, 1 << number, has_norm=True)


def generator(channels: int, layers: int, taps: int) -> tuple[Convolution, ...]:
    """The convolutions of a generator; `filter` and `gate` read the same rows."""
    return (
        *body(channels, layers, taps),
        Convolution("tail", channels, channels, taps, 1 << (layers - 1)),
        Convolution("filter", channels, channels, taps),
        Convolution("gate", channels, channels, taps),
        Convolution("out", channels, 1, 1),
    )


def critic(channels: int, layers: int, taps: int) -> tuple[Convolution, ...]:
    """The convolutions of a critic."""
    tail = Convolution("tail", channels, 1, taps, 1 << (layers - 1))
    return (*body(channels, layers, taps), tail)
