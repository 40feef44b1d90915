"""Ways: how a take can be made from sound. Each way is one file, and a field of a take.

A way says how a score and the command line ask for it, which sounds it needs and in what roles,
what of it enters the key of a take, and what a family draws from. Scores, plans, `take` and
reports ask the registry; a family names the ways that its networks support (`Family.ways`).
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from approx_build.audio.clip import Clip
from approx_build.canonical import Json
from approx_build.registry import Registry
from approx_build.ways.option import Option
from approx_build.ways.sound import Sound
from approx_build.yaml_source.fields import Strict
from approx_build.yaml_source.node import Loc


# Without `eq`: comparing clips would compare arrays, whose result has no truth value.
@dataclass(frozen=True, eq=False)
class Conditioning:
    """The input of a take besides noise: sounds at the rate of the network."""

    @abstractmethod
    def sounds(self) -> Mapping[str, Clip]:
        """Its sounds, by their names in error messages."""


class Way(Strict):
    """A way of making a take; its fields are those of a score."""

    way: ClassVar[str]
    """The field of a take and the option of `take` that ask for it."""
    about: ClassVar[str]
    """What the field holds, for the reference of scores."""
    help: ClassVar[str]
    """What the option takes, for the help of `take`."""
    label: ClassVar[str]
    """A word for file names."""
    origin: ClassVar[str]
    """A word for reports: the role of the sound."""
    roles: ClassVar[tuple[str, ...]] = ("heard",)
    """The roles of its sounds among the inputs of a take, in the order of `sounds`."""
    is_in_key: ClassVar[bool] = True
    """Whether the parameters of a take name the way; else its roles do, which no other way has."""
    follows: ClassVar[bool] = True
    """Whether the sounds must be as long as the take."""
    options: ClassVar[tuple[Option, ...]] = ()
    """Options of `take` besides the one that names the sounds."""
    optional: ClassVar[frozenset[str]] = frozenset()
    """Fields that families heed only if they name them in their `way_fields`."""
    example: ClassVar[Mapping[str, Any]]
    """The field as a score has it."""

    @abstractmethod
    def sounds(self) -> Iterator[tuple[tuple[str, ...], Sound]]:
        """Its sounds, each with the path of the field that holds it."""

    def count(self, asked: int | None) -> int:
        """Number of clips of a take; ValueError if the way does not allow `asked`."""
        return 1 if asked is None else asked

    def length_faults(self, take_s: float) -> Iterator[tuple[Loc, str]]:
        """Fields whose times exceed a take of `take_s`, each with a message."""
        return iter(())

    def unheeded(self, heeded: Collection[str]) -> Iterator[str]:
        """Optional fields that change something, and are not among those that a family heeds."""
        for name in sorted(self.optional - set(heeded)):
            if getattr(self, name) != type(self).model_fields[name].default:
                yield name

    def terms(self, rate: int, clip: int, count: int) -> dict[str, Json]:
        """The parameters of clip `clip` of `count` in the key; times in samples at `rate`."""
        return {}

    @classmethod
    @abstractmethod
    def conditioning(cls, terms: Mapping[str, Any], sounds: Mapping[str, Clip]) -> Conditioning:
        """The input of the family, from the terms and the sounds by role."""


class SingleSource(Sound, Way):
    """A way with one sound, whose fields are fields of the way."""

    def sounds(self) -> Iterator[tuple[tuple[str, ...], Sound]]:
        """The sound, which is the whole field."""
        yield (), self


WAYS: Registry[Way] = Registry("way", "approx_build.ways", "way")


def way_of(params: Mapping[str, Any], roles: Collection[str]) -> type[Way] | None:
    """The way of a take by its parameters and the roles of its inputs; None without sounds."""
    if (terms := params.get("derivation")) is not None:
        return WAYS.get(terms["way"])
    return next((way for way in WAYS if not way.is_in_key and {*way.roles} <= {*roles}), None)


def conditioning_of(params: Mapping[str, Any], sounds: Mapping[str, Clip]) -> Conditioning | None:
    """The conditioning of a take, by its parameters and its sounds by role."""
    way = way_of(params, sounds)
    return way.conditioning(params.get("derivation", {}), sounds) if way else None
