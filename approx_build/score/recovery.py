"""What can still be read of a score with faults, so that the rest is checked in the same run.

An event, take, cue or field that is wrong is taken out, and what remains is read again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from pydantic import BaseModel, ValidationError

from approx_build.errors import MOST_FOUND, Fault
from approx_build.yaml_source import Patience, Source, problems_of, strictly
from approx_build.yaml_source.node import Loc
from approx_build.yaml_source.validation import without_echoes

M = TypeVar("M", bound=BaseModel)
_MOST_ROUNDS = 3


@dataclass(frozen=True)
class Recovered(Generic[M]):
    """A model without its faulty items, or None when nothing could be saved.

    `source` lacks the same items; its places are those of the whole file.
    """

    model: M | None
    source: Source
    faults: tuple[Fault, ...] = ()
    dropped: tuple[Loc, ...] = ()


def recover(
    model: type[M], source: Source, patience: Callable[[], Patience] = Patience
) -> Recovered[M]:
    """`source` as a `model`, its faulty items taken out and their faults noted.

    Validators get what `patience` makes as their context.
    """
    whole = source
    faults, dropped = [*source.faults], list[Loc]()
    for _ in range(_MOST_ROUNDS):
        try:
            read = strictly(model, source.data, patience())
            return Recovered(read, source, tuple(faults), tuple(dropped))
        except ValidationError as error:
            problems = problems_of(error, model, source.data)
            has_all = error.error_count() < MOST_FOUND
        # Only of the first round: later faults may be caused by what was taken out.
        if not dropped:
            found = [source.fault(*problem) for problem in problems]
            faults = without_echoes(faults, found)
        items = {_item(loc) for loc, _, _ in problems}
        # Either the file as a whole is wrong, or some of its faulty items are not known.
        if () in items or not has_all:
            break
        dropped += [source.root.written(item) for item in items]
        source = replace(source, root=source.root.without(list(items)))
    # With the whole source: the movements and takes that it names are still looked at.
    return Recovered(None, whole, tuple(faults))


def _item(loc: Loc) -> Loc:
    """The smallest thing around `loc` that can be left out without misleading the checks."""
    match loc:
        case ("parts", _, "events" | "compose", _, *_):
            return loc[:4]
        case ("parts", _, _, *_):
            return loc[:3]
        case ("takes" | "parts" | "cues" | "expect" | "movements", _, *_):
            return loc[:2]
        case _:
            return loc[:1]
