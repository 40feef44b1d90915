"""Transposed convolutions as plain convolutions: groups of output phases, each a map of few taps.

Row r j + p of a transposed convolution by r is phase p of row j. It is the sum of x[j + m] w[k],
k = p + before - r m, over all taps k: a plain convolution (Shi et al., 2016, arXiv:1609.07009).
Phases that read the same rows form one map, whose outputs are the channels of consecutive rows,
phase after phase.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import gcd

import numpy as np

from approx_build.kernels.program import ROW_STEP, Taps
from approx_build.kernels.tensors import Floats


@dataclass(frozen=True, slots=True)
class Group:
    """Phases `first` to `first + phases - 1`, and the taps of their plain convolution."""

    first: int
    phases: int
    taps: Taps

    def name(self, name: str) -> str:
        """The name of this group's part of the map `name`."""
        return f"{name}.phase{self.first}"


@dataclass(frozen=True, slots=True)
class Transposed:
    """A transposed convolution: input row i adds x[i] w[k] to output row i stride + k - before.

    The output has `stride` rows for each input row; further rows are cut off.
    """

    outputs: int
    taps: int
    stride: int
    before: int

    def __post_init__(self) -> None:
        # Otherwise some phases would have no taps.
        assert self.taps >= self.stride > 0
        assert 0 <= self.before < self.taps

    @property
    def phase_floats(self) -> int:
        """Floats of a phase of a row, padded so that all phases together fill whole vectors."""
        step = ROW_STEP // gcd(ROW_STEP, self.stride)
        return -(-self.outputs // step) * step

    @property
    def row_floats(self) -> int:
        """Floats of all phases of a row."""
        return self.stride * self.phase_floats

    def groups(self) -> tuple[Group, ...]:
        """Phases by the rows they read; one group if a phase does not fill whole vectors."""
        reaches = [self._reach(phase) for phase in range(self.stride)]
        if self.phase_floats % ROW_STEP:
            widest = min(first for first, _ in reaches), max(last for _, last in reaches)
            reaches = [widest] * self.stride
        starts = [p for p in range(self.stride) if p == 0 or reaches[p] != reaches[p - 1]]
        ends = [*starts[1:], self.stride]
        return tuple(
            Group(start, end - start, Taps(last - first + 1, before=-first))
            for start, end in zip(starts, ends, strict=True)
            for first, last in [reaches[start]]
        )

    def _reach(self, phase: int) -> tuple[int, int]:
        """The first and the last input row that a phase of row 0 reads."""
        earliest = -((self.taps - 1 - phase - self.before) // self.stride)
        return earliest, (phase + self.before) // self.stride

    def _taps_of(self, phase: int, row: int) -> range:
        """The taps with which a phase of row 0 reads an input row."""
        tap = phase + self.before - self.stride * row
        return range(tap, tap + 1)

    def _by_tap(self, weight: Floats) -> Floats:
        """The weights as [taps, outputs, channels]."""
        return weight.transpose(2, 1, 0)

    def phase_tensors(self, name: str, weight: Floats, bias: Floats) -> dict[str, Floats]:
        """The maps of the groups, from a weight [channels, outputs, taps] and a bias [outputs]."""
        by_tap, tensors = self._by_tap(weight), {}
        for group in self.groups():
            biases = np.zeros((group.phases, self.phase_floats), np.float32)
            biases[:, : self.outputs] = bias
            tensors[f"{group.name(name)}.weight"] = self._group_weight(group, by_tap)
            tensors[f"{group.name(name)}.bias"] = biases.reshape(-1)
        return tensors

    def _group_weight(self, group: Group, by_tap: Floats) -> Floats:
        """Weight [phases phase_floats, channels, taps of the group]; 0 where there is no tap."""
        channels, count = by_tap.shape[2], group.taps.count
        made = np.zeros((group.phases, self.phase_floats, channels, count), np.float32)
        for phase in range(group.phases):
            for tap in range(count):
                reached = self._taps_of(group.first + phase, tap - group.taps.offset)
                inside = [k for k in reached if 0 <= k < self.taps]
                if len(inside) == 1:
                    made[phase, : self.outputs, :, tap] = by_tap[inside[0]]
                elif inside:
                    # In float64, and rounded once.
                    total = sum(by_tap[k].astype(np.float64) for k in inside)
                    made[phase, : self.outputs, :, tap] = total
        return made.reshape(-1, channels, count)

    def phase_shapes(self, name: str, channels: int) -> dict[str, tuple[int, ...]]:
        """The shapes of `phase_tensors` for an input of `channels`."""
        shapes: dict[str, tuple[int, ...]] = {}
        for group in self.groups():
            outputs = group.phases * self.phase_floats
            shapes[f"{group.name(name)}.weight"] = (outputs, channels, group.taps.count)
            shapes[f"{group.name(name)}.bias"] = (outputs,)
        return shapes


@dataclass(frozen=True, slots=True)
class Repeated(Transposed):
    """A convolution over rows that are repeated `stride` times; weight [outputs, channels, taps].

    Tap k reads the row k - before rows later. Taps that read copies of one row are added first, in
    float64 from the first to the last, and rounded once.
    """

    def _reach(self, phase: int) -> tuple[int, int]:
        last = phase + self.taps - 1 - self.before
        return (phase - self.before) // self.stride, last // self.stride

    def _taps_of(self, phase: int, row: int) -> range:
        first = self.stride * row + self.before - phase
        return range(first, first + self.stride)

    def _by_tap(self, weight: Floats) -> Floats:
        return weight.transpose(2, 0, 1)
