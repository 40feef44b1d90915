"""Scores loaded: a piece with its movements, every fault of every file in one error."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from approx_build.errors import ApproxError, Fault, Location, ScoreError
from approx_build.files.readlog import ReadLog
from approx_build.score.duration_checks import duration_faults, shared_take_faults
from approx_build.score.movement import LoadedMovement
from approx_build.score.paths import project_root, slug, written_path
from approx_build.score.recovery import Salvaged, salvage
from approx_build.score.reference_checks import heard_faults, reference_faults
from approx_build.score.schema import Movement, Piece
from approx_build.score.tempo_marks import tempo_map
from approx_build.score.warnings import remarks
from approx_build.yaml_source import Source, in_order, read_source
from approx_build.yaml_source.node import Loc

__all__ = ["LoadedMovement", "Score", "load_piece"]


Names = Callable[["Score"], Iterable[Fault]]
"""Finds faults among the names in a score, which may be part of one."""


@dataclass(frozen=True)
class Score:
    """A piece and its movements, without faults. `path` counts from `root`, the project's folder.

    `remarks` are no faults, but worth saying.
    """

    root: Path
    slug: str
    path: str
    piece: Piece
    source: Source = field(repr=False)
    movements: tuple[LoadedMovement, ...]
    remarks: tuple[Fault, ...] = ()

    def locate(self, movement: int | None, loc: Loc, key: bool = False) -> Location:
        """Where `loc` stands in the file of a movement (by index), or for None the piece's."""
        source = self.source if movement is None else self.movements[movement].source
        return source.locate(loc, key)


def load_piece(
    path: Path,
    root: Path | None = None,
    names: Names | None = None,
    log: ReadLog | None = None,
) -> Score:
    """The piece at `path` with its movements; ScoreError with all faults of all its files.

    `root` is the project's folder; if left out, the nearest folder above with `models` in it.
    `names` finds more faults in what can be read of a piece that has some, for the same error.
    ApproxError when the piece's file cannot be read at all.
    """
    home = Path(os.path.normpath((root or project_root(path)).absolute()))
    shown = _shown(path, home)
    source = read_source(path, shown, log)
    if _kind(source) == "movement":
        message = "this is a movement; give the piece whose 'movements' list it"
        raise ScoreError([source.fault(("movement",), message, key=True)])
    piece = salvage(Piece, source)
    reader = _Movements(home, path, piece, log)
    movements = [reader.load(index, name) for index, name in reader.entries()]
    loaded = tuple(movement for movement in movements if movement)
    faults = [*piece.faults, *reader.faults]
    if piece.model is None:
        raise ScoreError(in_order(faults))
    if len(loaded) == len(piece.model.movements):
        faults += shared_take_faults(piece.model.takes, loaded, source)
    score = Score(home, slug(shown), shown, piece.model, source, loaded)
    if faults:
        raise ScoreError(in_order([*faults, *(names(score) if names else ())]))
    return replace(score, remarks=tuple(remarks(piece.model, source, loaded)))


class _Movements:
    """Loads the movements of a piece and gathers the faults of all of them."""

    def __init__(self, root: Path, path: Path, piece: Salvaged[Piece], log: ReadLog | None) -> None:
        self._root, self._path, self._piece, self._log = root, path, piece, log
        self._slugs: dict[str, str] = {}
        takes = piece.model.takes if piece.model else {}
        self._takes = takes
        self.faults: list[Fault] = [
            *heard_faults(takes, _declared(piece.source, piece.dropped), piece.source)
        ]

    def entries(self) -> list[tuple[int, str]]:
        """The files the piece lists, by their index in it, even when it has faults elsewhere."""
        data = self._piece.source.data
        names = data.get("movements") if isinstance(data, dict) else None
        if not isinstance(names, list):
            return []
        return [(index, name) for index, name in enumerate(names) if isinstance(name, str)]

    def load(self, index: int, written: str) -> LoadedMovement | None:
        """The movement written as `written`, or None when its faults leave nothing of it."""
        try:
            path = written_path(written, self._path, self._root)
            name = self._new_slug(written)
            source = self._read(path)
        except ScoreError as error:
            self.faults += error.faults
        except (ApproxError, ValueError) as error:
            self.faults.append(self._piece.source.fault(("movements", index), str(error)))
        else:
            return self._movement(index + 1, name, path, source)
        return None

    def _new_slug(self, written: str) -> str:
        name = slug(written)
        if not name:
            raise ValueError("needs a file name with letters or digits")
        if name == slug(self._path.name) and len(self.entries()) > 1:
            raise ValueError(f"makes '{name}', the name of the whole piece; rename the file")
        if name in self._slugs:
            raise ValueError(f"makes '{name}' as '{self._slugs[name]}' does; rename one file")
        self._slugs[name] = written
        return name

    def _read(self, path: str) -> Source:
        source = read_source(self._root / path, path, self._log)
        if _kind(source) == "piece":
            message = "this is a piece, where a movement is needed"
            raise ScoreError([source.fault(("piece",), message, key=True)])
        return source

    def _movement(self, number: int, name: str, path: str, source: Source) -> LoadedMovement | None:
        saved = salvage(Movement, source)
        self.faults += saved.faults
        if saved.model is None:
            return None
        marks: list[Fault] = []
        tempo = tempo_map(
            saved.model.tempo,
            saved.model.meter,
            lambda loc, message: marks.append(saved.source.fault(loc, message)),
        )
        self.faults += marks
        try:
            length = tempo.length(saved.model.length)
        except ValueError as error:
            self.faults.append(saved.source.fault(("length",), str(error)))
            return None
        takes = {**self._takes, **saved.model.takes}
        movement = LoadedMovement(
            number, name, path, saved.model, saved.source, tempo, length, takes
        )
        self._check(movement, saved, bool(marks))
        return movement

    def _check(
        self, movement: LoadedMovement, saved: Salvaged[Movement], has_bad_marks: bool
    ) -> None:
        own = _declared(movement.source, saved.dropped)
        shared = _declared(self._piece.source, self._piece.dropped)
        self.faults += reference_faults(movement, own, shared, self._root)
        if not has_bad_marks and not {loc[0] for loc in saved.dropped} & {"tempo", "meter"}:
            self.faults += duration_faults(movement)


def _kind(source: Source) -> str:
    """What a file is, going by its title: a piece, a movement, or nothing known."""
    data = source.data
    found = [key for key in ("piece", "movement") if isinstance(data, dict) and key in data]
    return found[0] if len(found) == 1 else ""


def _declared(source: Source, dropped: Sequence[Loc] = ()) -> set[str]:
    """The names of the takes a file declares, whether or not they have faults."""
    data = source.data
    takes = data.get("takes") if isinstance(data, dict) else None
    named = set(takes) if isinstance(takes, dict) else set()
    return named | {str(loc[1]) for loc in dropped if len(loc) == 2 and loc[0] == "takes"}


def _shown(path: Path, root: Path) -> str:
    """`path` as it is shown: relative to the project where it is inside it."""
    absolute = Path(os.path.normpath(path.absolute()))
    return absolute.relative_to(root).as_posix() if absolute.is_relative_to(root) else str(path)
