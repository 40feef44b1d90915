"""The faults of controls that do not fit a RAVE network or the length of a take."""

from __future__ import annotations

from collections.abc import Iterator

from approx_build.families.rave.parameters import RAVEParameters
from approx_build.families.rave.sampling import LatentChange, Sampling
from approx_build.yaml_source.breakpoints import points

Loc = tuple[str | int, ...]
_TOLERANCE_S = 1e-6
"""Computed lengths are not exact."""


def length_faults(
    network: RAVEParameters, sampling: Sampling, take_s: float, way: str | None
) -> Iterator[tuple[Loc, str]]:
    """The faults of the controls of a take of `take_s` seconds, each with its path."""
    for number, operation in enumerate(sampling.latent):
        for loc, words in _of(network, operation, take_s, way):
            yield ("latent", number, *loc), words


def _of(
    network: RAVEParameters, operation: LatentChange, take_s: float, way: str | None
) -> Iterator[tuple[Loc, str]]:
    most = network.latent_channels
    if operation.axis is not None and operation.axis > most:
        yield ("axis",), f"must be at most {most}, the axes of the network (is {operation.axis})"
    if operation.hold is not None and operation.hold.at_s > take_s + _TOLERANCE_S:
        at_s = operation.hold.at_s
        yield ("hold", "at_s"), f"is after the take ({take_s:g} s) (is {at_s:g})"
    if operation.blend is not None and way != "between":
        yield ("blend",), "needs the two sounds of `between`"
    for name in ("scale", "offset", "blend"):
        curve = getattr(operation, name)
        for index, (at_s, _) in enumerate(points(curve) if isinstance(curve, tuple) else ()):
            if at_s > take_s + _TOLERANCE_S:
                words = f"is after the take ({take_s:g} s) (is {at_s:g})"
                yield (name, index, 0), words
