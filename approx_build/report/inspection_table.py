"""The inspection of a corpus as a table for the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from approx_build.corpus.inspection import Inspection, Total
from approx_build.units import clock, counted

HEAD = (
    *("", "length", "Hz", "ch", "format", "peak", "RMS", "LUFS"),
    *("clipped", "silent", "ibab drops", "DC"),
)


def inspection_table(every: Iterable[Inspection]) -> Iterator[str]:
    """A line for each recording under a head."""
    rows = [HEAD, *map(_cells, every)]
    widths = [max(len(row[place]) for row in rows) for place in range(len(HEAD))]
    for row in rows:
        first, *others = [
            cell.ljust(width) if place in (0, 4) else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        yield "  ".join([first, *others]).rstrip()


def _cells(one: Inspection) -> tuple[str, ...]:
    return (
        one.name,
        clock(one.length_s, 1),
        str(one.rate),
        str(one.channels),
        f"{one.format} {one.subtype}",
        level(one.peak_dbfs),
        level(one.rms_dbfs),
        level(one.loudness_lufs),
        str(one.clipped),
        f"{one.silent_share:.0%}",
        f"{one.ibab_silent_share:.0%}",
        # -0.0 + 0.0 is 0.0, so a tiny negative offset is not shown as "-0.0000".
        f"{round(one.dc, 4) + 0.0:.4f}",
    )


def totals(together: Total) -> Iterator[str]:
    """What the recordings of a corpus are together."""
    length, sounding = clock(together.length_s, 1), clock(together.sounding_s, 1)
    yield f"{counted(together.recordings, 'recording')}, {length}, of which {sounding} sound"
    for noun, counts in (
        ("rates", {f"{rate} Hz": count for rate, count in together.rates.items()}),
        ("channels", together.channels),
        ("formats", together.formats),
    ):
        yield f"{noun}: {', '.join(f'{name} ({count})' for name, count in counts.items())}"
    quiet, loud = level(together.quietest_lufs), level(together.loudest_lufs)
    yield f"loudness: {quiet} to {loud} LUFS, peak {level(together.peak_dbfs)} dBFS"


def level(value: float | None) -> str:
    """A level in decibels; silence has none."""
    return "—" if value is None else f"{value:.1f}"
