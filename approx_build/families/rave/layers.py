"""The convolutions of RAVE as data: what torch, NumPy and the kernels run alike.

A stack is a sequence of convolutions and of residual units; before a convolution its input may go
through leaky ReLU. Rows are moments of the bands, or of what comes of them by strides. Padding is
centred zeros: of what is missing one row more at the right.

**Tensors of a convolution** NAME, all float32:

    NAME.weight      [outputs, inputs / groups, taps]; transposed: [inputs, outputs, taps]
    NAME.gain        [outputs], transposed [inputs]: with weight norm the length of each row
    NAME.bias        [outputs]
    NAME.norm.…      weight, bias, mean, log_variance [outputs], where a norm follows
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from approx_build.families.parameters import Shapes

SLOPE = 0.2
"""Of leaky ReLU."""


@dataclass(frozen=True, slots=True)
class Convolution:
    """One convolution; `is_activated`: its input goes through leaky ReLU."""

    name: str
    inputs: int
    outputs: int
    taps: int
    stride: int = 1
    dilation: int = 1
    groups: int = 1
    is_transposed: bool = False
    is_activated: bool = False
    has_gain: bool = False
    has_bias: bool = False
    has_norm: bool = False

    @property
    def shape(self) -> tuple[int, int, int]:
        """The shape of its weight."""
        if self.is_transposed:
            return self.inputs, self.outputs, self.taps
        return self.outputs, self.inputs // self.groups, self.taps

    @property
    def before(self) -> int:
        """Rows of zeros before the first; of a transposed one what is cut off at either end."""
        if self.is_transposed:
            return self.stride // 2
        return (self.taps - 1) * self.dilation // 2

    @property
    def after(self) -> int:
        """Rows of zeros after the last."""
        return ((self.taps - 1) * self.dilation + 1) // 2

    @property
    def rate(self) -> Fraction:
        """Rows made for each row given."""
        return Fraction(self.stride) if self.is_transposed else Fraction(1, self.stride)

    @property
    def reach(self) -> int:
        """Rows given, at most, between a row and those that it depends on."""
        return 1 if self.is_transposed else self.after

    def tensors(self) -> Shapes:
        """The names and shapes of its tensors."""
        shapes: Shapes = {f"{self.name}.weight": self.shape}
        if self.has_gain:
            shapes[f"{self.name}.gain"] = self.shape[:1]
        if self.has_bias:
            shapes[f"{self.name}.bias"] = (self.outputs,)
        if self.has_norm:
            for part in ("weight", "bias", "mean", "log_variance"):
                shapes[f"{self.name}.norm.{part}"] = (self.outputs,)
        return shapes


@dataclass(frozen=True, slots=True)
class Residual:
    """Convolutions whose result is added to what they are given."""

    layers: tuple[Convolution, ...]


Stack = tuple[Convolution | Residual, ...]


def convolutions(stack: Iterable[Convolution | Residual]) -> Iterator[Convolution]:
    """The convolutions of a stack, in the order they run."""
    for one in stack:
        if isinstance(one, Residual):
            yield from one.layers
        else:
            yield one


def tensors(stack: Iterable[Convolution | Residual]) -> Shapes:
    """The names and shapes of a stack's tensors."""
    shapes = Shapes()
    for layer in convolutions(stack):
        shapes |= layer.tensors()
    return shapes


def reach(stack: Iterable[Convolution | Residual]) -> int:
    """Rows given to a stack, at most, between a result and those that it depends on."""
    rate, total = Fraction(1), Fraction(0)
    for layer in convolutions(stack):
        total += layer.reach / rate
        rate *= layer.rate
    return math.ceil(total)


def work(stack: Iterable[Convolution | Residual]) -> Fraction:
    """Multiply-adds of a stack for each row that it is given."""
    rate, total = Fraction(1), Fraction(0)
    for layer in convolutions(stack):
        # Each tap of a transposed convolution meets each row given once.
        rows = rate if layer.is_transposed else rate * layer.rate
        total += rows * math.prod(layer.shape)
        rate *= layer.rate
    return total
