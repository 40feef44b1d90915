from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from approx_build.audio.clip import Clip
from approx_build.figures.contact_sheet import (
    COLUMNS,
    ROWS,
    ROWS_A_PAGE,
    Row,
    look,
    pages,
    sheet,
    top_of,
)

CLIP = Clip(np.random.default_rng(0).normal(0, 0.1, (2, 8000)).astype(np.float32), 8000)
SOFT = CLIP.like(CLIP.data / 100)
HEARD = Row("fog & <mist> $x_1$", ("0:01.0", "8 kHz"), "", look(CLIP))
BROKEN = Row("broken", (), "corrupt: not a sound file")


def picture(rows: list[Row]) -> np.ndarray:
    return np.asarray(Image.open(BytesIO(sheet(rows, "tones", "page 1", top_of(rows)))))


def test_sheets_are_byte_equal_and_bear_no_date() -> None:
    first, second = (sheet([HEARD, BROKEN], "tones", "page 1", -20.0) for _ in range(2))
    assert first == second
    assert b"tEXt" not in first
    assert b"tIME" not in first


def test_a_row_shows_its_sound_and_a_broken_one_takes_a_line() -> None:
    heard, both = picture([HEARD]), picture([HEARD, BROKEN])
    assert heard.shape[1] == both.shape[1] == 1600
    assert 0 < both.shape[0] - heard.shape[0] < heard.shape[0]
    assert both[-40:].std() > 1


def test_what_is_soft_looks_soft() -> None:
    rows = [HEARD, Row("soft", (), "", look(SOFT))]
    page = picture(rows).astype(float).mean(axis=2)
    first, second = (page[92 + 150 * row + 34 : 92 + 150 * row + 34 + ROWS] for row in (0, 1))
    assert first[:, 320:1500].mean() > 2 * second[:, 320:1500].mean()


@pytest.mark.parametrize("count", [0, 1, ROWS_A_PAGE, ROWS_A_PAGE + 1, 100])
def test_rows_are_shared_out_among_pages(count: int) -> None:
    rows = [Row(str(number)) for number in range(count)]
    shared = pages(rows)
    assert [row for page in shared for row in page] == rows
    sizes = [len(page) for page in shared]
    assert max(sizes, default=0) <= ROWS_A_PAGE
    assert max(sizes, default=0) - min(sizes, default=0) <= 1


def test_a_look_has_the_size_of_a_row_and_no_sound_the_scale_of_none() -> None:
    assert look(CLIP).seen.levels.shape == (ROWS, COLUMNS)
    assert look(CLIP).wave.shape == (2, COLUMNS)
    assert top_of([BROKEN]) == 0.0


def test_long_names_keep_their_beginning_and_their_end() -> None:
    from approx_build.figures.contact_sheet import _shortened

    assert _shortened("phrase-1") == "phrase-1"
    short = _shortened("a-very-long-name-of-a-recording-2")
    assert len(short) == 26
    assert short.startswith("a-very-long")
    assert short.endswith("recording-2")
