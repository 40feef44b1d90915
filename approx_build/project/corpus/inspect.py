"""`corpus inspect`: what every recording measures, which are the same, and how they look."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

from approx_build.audio.wav import ClipFile
from approx_build.cli.exit_codes import Exit
from approx_build.corpus.duplicates import Duplicate, duplicates
from approx_build.corpus.inspection import Inspection, Total, total
from approx_build.corpus.inspection import inspect as inspection
from approx_build.corpus.recordings import mixing, sound_files
from approx_build.errors import AudioError
from approx_build.figures.contact_sheet import Look, Row, look, pages, sheet, top_of
from approx_build.project.corpus.corpus import Shelf
from approx_build.project.corpus.duplicates import known, told
from approx_build.project.paths import named_from, near
from approx_build.store.delivery import check_folder, write
from approx_build.units import clock, counted

DC, SILENT_SHARE = 0.005, 0.5
"""More than this is worth a remark."""


@dataclass
class Inspected:
    """A corpus as it was inspected: `bad` has a reason for each file that stops a training."""

    found: dict[str, Inspection] = field(default_factory=dict)
    looks: dict[str, Look] = field(default_factory=dict)
    bad: dict[str, str] = field(default_factory=dict)

    def read(self, path: Path) -> None:
        """Inspect one file, or note why that cannot be done."""
        try:
            self.found[path.name] = inspection(path.name, path)
            self.looks[path.name] = look(ClipFile.at(path))
        except AudioError as error:
            self.bad[path.name] = error.message.removeprefix(f"{path}: ")
            return
        if self.found[path.name].peak_dbfs is None:
            self.bad[path.name] = "silent"


def inspect(written: str, as_json: bool, out: Path | None) -> None:
    """Inspect a corpus; exits with 1 when it has files that nothing can be learnt from."""
    shelf = Shelf.there(written)
    out = out or shelf.root / "renders" / "corpora" / shelf.name
    check_folder(out)
    with named_from(shelf.root):
        paths, inspected = sound_files(shelf.folder), Inspected()
    stems: dict[str, str] = {}
    for path in paths:
        inspected.read(path)
        if stems.setdefault(path.stem, path.name) != path.name:
            inspected.bad[path.name] = f"has the same name as {stems[path.stem]}; rename one"
    alike = list(duplicates(known({path.name: path for path in paths})))
    together = total(list(inspected.found.values()))
    sheets = _draw(shelf.name, inspected, together, out)
    if as_json:
        plain = _as_json(shelf, inspected, together, alike, sheets)
        print(json.dumps(plain, indent=2, ensure_ascii=False))
    else:
        _say(shelf, inspected, together, alike, sheets)
    if inspected.bad:
        sys.exit(Exit.FAILED)


def _as_json(
    shelf: Shelf, inspected: Inspected, together: Total, alike: list[Duplicate], sheets: list[Path]
) -> dict[str, object]:
    return {
        "corpus": shelf.name,
        "consent": shelf.consent()[1],
        "recordings": [one.as_json() for one in inspected.found.values()],
        "bad": inspected.bad,
        "total": together.as_json(),
        "duplicates": [asdict(one) for one in alike],
        "sheets": [str(path) for path in sheets],
    }


def _say(
    shelf: Shelf, inspected: Inspected, together: Total, alike: list[Duplicate], sheets: list[Path]
) -> None:
    for line in [*_table(list(inspected.found.values())), "", *_summary(shelf, together)]:
        print(line)
    for name, one in inspected.found.items():
        for remark in _remarks(one, together):
            print(f"{name}: {remark}")
    for duplicate in alike:
        print(told(duplicate))
    print(f"sheet: {', '.join(near(path) for path in sheets)}")
    folder = shelf.catalog.corpus_path(shelf.name)
    for name, reason in inspected.bad.items():
        print(f"{folder}/{name}: {reason}", file=sys.stderr)


HEAD = (
    "",
    "length",
    "Hz",
    "ch",
    "format",
    "peak",
    "RMS",
    "LUFS",
    "clipped",
    "silent",
    "ibab drops",
    "DC",
)


def _table(every: list[Inspection]) -> Iterator[str]:
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
        _level(one.peak_dbfs),
        _level(one.rms_dbfs),
        _level(one.loudness_lufs),
        str(one.clipped),
        f"{one.silent_share:.0%}",
        f"{one.ibab_silent_share:.0%}",
        f"{round(one.dc, 4) + 0.0:.4f}",
    )


def _level(value: float | None) -> str:
    return "—" if value is None else f"{value:.1f}"


def _summary(shelf: Shelf, together: Total) -> Iterator[str]:
    length, sounding = clock(together.length_s, 1), clock(together.sounding_s, 1)
    yield f"{counted(together.recordings, 'recording')}, {length}, of which {sounding} sound"
    for noun, counts in (
        ("rates", {f"{rate} Hz": count for rate, count in together.rates.items()}),
        ("channels", together.channels),
        ("formats", together.formats),
    ):
        yield f"{noun}: {', '.join(f'{name} ({count})' for name, count in counts.items())}"
    quiet, loud = _level(together.quietest_lufs), _level(together.loudest_lufs)
    yield f"loudness: {quiet} to {loud} LUFS, peak {_level(together.peak_dbfs)} dBFS"
    yield f"consent: {shelf.consent()[1]}"


def _remarks(one: Inspection, together: Total) -> list[str]:
    """What a composer should look at."""
    usual = next(iter(together.rates))
    found = {
        f"clipped: {counted(one.clipped, 'sample')} in {counted(one.clips, 'run')}": one.clips,
        f"{one.silent_share:.0%} silent": one.silent_share > SILENT_SHARE,
        f"DC offset {one.dc:.4f}, which preparation removes unless `remove_dc: false`": abs(one.dc)
        > DC,
        f"{one.rate} Hz, most are {usual} Hz": str(one.rate) != usual,
        f"{mixing(one.channels)} when a network hears it": one.channels > 2,
    }
    return [words for words, is_so in found.items() if is_so]


def _draw(name: str, inspected: Inspected, together: Total, out: Path) -> list[Path]:
    """Write the sheet, page by page, and remove pages of an earlier one that it no longer has."""
    rows = [_row(one, inspected, together) for one in sorted({*inspected.found, *inspected.bad})]
    every, top = pages(rows), top_of(rows)
    paths = [out / f"sheet-{number}.png" for number in range(1, len(every) + 1)]
    length = f"{counted(together.recordings, 'recording')}, {clock(together.length_s, 1)}"
    for number, (path, page) in enumerate(zip(paths, every, strict=True), 1):
        note = f"{length}   ·   page {number} of {len(every)}" if len(every) > 1 else length
        write(path, sheet(page, name, note, top))
    for path in sorted(set(out.glob("sheet-[0-9]*.png")) - set(paths)):
        path.unlink()
    return paths


def _row(name: str, inspected: Inspected, together: Total) -> Row:
    one = inspected.found.get(name)
    if one is None:
        return Row(name, (), inspected.bad[name])
    details = (
        f"{clock(one.length_s, 1)}   {one.format}, {one.subtype}",
        f"{one.rate / 1000:g} kHz, {_channels(one.channels)}",
        f"{_level(one.loudness_lufs)} LUFS, peak {_level(one.peak_dbfs)} dBFS".replace("-", "−"),
    )
    remarks = [*([inspected.bad[name]] if name in inspected.bad else []), *_remarks(one, together)]
    return Row(name, details, "; ".join(remarks), inspected.looks[name])


def _channels(count: int) -> str:
    return {1: "mono", 2: "stereo"}.get(count, f"{count} channels")
