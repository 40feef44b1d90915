"""Occurrences: a wrong name that a score uses several times, reported once with all its places."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from approx_build.errors import MOST_FOUND, Fault
from approx_build.yaml_source import MOST_LISTED, Source
from approx_build.yaml_source.node import Loc


@dataclass
class Occurrences:
    """Collects messages about names with the places of the names."""

    _places: dict[str, list[tuple[Source, Loc]]] = field(default_factory=dict)

    def add(self, source: Source, loc: Loc, message: str) -> None:
        """Note what is wrong with the name at `loc`."""
        # Equal texts are one key, and the first one keeps its advice.
        places = self._places.setdefault(message, [])
        # One mistake in a long score may occur thousands of times, which nobody reads.
        if len(places) < MOST_FOUND:
            places.append((source, loc))

    def faults(self) -> Iterator[Fault]:
        """One fault for each message, at its first place, with the others and all corrections."""
        for message, places in self._places.items():
            first, *others = [source.fault(loc, message) for source, loc in places]
            if others:
                edits = [edit for fault in (first, *others) for edit in fault.edits]
                words = f"{first.message}; also used {_listed(first, others)}"
                first = replace(first, message=words, edits=tuple(dict.fromkeys(edits)))
            yield first


def _listed(first: Fault, others: list[Fault]) -> str:
    """The places of other faults: lines of the same file, else with their files."""
    places = [
        f"on line {fault.where.line}"
        if fault.where.path == first.where.path
        else f"at {fault.where}"
        for fault in others
    ]
    several = [*dict.fromkeys(places)]
    more = f" and {len(several) - MOST_LISTED} more" if len(several) > MOST_LISTED else ""
    return f"{', '.join(several[:MOST_LISTED])}{more}"
