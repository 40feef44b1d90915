"""Makes programs step by step, and places their arrays in one memory.

Whoever programs a network takes arrays and gives them back when nothing reads them any more: what
lives at different times shares memory. The order of the steps is the order of the calls.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from approx_build.kernels.program import LONGEST_STRIP, NO_ARRAY, Array, Kind, Norm, Program, Step

ROW_STEP = 16
"""Channels are padded to whole vectors of any instruction set."""
CHUNK = 64
"""Rows whose sums a norm adds up in float32."""
_CACHED_FLOATS = 32768
"""A strip of rows should stay in the second-level cache."""
_SCORE_FLOATS = 131072
"""So should the scores of the queries that one item of attention has."""
_MOST_QUERIES = 60
_LEAST_QUERIES = 6
"""Queries share the loading of keys."""


def row_stride(channels: int) -> int:
    """Floats from row to row; a multiple of 512 bytes would crowd few sets of the cache."""
    stride = _rounded(channels)
    return stride if stride % 128 else stride + ROW_STEP


def _rounded(floats: int) -> int:
    return -(-floats // ROW_STEP) * ROW_STEP


@dataclass
class Memory:
    """Where arrays lie: the first gap that is large enough."""

    floats: int = 0
    _taken: dict[int, int] = field(default_factory=dict)

    def take(self, floats: int) -> int:
        """The place of so many floats."""
        at = 0
        for start, end in sorted(self._taken.items()):
            if start - at >= floats:
                break
            at = max(at, end)
        self._taken[at] = at + floats
        self.floats = max(self.floats, at + floats)
        return at

    def give_back(self, at: int) -> None:
        """What was taken there may be used for something else."""
        del self._taken[at]


class ProgramBuilder:
    """Makes a program, step by step."""

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
        """An array, whatever stands in it."""
        stride = row_stride(channels)
        return Array(self._memory.take(rows * stride), rows, channels, stride)

    def give_back(self, *arrays: Array) -> None:
        """These arrays are read no more."""
        for array in arrays:
            self._memory.give_back(array.at)

    def enter(self, rows: int, channels: int) -> Array:
        """The sound beside the features of its time."""
        made = self.array(rows, channels)
        self._steps.append(Step(Kind.ENTER, rows, made=made))
        return made

    def leave(self, given: Array) -> None:
        """The result."""
        self._steps.append(Step(Kind.LEAVE, given.rows, given=given))

    def norm(self, name: str, rows: int, channels: int) -> int:
        """A norm that a step can measure, and that can be used after `normalise`."""
        stride, chunks = _rounded(channels), -(-rows // CHUNK)
        # Scale and shift, and for each chunk its first row, sums, and sums of squares.
        at = self._memory.take((2 + 3 * chunks) * stride)
        self._norms.append(Norm(at, rows, channels, stride))
        self._norm_names.append(name)
        return len(self._norms) - 1

    def normalise(self, norm: int) -> None:
        """Factors from the sums."""
        self._steps.append(Step(Kind.NORMALISE, 1, norm=norm))

    def forget_norm(self, norm: int) -> None:
        """The norm is used no more."""
        self._memory.give_back(self._norms[norm].at)

    def convolve(
        self,
        name: str,
        sources: Sequence[Array],
        outputs: int,
        taps: int,
        norm: int = -1,
        gelu: bool = False,
        measured: int = -1,
    ) -> Array:
        """The map `name` over one source, normed first or not, or two side by side."""
        given, joined = (*sources, NO_ARRAY)[:2]
        channels = given.channels + joined.channels
        made, strip = self.array(given.rows, outputs), _strip(max(channels, outputs))
        self._needs_scratch((strip + taps) * row_stride(channels) + ROW_STEP)
        self._steps.append(
            Step(
                Kind.CONVOLVE,
                given.rows,
                self._map(name),
                taps,
                norm,
                gelu,
                measured,
                strip,
                given=given,
                joined=joined,
                made=made,
            )
        )
        return made

    def add(
        self,
        made: Array,
        sources: Sequence[Array],
        name: str = "",
        norm: int = -1,
        measured: int = -1,
    ) -> None:
        """To `made`, through a norm and GELU if there is one, add sources, through a map or not."""
        given, joined = (*sources, NO_ARRAY)[:2]
        # One product reads both, and knows one width and one stride.
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
                gelu=norm >= 0,
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
        """The rows and those between, smoothed."""
        return self._resampled(Kind.DOUBLE, given, given.rows * 2)

    def attend(self, given: Array, heads: int) -> Array:
        """Attention of queries, keys and values side by side in `given`."""
        rows, channels = given.rows, given.channels // 3
        width, padded = channels // heads, _rounded(rows)
        # For each head zeros to begin sums with, keys, values.
        stride = max(padded, _rounded(width)) + width * padded + rows * _rounded(width)
        keys = Array(self._memory.take(heads * stride), heads, stride, stride)
        made = self.array(rows, channels)
        strip = min(max(_SCORE_FLOATS // rows, _LEAST_QUERIES), _MOST_QUERIES)
        self._needs_scratch(strip * (padded + ROW_STEP + _rounded(width)) + strip)
        self._steps += [
            Step(Kind.PACK_KEYS, rows, heads=heads, given=given, made=keys),
            Step(Kind.ATTEND, rows, strip=strip, heads=heads, given=given, joined=keys, made=made),
        ]
        # Both steps that use them are planned; only later steps can take their place.
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
    """Rows of an item: whole chunks, few enough to stay in the cache."""
    rows = _CACHED_FLOATS // channels // CHUNK * CHUNK
    return min(max(rows, CHUNK), LONGEST_STRIP)
