"""Tables of the Musikalisches Würfelspiel: which measure two dice choose for each bar.

Musikalisches Würfelspiel (attributed to Mozart, K. Anh. 294d / C 30.01; printed 1793): a row for
each sum of two dice from 2 to 12, a column for each bar, the numbers of 176 measures, each once.
"""

from __future__ import annotations

from typing import Final

Table = tuple[tuple[int, ...], ...]

PART_ONE: Final[Table] = (
    (96, 22, 141, 41, 105, 122, 11, 30),
    (32, 6, 128, 63, 146, 46, 134, 81),
    (69, 95, 158, 13, 153, 55, 110, 24),
    (40, 17, 113, 85, 161, 2, 159, 100),
    (148, 74, 163, 45, 80, 97, 36, 107),
    (104, 157, 27, 167, 154, 68, 118, 91),
    (152, 60, 171, 53, 99, 133, 21, 127),
    (119, 84, 114, 50, 140, 86, 169, 94),
    (98, 142, 42, 156, 75, 129, 62, 123),
    (3, 87, 165, 61, 135, 47, 147, 33),
    (54, 130, 10, 103, 28, 37, 106, 5),
)
PART_TWO: Final[Table] = (
    (70, 121, 26, 9, 112, 49, 109, 14),
    (117, 39, 126, 56, 174, 18, 116, 83),
    (66, 139, 15, 132, 73, 58, 145, 79),
    (90, 176, 7, 34, 67, 160, 52, 170),
    (25, 143, 64, 125, 76, 136, 1, 93),
    (138, 71, 150, 29, 101, 162, 23, 151),
    (16, 155, 57, 175, 43, 168, 89, 172),
    (120, 88, 48, 166, 51, 115, 72, 111),
    (65, 77, 19, 82, 137, 38, 149, 8),
    (102, 4, 31, 164, 144, 59, 173, 78),
    (35, 20, 108, 92, 12, 124, 44, 131),
)
PARTS: Final = (PART_ONE, PART_TWO)
BARS: Final = 8
"""Bars of a part."""
MEASURES: Final = 176


def measure(bar: int, total: int) -> int:
    """The measure that a throw of `total`, 2 to 12, chooses for `bar`, 1 to 16."""
    part, column = divmod(bar - 1, BARS)
    return PARTS[part][total - 2][column]


def paths() -> int:
    """How many series of sixteen throws differ in some sum."""
    return (len(PART_ONE) * len(PART_TWO)) ** BARS


def waltzes() -> int:
    """How many waltzes differ by ear in the printed game.

    All eleven measures of bar 8 are one music there, and those of bar 16 are of two kinds.
    """
    kinds = {BARS: 1, 2 * BARS: 2}
    count = 1
    for bar in range(1, 2 * BARS + 1):
        count *= kinds.get(bar, len(PART_ONE))
    return count
