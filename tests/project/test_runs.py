from __future__ import annotations

import csv
import io
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from approx_build.project.runs import safe, table
from approx_build.training.ledger.columns import KEPT_BY_HAND, MORE
from approx_build.training.ledger.entry import Note
from approx_build.visible import visible
from tests.training.ledgers import NOON, PRICE, done

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)


def read(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def with_note(text: str) -> str:
    entry = done(costs=PRICE).model_copy(update={"notes": (Note(text=text, on=NOON.date()),)})
    return table([entry])


def test_columns_kept_by_hand_come_first() -> None:
    names = table([]).split("\r\n")[0].split(",")
    assert names == [column.name for column in (*KEPT_BY_HAND, *MORE)]


def test_numbers_stay_numbers() -> None:
    (row,) = read(with_note("x"))
    assert float(row["slope per 1 000 steps"]) == pytest.approx(-1.0)
    assert (row["learning rate"], row["seconds"], row["spent"]) == ("0.01", "500.0", "0.50")
    assert row["initial filter width"] == ""
    assert row["steps done"] == "1000"


def test_lines_end_as_the_rfc_says_and_quotes_are_doubled() -> None:
    text = with_note('say "more", then stop')
    assert text.endswith("\r\n")
    assert '"say ""more"", then stop"' in text


@given(TEXTS)
def test_no_cell_of_text_is_a_formula(text: str) -> None:
    cell = safe(text)
    assert isinstance(cell, str)
    assert not cell.lstrip().startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠"))
    assert not cell.startswith(("\t", "\r", "\n"))
    assert "\x00" not in cell


@given(TEXTS)
def test_whatever_a_note_says_the_row_is_read_back_whole(text: str) -> None:
    (row,) = read(with_note(text))
    assert row["run"] == done().run
    said = visible(" ".join(text.split()))
    assert row["notes and next steps"].removeprefix("'") == said.removeprefix("'")


def test_a_formula_in_a_note_gets_an_apostrophe() -> None:
    (row,) = read(with_note('=HYPERLINK("http://example.org")'))
    assert row["notes and next steps"].startswith("'=HYPERLINK")


def test_negative_numbers_are_no_formulas() -> None:
    assert safe(-1.5) == -1.5
    assert safe(Decimal("-1.50")) == Decimal("-1.50")
    assert safe(None) == ""
