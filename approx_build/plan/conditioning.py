"""Conditioning in the graph: the sounds that a take is made from, and what its key says of them."""

from __future__ import annotations

from collections.abc import Callable

from approx_build.canonical import Json
from approx_build.errors import Location
from approx_build.families.base import Family
from approx_build.plan.clips import Range, add_clip
from approx_build.plan.graph import Graph
from approx_build.registry import is_foreign, source_digest
from approx_build.score.takes import Take
from approx_build.ways.sound import Sound


def needed_s(take: Take, sound: Sound, network: Family) -> float | None:
    """Seconds of a sound that the take needs; None for all up to its end."""
    own = sound.needs_s(take.length_s)
    return own if own is None else max(own, least_s(take, network))


def least_s(take: Take, network: Family) -> float:
    """Seconds that each sound must have, at least."""
    return network.shortest_sound(take.way or "") / network.rate


def conditioning_terms(take: Take, rate: int, number: int) -> Json:
    """What clip `number` is made of, times in samples at `rate`; None where its roles say it.

    A way of another package has the digest of its source besides.
    """
    way = take.conditioning
    if way is None or not way.is_in_key:
        return None
    terms: dict[str, Json] = {"way": way.way, **way.terms(rate, number, take.count)}
    # A package from elsewhere may change its code without raising a version.
    return terms | ({"source": source_digest(type(way))} if is_foreign(type(way)) else {})


def add_sounds(
    graph: Graph,
    take: Take,
    network: Family,
    source_of: Callable[[Sound], str],
    where: Location | None = None,
) -> dict[str, str]:
    """The sounds that a take is made from, as clips at its network's rate: target by role."""
    if (way := take.conditioning) is None:
        return {}
    return {
        role: add_clip(
            graph,
            source_of(sound),
            network.rate,
            Range(sound.start_s, needed_s(take, sound, network)),
            # The network accepts no other number of channels.
            network.channels,
            where,
        )
        for role, (_, sound) in zip(way.roles, way.sounds(), strict=True)
    }
