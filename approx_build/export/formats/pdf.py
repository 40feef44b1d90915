"""PDF: the plain form of a document on pages of A4, with embedded fonts and without a date.

matplotlib draws it (`figures.canvas` gives its own fonts and settings), so equal documents make
equal bytes with one version of matplotlib.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from approx_build.export.formats.document import Document, lines
from approx_build.figures.canvas import own_settings
from approx_build.visible import visible

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PAGE_IN = (8.27, 11.69)
"""A4, inches."""
POINTS = 8.5
LEADING = 12.0
"""Points from line to line."""
MARGIN_IN = 0.75
PER_PAGE = int((PAGE_IN[1] - 2 * MARGIN_IN) * 72 / LEADING) - 1


def pdf_of(document: Document) -> bytes:
    """The document as PDF."""
    every, out = list(lines(document)), io.BytesIO()
    pages = [every[at : at + PER_PAGE] for at in range(0, len(every), PER_PAGE)]
    # Without these, the file would have the time and the program.
    metadata = {"Title": visible(document.title), "CreationDate": None}
    with own_settings():
        import matplotlib
        from matplotlib.backends.backend_pdf import PdfPages
        from matplotlib.figure import Figure

        # TrueType fonts: the text can be searched and copied.
        matplotlib.rcParams["pdf.fonttype"] = 42
        with PdfPages(out, metadata=metadata | {"Producer": None, "Creator": None}) as pdf:
            for number, page in enumerate(pages, 1):
                figure = Figure(figsize=PAGE_IN)
                for row, line in enumerate(page):
                    _write(figure, row, line.text, "bold" if line.is_bold else "normal")
                if len(pages) > 1:
                    _write(figure, PER_PAGE, f"{number} / {len(pages)}", "normal")
                pdf.savefig(figure)
    return out.getvalue()


def _write(figure: Figure, row: int, text: str, weight: str) -> None:
    height = PAGE_IN[1] * 72
    figure.text(
        MARGIN_IN / PAGE_IN[0],
        1 - (MARGIN_IN * 72 + row * LEADING) / height,
        visible(text),
        fontsize=POINTS,
        fontweight=weight,
        fontfamily="DejaVu Sans Mono",
        va="top",
        parse_math=False,
    )
