"""Submission: one sound file and a programme note that keep to the rules of a festival."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import ClassVar

from approx_build.errors import ApproxError
from approx_build.export.base import EXPORTS, Export, Task
from approx_build.export.festival_rules import FestivalRules, Submission, broken, read_rules
from approx_build.export.formats.document import text_of
from approx_build.export.names import safe
from approx_build.export.programme import programme_note
from approx_build.export.sound import SoundFormat, Sounds, write_sound, write_whole
from approx_build.visible import Lines

NOTE = "programme-note.txt"


@EXPORTS.register
class ForFestival(Export):
    """What a festival asks for."""

    purpose: ClassVar[str] = "submission"
    options: ClassVar[frozenset[str]] = frozenset({"file_format", "rate", "bits", "rules"})

    def write(self, task: Task) -> tuple[str, ...]:
        """The whole piece and its note; ApproxError with every rule that they break."""
        rules, piece = read_rules(task.options.rules), task.piece
        task.activity("converting sound")
        with task.folder.scratch() as scratch:
            sound = _write_sound(task, rules, scratch)
        shown = replace(piece, composer="", players=(), credits=()) if rules.is_anonymous else piece
        note = text_of(programme_note(shown))
        task.folder.write(NOTE, note)
        faults = [*broken(rules, Submission(piece, sound, {NOTE: note.decode()}))]
        if faults:
            raise ApproxError(Lines.of(f"{task.options.rules}: {fault}" for fault in faults))
        return (f"keeps to the rules of {rules.name} ({rules.source})",)


def _write_sound(task: Task, rules: FestivalRules, scratch: Path) -> Path:
    """Write all movements as one file, in the format that the options or the rules prefer."""
    piece, options = task.piece, task.options
    is_allowed = piece.rate in rules.rates_hz
    rate = options.rate or (piece.rate if is_allowed else rules.rates_hz[0])
    sounds = Sounds(rate, scratch)
    gain_db = sounds.gain(piece, None).db
    form = SoundFormat(
        options.file_format or rules.file_formats[0], rate, options.bits or rules.bits[0], gain_db
    )
    movements = []
    for movement in piece.movements:
        movements.append(scratch / f"movement-{movement.name}{form.suffix}")
        write_sound(movements[-1], sounds.at_rate(movement.sound), form, movement.slug)
    path = task.folder.path(f"{safe(piece.title, 'piece')}{form.suffix}")
    write_whole(path, movements, form, piece.gap_s)
    return path
