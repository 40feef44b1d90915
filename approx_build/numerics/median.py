"""Running medians along an axis, by sorting networks.

Adams, Fast median filters using separable sorting networks, ACM Transactions on Graphics 40(4),
2021, in one dimension: neighbouring windows share most of their numbers, so these are sorted
once for a tile of windows; halving the tile adds a sorted run to either half and drops as many
numbers from both ends, which can no longer be the median. Only minima and maxima of whole arrays
are computed: about 36 per result for a window of 31, for any numbers.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

Row = NDArray[np.float32]
Sorted = list[Row]
"""Arrays of one shape, each nowhere above the next."""

_BLOCK = 8192
"""Numbers in an array of a network: some forty of them stay in the processor's cache."""


def running_median(x: NDArray[np.float32], size: int) -> NDArray[np.float32]:
    """Medians of `size` neighbours along the columns of `x` [N, M] -> [N - size + 1, M].

    `size` is odd; ValueError when it is even or larger than N. No NaN.
    """
    if size < 1 or size % 2 == 0 or size > x.shape[0]:
        raise ValueError(f"no running median of {size} numbers in {x.shape[0]} rows")
    tile = 1 << (((size + 1) // 2).bit_length() - 1)
    count = x.shape[0] - size + 1
    tiles = -(-count // tile)
    result = np.empty((count, x.shape[1]), np.float32)
    width = max(1, _BLOCK // tiles)
    for start in range(0, x.shape[1], width):
        columns = slice(start, start + width)
        result[:, columns] = _columns(x[:, columns], size, tile, tiles)[:count]
    return result


def _columns(x: Row, size: int, tile: int, tiles: int) -> Row:
    """Medians [tiles * tile, M] of the columns of `x`; values past the end are meaningless."""
    groups = tiles + -(-size // tile)
    padded = np.zeros((groups * tile, x.shape[1]), np.float32)
    padded[: x.shape[0]] = x
    # Number `i` of tile `q` is row `q * tile + i`: contiguous for all tiles at once.
    by_place = np.ascontiguousarray(padded.reshape(groups, tile, -1).swapaxes(0, 1))

    def run(start: int, stop: int) -> Sorted:
        return _sorted(
            [by_place[i % tile, i // tile : i // tile + tiles] for i in range(start, stop)]
        )

    result = np.empty((tiles, tile, x.shape[1]), np.float32)
    core = run(tile - 1, size)
    # Each window has tile - 1 more numbers: only the middle `tile` of the core can be medians.
    spare = (len(core) - tile) // 2
    stack = [(0, tile, core[spare : spare + tile])]
    # Depth first, so that few sorted cores are in memory at once.
    while stack:
        first, width, core = stack.pop()
        if width == 1:
            result[:, first] = core[0]
            continue
        half = width // 2
        # The left half's windows begin before the core, the right half's end after it.
        left, right = first + half - 1, first + size
        stack.append((first, half, _middle(core, run(left, left + half))))
        stack.append((first + half, half, _middle(core, run(right, right + half))))
    return result.reshape(tiles * tile, -1)


def _middle(core: Sorted, run: Sorted) -> Sorted:
    """The middle n numbers of a sorted core of 2 n and a sorted run of n, sorted."""
    count = len(run)
    upper = [np.maximum(a, b) for a, b in zip(core[:count], reversed(run), strict=True)]
    _sort_bitonic(upper)
    middle = [np.minimum(a, b) for a, b in zip(core[count:], reversed(upper), strict=True)]
    _sort_bitonic(middle)
    return middle


def _sort_bitonic(rows: Sorted) -> None:
    """Sort arrays that fall and then rise, or rise and then fall, in place."""
    distance = len(rows) // 2
    while distance:
        for i in range(len(rows)):
            if not i & distance:
                low, high = rows[i], rows[i + distance]
                rows[i], rows[i + distance] = np.minimum(low, high), np.maximum(low, high)
        distance //= 2


def _sorted(rows: Sorted) -> Sorted:
    """Any arrays, sorted number by number."""
    rows = list(rows)
    for i, j in _exchanges(len(rows)):
        rows[i], rows[j] = np.minimum(rows[i], rows[j]), np.maximum(rows[i], rows[j])
    return rows


@cache
def _exchanges(count: int) -> list[tuple[int, int]]:
    """Batcher's merge exchange sort of `count` numbers (Knuth 3, 5.2.2, algorithm M)."""
    pairs = []
    top = 1 << max(count - 1, 0).bit_length() >> 1
    p = top
    while p:
        q, r, distance = top, 0, p
        while True:
            pairs += [(i, i + distance) for i in range(count - distance) if i & p == r]
            if q == p:
                break
            distance, q, r = q - p, q // 2, p
        p //= 2
    return pairs
