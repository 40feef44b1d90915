"""Expansion: what the generators of a movement write becomes events of its parts.

The events take the place of text: nodes at the position of their generator, which are validated and
checked as if they were written by hand. So nothing that reads events knows of generators.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import islice

from approx_build.errors import Fault
from approx_build.metric.tempo import TempoMap
from approx_build.metric.time import clock
from approx_build.numerics.stream import Stream
from approx_build.score.amounts import Amounts
from approx_build.score.composition import Composition
from approx_build.score.generators.base import Composed, ComposeError, Place, Recordings
from approx_build.score.schema import Part
from approx_build.score.takes import Take
from approx_build.yaml_source import Source
from approx_build.yaml_source.fields import MOST
from approx_build.yaml_source.node import Aside, Loc, Node, Value, node_of


@dataclass(frozen=True)
class Written:
    """What one entry of `compose` became: its events as a score has them, and how.

    `labels` say of each event which measure or letter it is.
    """

    part: str
    events: tuple[Mapping[str, Value], ...]
    labels: tuple[str, ...]
    log: tuple[str, ...]


@dataclass(frozen=True)
class Scene:
    """What the generators of a movement may ask, and what names their random numbers."""

    seed: int
    movement: str
    tempo: TempoMap
    length: Fraction
    takes: Mapping[str, Take]
    recordings: Recordings

    def place(self, part: str, entry: Composition) -> Place:
        """Where an entry of `part` begins, with the stream of its name."""
        own = [] if entry.seed is None else [entry.seed]
        rng = Stream.named("compose", self.seed, self.movement, part, entry.identity, *own)
        return Place(entry.at, self.tempo, self.takes, self.recordings, rng, self.length)


@dataclass
class Expansion:
    """A movement's text with the events of its generators, what those wrote, and their faults."""

    source: Source
    scene: Scene
    amounts: Amounts
    written: list[Written] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    def part(self, name: str, part: Part) -> None:
        """Expand the generators of one part."""
        seen: set[str] = set()
        for index, entry in enumerate(part.compose):
            loc: Loc = ("parts", name, "compose", index)
            if entry.identity in seen:
                message = f"another generator of this part is '{entry.identity}'; give it an id"
                field_ = "id" if entry.id else entry.generator.generator
                self._fault((*loc, field_), message, key=True)
                continue
            seen.add(entry.identity)
            self._entry(loc, entry)

    def _entry(self, loc: Loc, entry: Composition) -> None:
        place = self.scene.place(str(loc[1]), entry)
        inside = (*loc, entry.generator.generator)
        try:
            _ = place.start
        except ValueError as error:
            self._fault((*loc, "at"), str(error))
            return
        try:
            composed, late = self._composed(entry, place)
            log = tuple(entry.generator.log(place))
        except ComposeError as error:
            self._fault((*inside, *error.loc), str(error), key=not error.loc)
            return
        except ValueError as error:
            self._fault(inside, str(error), key=True)
            return
        # Counted even if they do not fit: a short text must not ask for millions again and again.
        too_many = self.amounts.add(self.source, inside, len(composed), len(composed))
        if len(composed) > MOST:
            message = f"writes more than {MOST:,} events; a part has room for no more"
            self._fault(inside, message, key=True)
        elif late is not None:
            begins, ends = clock(_short(late.onset)), clock(self.scene.length)
            message = f"{late.label} begins at {begins}; the movement ends at {ends}"
            self._fault(inside, message, key=True)
        elif too_many is not None:
            self.faults.append(too_many)
        else:
            self._write(loc, entry, composed, log)

    def _composed(self, entry: Composition, place: Place) -> tuple[list[Composed], Composed | None]:
        """The events of a generator, as many as can be, and the first that begins too late."""
        most = min(MOST, self.amounts.events_left)
        composed: list[Composed] = []
        for one in islice(entry.generator.events(place), most + 1):
            composed.append(one)
            if one.onset >= self.scene.length:
                return composed, one
        return composed, None

    def _write(
        self, loc: Loc, entry: Composition, composed: Sequence[Composed], log: tuple[str, ...]
    ) -> None:
        fields = _shared(self.source, loc)
        events = tuple(_event(entry, one, fields) for one in composed)
        labels = tuple(one.label for one in composed)
        self.source = _with_events(self.source, loc, events, labels)
        self.written.append(Written(str(loc[1]), events, labels, log))

    def _fault(self, loc: Loc, message: str, key: bool = False) -> None:
        self.faults.append(self.source.fault(loc, message, key))


def expanded(
    source: Source, parts: Mapping[str, Part], scene: Scene, amounts: Amounts
) -> Expansion:
    """The text of a movement with the events that the generators of its `parts` write."""
    # Its own faults are reported already.
    found = Expansion(replace(source, faults=()), scene, amounts)
    for name, part in parts.items():
        found.part(name, part)
    return found


def _short(seconds: Fraction) -> Fraction:
    return Fraction(round(seconds * 1000), 1000)


def _shared(source: Source, loc: Loc) -> Mapping[str, Value]:
    """The fields of an entry that each of its events has, as they are written."""
    written = source.root.nearest(loc)[0].value
    assert isinstance(written, dict)
    return {key: written[key] for key in ("through", "mute") if written.get(key)}


def _event(entry: Composition, one: Composed, shared: Mapping[str, Value]) -> dict[str, Value]:
    """One event as a score has it."""
    event: dict[str, Value] = {"at": one.at, "id": f"{entry.identity}-{one.name}", **one.fields}
    chains = [fields.get("through", []) for fields in (one.fields, shared)]
    chain = [link for links in chains if isinstance(links, list) for link in links]
    return {**event, **shared, **({"through": chain} if chain else {})}


def _with_events(
    source: Source, loc: Loc, events: Sequence[Mapping[str, Value]], labels: Sequence[str]
) -> Source:
    """`source` with events added to the part of the generator at `loc`."""
    part_loc, origin = loc[:2], source.root.written(loc)
    place = source.root.nearest(loc)[0].place
    parts, _ = source.root.nearest(part_loc[:1])
    part = parts.children[part_loc[1]]
    before = part.children.get("events", Node(place, []))
    nodes = [
        replace(node_of(dict(event), place), origin=(*origin, Aside(label)))
        for event, label in zip(events, labels, strict=True)
    ]
    part = part.with_child("events", before.with_items(nodes))
    root = source.root.with_child("parts", parts.with_child(part_loc[1], part))
    return replace(source, root=root)
