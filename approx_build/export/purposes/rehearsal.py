"""Rehearsal: clicks, performer mixes, slower versions, a file from each cue, and cue sheets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from approx_build.audio import wav
from approx_build.audio.stretch import stretch
from approx_build.export.base import EXPORTS, Export, Task
from approx_build.export.click import ClickTrack, click_track
from approx_build.export.formats.document import (
    Document,
    Heading,
    Table,
    csv_of,
    html_of,
    text_of,
)
from approx_build.export.formats.midi import midi_file
from approx_build.export.formats.pdf import pdf_of
from approx_build.export.names import Names
from approx_build.export.rendered import RenderedMovement, RenderedPiece
from approx_build.export.sound import SoundFormat, write_blocks, write_sound
from approx_build.units import clock

SPEEDS = (0.75,)
"""Of the slower versions, unless others are asked for."""
EVERYBODY = "all"
NORMAL = Fraction(1)
PEAK = 0.9
"""Highest sample of a slower version, of full scale 1.0."""
HEADER = ("movement", "cue", "time", "bar.beat", "player", "text", "file from here")
EXPLANATION = (
    "The performer mix has the electronics on the left and the click on the right; it begins with "
    "the count-in. The click accents the first beat of each bar, and a longer, lower tone marks "
    "each cue of the player. A movement without a tempo has clicks only before its cues."
)


@EXPORTS.register
class Rehearsal(Export):
    """What players need to practise with the piece."""

    purpose: ClassVar[str] = "rehearsal"
    options: ClassVar[frozenset[str]] = frozenset({"file_format", "bits", "speeds"})

    def write(self, task: Task) -> tuple[str, ...]:
        """A folder for each movement, and a cue sheet in four forms."""
        piece, options = task.piece, task.options
        form = SoundFormat(options.file_format or "wav", piece.rate, options.bits or 16)
        tables = []
        for movement in piece.movements:
            task.activity(f"writing {movement.title}")
            writer = _Movement(task, movement, form)
            writer.write_mixes([NORMAL, *map(_speed, options.speeds or SPEEDS)])
            tables.append(Table(HEADER, tuple(writer.write_cues())))
            task.folder.write(f"{movement.name}/{movement.name}.mid", midi_file(movement))
        sheet = cue_sheet(piece, tables)
        every = Table(HEADER, tuple(row for table in tables for row in table.rows))
        for suffix, data in {
            "csv": csv_of(every),
            "html": html_of(sheet),
            "pdf": pdf_of(sheet),
            "txt": text_of(sheet),
        }.items():
            task.folder.write(f"cues.{suffix}", data)
        return ()


def cue_sheet(piece: RenderedPiece, tables: list[Table]) -> Document:
    """The cues of all movements for people."""
    blocks: list[str | Heading | Table] = [EXPLANATION]
    for movement, table in zip(piece.movements, tables, strict=True):
        blocks.append(Heading(f"{movement.number}. {movement.title} ({clock(movement.length_s)})"))
        # Under its heading, the movement needs no column.
        rows = tuple(row[1:] for row in table.rows)
        blocks.append(Table(table.header[1:], rows) if rows else "No cues.")
    return Document(f"{piece.title}: cues", tuple(blocks))


@dataclass
class _Movement:
    """Writes the files of a movement."""

    task: Task
    movement: RenderedMovement
    form: SoundFormat

    def __post_init__(self) -> None:
        names = Names()
        self._players = {player: names.of(player) for player in self.movement.players()}
        if not self._players:
            self._players = {"": EVERYBODY}

    def write_mixes(self, speeds: list[Fraction]) -> None:
        """The movement, and clicks and performer mixes of each player at each speed."""
        source = self.movement.sound
        with self.task.folder.scratch() as scratch:
            for speed in speeds:
                ending = "" if speed == NORMAL else f"-{round(speed * 100):03}"
                sound = source if speed == NORMAL else self._slower(speed, scratch)
                name = f"movement{ending}"
                write_sound(self._path(name), sound, self.form, self._stream(name))
                for player, name in self._players.items():
                    clicks = click_track(self.movement, self.movement.cues_for(player))
                    self._write_mix(f"performer-mix-{name}{ending}", clicks, sound, speed)
                    if speed == NORMAL:
                        self._write_click(f"click-{name}", clicks)

    def write_cues(self) -> Iterator[tuple[str, ...]]:
        """A performer mix from each cue to the end; the rows of the cue sheet."""
        movement = self.movement
        for number, cue in enumerate(movement.cues, 1):
            cues = movement.cues_for(cue.player) if cue.player else list(movement.cues)
            name = f"from-cue-{number:02}-{self._players.get(cue.player, EVERYBODY)}"
            clicks = click_track(movement, cues, cue.at_s)
            self._write_mix(name, clicks, movement.sound, NORMAL)
            file = f"{movement.name}/{name}{self.form.suffix}"
            at = clock_of(cue.at_s)
            place = cue.place if movement.tempo.is_written else "-"
            text = " ".join(cue.text.split())
            yield (movement.title, str(number), at, place, cue.player or EVERYBODY, text, file)

    def _slower(self, speed: Fraction, scratch: Path) -> Path:
        path = scratch / f"{self.movement.name}-{round(speed * 100):03}.wav"
        clip = wav.read(self.movement.sound)
        slow = stretch(clip, round(clip.length / speed))
        # Other phases of the same sound may have higher peaks.
        peak = float(np.abs(slow.data).max(initial=0.0))
        wav.write_float(path, slow.like(slow.data * (PEAK / peak)) if peak > PEAK else slow)
        return path

    def _write_click(self, name: str, clicks: ClickTrack) -> None:
        lead = round(clicks.lead_s * self.form.rate)
        blocks = clicks.blocks(lead + self.movement.length, self.form.rate, NORMAL)
        write_blocks(self._path(name), blocks, self.form, 1, self._stream(name))

    def _write_mix(self, name: str, clicks: ClickTrack, sound: Path, speed: Fraction) -> None:
        blocks = performer_blocks(clicks, sound, speed)
        write_blocks(self._path(name), blocks, self.form, 2, self._stream(name))

    def _path(self, name: str) -> Path:
        return self.task.folder.path(f"{self.movement.name}/{name}{self.form.suffix}")

    def _stream(self, name: str) -> str:
        return f"{self.movement.slug}/{name}"


def performer_blocks(
    clicks: ClickTrack, sound: Path, speed: Fraction
) -> Iterator[NDArray[np.float64]]:
    """Electronics on the left and clicks on the right, block by block [2, T].

    `sound` is the movement at `speed`; it begins after the lead of the clicks.
    """
    found = wav.info(sound)
    begin = round(clicks.start_s / speed * found.rate)
    lead = round(clicks.lead_s / speed * found.rate)
    start = begin - lead
    for right in clicks.blocks(lead + found.length - begin, found.rate, speed):
        stop = start + right.shape[1]
        # The count-in has no electronics, not even those before a cue.
        first = min(max(start, begin), stop)
        left = np.zeros(right.shape[1])
        if first < stop:
            left[first - start :] = (
                wav.read(sound, first, stop).data.astype(np.float64).mean(axis=0)
            )
        yield np.stack((left, right[0]))
        start = stop


def clock_of(at_s: Fraction) -> str:
    """A moment as mm:ss.mmm."""
    text = clock(float(at_s))
    return f"0{text}" if text.index(":") == 1 else text


def _speed(value: float) -> Fraction:
    return Fraction(value).limit_denominator(1000)
