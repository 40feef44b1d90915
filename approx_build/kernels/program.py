"""Programs: a network over a window of sound, as steps on arrays [rows, channels] in one memory.

The compiled kernels run programs (csrc/program/program.h describes the steps) and contain no code
of a network.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

ROW_STEP = 16
"""Channels are padded to whole vectors of any instruction set."""
LONGEST_STRIP = 256
"""Largest number of rows per work item."""


class Kind(IntEnum):
    """The kind of a step; the values are those of csrc/program/program.h."""

    ENTER = 0
    LEAVE = 1
    CONVOLVE = 2
    ADD = 3
    NORMALISE = 4
    HALVE = 5
    DOUBLE = 6
    PACK_KEYS = 7
    ATTEND = 8
    ACTIVATE = 9
    GATE = 10


class Function(IntEnum):
    """What a number becomes before a map, or by ACTIVATE; the values of csrc/program/program.h."""

    NONE = 0
    GELU = 1
    RELU = 2
    LEAKY = 3
    TANH = 4


@dataclass(frozen=True, slots=True)
class Activation:
    """A function, and the slope below 0 of LEAKY."""

    function: Function
    slope: float = 0.0


NOTHING = Activation(Function.NONE)
GELU = Activation(Function.GELU)
RELU = Activation(Function.RELU)
TANH = Activation(Function.TANH)


def leaky_relu(slope: float) -> Activation:
    """x where it is not negative, else x times `slope`."""
    return Activation(Function.LEAKY, slope)


@dataclass(frozen=True, slots=True)
class Taps:
    """Where a convolution reads: tap k of row i reads row i stride + k dilation - before."""

    count: int
    stride: int = 1
    dilation: int = 1
    before: int | None = None
    """Rows of zeros before the first that its first tap reads; None: as many as centre the taps."""

    @property
    def offset(self) -> int:
        """`before` as a number of rows."""
        return self.count // 2 * self.dilation if self.before is None else self.before

    def rows(self, given: int) -> int:
        """Rows of what a convolution makes of so many."""
        return -(-given // self.stride)

    def read(self, rows: int) -> int:
        """Rows that so many rows read, from the first to the last."""
        return (rows - 1) * self.stride + (self.count - 1) * self.dilation + 1


@dataclass(frozen=True, slots=True)
class Array:
    """The channels of some rows, `stride` floats apart, from float `at` of the program's memory."""

    at: int
    rows: int
    channels: int
    stride: int

    @property
    def floats(self) -> int:
        """Number of floats that the array occupies in memory."""
        return self.rows * self.stride


NO_ARRAY = Array(0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Step:
    """A step; fields that its kind does not use have their defaults."""

    kind: Kind
    rows: int
    map: int = -1
    taps: Taps = Taps(1)
    norm: int = -1
    activation: Activation = NOTHING
    measured: int = -1
    strip: int = LONGEST_STRIP
    heads: int = 1
    given: Array = NO_ARRAY
    joined: Array = NO_ARRAY
    made: Array = NO_ARRAY


@dataclass(frozen=True, slots=True)
class Norm:
    """A norm over rows and channels: its factors and sums are at `at`, in rows of `stride`."""

    at: int
    rows: int
    channels: int
    stride: int


@dataclass(frozen=True, slots=True)
class Program:
    """The data with which the kernels run a network on one window."""

    steps: tuple[Step, ...]
    norms: tuple[Norm, ...]
    maps: tuple[str, ...]
    """Names of the weights and optional biases of the maps that steps use."""
    norm_names: tuple[str, ...]
    memory_floats: int
    scratch_floats: int
    """Floats of work memory of each thread."""
