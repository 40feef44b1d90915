"""Stages in the graph: a take of a network on its way from noise to sound."""

from __future__ import annotations

from dataclasses import dataclass

from approx_build.canonical import Json
from approx_build.plan.graph import Action, Kind
from approx_build.plan.networks import Networks

COUNT = 6
"""Pictures from noise to sound, at most."""
COLUMNS, ROWS = 240, 160


@dataclass(frozen=True)
class Stages:
    """How noise becomes sound after a step of training, as a target."""

    step: int
    target: str


def add_stages(networks: Networks, model: str, step: int, stream: str) -> Stages:
    """Add the stages of the take that the model, by its own controls, begins with `stream`."""
    spec = networks.catalog.model(model)
    params: dict[str, Json] = {
        "family": spec.family,
        "version": spec.family_version,
        "network": spec.network_params(),
        "sampling": spec.sampling.model_dump(mode="json"),
        "count": COUNT,
        "columns": COLUMNS,
        "rows": ROWS,
    }
    if networks.environment:
        params["environment"] = networks.environment
    inputs = {"checkpoint": networks.checkpoint(model, step, None)}
    target = f"models/{model}/stages/{step}"
    return Stages(step, networks.graph.add(Action(target, Kind.STAGES, params, inputs, stream)))
