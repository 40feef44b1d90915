"""Derivations in the graph: what a take's network hears, and what it makes of it."""

from __future__ import annotations

from collections.abc import Callable

from approx_build.canonical import Json
from approx_build.errors import Location
from approx_build.families.base import Family
from approx_build.plan.clips import Range, add_clip
from approx_build.plan.graph import Graph
from approx_build.score.conditioning import Heard
from approx_build.score.takes import Take


def role(path: tuple[str, ...]) -> str:
    """The role of a sound among a take's inputs, from where it stands in the take."""
    if path == ("prime",):
        return "prime"
    return path[-1] if len(path) > 1 else "heard"


def heard_s(take: Take, sound: Heard, network: Family) -> float | None:
    """Seconds of a sound that the network hears; None for all up to its end."""
    own = sound.needs_s(take.length_s)
    return own if own is None else max(own, least_s(take, network))


def least_s(take: Take, network: Family) -> float:
    """Seconds that the network must hear, at least."""
    return network.least_heard(take.way or "") / network.rate


def derivation_terms(take: Take, rate: int, number: int) -> Json:
    """What is made of what is heard, times in samples at `rate`; None for a take by itself."""
    way = take.way
    if way is None or way == "prime":
        return None
    terms: dict[str, Json] = {"way": way}
    if take.vary is not None:
        terms["noise_level"] = take.vary.noise_level
    if take.inpaint is not None:
        spans = take.inpaint.missing_s
        terms["missing"] = [[round(start * rate), round(stop * rate)] for start, stop in spans]
    if take.between is not None:
        terms["place"] = take.between.place(number, take.count)
    return terms


def add_heard(
    graph: Graph,
    take: Take,
    network: Family,
    source_of: Callable[[Heard], str],
    where: Location | None = None,
) -> dict[str, str]:
    """The sounds that a take's network hears, as clips at its rate: target by role."""
    return {
        role(path): add_clip(
            graph,
            source_of(sound),
            network.rate,
            Range(sound.start_s, heard_s(take, sound, network)),
            network.channels,
            where,
        )
        for path, sound in take.heard()
    }
