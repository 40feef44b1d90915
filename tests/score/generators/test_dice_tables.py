from __future__ import annotations

import itertools
import re
from pathlib import Path

from approx_build.score.generators.dice_tables import (
    BARS,
    MEASURES,
    PART_ONE,
    PART_TWO,
    PARTS,
    measure,
    paths,
    waltzes,
)

PAGE = Path(__file__).parents[3] / "docs" / "generators" / "dice.md"


def test_both_tables_have_eleven_rows_of_eight_measures() -> None:
    assert [[len(row) for row in table] for table in PARTS] == [[8] * 11] * 2


def test_the_tables_have_each_of_the_176_measures_once() -> None:
    every = [*itertools.chain(*PART_ONE, *PART_TWO)]
    assert len(every) == MEASURES
    assert set(every) == set(range(1, 177))


def test_a_sum_and_a_bar_choose_the_measure_of_the_print() -> None:
    assert [measure(1, 7), measure(8, 12), measure(9, 2), measure(16, 12)] == [104, 5, 70, 131]
    series = {
        7: "104 157 27 167 154 68 118 91 138 71 150 29 101 162 23 151",
        2: "96 22 141 41 105 122 11 30 70 121 26 9 112 49 109 14",
        12: "54 130 10 103 28 37 106 5 35 20 108 92 12 124 44 131",
    }
    for total, printed in series.items():
        assert [measure(bar, total) for bar in range(1, 17)] == [*map(int, printed.split())]


def test_so_many_waltzes_differ() -> None:
    assert paths() == 11**16 == 45_949_729_863_572_161
    assert waltzes() == 2 * 11**14 == 759_499_667_166_482
    assert BARS == 8


def test_the_page_says_as_many() -> None:
    said = re.sub(r"(?<=\d) (?=\d{3})", "", PAGE.read_text(encoding="utf-8"))
    assert str(waltzes()) in said
    assert str(paths()) in said
