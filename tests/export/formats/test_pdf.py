"""PDF: equal bytes in every process, no date, and text that another program can read."""

from __future__ import annotations

import importlib
import io
import os
import re
import subprocess
import sys
from pathlib import Path

from approx_build.export.formats.document import Document, Heading, Table
from approx_build.export.formats.pdf import PER_PAGE, pdf_of

DOCUMENT = Document(
    "Tide: $levels$",
    ("Zoë → ♩ = 60", Heading("foam"), Table(("at",), tuple((str(n),) for n in range(PER_PAGE)))),
)
CODE = """
import sys
from tests.export.formats.test_pdf import DOCUMENT
from approx_build.export.formats.pdf import pdf_of
sys.stdout.buffer.write(pdf_of(DOCUMENT))
"""


def test_another_process_at_another_time_makes_the_same_bytes() -> None:
    done = subprocess.run(
        [sys.executable, "-c", CODE],
        capture_output=True,
        check=True,
        cwd=Path(__file__).parents[3],
        env={**os.environ, "PYTHONHASHSEED": "7", "PYTHONPATH": ".", "TZ": "Asia/Tokyo"},
    )
    data = pdf_of(DOCUMENT)
    assert done.stdout == data
    assert data.startswith(b"%PDF-")
    assert not re.search(rb"/(CreationDate|Producer|Creator|Author|ModDate)", data)
    assert len(re.findall(rb"/Type /Page\b", data)) == 2


def test_its_text_can_be_read() -> None:
    pypdf = importlib.import_module("pypdf")
    pages = [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf_of(DOCUMENT))).pages]
    assert "Tide: $levels$" in pages[0]
    assert "Zoë → ♩ = 60" in pages[0]
    assert str(PER_PAGE - 1) in pages[1]
