"""Documents: the same content as text, HTML and CSV."""

from __future__ import annotations

import csv
import re
from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from approx_build.export.formats.document import (
    WIDTH,
    Document,
    Heading,
    Table,
    csv_of,
    html_of,
    lines,
    text_of,
)

TABLE = Table(("at", "text"), (("0:01.000", "<b>cry</b> & wait"), ("0:02.000", "soft " * 40)))
DOCUMENT = Document("Tide: cues", ("For gulls.\nAnd sand.", Heading("foam"), TABLE))


class Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def test_text_keeps_the_order_and_fits_the_page() -> None:
    text = text_of(DOCUMENT).decode()
    assert max(map(len, text.splitlines())) <= WIDTH
    places = [text.index(words) for words in ("Tide", "For gulls.\nAnd", "foam", "<b>cry</b>")]
    assert places == sorted(places)
    assert text.count("soft") == 40
    assert [line.text for line in lines(DOCUMENT) if line.is_bold][:2] == ["Tide: cues", "foam"]


def test_html_shows_text_of_scores_as_text() -> None:
    reader = Words()
    reader.feed(html_of(DOCUMENT).decode())
    assert "b" not in reader.tags
    assert {"h1", "h2", "table", "td"} <= set(reader.tags)
    assert "<b>cry</b> & wait" in "".join(reader.words)
    assert not re.search(r"https?:|<script|src=", html_of(DOCUMENT).decode())


@given(st.lists(st.text('a=,"+-@\n é', max_size=5), min_size=2, max_size=2))
def test_csv_gives_back_every_cell_and_no_formula(row: list[str]) -> None:
    data = csv_of(Table(("a", "b"), (tuple(row),))).decode()
    [_, found] = csv.reader(data.splitlines(keepends=True))
    assert not any(cell.startswith(("=", "+", "@")) for cell in found)
    assert [cell.removeprefix("'") for cell in found] == row
