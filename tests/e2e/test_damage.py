"""Damaged files of a training: no command needs a person, fails, or shows anything but words."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from unittest import mock

import pytest

from approx_build.store.store import Store
from tests.space import MODEL as DECLARED
from tests.space import Space, project
from tests.training.damages import DAMAGES
from tests.training.test_loop import stop_at

MODEL, TIDE, LOCK = "models/tiny.yaml", "pieces/tide.yaml", "pieces/tide.lock"
TELLING = "approx_build.execution.actions.train._progress_reporter"
STEPS = ["step-000000.safetensors", "step-000002.safetensors", "step-000009.safetensors"]
MOMENTS = {
    "interrupted": ["resume.safetensors", "resume-before.safetensors", *STEPS[:2]],
    "finished": ["record.json", "record-copy.json", *STEPS],
    "recorded": ["record.json", "record-copy.json", *STEPS],
}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Space:
    """A project whose model was trained and whose piece was rendered. Copy it to use it."""
    space = project(tmp_path_factory.mktemp("whole") / "project")
    space.write(MODEL, DECLARED.replace("training: { steps: 4,", "training: { steps: 9, # few\n "))
    space.render()
    return space


@pytest.fixture(scope="module")
def moments(whole: Space, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Space]:
    """The same at three moments of its training. Copy them to use them."""
    folder = tmp_path_factory.mktemp("moments")
    left = project(folder / "interrupted")
    left.write(MODEL, (whole.root / MODEL).read_text())
    interrupt(left, 5)
    done = left.copy(folder / "finished")
    with (
        mock.patch("approx_build.execution.actions.train._check", side_effect=KeyboardInterrupt),
        mock.patch.object(os, "_exit", sys.exit),
    ):
        done.run("train", "tiny", code=130)
    assert (trained_in(done) / "record.json").exists()
    return {"interrupted": left, "finished": done, "recorded": whole}


def interrupt(space: Space, step: int) -> None:
    """Interrupt a training after a step, as Ctrl-C does."""
    with (
        mock.patch(TELLING, return_value=stop_at(step, signal.SIGINT)),
        mock.patch.object(os, "_exit", sys.exit),
    ):
        space.run("train", "tiny", code=130)


def trained_in(space: Space) -> Path:
    """The folder of the only training."""
    [folder] = (p for p in (space.root / ".approx/training").glob("[!.]*") if p.is_dir())
    return folder


def lose_objects(space: Space) -> None:
    """Take away every object, so that what made them is asked again."""
    shutil.rmtree(space.root / ".approx/objects")


def damaged(moments: dict[str, Space], tmp_path: Path, moment: str, name: str, how: str) -> Space:
    space = moments[moment].copy(tmp_path / "project")
    DAMAGES[how](trained_in(space) / name, Path(__file__))
    return space


CASES = [(moment, name) for moment, names in MOMENTS.items() for name in names]


@pytest.mark.parametrize("how", ["flipped at the head", "a folder", "missing"])
@pytest.mark.parametrize(("moment", "name"), CASES)
def test_a_plain_train_ends_in_the_same_bits(
    moments: dict[str, Space], whole: Space, tmp_path: Path, moment: str, name: str, how: str
) -> None:
    space = damaged(moments, tmp_path, moment, name, how)
    if moment == "recorded":
        lose_objects(space)
    space.run("train", "tiny")
    assert outputs(space) == outputs(whole)
    assert space.run("train", "tiny").err == ""


def outputs(space: Space) -> dict[str, str]:
    """What the training left in the store, whole."""
    store = Store(space.root / ".approx")
    found = [record for key in store.records if (record := store.records.get(key))]
    [run] = [record for record in found if record.manifest["kind"] == "train"]
    assert all(map(store.objects.verify, run.outputs.values()))
    return {name: digest for name, digest in run.outputs.items() if name != "record"}


def test_a_plain_render_ends_in_the_same_bits(
    moments: dict[str, Space], whole: Space, tmp_path: Path
) -> None:
    space = damaged(moments, tmp_path, "recorded", "step-000002.safetensors", "truncated")
    for path in space.root.glob(".approx/training/*/record*"):
        DAMAGES["flipped at the head"](path, path)
    lose_objects(space)
    said = space.render().err
    assert "record.json: it is not as it was written; set aside as record.json.damaged" in said
    assert (space.root / LOCK).read_bytes() == (whole.root / LOCK).read_bytes()
    assert space.render().out.endswith("nothing to do\n")


def plan(space: Space) -> str:
    return space.run("train", "tiny", "--plan").out


def evaluate(space: Space) -> str:
    return space.run("evaluate", "tiny", "--so-far", "--takes", "1", "--length-s", "0.2").out


def carry_on(space: Space) -> str:
    space.edit(MODEL, "steps: 9, # few", "steps: 9, warmup_steps: 3, # few")
    return space.run("train", "tiny", "--continue").out


@pytest.mark.slow
@pytest.mark.parametrize("how", ["flipped at the head", "flipped in the data", "a folder"])
@pytest.mark.parametrize(("moment", "name"), CASES)
@pytest.mark.parametrize("command", [plan, evaluate, carry_on])
def test_no_command_fails(
    moments: dict[str, Space],
    tmp_path: Path,
    command: Callable[[Space], str],
    moment: str,
    name: str,
    how: str,
) -> None:
    space = damaged(moments, tmp_path, moment, name, how)
    assert command(space)
    assert space.run("runs").out
    # Whoever only looks, leaves everything as it is.
    if command is not carry_on:
        assert not list((space.root / ".approx").rglob("*.damaged"))


def test_a_checkpoint_that_cannot_be_drawn_from_is_left_out_of_the_page(
    moments: dict[str, Space], tmp_path: Path
) -> None:
    space = damaged(moments, tmp_path, "interrupted", STEPS[1], "truncated")
    words = ["evaluate", "tiny", "--so-far", "--takes", "1", "--length-s", "0.2"]
    steps = [row["step"] for row in json.loads(space.run(*words, "--json").out)["checkpoints"]]
    assert steps == [0]
    said = space.run(*words).err
    assert "missing or damaged, so step 2 is left out; the next `train` restores it" in said


def test_the_plan_of_a_training_knows_what_must_be_made_again(
    moments: dict[str, Space], tmp_path: Path
) -> None:
    space = damaged(moments, tmp_path, "finished", STEPS[1], "missing")
    assert plan(space).splitlines()[0] == "training         tiny, repeats step 2"
    both = damaged(moments, tmp_path / "both", "interrupted", "resume.safetensors", "empty")
    assert plan(both).splitlines()[0] == "training         tiny, continues after step 2 of 9"


def test_the_ledger_knows_a_finished_run_as_done_after_it_was_mended(
    moments: dict[str, Space], tmp_path: Path
) -> None:
    space = damaged(moments, tmp_path, "finished", STEPS[1], "empty")
    [before] = json.loads(space.run("runs", "--json").out)["runs"]
    space.run("train", "tiny")
    [after] = json.loads(space.run("runs", "--json").out)["runs"]
    assert after["status"] == before["status"] == "done"
    assert (after["steps_done"], after["curve"]) == (9, before["curve"])
    assert after["checkpoints"] == before["checkpoints"]
    sittings = [(one["from_step"], one["to_step"]) for one in after["sittings"]]
    assert sittings == [(0, 5), (5, 9), (0, 2)]


def test_going_on_takes_the_newest_that_is_whole(moments: dict[str, Space], tmp_path: Path) -> None:
    space = damaged(moments, tmp_path, "finished", STEPS[2], "truncated")
    said = carry_on(space)
    assert "continues from step 2 of run" in said
    assert "(its state at step 9 is damaged)" in said


def test_going_on_takes_a_copy_from_the_store(moments: dict[str, Space], tmp_path: Path) -> None:
    space = damaged(moments, tmp_path, "recorded", STEPS[2], "truncated")
    assert "continues from step 9 of run" in carry_on(space)


def test_going_on_from_a_damaged_shipped_file_names_it(space: Space) -> None:
    path = space.root / "models/checkpoints/tiny/step-000004.safetensors"
    DAMAGES["truncated"](path, path)
    space.edit(MODEL, "steps: 4", "steps: 5")
    said = space.fails("train", "tiny", "--continue")
    assert said == (
        "approx-build: models/checkpoints/tiny/step-000004.safetensors: this checkpoint of the "
        "training run is missing or damaged; restore it"
    )
