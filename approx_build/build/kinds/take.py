"""TAKE: clips drawn from one checkpoint, in lock step."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from approx_build.audio import wav
from approx_build.build.desk import Desk, Made
from approx_build.build.kinds.checkpoint import read_weights
from approx_build.errors import ModelError
from approx_build.families.base import FAMILIES, TakeRequest


def make(desks: Sequence[Desk], progress: Callable[[int, int], None] | None = None) -> list[Made]:
    """Draw all of `desks`, which share a checkpoint and a network."""
    first = desks[0]
    network = FAMILIES.get(first.params["family"]).model_validate(first.params["network"])
    weights = read_weights(first.input("checkpoint"), network, first.action.inputs["checkpoint"])
    takes = [_request(desk, network.sampling_type) for desk in desks]
    clips = network.draw(weights, takes, first.device, progress)
    return [_kept(desk, clip) for desk, clip in zip(desks, clips, strict=True)]
