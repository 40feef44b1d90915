"""Names in a score that must be names of something in it: takes, clips, parts, files."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Set
from itertools import pairwise
from pathlib import Path

from approx_build.errors import Fault
from approx_build.score.load import Reading
from approx_build.score.movement import LoadedMovement
from approx_build.score.paths import written_path
from approx_build.score.source_ref import SourceKind, SourceRef
from approx_build.score.takes import Take
from approx_build.yaml_source import Source, choices
from approx_build.yaml_source.node import Loc


def circles(needs: Mapping[str, Iterable[str]]) -> list[list[str]]:
    """Each circle once, as names that end with the first: `[a, b, a]`.

    Walks without recursion, so that a chain of any length will do. Names that stand nowhere as
    a key need nothing.
    """
    found: list[list[str]] = []
    done: set[str] = set()
    for start in needs:
        path: list[str] = []
        walks = [iter([start])]
        while walks:
            name = next(walks[-1], None)
            if name is None:
                walks.pop()
                if path:
                    done.add(path.pop())
            elif name in path:
                found.append([*path[path.index(name) :], name])
            elif name not in done and name in needs:
                path.append(name)
                walks.append(iter(needs[name]))
    return found


def check_references(reading: Reading) -> Iterator[Fault]:
    """Names in a piece and its movements that nothing in them has."""
    yield from sound_faults(reading.takes, reading.shared, reading.source)
    for movement in reading.movements:
        own = reading.own[movement.path]
        yield from _of_movement(movement, own, reading.shared, reading.root)


def _of_movement(
    movement: LoadedMovement, own: Set[str], shared: Set[str], root: Path
) -> Iterator[Fault]:
    """Names of `movement` that nothing has.

    Its `own` takes and those `shared` by the piece exist, though some may have faults.
    """
    declared = own | shared
    yield from _shadowed(movement, shared)
    yield from sound_faults(movement.takes, declared, movement.source, movement.model.takes)
    for name, part in movement.model.parts.items():
        yield from _repeated_ids(movement, name)
        for index, event in enumerate(part.events):
            for number, source in enumerate(event.sources):
                loc = movement.source_loc(name, index, number)
                message = _source_message(movement, source, declared, root)
                if message:
                    yield movement.source.fault(_field(movement, loc, source), message)
    yield from _part_circles(movement)


def sound_faults(
    takes: Mapping[str, Take],
    declared: Set[str],
    source: Source,
    own: Mapping[str, Take] | None = None,
) -> Iterator[Fault]:
    """Takes that `own` ones (all of `takes` if left out) are made of, and nothing has, or circles.

    `declared` are those that exist, though some may have faults.
    """
    own = takes if own is None else own
    for name, take in own.items():
        for where, sound in take.sounds():
            loc: Loc = ("takes", name, *where)
            source_take = sound.take
            if source_take is None:
                continue
            if source_take not in declared | takes.keys():
                message = f"unknown take '{source_take}'{choices(source_take, takes)}"
                yield source.fault((*loc, "take"), message)
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
            if first in own:
                text = f"takes depend on each other in a circle: {' → '.join(circle)}"
                yield source.fault(("takes", first, *places[first][second], "take"), text)
                break


def _shadowed(movement: LoadedMovement, shared: Set[str]) -> Iterator[Fault]:
    for name in movement.model.takes:
        if name in shared:
            message = "the piece has a take of this name; rename one"
            yield movement.source.fault(("takes", name), message, key=True)


def _repeated_ids(movement: LoadedMovement, part: str) -> Iterator[Fault]:
    seen: Counter[str] = Counter()
    for index, event in enumerate(movement.model.parts[part].events):
        if event.id is not None:
            seen[event.id] += 1
            if seen[event.id] == 2:
                loc: Loc = ("parts", part, "events", index, "id")
                yield movement.source.fault(loc, f"another event of this part is '{event.id}'")


def _field(movement: LoadedMovement, loc: Loc, source: SourceRef) -> Loc:
    """The name inside a source that is written as fields, else the source."""
    node, _ = movement.source.root.nearest(loc)
    return (*loc, source.kind.value) if isinstance(node.value, dict) else loc


def _source_message(
    movement: LoadedMovement, source: SourceRef, declared: Set[str], root: Path
) -> str:
    """What is wrong with the name of `source`, or nothing."""
    name = source.name
    match source.kind:
        case SourceKind.TAKE:
            return _take_message(movement, source, declared)
        case SourceKind.PART if name not in movement.model.parts:
            return f"unknown part '{name}'{choices(name, movement.model.parts)}"
        case SourceKind.FILE:
            return _file_message(movement, name, root)
        case _:
            return ""


def _take_message(movement: LoadedMovement, source: SourceRef, declared: Set[str]) -> str:
    name = source.name
    if name in movement.takes:
        count = movement.takes[name].count
        if (source.clip or 1) > count:
            return f"take '{name}' has {_clips(count)} (clip is {source.clip})"
        return ""
    if name in declared:
        return ""
    if name in movement.model.parts:
        return f"unknown take '{name}'; a part is written {{ part: {name} }}"
    return f"unknown take '{name}'{choices(name, sorted(declared))}"


def _file_message(movement: LoadedMovement, written: str, root: Path) -> str:
    try:
        path = root / written_path(written, root / movement.path, root)
    except ValueError as error:
        return str(error)
    if os.path.isdir(path):
        return f"'{written}' is a folder; name a sound file"
    return "" if os.path.isfile(path) else f"there is no file '{written}' beside this score"


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
        text = f"parts use each other in a circle: {' → '.join(circle)}"
        yield movement.source.fault(loc, text)
