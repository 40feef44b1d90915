"""The level sheet: loudness, range and peaks of exported sounds, as a table."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from approx_build.audio import wav
from approx_build.audio.loudness import Facts, measure
from approx_build.export.formats.document import Table
from approx_build.units import clock

HEADER = (
    *("file", "length", "LUFS", "range LU", "momentary LUFS", "true peak dBTP", "peak dBFS"),
    *("gain dB", "rate Hz", "coding"),
)
SHORT = ("file", "length", "LUFS", "LU", "max M", "dBTP", "dBFS", "gain")
UNITS = (
    "LUFS: integrated loudness; LU: loudness range; max M: highest momentary loudness, LUFS; "
    "dBTP: true peak; dBFS: sample peak; gain in dB."
)


def level_table(folder: Path, names: Iterable[str], gain_db: float) -> Table:
    """The levels of files in `folder`, measured; `gain_db` is what the export applied."""
    return Table(HEADER, tuple(_row(folder, name, gain_db) for name in names))


def summary_table(table: Table) -> Table:
    """The columns of a level sheet that fit on a page; `UNITS` explains their short names."""
    return Table(SHORT, tuple(row[: len(SHORT)] for row in table.rows))


def _row(folder: Path, name: str, gain_db: float) -> tuple[str, ...]:
    facts, found = measure(folder / name), wav.info(folder / name)
    return (
        name,
        clock(facts.length_s),
        *map(_level, _levels(facts)),
        f"{gain_db:+.2f}",
        str(found.rate),
        found.subtype,
    )


def _levels(facts: Facts) -> tuple[float | None, ...]:
    return (
        facts.integrated_lufs,
        facts.range_lu,
        facts.momentary_max_lufs,
        facts.true_peak_dbtp,
        facts.sample_peak_dbfs,
    )


def _level(value: float | None) -> str:
    # A sound without this value is silent or too short.
    return "-" if value is None else f"{value:.2f}"
