"""Derivations: what a take may be made of besides noise, as sound at the network's rate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from approx_build.audio.clip import Clip
from approx_build.errors import ModelError


@dataclass(frozen=True, eq=False)
class Extension:
    """The take begins with `sound` and goes on from it."""

    sound: Clip


@dataclass(frozen=True, eq=False)
class Variation:
    """The take is `sound` with so much of it made anew: from 0, nothing, to 1, everything."""

    sound: Clip
    noise_level: float


@dataclass(frozen=True, eq=False)
class Inpainting:
    """The take is `sound` with these ranges of samples made anew."""

    sound: Clip
    missing: tuple[tuple[int, int], ...]


@dataclass(frozen=True, eq=False)
class Interpolation:
    """The take is so far from `first` on the way to `second`: from 0 to 1."""

    first: Clip
    second: Clip
    place: float


Derivation = Extension | Variation | Inpainting | Interpolation


def derivation(told: Mapping[str, Any], heard: Mapping[str, Clip]) -> Derivation:
    """A derivation from its terms and its sounds by role.

    The terms' `way` is the field of a score that says it; ModelError when it is not known.
    """
    match told["way"]:
        case "extend":
            return Extension(heard["heard"])
        case "vary":
            return Variation(heard["heard"], told["noise_level"])
        case "inpaint":
            spans = tuple((start, stop) for start, stop in told["missing"])
            return Inpainting(heard["heard"], spans)
        case "between":
            return Interpolation(heard["first"], heard["second"], told["place"])
        case way:
            raise ModelError(f"there is no way {way!r} to make a take")
