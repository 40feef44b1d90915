"""Sizes: in proportion to the work."""

from __future__ import annotations

from dataclasses import replace

import pytest

from approx_build.plan.graph import Action, Kind
from approx_build.plan.size import size

TAKE = Action(
    "t", Kind.TAKE, {"samples": 8000, "network": {"dilations": [1, 2], "skip_channels": 8}}
)
STEM = Action("s", Kind.STEM, {"samples": 8000, "events": []})
TRAIN = Action("r", Kind.TRAIN, {"training": {"steps": 100}})


def test_twice_the_samples_are_twice_the_work() -> None:
    assert size(replace(TAKE, params={**TAKE.params, "samples": 16_000})) == 2 * size(TAKE)
    assert size(replace(STEM, params={**STEM.params, "samples": 16_000})) == 2 * size(STEM)


def test_a_deeper_network_and_more_events_are_more_work() -> None:
    deeper = {"dilations": [1, 2, 4], "skip_channels": 8}
    assert size(replace(TAKE, params={**TAKE.params, "network": deeper})) > size(TAKE)
    assert size(replace(STEM, params={**STEM.params, "events": [{}]})) > size(STEM)


def test_a_training_is_its_steps_unless_it_is_shipped() -> None:
    assert size(TRAIN) == 100
    assert size(replace(TRAIN, options={"is_shipped": True})) == 0


@pytest.mark.parametrize(
    "kind", [kind for kind in Kind if kind not in (Kind.TAKE, Kind.STEM, Kind.TRAIN)]
)
def test_everything_else_is_one(kind: Kind) -> None:
    assert size(Action("x", kind, {})) == 1
