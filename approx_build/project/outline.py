"""The outline of a plan: what would be rebuilt, by movement, part, event and take of the score."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from approx_build.errors import Location
from approx_build.execution.forecast import Fate, Forecast
from approx_build.plan.graph import LEAF, Kind
from approx_build.plan.key import ABSENT, Difference, differences
from approx_build.units import clock, counted, signed

if TYPE_CHECKING:
    from approx_build.plan.lower import LoweredPiece
    from approx_build.plan.movement import LoweredMovement
    from approx_build.plan.parts import LoweredPart, PlacedEvent

Found = Mapping[str, Forecast]
_MOST = 3
"""Changes of one place that are named."""
_PICTURES = frozenset({Kind.FIGURE, Kind.MEASURE, Kind.STAGES})


@dataclass(frozen=True)
class Change:
    """Something of the project that differs from the last build, or was never built.

    `place` names it as the score does («part low, event at 0:06.000 (repitch)»), `what` says what
    is different, `where` is its line.
    """

    place: str
    what: str
    where: Location | None = None

    def __str__(self) -> str:
        line = f" ({self.where.path}:{self.where.line})" if self.where else ""
        return f"{self.place}: {self.what}{line}"


@dataclass(frozen=True)
class Section:
    """The changes under one heading, and what is rebuilt because of them."""

    title: str
    changes: tuple[Change, ...]
    rebuilt: tuple[str, ...] = ()


def outline(lowered: LoweredPiece, found: Found) -> tuple[Section, ...]:
    """What of the piece would be rebuilt, and why; empty if everything is up to date.

    Work that is only for the report has a line of its own at the end.
    """
    sections = [
        Section("the models", tuple(_models(found))),
        Section("the recordings", tuple(_recordings(found))),
    ]
    for number, movement in enumerate(lowered.movements, start=1):
        changes = [*_takes(lowered, movement.movement.slug, found)]
        for part in movement.parts:
            changes += _part(part, found)
        title = f"movement {number}, {movement.movement.model.movement}"
        sections.append(Section(title, tuple(changes), _rebuilt(movement, found)))
    sections.insert(2, Section("the piece", tuple(_takes(lowered, "", found))))
    sections.append(Section("the report", tuple(_pictures(found))))
    return tuple(one for one in sections if one.changes or one.rebuilt)


def _is_due(one: Forecast | None) -> bool:
    return one is not None and one.fate is not Fate.REUSED


def _is_new(one: Forecast) -> bool:
    return _is_due(one) and one.last is None and one.fate is not Fate.IMPOSSIBLE


def _models(found: Found) -> Iterator[Change]:
    for one in found.values():
        action = one.action
        if action.kind is not Kind.TRAIN or not _is_due(one) or action.options.get("is_shipped"):
            continue
        name = action.target.removeprefix("models/").removesuffix("/run")
        yield Change(f"model {name}", f"trains ({_what(one)})", action.where)


def _recordings(found: Found) -> Iterator[Change]:
    """Recordings whose bytes changed, for the clips and the trainings that read them."""
    changed: dict[str, Location | None] = {}
    for one in found.values():
        if one.action.kind in (Kind.CLIP, Kind.PREPARE) and one.fate is Fate.BUILT and one.last:
            for change in _differences(one):
                role = change.field.removeprefix("inputs.")
                source = one.action.inputs.get(role, "")
                if source.startswith(LEAF):
                    changed.setdefault(source.removeprefix(LEAF), None)
    yield from (Change(path, "its contents changed") for path in changed)


def _takes(lowered: LoweredPiece, scope: str, found: Found) -> Iterator[Change]:
    """Takes of a movement, or with an empty scope of the piece."""
    prefix = f"{scope or 'piece'}/takes/"
    clips: dict[str, list[Forecast]] = {}
    for target, one in found.items():
        if target.startswith(prefix) and one.action.kind is Kind.TAKE and _is_due(one):
            clips.setdefault(target.removeprefix(prefix).rpartition("/")[0], []).append(one)
    new = {name: due for name, due in clips.items() if all(map(_is_new, due))}
    if len(new) > 1:
        clip_count = counted(sum(map(len, new.values())), "clip")
        yield Change(f"{len(new)} takes", f"new, {clip_count} to generate")
    for name, due in sorted(clips.items(), key=lambda each: _line(each[1][0])):
        if name not in new:
            chosen = next((one for one in due if one.fate is not Fate.PERHAPS), due[0])
            what = f"{_what(chosen)}; {counted(len(due), 'clip')} to generate again"
            yield Change(f"take {name}", what, chosen.action.where)
        elif len(new) == 1:
            what = f"new, {counted(len(due), 'clip')} to generate"
            yield Change(f"take {name}", what, due[0].action.where)


def _line(one: Forecast) -> int:
    return one.action.where.line if one.action.where else 0


def _part(part: LoweredPart, found: Found) -> Iterator[Change]:
    """A part that is new as one line; otherwise a line for each of its events that changed."""
    stem = found.get(part.stem)
    if stem is None or not _is_due(stem):
        return
    place = f"part {part.name}"
    if _is_new(stem):
        yield Change(place, f"new, {counted(len(part.events), 'event')}", stem.action.where)
        return
    if stem.fate is Fate.IMPOSSIBLE:
        yield Change(place, stem.problem, stem.action.where)
        return
    rate = cast(int, stem.action.params["rate"])
    for event in part.events:
        one = found[event.target]
        # An event that has no id is named by its contents, so that a changed one is new.
        if _is_new(one) or one.fate in (Fate.BUILT, Fate.REMADE, Fate.IMPOSSIBLE):
            what = "new or changed" if _is_new(one) else _what(one)
            yield Change(f"{place}, {_event(event, rate)}", what, one.action.where)
    if stem.fate is Fate.REMADE:
        yield Change(place, _what(stem), stem.action.where)
    if stem.fate is Fate.BUILT:
        yield from _placing(place, part, stem, found, rate)


def _event(event: PlacedEvent, rate: int) -> str:
    name = f"event {event.event.id}" if event.event.id else "event"
    return f"{name} at {clock(event.onset / rate)} ({event.event.op.op})"


def _placing(
    place: str, part: LoweredPart, stem: Forecast, found: Found, rate: int
) -> Iterator[Change]:
    """Changes of a stem itself: of its level and pan, and of the places of its events."""
    if stem.last is None or stem.manifest is None:
        return
    before, after = _params(stem.last.manifest), _params(stem.manifest)
    own = [name for name in after if name != "events" and before.get(name) != after[name]]
    if own:
        said = ", ".join(_moved(name, before.get(name, ABSENT), after[name]) for name in own)
        yield Change(place, said, stem.action.where)
    old = {one["name"]: one for one in before.get("events", ())}
    new = {one["name"]: one for one in after.get("events", ())}
    by_name = {event.name: event for event in part.events}
    for name in new.keys() & old.keys():
        fields = [f for f in new[name] if f != "role" and old[name].get(f) != new[name][f]]
        if fields and name in by_name:
            said = ", ".join(
                _moved(field, *(_seconds(field, one[name].get(field), rate) for one in (old, new)))
                for field in fields
            )
            event = by_name[name]
            yield Change(f"{place}, {_event(event, rate)}", said, found[event.target].action.where)
    if gone := len(old.keys() - new.keys()):
        yield Change(
            place, f"{counted(gone, 'event')} of the last build {'is' if gone == 1 else 'are'} gone"
        )


def _rebuilt(movement: LoweredMovement, found: Found) -> tuple[str, ...]:
    """What is made again because something below it is."""
    slug = movement.movement.slug
    stems = [(part.name, found.get(part.stem)) for part in movement.parts]
    names = [f"stem {name}" for name, stem in stems if stem and _is_due(stem) and not _is_new(stem)]
    names += [
        word
        for word in ("mix", "master")
        if (one := found.get(f"{slug}/{word}")) and _is_due(one) and not _is_new(one)
    ]
    return tuple(names)


def _pictures(found: Found) -> Iterator[Change]:
    count = sum(_is_due(one) and one.action.kind in _PICTURES for one in found.values())
    if count:
        yield Change("pictures and measurements", f"{count} to make")


def _what(one: Forecast) -> str:
    """What differs from the last build of an action, in words."""
    if one.fate is Fate.IMPOSSIBLE:
        return one.problem
    if one.fate is Fate.REMADE:
        return "its result is no longer in the store"
    if one.last is None:
        return "new"
    if one.fate is Fate.PERHAPS:
        return "what it is made from changes"
    words = list(dict.fromkeys(_worded(change) for change in _differences(one)))
    more = f" and {len(words) - _MOST} more" if len(words) > _MOST else ""
    return ", ".join(words[:_MOST]) + more


def _differences(one: Forecast) -> list[Difference]:
    return differences(one.last.manifest, one.manifest) if one.last and one.manifest else []


def _worded(change: Difference) -> str:
    if change.field == "stream":
        return "another seed"
    if change.field.startswith("inputs."):
        return "another source"
    if change.field in ("version", "schema") or change.field.endswith("].version"):
        return "a newer version of approx-build"
    name = re.sub(r"^params\.(chain\[0\]\.params\.)?", "", change.field)
    name = re.sub(r"^chain\[(\d+)\]\.params\.", r"through[\1].", name)
    return _moved(name, change.old, change.new)


def _moved(name: str, old: Any, new: Any) -> str:
    """A field and its values before and after; without them if they are no short values."""
    if old is ABSENT:
        return f"{name} {_shown(new)} is new" if _is_short(new) else f"{name} is new"
    if new is ABSENT:
        return f"{name} is gone"
    if _is_short(old) and _is_short(new):
        return f"{name} {_shown(old)} → {_shown(new)}"
    return f"{name} changed"


def _seconds(field: str, value: Any, rate: int) -> Any:
    """Samples as a time."""
    return (
        clock(value / rate)
        if field in ("onset", "fade_in", "fade_out") and value is not None
        else value
    )


def _is_short(value: Any) -> bool:
    return (
        value is None
        or isinstance(value, bool | int | float)
        or (isinstance(value, str) and len(value) < 40)
    )


def _shown(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return (
            "none"
            if value is None
            else str(value).lower()
            if isinstance(value, bool)
            else str(value)
        )
    return signed(value) if isinstance(value, float) else str(value)


def _params(manifest: Mapping[str, Any]) -> dict[str, Any]:
    return dict(manifest["params"])
