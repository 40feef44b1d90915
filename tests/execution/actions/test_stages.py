"""STAGES: from a checkpoint to labelled sketches on one scale."""

from __future__ import annotations

import json
from pathlib import Path

from approx_build.execution.actions import stages
from approx_build.execution.context import ActionContext
from approx_build.families.base import FAMILIES
from approx_build.figures.thumbnail import Sketch
from approx_build.plan.graph import Kind
from approx_build.store.store import Store
from approx_build.training.checkpoint import write_checkpoint
from tests.execution.actions.contexts import context, path_of
from tests.families.examples import example_network, plain_weights

NETWORK = example_network(next(family for family in FAMILIES if family.has_stages))
PARAMS = {
    "family": NETWORK.model_dump()["family"],
    "network": NETWORK.model_dump(mode="json"),
    "sampling": {"steps": 4},
    "count": 3,
    "columns": 20,
    "rows": 10,
}


def stages_at(store: Store, tmp_path: Path, **params: object) -> ActionContext:
    path = tmp_path / "weights.safetensors"
    write_checkpoint(path, plain_weights(NETWORK), {})
    given = {"checkpoint": path.read_bytes()}
    return context(store, Kind.STAGES, PARAMS | params, given, stream="a" * 32)


def test_stages_tell_their_noise_and_share_one_scale(store: Store, tmp_path: Path) -> None:
    made = stages.make(stages_at(store, tmp_path))
    told = json.loads(path_of(store, made).read_bytes())
    first, middle, last = ((one["step"], one["noise_level"], one["noise_share"]) for one in told)
    assert (first, last) == ((0, 1.0, 1.0), (4, 0.0, 0.0))
    assert middle[0] == 2
    assert 0 < middle[1] < 1
    assert 0 < middle[2] < 1
    shown = [Sketch.of_json(one["sketch"]) for one in told]
    assert len({sketch.top_db for sketch in shown}) == 1
    assert len({sketch.png for sketch in shown}) == 3
    assert {sketch.length_s for sketch in shown} == {NETWORK.receptive_field / NETWORK.rate}


def test_stages_repeat_their_bytes_and_depend_on_controls(store: Store, tmp_path: Path) -> None:
    first, again = (stages.make(stages_at(store, tmp_path)) for _ in range(2))
    assert first.outputs == again.outputs
    other = stages_at(store, tmp_path, sampling={"steps": 5})
    assert stages.make(other).outputs != first.outputs


def test_progress_is_reported(store: Store, tmp_path: Path) -> None:
    heard: list[float] = []
    plain = stages_at(store, tmp_path)
    stages.make(ActionContext(plain.work, store, plain.run, heard.append))
    assert heard == [0.25, 0.5, 0.75, 1.0]
