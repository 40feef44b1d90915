"""TAKE: generates clips from one checkpoint, in lock step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from approx_build.audio import wav
from approx_build.audio.clip import Clip
from approx_build.execution.context import ActionContext
from approx_build.execution.take_batches import drawn, network_of, parts
from approx_build.execution.work import Result
from approx_build.families.base import Family
from approx_build.families.take_request import TakeRequest
from approx_build.machine import available_memory
from approx_build.training.checkpoint import read_checkpoint
from approx_build.ways.base import conditioning_of, way_of


def make_all(contexts: Sequence[ActionContext]) -> list[Result]:
    """Generate the takes of all `desks`, which share a checkpoint and a network."""
    first = contexts[0]
    network = network_of(first.params)
    takes = [_request(context, network) for context in contexts]
    # Before weights are read: the computed need includes them.
    available = available_memory() if first.run.device == "cpu" else None
    batches = parts(network, takes, available, first.run.jobs)
    weights = read_checkpoint(first.input("checkpoint"), network.tensor_shapes())

    def progress(done: int, total: int) -> None:
        first.report(done / max(total, 1))

    clips = drawn(network, weights, batches, first.run.device, progress)
    return [context.keep_clip(clip) for context, clip in zip(contexts, clips, strict=True)]


def _request(context: ActionContext, network: Family) -> TakeRequest[Any]:
    params, roles = context.params, context.work.action.inputs.keys() - {"checkpoint"}
    sounds = {role: wav.read(context.input(role)) for role in roles}
    way = way_of(params, sounds)
    # Such a way needs as much source as it makes, and its source was resampled.
    if way is not None and way.follows:
        needed = max(params["samples"], network.shortest_sound(way.way))
        sounds = {role: _stretched(clip, needed) for role, clip in sounds.items()}
    sampling = network.sampling(params["sampling"])
    conditioning = conditioning_of(params, sounds)
    return TakeRequest(params["samples"], context.stream, sampling, conditioning)


def _stretched(clip: Clip, needed: int) -> Clip:
    """A clip whose last sample is repeated if resampling from a lower rate lost one."""
    if clip.length != needed - 1:
        return clip
    return clip.like(np.pad(clip.data, ((0, 0), (0, 1)), mode="edge"))
