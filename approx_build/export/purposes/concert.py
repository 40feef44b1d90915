"""Concert: movements, the whole piece and stems in the format of a hall, with levels and words."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

from approx_build.export.base import EXPORTS, Export, Task
from approx_build.export.formats.document import Document, csv_of, text_of
from approx_build.export.formats.pdf import pdf_of
from approx_build.export.levels import UNITS, level_table, summary_table
from approx_build.export.names import Names, safe
from approx_build.export.programme import programme_note, technical_rider
from approx_build.export.sound import Gain, SoundFormat, Sounds, write_sound, write_whole


@EXPORTS.register
class Concert(Export):
    """What a concert hall needs."""

    purpose: ClassVar[str] = "concert"
    options: ClassVar[frozenset[str]] = frozenset({"file_format", "rate", "bits", "loudness_lufs"})

    def write(self, task: Task) -> tuple[str, ...]:
        """Movements, whole and stems, level sheet, rider, programme note."""
        piece, options = task.piece, task.options
        with task.folder.scratch() as scratch:
            sounds = Sounds(options.rate or piece.rate, scratch)
            form, gain = sound_format(task, sounds)
            movements = write_movements(task, sounds, form)
            stems = list(_write_stems(task, sounds, form))
        names = [*movements, *stems]
        if len(movements) > 1 and piece.is_whole:
            names.append(f"{safe(piece.slug)}{form.suffix}")
            sources = [task.folder.folder / name for name in movements]
            write_whole(task.folder.path(names[-1]), sources, form, piece.gap_s)
        task.activity("measuring levels")
        levels = level_table(task.folder.folder, names, form.gain_db)
        loudness = gain.words(options.loudness_lufs)
        title = f"{piece.title}: levels"
        task.folder.write("levels.csv", csv_of(levels))
        sheet = Document(title, (f"{loudness}\n{UNITS}", summary_table(levels)))
        task.folder.write("levels.pdf", pdf_of(sheet))
        for name, document in {
            "technical-rider": technical_rider(piece, form, loudness),
            "programme-note": programme_note(piece),
        }.items():
            task.folder.write(f"{name}.txt", text_of(document))
            task.folder.write(f"{name}.pdf", pdf_of(document))
        return (gain.shortfall,) if gain.shortfall and options.loudness_lufs is not None else ()


def sound_format(task: Task, sounds: Sounds) -> tuple[SoundFormat, Gain]:
    """The format that the options ask for, with the gain for their loudness."""
    options = task.options
    task.activity("converting sound")
    gain = sounds.gain(task.piece, options.loudness_lufs)
    form = SoundFormat(options.file_format or "wav", sounds.rate, options.bits or 24, gain.db)
    return form, gain


def write_movements(task: Task, sounds: Sounds, form: SoundFormat) -> list[str]:
    """Write the movements; returns their names in order."""
    names = []
    for movement in task.piece.movements:
        name = f"movements/{movement.name}{form.suffix}"
        write_sound(task.folder.path(name), sounds.at_rate(movement.sound), form, movement.slug)
        names.append(name)
    return names


def _write_stems(task: Task, sounds: Sounds, form: SoundFormat) -> Iterator[str]:
    for movement in task.piece.movements:
        safe_names = Names()
        for part in movement.parts:
            name = f"stems/{movement.name}/{safe_names.of(part.name)}{form.suffix}"
            path: Path = task.folder.path(name)
            stream = f"{movement.slug}/{part.name}"
            write_sound(path, sounds.at_rate(part.sound), form, stream)
            sounds.forget(part.sound)
            yield name
