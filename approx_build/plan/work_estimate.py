"""Sizes: how much work an action is, in units that its seconds are proportional to."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any, cast

from approx_build.canonical import canonical
from approx_build.families.base import FAMILIES, Family
from approx_build.kernels.compiled import choose, product_time
from approx_build.plan.graph import Action, Kind
from approx_build.ways.base import way_of


def size(action: Action) -> float:
    """Multiply-adds of takes, stages and trainings, samples of a stem; 1 where it does not matter.

    Those of takes and stages are counted as often as they take longer than the fastest kernel's. A
    training run whose checkpoints are shipped is no work: its time says nothing of others.
    """
    params = cast(dict[str, Any], action.params)
    match action.kind:
        case Kind.TAKE:
            return _drawing(action, params) * product_time(choose()) / 1e9
        case Kind.STAGES:
            network = _network(params)
            sampling = network.sampling(params["sampling"])
            return network.cost(1, sampling) * product_time(choose()) / 1e9  # one window
        case Kind.STEM:
            start, stop = params.get("range", (0, params["samples"]))
            return float((stop - start) * (1 + len(params["events"]) / 10)) / 1e6
        case Kind.TRAIN if not action.options.get("is_shipped"):
            training = params["training"]
            samples = training["steps"] * training["batch"] * training["window"]
            return float(samples * _network(params).parameter_count) / 1e12
        case Kind.TRAIN:
            return 0.0
        case _:
            return 1.0


def lock_step(take: Action) -> int:
    """How many takes like this one, at most, are drawn faster together."""
    return FAMILIES.get(str(take.params["family"])).lock_step


def _drawing(action: Action, params: dict[str, Any]) -> float:
    network = _network(params)
    way = way_of(params, action.inputs)
    sampling = network.sampling(params["sampling"])
    return network.cost(params["samples"], sampling, way.way if way else None)


def _network(params: dict[str, Any]) -> Family:
    return _declared(canonical(params["network"]))


@lru_cache(maxsize=256)
def _declared(text: str) -> Family:
    """Cached, because all takes of a model have the same network."""
    parameters = json.loads(text)
    return FAMILIES.get(parameters["family"]).model_validate(parameters)
