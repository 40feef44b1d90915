"""The convolutions of RAVE as data, which torch, NumPy and the kernels run.

A stack is a sequence of convolutions and of residual units; before a convolution its input may go
through leaky ReLU. Rows are samples of the bands, or of a layer. Convolutions are padded with zeros
at both ends; if their number is odd, with one more at the right.

**Tensors of a convolution** NAME, all float32:

    NAME.weight      [outputs, inputs / groups, taps]; transposed: [inputs, outputs, taps]
    NAME.gain        [outputs], transposed [inputs]: the lengths of rows, with weight normalisation
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
"""Slope of leaky ReLU below 0."""


@dataclass(frozen=True, slots=True)
class Convolution:
    """One convolution; `is_activated`: leaky ReLU is applied to its input."""

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
        """Rows of zeros before the first; if transposed, the rows cut off at each end."""
        if self.is_transposed:
            return self.stride // 2
        return (self.taps - 1) * self.dilation // 2

    @property
    def after(self) -> int:
        """Rows of zeros after the last."""
        return ((self.taps - 1) * self.dilation + 1) // 2

    @property
    def rate(self) -> Fraction:
        """Output rows for each input row."""
        return Fraction(self.stride) if self.is_transposed else Fraction(1, self.stride)

    @property
    def reach(self) -> int:
        """Largest distance, in input rows, of a row from the rows on which it depends."""
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
    """Convolutions whose output is added to their input."""

    layers: tuple[Convolution, ...]


Stack = tuple[Convolution | Residual, ...]


def convolutions(stack: Iterable[Convolution | Residual]) -> Iterator[Convolution]:
    """The convolutions of a stack, in order."""
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
    """Largest distance, in input rows, of an output row from the rows on which it depends."""
    rate, total = Fraction(1), Fraction(0)
    for layer in convolutions(stack):
        total += layer.reach / rate
        rate *= layer.rate
    return math.ceil(total)


def multiply_adds(stack: Iterable[Convolution | Residual]) -> Fraction:
    """Multiply-adds of a stack for each input row."""
    rate, total = Fraction(1), Fraction(0)
    for layer in convolutions(stack):
        # Each tap of a transposed convolution is applied to each input row once.
        rows = rate if layer.is_transposed else rate * layer.rate
        total += rows * math.prod(layer.shape)
        rate *= layer.rate
    return total
