"""`runs export`: the ledger as CSV (RFC 4180), safe to open in a spreadsheet.

Text that a spreadsheet would take for a formula gets an apostrophe before it; numbers stay
numbers.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

from approx_build.project import runs as project
from approx_build.project.paths import near
from approx_build.store.delivery import write
from approx_build.training.ledger.columns import KEPT_BY_HAND, MORE, Value
from approx_build.training.ledger.entry import LedgerEntry

_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")


def export(file: str, model: str | None) -> None:
    """Write all runs, or those of a model, to a file or to standard output."""
    ledger = project.ledger()
    text = table([entry for entry in ledger.entries if model in (None, entry.model)])
    if file == "-":
        print(text, end="")
    else:
        write(Path(file), text.encode())
        print(near(Path(file)))
    project.end(ledger)


def table(entries: Sequence[LedgerEntry]) -> str:
    """The ledger as CSV, lines ending as RFC 4180 has it."""
    lines = io.StringIO()
    writer = csv.writer(lines, lineterminator="\r\n")
    writer.writerow([column.name for column in (*KEPT_BY_HAND, *MORE)])
    for entry in entries:
        writer.writerow([safe(column.value(entry)) for column in (*KEPT_BY_HAND, *MORE)])
    return lines.getvalue()


def safe(value: Value) -> Value:
    """A cell that no spreadsheet takes for a formula."""
    if value is None:
        return ""
    if isinstance(value, int | float | Decimal):
        return value
    text = value.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
    is_formula = text.lstrip().startswith(_FORMULA) or text.startswith(("\t", "\n"))
    return f"'{text}" if is_formula else text
