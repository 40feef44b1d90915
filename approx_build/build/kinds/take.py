"""TAKE: clips drawn from one checkpoint, in lock step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from approx_build.audio import wav
from approx_build.build.desk import Desk
from approx_build.build.drawing import drawn, network_of, parts
from approx_build.build.work import Result
from approx_build.families.base import Family, TakeRequest
from approx_build.training.checkpoint import read_checkpoint
from approx_build.training.memory import available_memory


def make_all(desks: Sequence[Desk]) -> list[Result]:
    """Draw all of `desks`, which share a checkpoint and a network."""
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
    prime = wav.read(desk.input("prime")) if "prime" in desk.work.action.inputs else None
    return TakeRequest(
        length=params["samples"],
        stream=desk.stream,
        sampling=network.sampling_model.model_validate(params["sampling"]),
        prime=prime,
    )
