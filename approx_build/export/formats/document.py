"""Documents: headings, paragraphs and tables as plain text, HTML and CSV.

`pdf` draws the lines of the plain text. All forms have the same content in the same order.
"""

from __future__ import annotations

import csv
import io
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

WIDTH = 92
"""Characters of a line."""
BETWEEN = "  "
NARROWEST = 8
"""Characters to which a column may be narrowed when a table is too wide."""
STYLE = (
    "body{font:1rem/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;"
    "color:#111;background:#fff}table{border-collapse:collapse}th,td{padding:.2rem .8rem .2rem 0;"
    "text-align:left;vertical-align:top;border-bottom:1px solid #bbb}"
    "td{font-variant-numeric:tabular-nums}"
)


@dataclass(frozen=True)
class Heading:
    """A title within a document."""

    text: str


@dataclass(frozen=True)
class Table:
    """Rows of cells under a header."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Document:
    """A title and what follows it; a text is a paragraph."""

    title: str
    blocks: tuple[str | Heading | Table, ...]


@dataclass(frozen=True)
class Line:
    """A line of the plain form; headings are bold."""

    text: str
    is_bold: bool = False


def lines(document: Document, width: int = WIDTH) -> Iterator[Line]:
    """The plain form, line by line."""
    yield from (Line(part, True) for part in _wrapped(document.title, width))
    for block in document.blocks:
        yield Line("")
        match block:
            case Heading(text):
                yield from (Line(part, True) for part in _wrapped(text, width))
            case Table():
                yield from _table_lines(block, width)
            case text:
                yield from map(Line, _wrapped(text, width))


def text_of(document: Document) -> bytes:
    """The document as plain text, UTF-8."""
    return "".join(f"{line.text.rstrip()}\n" for line in lines(document)).encode()


def html_of(document: Document) -> bytes:
    """The document as one HTML page without scripts, which loads nothing."""
    parts = [
        "<!doctype html>",
        '<html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{escape(document.title)}</title><style>{STYLE}</style></head><body><main>",
        f"<h1>{escape(document.title)}</h1>",
        *map(_html, document.blocks),
        "</main></body></html>",
    ]
    return "\n".join([*parts, ""]).encode()


def csv_of(table: Table) -> bytes:
    """A table as CSV, UTF-8 (RFC 4180)."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows(map(_plain, [table.header, *table.rows]))
    return out.getvalue().encode()


def _plain(row: Sequence[str]) -> list[str]:
    # A spreadsheet would compute a cell that begins so. A number may begin with a minus sign.
    return [f"'{cell}" if cell[:1] in ("=", "+", "@") else cell for cell in row]


def _html(block: str | Heading | Table) -> str:
    match block:
        case Heading(text):
            return f"<h2>{escape(text)}</h2>"
        case Table(header, rows):
            head = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in header)
            body = "\n".join(
                f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows
            )
            return f"<table><thead><tr>{head}</tr></thead><tbody>\n{body}\n</tbody></table>"
        case text:
            return f"<p>{escape(text)}</p>"


def _wrapped(text: str, width: int) -> list[str]:
    """A text in lines of at most `width` characters; its own lines stay."""
    # The hyphen of a file's name is no place to break it.
    wrap = textwrap.TextWrapper(width, break_on_hyphens=False).wrap
    parts = (wrap(line) or [""] for line in text.splitlines())
    return [line for part in parts for line in part] or [""]


def _table_lines(table: Table, width: int) -> Iterator[Line]:
    every = [table.header, *table.rows]
    widths = _widths(every, width)
    for number, row in enumerate(every):
        cells = [_wrapped(cell, size) for cell, size in zip(row, widths, strict=True)]
        for at in range(max(map(len, cells))):
            parts = (
                (cell[at] if at < len(cell) else "").ljust(size)
                for cell, size in zip(cells, widths, strict=True)
            )
            yield Line(BETWEEN.join(parts).rstrip(), is_bold=number == 0)


def _widths(rows: Sequence[Sequence[str]], width: int) -> list[int]:
    """The widths of the columns; the widest ones give way when there is no room."""
    widths = [max(1, *(len(cell) for cell in column)) for column in zip(*rows, strict=True)]
    room = max(width - len(BETWEEN) * (len(widths) - 1), NARROWEST * len(widths))
    while sum(widths) > room:
        widths[widths.index(max(widths))] -= 1
    return widths
