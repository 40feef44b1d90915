"""Checks of takes: controls, ways and lengths that the family of their network does not support."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress

from pydantic import ValidationError

from approx_build.errors import ApproxError, Fault
from approx_build.families.parameters import longest_words
from approx_build.plan.catalog import Catalog
from approx_build.plan.conditioning import least_s
from approx_build.plan.takes import sampling_of
from approx_build.score.load import Score
from approx_build.score.takes import Take
from approx_build.training.model import ModelSpec
from approx_build.ways.sound import Sound
from approx_build.yaml_source import MOST_LISTED, Source, problems_of
from approx_build.yaml_source.node import Loc
from approx_build.yaml_source.spelling import with_choices

Problem = tuple[Loc, str, bool]
"""Where in the take, what, and whether it is the key rather than the value that is wrong."""


def take_faults(score: Score, catalog: Catalog) -> Iterator[Fault]:
    """Faults of all takes of `score` that their networks cannot generate.

    `name_checks` reports names that the project does not have.
    """
    yield from _of_file(score.piece.takes, score.piece.takes, score.source, catalog)
    for movement in score.movements:
        yield from _of_file(movement.model.takes, movement.takes, movement.source, catalog)


def take_remarks(score: Score, catalog: Catalog) -> Iterator[Fault]:
    """Every take of `score` that its network can draw, with what is worth saying about it."""
    files = [(score.piece.takes, score.source)]
    files += [(movement.model.takes, movement.source) for movement in score.movements]
    for takes, source in files:
        for name, take in takes.items():
            if words := remark(take, catalog.model(take.model)):
                yield source.fault(("takes", name), words, key=True)


def remark(take: Take, spec: ModelSpec) -> str:
    """What the family says about the controls of a take that it can draw; often nothing."""
    return spec.network.remark(sampling_of(spec, take))


def problems(
    take: Take, spec: ModelSpec, takes: Mapping[str, Take], catalog: Catalog
) -> list[Problem]:
    """Problems of a take with its network; `takes` are the takes that may condition it."""
    own = type(spec.sampling).model_fields
    found: list[Problem] = [
        (
            (name,),
            f"networks of family {spec.family} do not have this control; "
            f"models/{spec.model}.yaml lists its controls under `sampling`",
            True,
        )
        for name in take.controls
        if name not in own
    ]
    found += _unknown(take, spec, own, catalog)
    found += _too_long(take, spec)
    if not found:
        # Only without unknown controls, which the family would refuse a second time.
        found += _refused(take, spec)
    if not found and take.way is not None:
        found += _too_short(take, spec, takes, catalog)
    return found


def _of_file(
    own: Mapping[str, Take], takes: Mapping[str, Take], source: Source, catalog: Catalog
) -> Iterator[Fault]:
    for name, take in own.items():
        if take.model in catalog.models():
            for loc, message, is_key in problems(take, catalog.model(take.model), takes, catalog):
                yield source.fault(("takes", name, *loc), message, is_key)


def _able(way: str, catalog: Catalog) -> list[str]:
    """Models of the project whose networks support a way; those with faults are left out."""
    able = list[str]()
    for name in catalog.models():
        with suppress(ApproxError):
            if way in catalog.model(name).network.ways:
                able.append(name)
    return able[:MOST_LISTED]


def _unknown(
    take: Take, spec: ModelSpec, own: Mapping[str, object], catalog: Catalog
) -> Iterator[Problem]:
    for name in take.sampling:
        if name not in own:
            words = f"networks of family {spec.family} do not have this control"
            yield ("sampling", name), with_choices(words, name, own), True
    if take.way is not None and take.way not in spec.network.ways:
        known = ", ".join(sorted(spec.network.ways)) or "none"
        words = f"{take.model} is a network of family {spec.family}, which cannot {take.way}; "
        words += f"possible with it: {known}"
        if able := _able(take.way, catalog):
            words += f"; models that can {take.way}: {', '.join(able)}"
        yield (take.way,), words, True
        return
    if (way := take.conditioning) is not None:
        heeded = spec.network.way_fields.get(way.way, frozenset())
        for name in way.unheeded(heeded):
            known = ", ".join(sorted(heeded)) or "none"
            words = f"networks of family {spec.family} do not have this field; they have: {known}"
            yield (way.way, name), words, True


def _refused(take: Take, spec: ModelSpec) -> Iterator[Problem]:
    """What the family says against the controls, and against its way by such controls."""
    try:
        sampling = sampling_of(spec, take)
    except ValidationError as error:
        model = type(spec.network).sampling_model
        given = dict(take.sampling) | take.controls
        for loc, message, is_key in problems_of(error, model, given):
            # A control may stand in the take itself or under `sampling`; the fault points to where
            # it stands.
            is_short = bool(loc) and loc[0] in take.controls
            yield loc if is_short else ("sampling", *loc), message, is_key
        return
    for loc, message in spec.network.length_faults(sampling, take.length_s, take.way):
        is_short = loc[0] in take.controls
        yield loc if is_short else ("sampling", *loc), message, False
    try:
        spec.network.clip_sampling(sampling, 1, take.count)
    except ValueError as error:
        yield ("count",), str(error), False
    if take.way is not None:
        try:
            spec.network.check_way(take.way, sampling)
        except ValueError as error:
            yield (take.way,), str(error), True


def _too_long(take: Take, spec: ModelSpec) -> Iterator[Problem]:
    """A take that no clip of the network is as long as."""
    longest = spec.network.longest_take
    if longest is not None and round(take.length_s * spec.network.rate) > longest:
        yield ("length_s",), f"{take.length_s:g} s; {longest_words(spec.network)}", False


def _too_short(
    take: Take, spec: ModelSpec, takes: Mapping[str, Take], catalog: Catalog
) -> Iterator[Problem]:
    """Sounds shorter than the network needs for the way."""
    network, least = spec.network, least_s(take, spec.network)
    for where, sound in take.sounds():
        whole_s = _length_s(sound, takes, catalog)
        if whole_s is None:
            continue
        there_s = whole_s - sound.start_s
        # In whole samples, as the take is made: seconds of a float may be just below the need.
        if round(there_s * network.rate) < round(least * network.rate):
            samples = round(least * network.rate)
            words = f"has {there_s:.6g} s of sound from {sound.start_s:g} s on; the network needs"
            yield where, f"{words} at least {samples} samples, {least:.6g} s", False


def _length_s(sound: Sound, takes: Mapping[str, Take], catalog: Catalog) -> float | None:
    """Seconds of the whole of a sound; None if unknown, which is reported elsewhere."""
    if sound.take is not None:
        return takes[sound.take].length_s if sound.take in takes else None
    name = str(sound.recording)
    # Patterns and unknown names are reported by other checks.
    return catalog.recording_length_s(name) if catalog.named(name) == [name] else None
