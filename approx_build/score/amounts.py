"""Amounts: how many events and sources a piece may have, counted before anything is built."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from approx_build.errors import Fault
from approx_build.score.takes import Take
from approx_build.yaml_source import Source
from approx_build.yaml_source.node import Loc, Node

MOST_EVENTS = 20_000
MOST_SOURCES = 40_000
MOST_BREAKPOINTS = 40_000
MOST_GENERATORS = 200
"""Of all movements of a piece. With more, the checks of a score would take longer than seconds."""

MOST_CHAINED = 100
"""Most takes that are made of each other in a row. Each is drawn after the one before it."""


@dataclass
class Amounts:
    """What the movements that were read so far have."""

    events: int = 0
    sources: int = 0
    breakpoints: int = 0
    generators: int = 0

    @property
    def events_left(self) -> int:
        """How many events generators may still write."""
        return max(MOST_EVENTS - self.events, 0)

    def fault(self, source: Source) -> Fault | None:
        """Count a movement's; the fault of that part with which there are too many, if any."""
        parts = source.root.children.get("parts")
        for name, part in parts.children.items() if parts else ():
            events = part.children.get("events", _NOTHING)
            loc: Loc = ("parts", name, "events")
            sources = sum(_sources(event) for event in events.children.values())
            breakpoints = sum(map(_breakpoints, (part, *events.children.values())))
            if fault := self.add(source, loc, len(events.children), sources, breakpoints):
                return fault
            self.generators += len(part.children.get("compose", _NOTHING).children)
            if self.generators > MOST_GENERATORS:
                message = f"with these the piece has {self.generators:,} generators; at most "
                loc = ("parts", name, "compose")
                return source.fault(loc, f"{message}{MOST_GENERATORS:,} are possible")
        return None

    def copies(self, source: Source, loc: Loc, events: Sequence[Node], times: int) -> Fault | None:
        """Count what `loc` makes of events by writing each so many times; as in `add`."""
        sources, points = sum(map(_sources, events)), sum(map(_breakpoints, events))
        return self.add(source, loc, len(events) * times, sources * times, points * times)

    def add(
        self, source: Source, loc: Loc, events: int, sources: int, breakpoints: int = 0
    ) -> Fault | None:
        """Count what is at `loc`; its fault when with it there are too many."""
        self.events += events
        self.sources += sources
        self.breakpoints += breakpoints
        for count, most, noun in (
            (self.events, MOST_EVENTS, "events"),
            (self.sources, MOST_SOURCES, "sources"),
            (self.breakpoints, MOST_BREAKPOINTS, "breakpoints"),
        ):
            if count > most:
                return source.fault(
                    loc,
                    f"with these the piece has {count:,} {noun}; at most {most:,} are possible",
                )
        return None


_NOTHING = Node((1, 1), None)


def _breakpoints(node: Node) -> int:
    """The breakpoints of the curves of a part or an event."""
    curves = (node.children.get(name) for name in ("gain_db", "pan"))
    return sum(len(curve.children) for curve in curves if curve is not None)


def _sources(event: Node) -> int:
    """The sources in a node that should be an event, whatever its operation is called."""
    named = (node.children.get("from") for node in event.children.values())
    # A single source has no children, or its fields are its children: it counts as at least one.
    return sum(max(len(node.children), 1) for node in named if node is not None)


def chain_faults(
    takes: Mapping[str, Take], own: Mapping[str, Take], source: Source
) -> Iterator[Fault]:
    """The fault of one of its `own` takes that is made of too many in a row, if there is one."""
    needs = {name: [sound.take or "" for _, sound in take.sounds()] for name, take in takes.items()}
    if (name := too_deep(needs)) in own:
        message = f"is made of more than {MOST_CHAINED} takes, one after another; shorten the chain"
        yield source.fault(("takes", str(name)), message, key=True)


def too_deep(needs: Mapping[str, Sequence[str]]) -> str | None:
    """A name that needs more than MOST_CHAINED others in a row, where there is one.

    Walks without recursion. Names of a circle may count as such.
    """
    depths: dict[str, int] = {}
    for start in needs:
        path = {start: iter(needs[start])}
        while path:
            name = next(reversed(path))
            # Names of the path are passed over: a circle must not keep the walk going.
            below = next((each for each in path[name] if each in needs and each not in path), None)
            if below is not None and below not in depths:
                path[below] = iter(needs[below])
                if len(path) > MOST_CHAINED + 1:
                    return start
            elif below is None:
                depths[name] = 1 + max((depths.get(each, 0) for each in needs[name]), default=0)
                if depths[name] > MOST_CHAINED:
                    return name
                del path[name]
    return None
