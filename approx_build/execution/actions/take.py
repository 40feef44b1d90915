"""TAKE: generates clips from one checkpoint, in lock step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from approx_build.audio import wav
from approx_build.audio.clip import Clip
from approx_build.execution.context import Desk
from approx_build.execution.take_batches import drawn, network_of, parts
from approx_build.execution.work import Result
from approx_build.families.base import Family, TakeRequest
from approx_build.families.conditioning import Derivation, derivation
from approx_build.machine import available_memory
from approx_build.training.checkpoint import read_checkpoint


def make_all(desks: Sequence[Desk]) -> list[Result]:
    """Generate the takes of all `desks`, which share a checkpoint and a network."""
    first = desks[0]
    network = network_of(first.params)
    takes = [_request(desk, network) for desk in desks]
    # Before weights are read: what is reckoned counts them.
    available = available_memory() if first.run.device == "cpu" else None
    batches = parts(network, takes, available, first.run.jobs)
    weights = read_checkpoint(first.input("checkpoint"), network.tensor_shapes())

    def progress(done: int, total: int) -> None:
        first.report(done / max(total, 1))

    clips = drawn(network, weights, batches, first.run.device, progress)
    return [desk.keep_clip(clip) for desk, clip in zip(desks, clips, strict=True)]


def _request(desk: Desk, network: Family) -> TakeRequest[Any]:
    params = desk.params
    heard = {
        role: wav.read(desk.input(role)) for role in desk.work.action.inputs if role != "checkpoint"
    }
    told = params.get("derivation")
    return TakeRequest(
        length=params["samples"],
        stream=desk.stream,
        sampling=network.sampling(params["sampling"]),
        prime=heard.get("prime"),
        derivation=_derivation(network, params, heard) if told else None,
    )


def _derivation(
    network: Family, params: Mapping[str, Any], heard: Mapping[str, Clip]
) -> Derivation:
    """What the take is made from, its sounds at least as long as the network needs."""
    told = params["derivation"]
    least = network.least_heard(told["way"])
    # Where the take keeps to the sound all along it hears as much of it.
    needed = max(params["samples"], least) if least > 1 else 1
    return derivation(told, {role: _stretched(clip, needed) for role, clip in heard.items()})


def _stretched(clip: Clip, needed: int) -> Clip:
    """A clip whose last sample is repeated if resampling from a lower rate lost one."""
    if clip.length != needed - 1:
        return clip
    return clip.like(np.pad(clip.data, ((0, 0), (0, 1)), mode="edge"))
