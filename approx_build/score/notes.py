"""Notes: remarks at moments of a piece, in `NAME.notes.yaml` beside the score."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pydantic import Field

from approx_build.errors import ApproxError, Fault, Location, ScoreError
from approx_build.files.readlog import ReadLog
from approx_build.metric.time import Moment, clock
from approx_build.score.load import Score
from approx_build.score.movement import LoadedMovement
from approx_build.yaml_source import Source, choices, in_order, read_source, validate
from approx_build.yaml_source.fields import MOST, Strict, Text

SUFFIX = ".notes.yaml"


class Note(Strict):
    """A remark at a moment of a movement."""

    movement: Text = Field(description="name of the movement's file, without .yaml")
    at: Moment = Field(description="moment: seconds, m:ss.mmm, bar N.B or a section")
    text: Text = Field(description="the remark")


class Notes(Strict):
    """The notes of a piece. They change no sound and no key."""

    notes: tuple[Note, ...] = Field(max_length=MOST, description="the notes, in any order")


@dataclass(frozen=True, slots=True)
class PlacedNote:
    """A note in seconds from the start of the movement `slug`."""

    slug: str
    at_s: float
    text: str


def notes_path(score: Score) -> str:
    """The file of the notes of a piece, from the project's folder."""
    return str(Path(score.path).with_suffix(SUFFIX))


def read_notes(score: Score, log: ReadLog) -> tuple[list[PlacedNote], list[Fault]]:
    """The notes of a piece by movement and moment, none without a file; and their faults."""
    path = score.root / notes_path(score)
    # Noted when it is missing, too: a file that appears must be shown.
    log.note(path)
    try:
        if not path.exists():
            return [], []
        source = read_source(path, notes_path(score), log)
        notes = validate(Notes, source).notes
    except ScoreError as error:
        return [], list(error.faults)
    except ApproxError as error:
        return [], [Fault(Location(notes_path(score), 1, 1), str(error))]
    movements = {one.slug: one for one in score.movements}
    found = list[PlacedNote]()
    faults = list[Fault]()
    for index, note in enumerate(notes):
        placed = _placed(note, movements, source, index)
        found += [placed] if isinstance(placed, PlacedNote) else []
        faults += [placed] if isinstance(placed, Fault) else []
    order = {slug: place for place, slug in enumerate(movements)}
    return sorted(found, key=lambda one: (order[one.slug], one.at_s)), in_order(faults)


def _placed(
    note: Note, movements: dict[str, LoadedMovement], source: Source, index: int
) -> PlacedNote | Fault:
    movement = movements.get(note.movement)
    if movement is None:
        words = f"there is no movement {note.movement!r}{choices(note.movement, tuple(movements))}"
        return source.fault(("notes", index, "movement"), words)
    try:
        at = movement.tempo.seconds(note.at)
    except ValueError as error:
        return source.fault(("notes", index, "at"), str(error))
    if at > movement.length:
        ends = clock(movement.length)
        return source.fault(("notes", index, "at"), f"must be before the movement ends, at {ends}")
    return PlacedNote(movement.slug, float(at), note.text)
