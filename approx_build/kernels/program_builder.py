"""Builds programs step by step, and places their arrays in one memory.

The author of a program allocates arrays and releases them when nothing reads them any more: arrays
that are used at different times share memory. Steps run in the order of the calls.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from approx_build.kernels.program import (
    GELU,
    LONGEST_STRIP,
    NO_ARRAY,
    NOTHING,
    ROW_STEP,
    Activation,
    Array,
    Kind,
    Norm,
    Program,
    Step,
    Taps,
)
from approx_build.kernels.transposed import Transposed

CHUNK = 64
"""Rows whose sums a norm adds in float32."""
_CACHED_FLOATS = 32768
"""A strip of rows should fit into the second-level cache."""
_SCORE_FLOATS = 131072
"""The scores of the queries of one attention item should fit, too."""
_MOST_QUERIES = 60
_LEAST_QUERIES = 6
"""Number of queries that share the loading of keys."""


def row_stride(channels: int) -> int:
    """Floats from row to row; a multiple of 512 bytes would use only a few sets of the cache."""
    stride = _rounded(channels)
    return stride if stride % 128 else stride + ROW_STEP


def _rounded(floats: int) -> int:
    return -(-floats // ROW_STEP) * ROW_STEP


@dataclass
class Memory:
    """Allocates arrays in the memory: in the first gap that is large enough."""

    floats: int = 0
    _taken: dict[int, int] = field(default_factory=dict)

    def take(self, floats: int) -> int:
        """Allocate this number of floats; returns their position."""
        at = 0
        for start, end in sorted(self._taken.items()):
            if start - at >= floats:
                break
            at = max(at, end)
        self._taken[at] = at + floats
        self.floats = max(self.floats, at + floats)
        return at

    def give_back(self, at: int) -> None:
        """Release an allocation, so that its memory can be reused."""
        del self._taken[at]


class ProgramBuilder:
    """Builds a program, step by step."""

    def __init__(self) -> None:
        self._memory = Memory()
        self._steps: list[Step] = []
        self._norms: list[Norm] = []
        self._maps: list[str] = []
        self._norm_names: list[str] = []
        self._scratch = ROW_STEP

    def finished(self) -> Program:
        """The program of all steps so far."""
        return Program(
            tuple(self._steps),
            tuple(self._norms),
            tuple(self._maps),
            tuple(self._norm_names),
            self._memory.floats,
            self._scratch,
        )

    def array(self, rows: int, channels: int) -> Array:
        """A new array with undefined content."""
        stride = row_stride(channels)
        return Array(self._memory.take(rows * stride), rows, channels, stride)

    def give_back(self, *arrays: Array) -> None:
        """Release arrays that no later step reads."""
        for array in arrays:
            self._memory.give_back(array.at)

    def enter(self, rows: int, channels: int) -> Array:
        """The input: the sound together with the features of its time."""
        made = self.array(rows, channels)
        self._steps.append(Step(Kind.ENTER, rows, made=made))
        return made

    def leave(self, given: Array) -> None:
        """Define the result."""
        self._steps.append(Step(Kind.LEAVE, given.rows, given=given))

    def norm(self, name: str, rows: int, channels: int) -> int:
        """A norm that a step can measure; it can be used after `normalise`."""
        stride, chunks = _rounded(channels), -(-rows // CHUNK)
        # Scale and shift; then for each chunk its first row, sums, and sums of squares.
        at = self._memory.take((2 + 3 * chunks) * stride)
        self._norms.append(Norm(at, rows, channels, stride))
        self._norm_names.append(name)
        return len(self._norms) - 1

    def normalise(self, norm: int) -> None:
        """Compute the factors of a norm from its sums."""
        self._steps.append(Step(Kind.NORMALISE, 1, norm=norm))

    def forget_norm(self, norm: int) -> None:
        """Release a norm that no later step uses."""
        self._memory.give_back(self._norms[norm].at)

    def convolve(
        self,
        name: str,
        sources: Sequence[Array],
        outputs: int,
        taps: int | Taps,
        norm: int = -1,
        activation: Activation = NOTHING,
        measured: int = -1,
        rows: int | None = None,
    ) -> Array:
        """The map `name` over one source, normed or activated if asked, or two concatenated.

        `rows`: how many of the rows are made, from the first on; None: all that the taps make.
        """
        taps = taps if isinstance(taps, Taps) else Taps(taps)
        made = self.array(taps.rows(sources[0].rows) if rows is None else rows, outputs)
        self.convolve_into(name, sources, made, taps, norm, activation, measured)
        return made

    def transposed(
        self, name: str, given: Array, shape: Transposed, activation: Activation = NOTHING
    ) -> Array:
        """The map `name`, a transposed convolution, of a source that is optionally activated first.

        Its weights are `shape.phase_tensors`. Rows of the result may be narrower than whole
        vectors: convolutions, `activate` and `leave` can read them.
        """
        floats = given.rows * shape.row_floats
        # Whole vectors are read of the last row, too.
        at = self._memory.take(floats + ROW_STEP)
        for group in shape.groups():
            first = at + group.first * shape.phase_floats
            made = Array(first, given.rows, group.phases * shape.phase_floats, shape.row_floats)
            self.convolve_into(group.name(name), [given], made, group.taps, activation=activation)
        return Array(at, given.rows * shape.stride, shape.outputs, shape.phase_floats)

    def convolve_into(
        self,
        name: str,
        sources: Sequence[Array],
        made: Array,
        taps: Taps,
        norm: int = -1,
        activation: Activation = NOTHING,
        measured: int = -1,
    ) -> None:
        """`convolve`, written into an array, whose rows may be parts of others."""
        given, joined = (*sources, NO_ARRAY)[:2]
        channels = given.channels + joined.channels
        strip = _strip(max(channels * taps.stride, made.channels))
        self._needs_scratch(taps.read(strip) * row_stride(channels) + ROW_STEP)
        self._steps.append(
            Step(
                Kind.CONVOLVE,
                made.rows,
                self._map(name),
                taps,
                norm,
                activation,
                measured,
                strip,
                given=given,
                joined=joined,
                made=made,
            )
        )

    def activate(self, made: Array, activation: Activation) -> None:
        """Each number becomes the function of it."""
        self._steps.append(
            Step(Kind.ACTIVATE, made.rows, activation=activation, strip=CHUNK, made=made)
        )

    def gate(self, given: Array, channels: int) -> Array:
        """tanh(f) sigmoid(g): f are the first channels of `given`, g those of its second half.

        Each half of `given` consists of whole vectors.
        """
        half = given.channels // 2
        assert half % ROW_STEP == 0
        assert channels <= half
        made = self.array(given.rows, channels)
        self._steps.append(Step(Kind.GATE, given.rows, given=given, made=made))
        return made

    def reshaped(self, given: Array, rows: int) -> Array:
        """The channels of an array of one row, as so many rows in its place."""
        channels = given.channels // rows
        assert given.rows == 1
        assert channels * rows == given.channels
        assert channels % ROW_STEP == 0
        return Array(given.at, rows, channels, channels)

    def add(
        self,
        made: Array,
        sources: Sequence[Array],
        name: str = "",
        norm: int = -1,
        measured: int = -1,
    ) -> None:
        """Add sources to `made`, optionally through a norm and GELU first, and through a map."""
        given, joined = (*sources, NO_ARRAY)[:2]
        # Whole vectors are written.
        assert made.stride % ROW_STEP == 0
        # One product reads both sources, with one width and one stride.
        assert joined is NO_ARRAY or (joined.channels, joined.stride) == (
            given.channels,
            given.stride,
        )
        self._steps.append(
            Step(
                Kind.ADD,
                made.rows,
                self._map(name) if name else -1,
                norm=norm,
                activation=GELU if norm >= 0 else NOTHING,
                measured=measured,
                strip=_strip(max(made.channels, given.channels)),
                given=given,
                joined=joined,
                made=made,
            )
        )

    def halve(self, given: Array) -> Array:
        """Every second row, smoothed."""
        return self._resampled(Kind.HALVE, given, given.rows // 2)

    def double(self, given: Array) -> Array:
        """The rows and the rows between them, smoothed."""
        return self._resampled(Kind.DOUBLE, given, given.rows * 2)

    def attend(self, given: Array, heads: int) -> Array:
        """Attention of queries, keys and values, which are concatenated in `given`."""
        rows, channels = given.rows, given.channels // 3
        width, padded = channels // heads, _rounded(rows)
        # For each head: zeros as the start of sums, keys, values.
        stride = max(padded, _rounded(width)) + width * padded + rows * _rounded(width)
        keys = Array(self._memory.take(heads * stride), heads, stride, stride)
        made = self.array(rows, channels)
        strip = min(max(_SCORE_FLOATS // rows, _LEAST_QUERIES), _MOST_QUERIES)
        self._needs_scratch(strip * (padded + ROW_STEP + _rounded(width)) + strip)
        self._steps += [
            Step(Kind.PACK_KEYS, rows, heads=heads, given=given, made=keys),
            Step(Kind.ATTEND, rows, strip=strip, heads=heads, given=given, joined=keys, made=made),
        ]
        # Both steps that use them are planned, so only later steps can reuse their memory.
        self.give_back(keys)
        return made

    def _resampled(self, kind: Kind, given: Array, rows: int) -> Array:
        made = self.array(rows, given.channels)
        self._steps.append(Step(kind, rows, given=given, made=made))
        return made

    def _map(self, name: str) -> int:
        self._maps.append(name)
        return len(self._maps) - 1

    def _needs_scratch(self, floats: int) -> None:
        self._scratch = max(self._scratch, _rounded(floats))


def _strip(channels: int) -> int:
    """Number of rows of an item: whole chunks that fit into the cache."""
    rows = _CACHED_FLOATS // channels // CHUNK * CHUNK
    return min(max(rows, CHUNK), LONGEST_STRIP)
