"""Sources in the graph: what an event or a take names, as clips at the rate it is needed at."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from pathlib import PurePosixPath

from approx_build.canonical import canonical
from approx_build.errors import Location
from approx_build.plan.graph import LEAF, Action, Graph, Json, Kind


@dataclass(frozen=True, slots=True)
class Range:
    """A range of a sound in seconds of its own time; None is its beginning or its end."""

    start_s: float | None = None
    length_s: float | None = None


WHOLE = Range()


def add_clip(
    graph: Graph,
    source: str,
    rate: int,
    span: Range = WHOLE,
    channels: int | None = None,
    where: Location | None = None,
) -> str:
    """The sound `source` at `rate` Hz, perhaps a range of it, perhaps mixed down.

    Equal requests share one action: its target is named by its source and by what it does.
    """
    params: dict[str, Json] = {
        "rate": rate,
        # None and 0 are the same beginning, so they must give the same key.
        "start_s": span.start_s or 0.0,
        "length_s": span.length_s,
        "channels": channels,
    }
    what = sha256(canonical([source, params]).encode()).hexdigest()[:16]
    name = PurePosixPath(source.removeprefix(LEAF).removeprefix("models/corpora/"))
    target = f"clips/{name.with_suffix('')}/{what}"
    # Several events and takes may ask for one clip.
    if target not in graph.actions:
        graph.add(Action(target, Kind.CLIP, params, {"source": source}, where=where))
    return target
