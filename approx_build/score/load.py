"""Scores read: a piece with its movements as far as their text allows, and the faults of it."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Set
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from pydantic import BaseModel

from approx_build.errors import ApproxError, Fault, Location, ScoreError
from approx_build.files.names import alias_of, clash, normal, on_disk
from approx_build.files.readlog import ReadLog
from approx_build.score.amounts import Amounts
from approx_build.score.choices import chosen
from approx_build.score.expansion import Scene, expanded
from approx_build.score.generators.base import NoRecordings, Recordings
from approx_build.score.lengths import Timing
from approx_build.score.movement import LoadedMovement
from approx_build.score.paths import project_root, slug, written_path
from approx_build.score.positions import Positions
from approx_build.score.recovery import Recovered, recover
from approx_build.score.schema import MOST_MOVEMENTS, Movement, Piece
from approx_build.score.section_repeats import repeated
from approx_build.score.takes import Take
from approx_build.score.templates import filled, with_part_names
from approx_build.score.tempo_marks import read_tempo
from approx_build.score.warnings import remarks
from approx_build.yaml_source import Allowance, Source, read_source, suggestion
from approx_build.yaml_source.corrections import Advice
from approx_build.yaml_source.node import Loc

__all__ = ["LoadedMovement", "Reading", "Score", "read_piece"]


@dataclass(frozen=True)
class Score:
    """A piece and its movements. `path` counts from `root`, the project's folder."""

    root: Path
    slug: str
    path: str
    piece: Piece
    source: Source = field(repr=False)
    movements: tuple[LoadedMovement, ...]

    @property
    def remarks(self) -> tuple[Fault, ...]:
        """What is no fault, but worth saying."""
        return tuple(remarks(self.piece, self.source, self.movements))

    def locate(self, movement: int | None, loc: Loc, key: bool = False) -> Location:
        """The location of `loc` in the file of a movement (by index), or of the piece (None)."""
        source = self.source if movement is None else self.movements[movement].source
        return source.locate(loc, key)


@dataclass(frozen=True)
class Reading:
    """What could be read of a piece, and the faults of its text; checks look at the rest.

    `score` is None where too little is left of the piece's own file, and lacks movements whose
    files leave nothing unless it `is_complete`. `shared` are the names of the takes of the piece,
    `own` those of each movement by its path, whether or not they have faults; `untimed` are the
    paths of movements whose tempo has faults.
    """

    root: Path
    source: Source = field(repr=False)
    takes: Mapping[str, Take]
    movements: tuple[LoadedMovement, ...]
    score: Score | None
    is_complete: bool
    faults: tuple[Fault, ...]
    shared: Set[str]
    own: Mapping[str, Set[str]]
    untimed: Set[str]


def read_piece(
    path: Path,
    root: Path | None = None,
    log: ReadLog | None = None,
    recordings: Recordings | None = None,
) -> Reading:
    """The piece at `path` with its movements, their generators expanded.

    `root` is the project's folder; if left out, the nearest folder above with `models` in it.
    `recordings` answer what the score may ask about them; if left out, there are none.
    ApproxError when the piece's file cannot be read at all.
    """
    home = Path(os.path.normpath((root or project_root(path)).absolute()))
    shown = _shown(path, home)
    _check_alone(path)
    allowance = Allowance()
    source = read_source(path, shown, log, allowance)
    # The next text that exceeds the limit does so together with this one, and says that.
    allowance.is_shared = True
    if _kind(source) == "movement":
        message = f"this is a movement; give the piece whose 'movements' list it{_piece_of(path)}"
        raise ScoreError([source.fault(("movement",), message, key=True)])
    piece = recover(Piece, source)
    reader = _Movements(home, path, piece, log, allowance, recordings or NoRecordings())
    found = [reader.load(index, name) for index, name in reader.entries()]
    movements = tuple(movement for movement in found if movement)
    score = None
    if piece.model is not None:
        score = Score(home, slug(shown), shown, piece.model, source, movements)
    return Reading(
        root=home,
        source=source,
        takes=piece.model.takes if piece.model else {},
        movements=movements,
        score=score,
        is_complete=score is not None and len(movements) == len(score.piece.movements),
        faults=(*piece.faults, *reader.faults),
        shared=_declared(source),
        own=reader.own,
        untimed=reader.untimed,
    )


class _Movements:
    """Reads the movements of a piece and gathers the faults of their text."""

    def __init__(
        self,
        root: Path,
        path: Path,
        piece: Recovered[Piece],
        log: ReadLog | None,
        allowance: Allowance,
        recordings: Recordings,
    ) -> None:
        self._root, self._path, self._piece, self._log = root, path, piece, log
        self._allowance, self._recordings = allowance, recordings
        self._amounts = Amounts()
        self._slugs: dict[str, str] = {}
        self._takes = piece.model.takes if piece.model else {}
        self.faults: list[Fault] = []
        self.own: dict[str, set[str]] = {}
        self.untimed: set[str] = set()

    def entries(self) -> list[tuple[int, str]]:
        """The files the piece lists, by their index in it, even when it has faults elsewhere."""
        data = self._piece.source.data
        names = data.get("movements") if isinstance(data, dict) else None
        if not isinstance(names, list):
            return []
        # The model reports a longer list; its files are not opened.
        named = enumerate(names[:MOST_MOVEMENTS])
        return [(index, name) for index, name in named if isinstance(name, str)]

    def load(self, index: int, written: str) -> LoadedMovement | None:
        """The movement written as `written`, or None when its faults leave nothing of it."""
        try:
            path = written_path(written, self._path, self._root)
            _check_alone(self._root / path)
            name = self._new_slug(written)
            source = self._read(path)
        except ScoreError as error:
            self.faults += error.faults
        except (ApproxError, ValueError) as error:
            others = {name for _, name in self.entries()}
            words = _with_nearby(str(error), written, self._path.parent, others)
            self.faults.append(self._piece.source.fault(("movements", index), words))
        else:
            return self._movement(index + 1, name, path, source)
        return None

    def _new_slug(self, written: str) -> str:
        name = slug(written)
        if not name:
            raise ValueError("needs a file name with letters or digits")
        # With one movement, no file of the whole piece is written that could have its name.
        if name == slug(self._path.name) and len(self.entries()) > 1:
            raise ValueError(f"gives the name '{name}', which the whole piece has; rename the file")
        if name in self._slugs:
            raise ValueError(
                f"gives the name '{name}' as '{self._slugs[name]}' does; rename one file"
            )
        self._slugs[name] = written
        return name

    def _read(self, path: str) -> Source:
        source = read_source(Path(on_disk(self._root / path)), path, self._log, self._allowance)
        if _kind(source) == "piece":
            message = "this is a piece, where a movement is needed"
            raise ScoreError([source.fault(("piece",), message, key=True)])
        source, faults = filled(source)
        self.faults += faults
        # Before validation, which would take long on a score that is too large.
        if fault := self._amounts.fault(source):
            raise ScoreError([fault])
        return source

    def _movement(self, number: int, name: str, path: str, source: Source) -> LoadedMovement | None:
        seed = self._piece.model.seed if self._piece.model else 0
        # First, because lengths are read in seconds, and those in bars need the tempo.
        tempo, marks, is_timed = read_tempo(source)
        if is_timed:
            source, odd = repeated(source, seed, name, tempo, self._amounts)
            self.faults += odd
        source, unmade = chosen(with_part_names(source), seed, name)

        def timing() -> Timing:
            return Timing(tempo, is_timed, positions.after, known)

        known = dict[str, BaseModel]()
        positions = Positions(source.data, timing, self._takes, self._recordings.recording_length_s)
        saved = recover(Movement, source, timing)
        self.faults += [*unmade, *saved.faults, *marks]
        if saved.model is None:
            return None
        try:
            length = tempo.length(saved.model.length)
        except ValueError as error:
            self.faults.append(saved.source.fault(("length",), str(error)))
            return None
        takes = {**self._takes, **saved.model.takes}
        self.own[path] = _declared(source)
        # Its times in bars are unknown, so the checks of durations leave it out.
        if not is_timed:
            self.untimed.add(path)
        found = LoadedMovement(number, name, path, saved.model, saved.source, tempo, length, takes)
        has_generators = any(part.compose for part in saved.model.parts.values())
        return self._expanded(found, timing) if has_generators and is_timed else found

    def _expanded(self, found: LoadedMovement, timing: Callable[[], Timing]) -> LoadedMovement:
        """The movement with the events that its generators write."""
        seed = self._piece.model.seed if self._piece.model else 0
        scene = Scene(seed, found.slug, found.tempo, found.length, found.takes, self._recordings)
        made = expanded(found.source, found.model.parts, scene, self._amounts)
        saved = recover(Movement, made.source, timing)
        self.faults += [*made.faults, *saved.faults]
        model = saved.model or found.model
        written = tuple(made.written)
        return replace(found, model=model, source=saved.source, written=written)


def _piece_of(movement: Path) -> str:
    """The piece that lists a movement, by the usual layout of files; empty if there is none."""
    written = f"{movement.parent.name}/{movement.name}"
    piece = movement.absolute().parent.with_suffix(".yaml")
    with suppress(OSError):
        if written.encode() in ReadLog().content(piece):
            return f": {piece.parent.name}/{piece.name}"
    return ""


def _with_nearby(words: str, written: str, folder: Path, others: Set[str]) -> str:
    """`words` about a movement that is not there, with the file that was meant if there is one.

    Files that the piece lists as `others` were not meant.
    """
    if not words.endswith("there is no such file"):
        return words
    every = (path.relative_to(folder).as_posix() for path in folder.glob("*/*.yaml"))
    there = sorted(name for name in every if name not in others)
    ends = [name for name in there if name in (f"{written}.yaml", f"{written[:-4]}.yaml")]
    inside = [name for name in there if name.rpartition("/")[2] == written]
    meant = [*ends, *inside]
    if len(meant) == 1:
        return Advice(f"{words}; did you mean '{meant[0]}'?", meant[0])
    return f"{words}{suggestion(written, there)}"


def _check_alone(path: Path) -> None:
    """ApproxError when a file beside `path` has its name in another case or Unicode form."""
    if twin := alias_of(path):
        name = os.path.basename(on_disk(path))
        raise ApproxError(f"{name}: {clash(name, twin)}")


def _kind(source: Source) -> str:
    """What a file is, going by its title: a piece, a movement, or nothing known."""
    data = source.data
    found = [key for key in ("piece", "movement") if isinstance(data, dict) and key in data]
    return found[0] if len(found) == 1 else ""


def _declared(source: Source) -> set[str]:
    """The names of the takes a file declares, whether or not they have faults."""
    data = source.data
    takes = data.get("takes") if isinstance(data, dict) else None
    # A list is a fault already, which would be repeated wherever one of its names is used.
    items = takes if isinstance(takes, list) else []
    listed = {one.get("name") or next(iter(one), "") for one in items if isinstance(one, dict)}
    return set(takes) if isinstance(takes, dict) else {str(name) for name in listed}


def _shown(path: Path, root: Path) -> str:
    """`path` as it is shown: relative to the project where it is inside it."""
    absolute = Path(os.path.normpath(path.absolute()))
    inside = absolute.is_relative_to(root)
    return normal(absolute.relative_to(root).as_posix() if inside else str(path))
