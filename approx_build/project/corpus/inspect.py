"""`corpus inspect`: what every recording measures, which are the same, and how they look."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from approx_build.audio.wav import ClipFile
from approx_build.corpus.duplicates import Duplicate, duplicates
from approx_build.corpus.inspection import Inspection, Total, total
from approx_build.corpus.inspection import inspect as inspection
from approx_build.corpus.recordings import mixing, named, sound_files
from approx_build.errors import AudioError
from approx_build.figures.contact_sheet import Look, Row, look, pages, sheet, top_of
from approx_build.files.writing import remove
from approx_build.project.corpus.corpus import Corpus
from approx_build.project.corpus.duplicates import known
from approx_build.project.paths import named_from
from approx_build.report.inspection_table import level
from approx_build.store.delivery import check_folder, write
from approx_build.units import clock, counted

DC, SILENT_SHARE = 0.005, 0.5
"""More than this is worth a remark."""


@dataclass
class _Files:
    """The files of a corpus as they are inspected; `bad` are those that stop a training."""

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


@dataclass(frozen=True)
class CorpusInspection:
    """A corpus as it was inspected."""

    corpus: str
    folder: str
    """The folder of the corpus, from the project's."""
    consent: str
    recordings: tuple[Inspection, ...]
    total: Total
    remarks: Mapping[str, list[str]]
    """What a composer should look at, by file."""
    duplicates: tuple[Duplicate, ...]
    bad: Mapping[str, str]
    """Files that training cannot use, and why."""
    sheets: tuple[Path, ...]
    """Pages of spectrograms."""

    def as_json(self) -> dict[str, Any]:
        """The same for programs."""
        return {
            "corpus": self.corpus,
            "consent": self.consent,
            "recordings": [one.as_json() for one in self.recordings],
            "bad": dict(self.bad),
            "total": self.total.as_json(),
            "duplicates": [asdict(one) for one in self.duplicates],
            "sheets": [str(path) for path in self.sheets],
        }


def inspect(root: Path, name: str, today: date, out: Path | None = None) -> CorpusInspection:
    """Inspect a corpus and draw its sheets, by default into renders/corpora/NAME."""
    corpus = Corpus.there(root, name, today)
    out = out or root / "renders" / "corpora" / name
    # Before the recordings are read, which may take minutes.
    check_folder(out)
    with named_from(root):
        paths, files = sound_files(corpus.folder), _Files()
    for path in paths:
        files.read(path)
    files.bad |= {path.name: why for path, why in named(paths).clashes.items()}
    alike = tuple(duplicates(known({path.name: path for path in paths})))
    together = total(list(files.found.values()))
    return CorpusInspection(
        corpus=name,
        folder=corpus.catalog.corpus_path(name),
        consent=corpus.consent()[1],
        recordings=tuple(files.found.values()),
        total=together,
        remarks={key: _remarks(one, together) for key, one in files.found.items()},
        duplicates=alike,
        bad=files.bad,
        sheets=tuple(_draw(name, files, together, out)),
    )


def _remarks(one: Inspection, together: Total) -> list[str]:
    """What a composer should look at."""
    # The rates are in the order of their frequency.
    usual = next(iter(together.rates))
    found = {
        f"clipped: {counted(one.clipped, 'sample')} in {counted(one.clips, 'run')}": one.clips,
        f"{one.silent_share:.0%} silent": one.silent_share > SILENT_SHARE,
        f"DC offset {one.dc:.4f}, which preparation removes unless `remove_dc: false`": abs(one.dc)
        > DC,
        f"{one.rate} Hz, most are {usual} Hz": str(one.rate) != usual,
        f"{mixing(one.channels)} when a network uses it": one.channels > 2,
    }
    return [words for words, is_so in found.items() if is_so]


def _draw(name: str, files: _Files, together: Total, out: Path) -> list[Path]:
    """Write the sheet, page by page, and remove pages of an earlier one that it no longer has."""
    rows = [_row(one, files, together) for one in sorted({*files.found, *files.bad})]
    every, top = pages(rows), top_of(rows)
    paths = [out / f"sheet-{number}.png" for number in range(1, len(every) + 1)]
    length = f"{counted(together.recordings, 'recording')}, {clock(together.length_s, 1)}"
    for number, (path, page) in enumerate(zip(paths, every, strict=True), 1):
        note = f"{length}   ·   page {number} of {len(every)}" if len(every) > 1 else length
        write(path, sheet(page, name, note, top))
    for path in sorted(set(out.glob("sheet-[0-9]*.png")) - set(paths)):
        remove(path)
    return paths


def _row(name: str, files: _Files, together: Total) -> Row:
    one = files.found.get(name)
    if one is None:
        return Row(name, (), files.bad[name])
    details = (
        f"{clock(one.length_s, 1)}   {one.format}, {one.subtype}",
        f"{one.rate / 1000:g} kHz, {_channels(one.channels)}",
        f"{level(one.loudness_lufs)} LUFS, peak {level(one.peak_dbfs)} dBFS".replace("-", "−"),
    )
    remarks = [*([files.bad[name]] if name in files.bad else []), *_remarks(one, together)]
    return Row(name, details, "; ".join(remarks), files.looks[name])


def _channels(count: int) -> str:
    return {1: "mono", 2: "stereo"}.get(count, f"{count} channels")
