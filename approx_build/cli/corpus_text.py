"""Corpora as text: lists, preparations, inspections and withdrawals."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from approx_build.cli.messages import near
from approx_build.project.corpus.duplicates import described
from approx_build.project.corpus.inspect import CorpusInspection
from approx_build.project.corpus.listing import CorpusRow, FileList, FileRow
from approx_build.project.corpus.prepare import Preparation
from approx_build.project.corpus.withdraw import Withdrawal
from approx_build.report.inspection_table import inspection_table, totals
from approx_build.units import clock, counted


def corpora_lines(rows: Sequence[CorpusRow]) -> Iterator[str]:
    """A line for each corpus."""
    if not rows:
        yield "this project has no corpora; `approx-build corpus add NAME FILES` creates one"
    width = max((len(row.corpus) for row in rows), default=0)
    for row in rows:
        models = ", ".join(row.models) or "no model"
        there = f"{counted(row.recordings, 'recording'):>14}  {row.minutes:7.1f} min"
        problem = f"; {row.problem}" if row.problem else ""
        yield f"{row.corpus:<{width}}  {there}  consent: {row.consent}; used by {models}{problem}"
        yield from (f"  {fault}" for fault in row.faults)


def file_lines(found: FileList) -> Iterator[str]:
    """A line for each file of a corpus, and remarks on its record."""
    yield f"{found.corpus}: consent: {found.consent}"
    yield from (f"  {fault}" for fault in found.faults)
    width = max((len(row.file) for row in found.files), default=0)
    yield from (_file_line(row, width) for row in found.files)
    yield from (f"{found.record}: {remark}" for remark in found.remarks)


def _file_line(row: FileRow, width: int) -> str:
    length = clock(row.length_s, 1) if row.length_s else ""
    fate = row.reason
    if row.is_recording:
        named = f"used as {row.write}" if row.write else "used; rename it to name it in a score"
        fate = named if row.is_used else f"not used: {fate}"
    by = f"  ({', '.join(row.performers)})" if row.performers else ""
    return f"  {row.file:<{width}}  {length:>8}  {fate}{by}"


def preparation_lines(model: str, found: Preparation) -> Iterator[str]:
    """How each recording was prepared for a model."""
    yield f"{model}: {found.windows} training windows"
    for name, one in found.recordings.items():
        what = "; ".join([one.unused or ", ".join(one.done) or "unchanged", *one.remarks])
        yield f"  {name}  {one.recorded_s:.1f} s -> {one.prepared_s:.1f} s  {what}"
    yield from (f"  {what}  too short: {why}" for what, why in found.too_short.items())
    yield from (f"  {what}  left out: {why}" for what, why in found.excluded.items())


def inspection_lines(found: CorpusInspection) -> Iterator[str]:
    """A table of the recordings, what they are together, and what is odd about them."""
    yield from inspection_table(found.recordings)
    yield ""
    yield from totals(found.total)
    yield f"consent: {found.consent}"
    for name, remarks in found.remarks.items():
        yield from (f"{name}: {remark}" for remark in remarks)
    yield from map(described, found.duplicates)
    yield f"sheet: {', '.join(near(path) for path in found.sheets)}"


def withdrawal_lines(withdrawal: Withdrawal) -> Iterator[str]:
    """What a withdrawal touches, and what there is to do."""
    yield from withdrawal.found.lines()
    if not withdrawal.is_applied:
        record = withdrawal.record
        yield f"nothing was changed; --apply writes the withdrawal into {record}"
        return
    yield f"wrote the withdrawal into {withdrawal.record}; no sound was deleted"
    steps = withdrawal.next_steps()
    if steps:
        yield f"next{f', on {withdrawal.found.day}' if withdrawal.is_later else ''}:"
    yield from (f"  {step}" for step in steps)
