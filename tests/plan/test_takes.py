"""Networks in the graph: runs, checkpoints and the terms of takes."""

from __future__ import annotations

from pathlib import Path

import pytest

from approx_build.errors import AudioError, Location
from approx_build.plan.catalog import Catalog
from approx_build.plan.graph import Graph, Kind
from approx_build.plan.takes import Networks
from approx_build.plan.work_estimate import size
from approx_build.score.takes import Take
from tests.plan.conftest import TODAY
from tests.space import Space

HERE = Location("pieces/tide.yaml", 7, 3)


def take(**terms: object) -> Take:
    return Take.model_validate({"model": "tiny", "length_s": 0.5, **terms})


def test_a_run_reads_every_recording_and_is_added_once(catalog: Catalog) -> None:
    networks = Networks(Graph(), catalog)
    assert networks.run("tiny", HERE) == networks.run("tiny", None) == "models/tiny/run"
    run = networks.graph.actions["models/tiny/run"]
    prepared = sorted(a.target for a in networks.graph if a.kind is Kind.PREPARE)
    assert [target.rpartition("/")[2] for target in prepared] == ["high.wav", "low.wav"]
    assert run.inputs == {
        "recording.0000": "file:models/corpora/tones/high.wav",
        "recording.0001": "file:models/corpora/tones/low.wav",
        "prepared.0000": prepared[0],
        "prepared.0001": prepared[1],
    }
    assert run.params["checkpoints"] == [0, 2, 4]
    assert run.where == HERE


def test_names_do_not_enter_the_key_of_a_run(project: Space, catalog: Catalog) -> None:
    networks = Networks(Graph(), catalog)
    networks.run("tiny", None)
    text = (project.root / "models/tiny.yaml").read_text()
    project.write("models/wee.yaml", text.replace("model: tiny", "model: wee"))
    networks = Networks(networks.graph, Catalog(project.root, TODAY))
    networks.run("wee", None)
    runs = [action for action in networks.graph if action.kind is Kind.TRAIN]
    assert runs[0].params == runs[1].params
    assert runs[0].options != runs[1].options


def test_a_checkpoint_is_the_last_when_no_step_is_reported(catalog: Catalog) -> None:
    networks = Networks(Graph(), catalog)
    assert networks.checkpoint("tiny", None, None) == "models/tiny/4"
    assert networks.checkpoint("tiny", 0, None) == "models/tiny/0"
    assert networks.used == {"tiny": {0, 4}}


def test_a_take_names_everything_that_shapes_it(catalog: Catalog) -> None:
    networks = Networks(Graph(), catalog)
    networks.clip("x", take(temperature=0.5), "5" * 32, where=HERE)
    action = networks.graph.actions["x"]
    assert action.params["samples"] == 4000
    assert action.params["family"] == "wavenet"
    assert action.params["sampling"] == {"temperature": 0.5, "top_k": None, "towards_silence": 0.0}
    assert "environment" not in action.params
    assert action.inputs == {"checkpoint": "models/tiny/4"}


def test_takes_of_another_device_carry_its_environment(catalog: Catalog) -> None:
    networks = Networks(Graph(), catalog, {"device": "H100"})
    networks.clip("x", take(), "5" * 32)
    assert networks.graph.actions["x"].params["environment"] == {"device": "H100"}


def test_a_corpus_that_is_empty_is_reported_where_the_take_is(project: Space) -> None:
    for name in ("low", "high"):
        (project.root / f"models/corpora/tones/{name}.wav").unlink()
    networks = Networks(Graph(), Catalog(project.root, TODAY))
    with pytest.raises(AudioError, match=r"pieces/tide\.yaml:7:3: .*no recordings in this folder"):
        networks.run("tiny", HERE)


def test_a_shipped_run_is_no_work(shipped: Space) -> None:
    networks = Networks(Graph(), Catalog(shipped.root, TODAY))
    run = networks.graph.actions[networks.run("tiny", None)]
    assert run.options["is_shipped"] is True
    assert size(run) == 0.0


def test_the_files_of_a_shipped_run_are_inputs(shipped: Space, tmp_path: Path) -> None:
    space = shipped.copy(tmp_path / "shipping")
    folder = "models/checkpoints/tiny"
    steps = [f"step-00000{step}.safetensors" for step in (0, 2, 4)]

    def inputs() -> dict[str, str]:
        networks = Networks(Graph(), Catalog(space.root, TODAY))
        found = networks.graph.actions[networks.run("tiny", None)].inputs
        return {role: leaf for role, leaf in found.items() if not role.startswith("recording.")}

    names = ["record.json", *steps]
    assert inputs() == {f"shipped.{name}": f"file:{folder}/{name}" for name in names}
    # One that is missing is no input, so that the action can say what it is.
    (space.root / folder / steps[1]).unlink()
    assert f"shipped.{steps[1]}" not in inputs()
