"""`train` after a change: going on from the last run, beginning anew, and shipping it."""

from __future__ import annotations

import json
import os
import re
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import IO
from unittest import mock

import numpy as np
import pytest

from approx_build.errors import StoreError
from approx_build.execution.context import ActionContext
from approx_build.execution.work import Result
from approx_build.plan.graph import Kind
from approx_build.plan.key import VERSIONS
from approx_build.store.objects import Objects
from approx_build.store.store import Store
from approx_build.training import run_lock
from approx_build.training.ledger.record import TrainingRecord, read_record
from approx_build.training.progress import Progress
from tests.effort import HANG_S
from tests.space import MODEL as DECLARED
from tests.space import RATE, Space, project, tone
from tests.training.test_loop import stop_at

MODEL, SHIPPED = "models/tiny.yaml", "models/checkpoints/tiny"
TELLING = "approx_build.execution.actions.train._progress_reporter"

CONSENT = "models/corpora/tones/consent.yaml"


@pytest.fixture
def bare(tmp_path: Path) -> Space:
    """A project whose network has never been trained, of more steps."""
    space = project(tmp_path / "project")
    space.write(MODEL, DECLARED.replace("training: { steps: 4,", "training: { steps: 9, # few\n "))
    return space


@pytest.fixture
def left(bare: Space) -> Space:
    """The same, its training interrupted after five steps."""
    leave(bare, 5)
    return bare


def leave(space: Space, step: int, *words: str) -> str:
    """Interrupt a training after a step, as Ctrl-C does; what is said."""
    with (
        mock.patch(TELLING, return_value=stop_at(step, signal.SIGINT)),
        mock.patch.object(os, "_exit", sys.exit),
    ):
        return space.run("train", "tiny", *words, code=130).err


def runs(space: Space) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(space.run("runs", "--json").out)["runs"]
    return found


def slower(space: Space) -> None:
    space.edit(MODEL, "steps: 9, # few", "steps: 9, warmup_steps: 3, # few")


def test_an_interrupted_training_names_its_step_and_the_command_that_continues(bare: Space) -> None:
    said = leave(bare, 5, "--new", "--store", "a store")
    assert said.splitlines()[0].startswith(
        "stopping after saving the state of models/tiny/run; press"
    )
    assert said.splitlines()[2] == (
        "interrupted: at step 5 of 9; the state is saved, and "
        "`approx-build train tiny --store 'a store'` resumes from it"
    )
    assert bare.run("train", "tiny", "--store", "a store").out.startswith("tiny: 3 checkpoints")


def test_a_model_that_changed_since_its_run_was_left_is_asked_about(left: Space) -> None:
    slower(left)
    [first] = runs(left)
    assert first["status"] == "interrupted"
    said = left.fails("train", "tiny")
    assert said.splitlines() == [
        f"approx-build: model 'tiny' changed since its run {first['run']}, which stopped at step "
        "5 of 9:",
        "  training.warmup_steps: 50 -> 3",
        "`approx-build train tiny --continue` continues from its weights, "
        "with the model as it is now,",
        "`approx-build train tiny --new` starts a new run; "
        "if you undo the change, the run continues as it was",
    ]
    assert runs(left) == [first]
    leave(left, 2, "--new")
    # Its own run is there now: it goes on without a question, and the first one stays.
    assert left.run("train", "tiny").err == ""
    assert [one["parent"] for one in runs(left)] == [None, None]
    left.edit(MODEL, "warmup_steps: 3, ", "")
    left.run("train", "tiny")
    sittings = runs(left)[0]["sittings"]
    assert isinstance(sittings, list)
    assert [(one["from_step"], one["to_step"]) for one in sittings] == [(0, 5), (5, 9)]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("[1, 2, 4]", "[1, 2, 8]", "network.dilations[2]: 4 -> 8"),
        ("window: 256", "window: 128", "training.window: 256 -> 128"),
        ("checkpoints: [", "preparation: { remove_dc: false }\ncheckpoints: [", "preparation."),
        ("checkpoints: [", "augmentation: { polarity: 0.5 }\ncheckpoints: [", "augmentation."),
        ("checkpoints: [0, 2]", "checkpoints: [0, 3]", "checkpoints[1]: 2 -> 3"),
        ("", "", "corpus: its recordings changed"),
    ],
)
def test_every_section_that_changed_is_named(left: Space, old: str, new: str, told: str) -> None:
    if old:
        left.edit(MODEL, old, new)
    else:
        left.sound("models/corpora/tones/new.wav", tone(300, 0.5))
    said = left.fails("train", "tiny")
    assert f"\n  {told}" in said
    assert "--continue" in said


def test_a_render_begins_anew_with_a_remark(left: Space) -> None:
    slower(left)
    name = runs(left)[0]["run"]
    outcome = left.run("take", "tiny", "--length-s", "0.05")
    assert outcome.out.startswith(
        f"models/tiny/run: starts a new run; the model changed since its run {name}, "
        "which stopped at "
        "step 5 of 9 (`approx-build train tiny --continue` continues from it)\n"
    )
    assert [one["status"] for one in runs(left)] == ["interrupted", "done"]
    assert "starts a new run" not in left.run("take", "tiny", "--length-s", "0.05").out


def test_going_on_makes_the_run_a_parent_in_the_project(left: Space) -> None:
    slower(left)
    before = (left.root / MODEL).read_text()
    name = runs(left)[0]["run"]
    outcome = left.run("train", "tiny", "--continue")
    parent = f"models/parents/{name}-step-5.safetensors"
    assert outcome.out.startswith(
        f"tiny continues from step 5 of run {name}: wrote {parent}, which {MODEL} now names; "
        "commit both\n"
    )
    told = f"{{ parent: {{ run: {name}, step: 5 }}, steps: 9"
    assert (left.root / MODEL).read_text() == before.replace("{ steps: 9", told)
    child = runs(left)[1]
    assert (child["parent"], child["status"]) == (name, "done")
    assert f"{name} at step 5" in left.run("runs", "show", str(child["run"])).out
    assert left.run("train", "tiny").out.startswith("tiny: 3 checkpoints in the store")
    # Without its parent it cannot be trained again, and that is said where it is written.
    (left.root / parent).unlink()
    said = f"{MODEL}:10:21: training.parent: {parent} is missing; restore it, or take `parent` out"
    for words in (["train", "tiny"], ["take", "tiny"], ["plan", "pieces/tide.yaml"]):
        assert left.fails(*words).startswith(said)


def test_what_a_parent_learnt_from_must_still_be_agreed_to(left: Space) -> None:
    slower(left)
    left.run("train", "tiny", "--continue")
    left.edit(CONSENT, "valid_until: null", "valid_until: null\nwithdrawn: { low: 2026-01-02 }")
    for words in (("train", "tiny"), ("render", "pieces/tide.yaml")):
        said = left.fails(*words)
        assert "the run was trained on corpus 'tones' before consent to low was withdrawn" in said
        assert "take `parent` out of models/tiny.yaml to train from new weights" in said


def test_going_on_takes_the_optimiser_along_where_it_is_the_same(left: Space) -> None:
    from safetensors.numpy import load_file

    left.edit(MODEL, "seed: 3", "seed: 4")
    began: list[dict[str, np.ndarray]] = []

    def seen(self: object, state: object, environment: object) -> None:
        began.append({n: t.numpy().copy() for n, t in state.optimizer.items()})  # type: ignore[attr-defined]

    with mock.patch("approx_build.training.ledger_callback.LedgerCallback.began", seen):
        left.run("train", "tiny", "--continue")
    [path] = (left.root / "models/parents").iterdir()
    kept = load_file(path)
    assert began[0]
    for name, tensor in began[0].items():
        np.testing.assert_array_equal(tensor, kept[f"optimizer/{name}"])
    assert any(np.any(tensor) for tensor in began[0].values())


def test_a_finished_run_continues_from_its_last_checkpoint(bare: Space) -> None:
    bare.run("train", "tiny")
    bare.edit(MODEL, "steps: 9", "steps: 6")
    name = runs(bare)[0]["run"]
    assert f"step 9 of run {name}" in bare.run("train", "tiny", "--continue").out
    # Nothing was left on its way, so nothing is asked.
    bare.edit(MODEL, "steps: 6", "steps: 7")
    bare.run("train", "tiny")


def test_going_on_from_what_is_shipped(space: Space) -> None:
    space.edit(MODEL, "steps: 4", "steps: 5")
    assert "tiny continues from step 4 of run tiny-" in space.run("train", "tiny", "--continue").out


def test_another_network_cannot_continue(left: Space) -> None:
    left.edit(MODEL, "skip_channels: 8", "skip_channels: 16")
    before = (left.root / MODEL).read_text()
    said = left.fails("train", "tiny", "--continue")
    assert "has another network" in said
    assert "  network.skip_channels: 8 -> 16\n" in said
    assert (left.root / MODEL).read_text() == before
    assert not (left.root / "models/parents").exists()


def test_a_choice_where_there_is_none_is_wrong_usage(left: Space, tmp_path: Path) -> None:
    for choice in ("--new", "--continue"):
        said = left.fails("train", "tiny", choice, code=2)
        assert said.endswith("model 'tiny' did not change: its run stopped at step 5 of 9")
    assert "--continue and --new: use one of them" in left.fails(
        "train", "tiny", "--new", "--continue", code=2
    )
    fresh = project(tmp_path / "fresh")
    said = fresh.fails("train", "tiny", "--continue", code=2)
    assert said.endswith("there is no earlier run of model 'tiny'")


def test_a_finished_run_is_shipped_in_place_of_an_older_one(space: Space) -> None:
    space.write(f"{SHIPPED}/README.md", "mine")
    space.edit(MODEL, "steps: 4", "steps: 5")
    with mock.patch.object(Objects, "materialise", side_effect=StoreError("the disk is full")):
        space.fails("train", "tiny", "--ship")
    # Until the new one is whole, the old one stays.
    assert (space.root / SHIPPED / "step-000004.safetensors").exists()
    outcome = space.run("train", "tiny", "--ship")
    assert outcome.out.endswith(f"shipped to {SHIPPED}; commit it\n")
    names = sorted(path.name for path in (space.root / SHIPPED).iterdir())
    steps = [f"step-00000{step}.safetensors" for step in (0, 2, 5)]
    assert names == ["README.md", "record.json", *steps]
    assert [path.name for path in (space.root / SHIPPED).parent.iterdir()] == ["tiny"]
    record = read_record(space.root / SHIPPED)
    assert record is not None
    assert record.manifest["training"]["steps"] == 5
    assert "3 checkpoints shipped with the model" in space.run("train", "tiny", "--ship").out


def test_a_run_in_a_store_of_an_older_version_is_recorded_anew_and_not_trained(
    bare: Space, tmp_path: Path
) -> None:
    def older(context: ActionContext, record: TrainingRecord) -> Result:
        digests = {str(stored.step): stored.digest for stored in record.checkpoints}
        made = context.keep_json({"checkpoints": digests, "record": record.model_dump(mode="json")})
        outputs = {f"step-{step}": digest for step, digest in digests.items()}
        return Result({**made.outputs, **outputs}, {"steps": len(digests)})

    words = ("take", "tiny", "--length-s", "0.05")
    with (
        mock.patch("approx_build.execution.actions.train._result", older),
        mock.patch.dict(VERSIONS, {Kind.TRAIN: 1}),  # type: ignore[arg-type]
    ):
        bare.run(*words)
    assert versions(bare) == [1]
    steps: list[Progress] = []
    drawing = "approx_build.execution.actions.take.make_all"
    with mock.patch(TELLING, return_value=steps.append), mock.patch(drawing) as drawn:
        bare.run(*words)
    assert versions(bare) == [1, 2]
    assert not steps
    drawn.assert_not_called()


def versions(space: Space) -> list[object]:
    """Of the trainings that the store has records of."""
    store = Store(space.root / ".approx")
    found = [record for key in store.records if (record := store.records.get(key))]
    manifests = [record.manifest for record in found]
    return sorted(m["version"] for m in manifests if m["kind"] == "train")  # type: ignore[type-var]


def test_processes_need_a_window_and_a_device_each(
    bare: Space, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    said = bare.fails("train", "tiny", "--processes", "2", code=2)
    assert said.endswith("--processes 2: a batch has 1 window, and each process needs one")
    bare.edit(MODEL, "batch: 1", "batch: 4")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    said = bare.fails("train", "tiny", "--processes", "3", "--device", "cuda", code=2)
    assert said.endswith("--processes 3: this machine has 2 CUDA devices")


def test_whoever_waits_for_another_training_says_for_whom(
    left: Space, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_lock, "PATIENCE_S", 0.1)
    [folder] = [p for p in (left.root / ".approx/training").iterdir() if p.is_dir()]
    holds, told_of = threading.Event(), threading.Event()

    def named(file: IO[str]) -> str:
        try:
            return holder(file)
        finally:
            told_of.set()

    def hold() -> None:
        from approx_build.training.process_group import ALONE

        with run_lock.exclusive_run(folder, ALONE):
            holds.set()
            told_of.wait(HANG_S)

    holder = run_lock._holder
    monkeypatch.setattr(run_lock, "_holder", named)
    other = threading.Thread(target=hold)
    other.start()
    holds.wait(HANG_S)
    said = left.run("train", "tiny").err
    other.join()
    told = f"process {os.getpid()} is training this, at step 5 or later; waiting for it"
    assert said == f"models/tiny/run: {told}\n"


def test_a_spent_budget_stops_a_training_until_it_is_raised(bare: Space) -> None:
    bare.edit(MODEL, "checkpoints: [", "costs: { per_hour: 3600, budget: 0.01 }\ncheckpoints: [")
    said = bare.fails("train", "tiny")
    assert re.search(r"step \d of 9: the budget is used up: [\d.]+ of 0.01 USD spent", said)
    assert said.endswith("the state is saved, and a higher costs.budget lets the training continue")
    assert runs(bare)[0]["status"] == "stopped at budget"
    bare.edit(MODEL, "budget: 0.01", "budget: 1000")
    assert bare.run("train", "tiny").out.startswith("tiny: 3 checkpoints in the store")
    [run] = runs(bare)
    assert run["status"] == "done"


def test_a_damaged_state_is_set_aside_and_the_one_before_used(left: Space) -> None:
    [folder] = [p for p in (left.root / ".approx/training").iterdir() if p.is_dir()]
    path = folder / "resume.safetensors"
    data = bytearray(path.read_bytes())
    data[-9] ^= 64
    path.write_bytes(data)
    shown = path.relative_to(left.root)
    assert left.run("train", "tiny").err == (
        f"models/tiny/run: {shown}: it is not as it was written; set aside as "
        "resume.safetensors.damaged; training continues from step 2\n"
    )


def test_a_corpus_that_cannot_be_trained_on_gives_the_reason(bare: Space) -> None:
    corpus = "models/corpora/tones"
    bare.edit(MODEL, "window: 256", "window: 16000")
    assert "the corpus is too small: its longest recording is 0.80 s" in bare.fails("train", "tiny")
    assert "3.20 s more" in bare.fails("train", "tiny")
    bare.edit(MODEL, "window: 16000", "window: 256")
    good = (bare.root / corpus / "low.wav").read_bytes()
    bare.write(f"{corpus}/low.wav", "no sound")
    said = bare.fails("train", "tiny")
    assert f"{corpus}/low.wav: " in said
    assert "leave them out: `preparation: { exclude" in said
    (bare.root / corpus / "low.wav").write_bytes(good)
    for name in ("low", "high"):
        bare.sound(f"{corpus}/{name}.wav", np.zeros(RATE))
    said = bare.fails("train", "tiny")
    assert "the corpus is empty after preparation: tones/high: silent: no frame" in said


def test_a_training_that_diverged_says_the_same_again_until_it_is_changed(bare: Space) -> None:
    wild = "optimizer: { name: sgd, learning_rate: 10 }, l2: 1.0e+6, clip_norm: null, steps: 9"
    bare.edit(MODEL, "steps: 9", wild)
    said = bare.fails("train", "tiny")
    assert re.search(
        r"models/tiny/run: model 'tiny': (at|after) step \d+ .* not finite numbers", said
    )
    assert said.endswith("a lower learning_rate may help; earlier checkpoints and states are kept")
    assert bare.fails("train", "tiny") == said
    [run] = runs(bare)
    assert run["status"] == "failed"
    assert str(run["reason"]) in said
    bare.edit(MODEL, "learning_rate: 10", "learning_rate: 0.01")
    asked = bare.fails("train", "tiny")
    assert "training.optimizer.learning_rate: 10.0 -> 0.01" in asked
    assert "--continue" in asked


def test_a_ledger_that_cannot_be_written_stops_a_training_that_then_continues(
    left: Space, read_only: Callable[[Path], AbstractContextManager[None]]
) -> None:
    with read_only(left.root / "models"):
        said = left.fails("train", "tiny")
    assert "models/ledger/tiny-" in said
    assert "cannot be written" in said
    assert left.run("train", "tiny").out.startswith("tiny: 3 checkpoints in the store")
