"""Transposed convolutions of planes by 2 along both sides, made of steps on rows of channels.

A plane is a grid of cells, in memory row after row with a gap of zeros between rows. Cells that
follow each other in a row are read as the channels of one, and rows above and below are taps a row
apart, so a convolution of a plane is one of a sequence of cells. The four phases of a transposed
convolution (kernels/transposed.py has those of one side) are convolutions of their own: phases of
columns are written side by side, phases of rows separately, and then copied between each other.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np

from approx_build.kernels.program import NOTHING, ROW_STEP, Activation, Array, Taps
from approx_build.kernels.program_builder import ProgramBuilder
from approx_build.kernels.tensors import Floats
from approx_build.kernels.transposed import Group, Transposed

STRIDE = 2


@dataclass(frozen=True, slots=True)
class Plane:
    """Cells [rows, columns] of so many channels; `gap` cells of zeros before and after each row."""

    held: Array
    rows: int
    columns: int
    channels: int
    gap: int

    @property
    def floats(self) -> int:
        """Floats of a cell."""
        return whole(self.channels)

    @property
    def pitch(self) -> int:
        """Cells from row to row."""
        return self.columns + self.gap

    @property
    def cells(self) -> int:
        """Cells of all rows, each with the gap after it."""
        return self.rows * self.pitch

    def beside(self, taps: Taps) -> Array:
        """The cells, each with those that the taps reach in its row as channels of one."""
        first = self.held.at + (self.gap - taps.offset) * self.floats
        return Array(first, self.cells, taps.count * self.floats, self.floats)

    def lines(self, first: int = 0, step: int = 1) -> Array:
        """Every `step`-th row from `first` on, its cells as channels of one."""
        at = self.held.at + (self.gap + first * self.pitch) * self.floats
        stride = step * self.pitch * self.floats
        return Array(at, self.rows // step, self.columns * self.floats, stride)


@dataclass(frozen=True, slots=True)
class PlaneTransposed:
    """A transposed convolution of planes by 2; weight [channels, outputs, taps, taps].

    Cell (i, j) of what is given adds x[i, j] w[k, l] to cell (2 i + k - before, 2 j + l - before),
    as far as there is one: what is made has twice as many rows and columns.
    """

    outputs: int
    taps: int
    before: int
    is_one_map: bool = False
    """Whether all four phases of a cell are made together; better for very few outputs."""

    @property
    def floats(self) -> int:
        """Floats of a phase of a cell."""
        return self.outputs if self.is_one_map else whole(self.outputs)

    @property
    def gap(self) -> int:
        """Cells beyond the end of a row that are read."""
        return max(max(g.taps.offset, g.taps.count - 1 - g.taps.offset) for g in self.groups())

    def groups(self) -> tuple[Group, ...]:
        """Phases of one side that are made together: both, or each by itself."""
        width = 1 if self.is_one_map else ROW_STEP
        return Transposed(width, self.taps, STRIDE, self.before).groups()

    def parts(self) -> list[tuple[Group, Group]]:
        """The maps: phases of rows and phases of columns."""
        return list(itertools.product(self.groups(), self.groups()))

    def name(self, name: str, part: tuple[Group, Group]) -> str:
        """The name of a part of the map `name`."""
        return f"{name}.phase{part[0].first}{part[1].first}"

    def phase_tensors(self, name: str, weight: Floats, bias: Floats) -> dict[str, Floats]:
        """The maps of all parts, of weight [channels, outputs, taps, taps] and bias [outputs]."""
        tensors = dict[str, Floats]()
        for part in self.parts():
            rows, columns = part
            biases = np.zeros((rows.phases * columns.phases, self.floats), np.float32)
            biases[:, : self.outputs] = bias
            tensors[f"{self.name(name, part)}.weight"] = self._part_weight(part, weight)
            tensors[f"{self.name(name, part)}.bias"] = biases.reshape(-1)
        return tensors

    def _part_weight(self, part: tuple[Group, Group], weight: Floats) -> Floats:
        """Weight [phases floats, taps of columns, channels; taps of rows], 0 where no tap reaches.

        Taps of columns and channels are one axis.
        """
        rows, columns = part
        channels, outputs = weight.shape[:2]
        counts = rows.phases, columns.phases, rows.taps.count, columns.taps.count
        made = np.zeros((*counts, self.floats, whole(channels)), np.float32)
        for p, q, i, j in np.ndindex(*counts):
            k = self._tap(rows, p, i), self._tap(columns, q, j)
            if all(0 <= one < self.taps for one in k):
                made[p, q, i, j, :outputs, :channels] = weight[:, :, *k].T
        ordered = made.transpose(0, 1, 4, 3, 5, 2)
        return np.ascontiguousarray(ordered).reshape(
            -1, columns.taps.count * whole(channels), counts[2]
        )

    def _tap(self, group: Group, phase: int, tap: int) -> int:
        """The tap by which a phase of cell 0 reads the cell that a tap of its group reads."""
        return group.first + phase + self.before - STRIDE * (tap - group.taps.offset)

    def phase_shapes(self, name: str, channels: int) -> dict[str, tuple[int, ...]]:
        """The shapes of `phase_tensors` for so many channels."""
        shapes: dict[str, tuple[int, ...]] = {}
        for part in self.parts():
            rows, columns = part
            outputs = rows.phases * columns.phases * self.floats
            inputs = columns.taps.count * whole(channels)
            shapes[f"{self.name(name, part)}.weight"] = (outputs, inputs, rows.taps.count)
            shapes[f"{self.name(name, part)}.bias"] = (outputs,)
        return shapes


def whole(channels: int) -> int:
    """Floats of so many channels in whole vectors."""
    return -(-channels // ROW_STEP) * ROW_STEP


def zero_map(name: str, columns: int, channels: int, gap: int) -> dict[str, Floats]:
    """The map by which `zeros` makes a plane."""
    return {f"{name}.zeros.weight": np.zeros(((columns + gap) * whole(channels), 1, 1), np.float32)}


def zeros(
    builder: ProgramBuilder, name: str, rows: int, columns: int, channels: int, gap: int
) -> Plane:
    """A plane of zeros, by the map `name`.zeros."""
    pitch = (columns + gap) * whole(channels)
    # A row more than there is: the gap before the first, and what is read beyond the last.
    held = builder.array(1, (rows + 1) * pitch)
    # The row that the only tap reads is beyond the end, where numbers are 0.
    nothing, beyond = Array(held.at, 1, 1, ROW_STEP), Taps(1, before=-1)
    made = Array(held.at, rows + 1, pitch, pitch)
    builder.convolve_into(f"{name}.zeros", [nothing], made, beyond)
    return Plane(held, rows, columns, channels, gap)


def transposed(
    builder: ProgramBuilder,
    name: str,
    given: Plane,
    shape: PlaneTransposed,
    gap: int,
    activation: Activation = NOTHING,
) -> Plane:
    """The map `name`, a transposed convolution, of a plane that is optionally activated first.

    Its weights are `shape.phase_tensors` and `zero_map`; `gap` is that of what is made.
    """
    assert not shape.is_one_map
    rows, columns = STRIDE * given.rows, STRIDE * given.columns
    made = zeros(builder, name, rows, columns, shape.outputs, gap)
    for phases in shape.groups():
        cell = STRIDE * shape.floats
        both = builder.array(1, given.cells * cell)
        for beside in shape.groups():
            at = both.at + beside.first * shape.floats
            into = Array(at, given.cells, beside.phases * shape.floats, cell)
            _part(builder, name, given, shape, (phases, beside), into, activation)
        line = Array(both.at, given.rows, columns * shape.floats, given.pitch * cell)
        builder.add(made.lines(phases.first, STRIDE), [line])
        builder.give_back(both)
    return made


def transposed_cells(
    builder: ProgramBuilder,
    name: str,
    given: Plane,
    shape: PlaneTransposed,
    activation: Activation = NOTHING,
) -> Array:
    """The same by one map: for each given cell the four that it becomes, as channels.

    `unfolded` makes the plane of them.
    """
    assert shape.is_one_map
    [part] = shape.parts()
    made = builder.array(given.cells, STRIDE * STRIDE * shape.outputs)
    _part(builder, name, given, shape, part, made, activation)
    return made


def unfolded(cells: Floats, rows: int, columns: int) -> Floats:
    """The plane [outputs, 2 rows, 2 columns] of `transposed_cells` [4 outputs, cells]."""
    phases = cells.reshape(STRIDE, STRIDE, -1, rows, cells.shape[1] // rows)[..., :columns]
    made = phases.transpose(2, 3, 0, 4, 1).reshape(-1, STRIDE * rows, STRIDE * columns)
    return np.ascontiguousarray(made)


def _part(
    builder: ProgramBuilder,
    name: str,
    given: Plane,
    shape: PlaneTransposed,
    part: tuple[Group, Group],
    made: Array,
    activation: Activation,
) -> None:
    assert given.gap >= shape.gap
    rows, columns = part
    taps = Taps(rows.taps.count, dilation=given.pitch, before=rows.taps.offset * given.pitch)
    source = given.beside(columns.taps)
    builder.convolve_into(shape.name(name, part), [source], made, taps, activation=activation)
