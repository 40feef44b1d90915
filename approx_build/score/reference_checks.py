"""Names in a score that must be names of something in it: takes, clips, parts, files."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from itertools import pairwise
from pathlib import Path

from approx_build.errors import Fault
from approx_build.files.names import alias_of, clash, on_disk
from approx_build.score.load import Reading
from approx_build.score.movement import LoadedMovement
from approx_build.score.occurrences import Occurrences
from approx_build.score.paths import written_path
from approx_build.score.source_ref import SourceKind, SourceRef
from approx_build.score.takes import Take
from approx_build.yaml_source import Source, suggestion
from approx_build.yaml_source.corrections import Advice
from approx_build.yaml_source.node import Loc
from approx_build.yaml_source.spelling import with_choices

MOST_CIRCLES = 20
MOST_NAMED = 12
"""Names of a circle that its fault lists."""


def circles(needs: Mapping[str, Iterable[str]]) -> list[list[str]]:
    """Each circle once, as names that end with the first: `[a, b, a]`; at most MOST_CIRCLES.

    Walks without recursion, so that a chain of any length will do. Names that stand nowhere as
    a key need nothing.
    """
    found: list[list[str]] = []
    done: set[str] = set()
    for start in needs:
        path: dict[str, int] = {}
        walks = [iter([start])]
        while walks:
            name = next(walks[-1], None)
            if name is None:
                walks.pop()
                if path:
                    done.add(path.popitem()[0])
            elif name in path:
                found.append([*list(path)[path[name] :], name])
                if len(found) == MOST_CIRCLES:
                    return found
            elif name not in done and name in needs:
                path[name] = len(path)
                walks.append(iter(needs[name]))
    return found


def check_references(reading: Reading) -> Iterator[Fault]:
    """Names in a piece and its movements that nothing in them has."""
    unknown = Occurrences()
    yield from sound_faults(unknown, reading.takes, reading.shared, reading.source)
    for movement in reading.movements:
        own = reading.own[movement.path]
        yield from _of_movement(movement, own, reading.shared, reading.root, unknown)
    yield from unknown.faults()


def _of_movement(
    movement: LoadedMovement, own: Set[str], shared: Set[str], root: Path, unknown: Occurrences
) -> Iterator[Fault]:
    """Names of `movement` that nothing has, most of them added to those that are `unknown`.

    Its `own` takes and those `shared` by the piece exist, though some may have faults.
    """
    declared = own | shared
    names = _Names(movement, declared, root)
    yield from _shadowed(movement, shared)
    own_takes = movement.model.takes
    yield from sound_faults(unknown, movement.takes, declared, movement.source, own_takes)
    for name, part in movement.model.parts.items():
        yield from _repeated_ids(movement, name)
        for index, event in enumerate(part.events):
            for number, source in enumerate(event.sources):
                loc = movement.source_loc(name, index, number)
                if message := names.message(source):
                    unknown.add(movement.source, _field(movement, loc, source), message)
    yield from _part_circles(movement)


def sound_faults(
    unknown: Occurrences,
    takes: Mapping[str, Take],
    declared: Set[str],
    source: Source,
    own: Mapping[str, Take] | None = None,
) -> Iterator[Fault]:
    """Takes that `own` ones (all of `takes` if left out) are made of, and nothing has, or circles.

    Names that nothing has are added to those that are `unknown`.
    `declared` are those that exist, though some may have faults.
    """
    own, known = takes if own is None else own, tuple(takes)
    for name, take in own.items():
        for where, sound in take.sounds():
            loc: Loc = ("takes", name, *where)
            source_take = sound.take
            if source_take is None:
                continue
            if source_take not in declared and source_take not in takes:
                message = with_choices(f"unknown take '{source_take}'", source_take, known)
                unknown.add(source, (*loc, "take"), message)
            elif source_take in takes and (sound.clip or 1) > takes[source_take].count:
                message = (
                    f"take '{source_take}' has {_clips(takes[source_take].count)} (is {sound.clip})"
                )
                yield source.fault((*loc, "clip"), message)
    yield from _take_circles(takes, source, own)


def _take_circles(
    takes: Mapping[str, Take], source: Source, own: Mapping[str, Take]
) -> Iterator[Fault]:
    places: dict[str, dict[str, Loc]] = {
        name: {sound.take: where for where, sound in take.sounds() if sound.take}
        for name, take in takes.items()
    }
    for circle in circles(places):
        for first, second in pairwise(circle):
            # At a take of this file: a circle of the piece's takes is reported in the piece.
            if first in own:
                text = f"takes depend on each other in a circle: {_chained(circle)}"
                yield source.fault(("takes", first, *places[first][second], "take"), text)
                break


def _chained(circle: Sequence[str]) -> str:
    """A circle in words, the middle of a long one left out."""
    if len(circle) <= MOST_NAMED:
        return " → ".join(circle)
    left_out = len(circle) - MOST_NAMED
    names = [*circle[: MOST_NAMED - 1], f"({left_out} more)", circle[-1]]
    return " → ".join(names)


def _shadowed(movement: LoadedMovement, shared: Set[str]) -> Iterator[Fault]:
    for name in movement.model.takes:
        if name in shared:
            message = "the piece has a take of this name; rename one"
            yield movement.source.fault(("takes", name), message, key=True)


def _repeated_ids(movement: LoadedMovement, part: str) -> Iterator[Fault]:
    places: dict[str, list[Loc]] = {}
    for index, event in enumerate(movement.model.parts[part].events):
        if event.id is not None:
            places.setdefault(event.id, []).append(("parts", part, "events", index, "id"))
    for name, (first, *others) in places.items():
        # Once, however often the name is repeated.
        if others:
            lines = [movement.locate(loc).line for loc in (first, *others[1:MOST_NAMED])]
            message = f"another event of this part is '{name}', on line {_and(lines)}"
            yield movement.source.fault(others[0], message)


def _and(numbers: Sequence[int]) -> str:
    *most, last = map(str, numbers)
    return f"{', '.join(most)} and {last}" if most else last


def _field(movement: LoadedMovement, loc: Loc, source: SourceRef) -> Loc:
    """The name inside a source that is written as fields, else the source."""
    node, _ = movement.source.root.nearest(loc)
    return (*loc, source.kind.value) if isinstance(node.value, dict) else loc


class _Names:
    """What the sources of a movement may name, and what is wrong with a name."""

    def __init__(self, movement: LoadedMovement, declared: Set[str], root: Path) -> None:
        self._movement, self._declared, self._root = movement, declared, root
        # Sorted once: a score may misspell thousands of names.
        self._takes, self._parts = tuple(sorted(declared)), tuple(movement.model.parts)
        self._files: dict[str, str] = {}

    def message(self, source: SourceRef) -> str:
        """What is wrong with the name of `source`, or nothing."""
        name = source.name
        match source.kind:
            case SourceKind.TAKE:
                return self._of_take(source)
            case SourceKind.PART if name not in self._movement.model.parts:
                return with_choices(f"unknown part '{name}'", name, self._parts)
            case SourceKind.FILE:
                if name not in self._files:
                    self._files[name] = self._of_file(name)
                return self._files[name]
            case _:
                return ""

    def _of_take(self, source: SourceRef) -> str:
        name = source.name
        if name in self._movement.takes:
            count = self._movement.takes[name].count
            if (source.clip or 1) > count:
                return f"take '{name}' has {_clips(count)} (clip is {source.clip})"
            return ""
        if name in self._declared:
            return ""
        if name in self._movement.model.parts:
            words = f"unknown take '{name}'; a part is written {{ part: {name} }}"
            return Advice(words, f"{{ part: {name} }}")
        return with_choices(f"unknown take '{name}'", name, self._takes)

    def _of_file(self, written: str) -> str:
        try:
            beside = self._root / self._movement.path
            path = on_disk(self._root / written_path(written, beside, self._root))
        except ValueError as error:
            return str(error)
        if os.path.isdir(path):
            return f"'{written}' is a folder; name a sound file"
        if not os.path.isfile(path):
            return f"there is no file '{written}' beside this score{_nearby(path, written)}"
        twin = alias_of(path)
        return f"'{written}' {clash(os.path.basename(path), twin)}" if twin else ""


def _nearby(path: str, written: str) -> str:
    """A file whose name is similar to one that is missing."""
    folder, name = os.path.split(path)
    there = sorted(os.listdir(folder)) if os.path.isdir(folder) else []
    return suggestion(name, there).replace("'", f"'{written.removesuffix(name)}", 1)


def _clips(count: int) -> str:
    return "one clip" if count == 1 else f"{count} clips"


def _part_circles(movement: LoadedMovement) -> Iterator[Fault]:
    needs: dict[str, list[str]] = {}
    places: dict[tuple[str, str], Loc] = {}
    for name, part in movement.model.parts.items():
        needs[name] = []
        for index, event in enumerate(part.events):
            for number, source in enumerate(event.sources):
                if source.part is not None:
                    needs[name].append(source.part)
                    places[name, source.part] = movement.source_loc(name, index, number)
    for circle in circles(needs):
        loc = (*places[circle[0], circle[1]], "part")
        text = f"parts use each other in a circle: {_chained(circle)}"
        yield movement.source.fault(loc, text)
