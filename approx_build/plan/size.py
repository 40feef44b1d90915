"""Sizes: how much work an action is, in units that its seconds are proportional to."""

from __future__ import annotations

from typing import Any, cast

from approx_build.plan.graph import Action, Kind


def size(action: Action) -> float:
    """Samples of a take or stem, seconds of a movement's sound; 1 where it does not matter.

    A training run whose checkpoints are shipped is no work: its time says nothing of others.
    """
    params = cast(dict[str, Any], action.params)
    match action.kind:
        case Kind.TAKE:
            network = params["network"]
            weights = len(network["dilations"]) * network["skip_channels"]
            return float(params["samples"] * weights) / 1e6
        case Kind.STEM:
            return float(params["samples"] * (1 + len(params["events"]) / 10)) / 1e6
        case Kind.TRAIN:
            return 0.0 if action.options.get("is_shipped") else float(params["training"]["steps"])
        case _:
            return 1.0
