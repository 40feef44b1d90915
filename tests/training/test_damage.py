"""What a training keeps, damaged in every way at every moment: it ends in the bits it would have.

Every file × every damage × an interrupted and a finished training; what is damaged is set aside
with words, and nobody has to do anything.
"""

from __future__ import annotations

import shutil
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from approx_build.corpus.prepared import Material
from approx_build.training import device, run, step
from approx_build.training.callbacks import Callback, Resources
from approx_build.training.checkpoint import is_intact, with_name
from approx_build.training.ledger.record import TrainingRecord, manifest_digest
from approx_build.training.loop import train
from approx_build.training.model import ModelSpec
from approx_build.training.progress import Progress
from approx_build.training.run_folder import RunFolder
from approx_build.training.run_lock import lock_path
from tests.corpus.sounds import small_corpus
from tests.training.damages import DAMAGES
from tests.training.models import material_of, tiny_model
from tests.training.test_loop import digests, stop_at

SMALL = """\
model: tiny
family: wavenet
corpus: tones
network:
  sample_rate: 4000
  dilations: [1, 2]
  residual_channels: 2
  dilation_channels: 2
  skip_channels: 4
  quantization_channels: 4
training:
  seed: 5
  steps: 9
  window: 24
  batch: 1
  held_out_s: 0.1
  warmup_steps: 2
  evaluate_every: 4
  evaluate_windows: 1
  optimizer: { name: adam, learning_rate: 0.003 }
checkpoints: [3]
"""
STEPS = (0, 3, 9)
INTERRUPTED = [
    "resume.safetensors",
    "resume-before.safetensors",
    "step-000000.safetensors",
    "step-000003.safetensors",
]
FINISHED = ["record.json", "record-copy.json", *(f"step-{step:06}.safetensors" for step in STEPS)]


class Listening(Callback):
    def __init__(self) -> None:
        self.said: list[str] = []

    def remarked(self, words: str) -> None:
        self.said.append(words)


@dataclass
class House:
    """A training of few steps, what came of it undisturbed, and of another beside it."""

    folder: Path
    model: ModelSpec
    material: Material
    whole: TrainingRecord

    def train(self, out: Path, stop: int = 0, **resources: Any) -> tuple[TrainingRecord, list[str]]:
        """The record, and what was said."""
        callback = Listening()
        if stop:
            resources["progress"] = stop_at(stop, signal.SIGINT)
        return train(
            self.model, self.material, out, Resources(callback=callback, **resources)
        ), callback.said

    def copy(self, name: str, out: Path) -> Path:
        """A training that was left at some moment, to be damaged."""
        return shutil.copytree(self.folder / name, out)

    def check(self, out: Path, **resources: Any) -> list[str]:
        """Train on: the record and every file are right, and what is said is returned."""
        record, said = self.train(out, **resources)
        assert digests(record) == digests(self.whole)
        assert record.curve == self.whole.curve
        for stored in record.checkpoints:
            assert sha256((out / stored.file).read_bytes()).hexdigest() == stored.digest
        names = {path.name for path in out.iterdir() if ".damaged" not in path.name}
        assert names == set(FINISHED)
        again, silence = self.train(out)
        assert (digests(again), silence) == (digests(record), [])
        return said


@pytest.fixture(scope="module", autouse=True)
def unsynced() -> Iterator[None]:
    with mock.patch("os.fsync"):
        yield


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    folder = tmp_path_factory.mktemp("house")
    model = tiny_model(folder, SMALL)
    material = material_of(model, small_corpus(folder / "tones"))
    found = House(folder, model, material, train(model, material, folder / "finished", Resources()))
    other = tiny_model(folder, SMALL.replace("seed: 5", "seed: 6"))
    train(other, material, folder / "other-finished", Resources())
    for spec, name in ((model, "interrupted"), (other, "other-interrupted")):
        resources = Resources(progress=stop_at(6, signal.SIGINT))
        with pytest.raises(KeyboardInterrupt):
            train(spec, material, folder / name, resources)
    return found


CASES = [
    (moment, name, damage)
    for moment, names in (("interrupted", INTERRUPTED), ("finished", FINISHED))
    for name in names
    for damage in DAMAGES
]


@pytest.mark.parametrize(("moment", "name", "damage"), CASES)
def test_a_damaged_file_is_made_again_to_the_same_bits(
    house: House, tmp_path: Path, moment: str, name: str, damage: str
) -> None:
    out = house.copy(moment, tmp_path / "out")
    DAMAGES[damage](out / name, house.folder / f"other-{moment}" / name)
    said = house.check(out)
    is_unread = name == "resume-before.safetensors" and damage != "a folder"
    silent = is_unread or (damage == "missing" and "step" not in name)
    assert bool(said) is not silent, said
    if said and damage != "missing":
        assert (out / f"{name}.damaged").exists()
        assert f"; set aside as {name}.damaged" in said[0]


@pytest.mark.parametrize("moment", ["interrupted", "finished"])
@pytest.mark.parametrize("damage", DAMAGES)
def test_all_files_damaged_at_once_train_anew(
    house: House, tmp_path: Path, moment: str, damage: str
) -> None:
    out = house.copy(moment, tmp_path / "out")
    for name in INTERRUPTED if moment == "interrupted" else FINISHED:
        DAMAGES[damage](out / name, house.folder / f"other-{moment}" / name)
    house.check(out)


@pytest.mark.parametrize("name", [name for name in FINISHED if "step" in name])
def test_a_checkpoint_that_the_store_has_is_copied_and_nothing_is_trained(
    house: House, tmp_path: Path, name: str
) -> None:
    out = house.copy("finished", tmp_path / "out")
    DAMAGES["flipped in the data"](out / name, out)
    right = {
        sha256(path.read_bytes()).hexdigest(): path
        for path in (house.folder / "finished").glob("step-*")
    }

    def copy(digest: str, path: Path) -> bool:
        shutil.copyfile(right[digest], path)
        return True

    seen: list[Progress] = []
    said = house.check(out, copy=copy, progress=seen.append)
    assert not seen
    assert said[0].endswith("; replaced by the copy in the store")


def test_a_checkpoint_is_stepped_to_and_no_further(house: House, tmp_path: Path) -> None:
    out = house.copy("finished", tmp_path / "out")
    (out / "step-000003.safetensors").unlink()
    seen: list[Progress] = []
    said = house.check(out, progress=seen.append)
    assert [progress.step for progress in seen] == [1, 2, 3]
    assert said == [
        f"{out}/step-000003.safetensors: it is missing",
        "repeated from the first step on: step-000003.safetensors",
    ]


def test_a_checkpoint_is_made_again_from_a_state_that_is_no_later(
    house: House, tmp_path: Path
) -> None:
    out = house.copy("interrupted", tmp_path / "out")
    (out / "step-000003.safetensors").unlink()
    seen: list[Progress] = []
    said = house.check(out, progress=seen.append)
    # The state before was kept with that very checkpoint.
    assert [progress.step for progress in seen] == [7, 8, 9]
    assert said[1] == "repeated from step 3 on: step-000003.safetensors"


def test_making_again_continues_where_it_was_interrupted(house: House, tmp_path: Path) -> None:
    out = house.copy("finished", tmp_path / "out")
    (out / "step-000009.safetensors").unlink()
    with pytest.raises(KeyboardInterrupt):
        house.train(out, stop=5)
    seen: list[Progress] = []
    house.check(out, progress=seen.append)
    assert [progress.step for progress in seen] == [6, 7, 8, 9]


def test_the_checkpoint_of_a_run_that_stopped_early_is_made_again(
    house: House, tmp_path: Path
) -> None:
    text = SMALL.replace("steps: 9", "steps: 40\n  early_stopping: { patience: 2 }")
    model = tiny_model(tmp_path, text.replace("0.003", "1.0"))
    out = tmp_path / "early"
    whole = train(model, house.material, out, Resources())
    last = whole.checkpoints[-1]
    assert last.step not in model.kept_steps
    (out / last.file).unlink()
    seen: list[Progress] = []
    assert train(model, house.material, out, Resources(progress=seen.append)) == whole
    assert sha256((out / last.file).read_bytes()).hexdigest() == last.digest
    assert seen[-1].step == last.step


@pytest.mark.parametrize("moment", ["interrupted", "finished"])
def test_in_another_numeric_environment_it_is_trained_anew_with_words(
    house: House, tmp_path: Path, moment: str
) -> None:
    out = house.copy(moment, tmp_path / "out")
    (out / "step-000003.safetensors").unlink()
    (out / "resume-before.safetensors").unlink(missing_ok=True)
    here = device.numeric_environment(house.model.network)
    there = {**here, "torch": "9.9"}

    class Elsewhere(step.Stepper):
        """Where rounding is another."""

        def _update_weights(self, turn: Any, gradients: Any, *given: Any) -> None:
            for gradient in gradients.values():
                gradient.mul_(1.0 + 2.0**-12)
            super()._update_weights(turn, gradients, *given)

    with (
        mock.patch.object(run, "numeric_environment", return_value=there),
        mock.patch.object(run, "Stepper", Elsewhere),
    ):
        record, said = house.train(out)
    assert record.environments == [there]
    assert digests(record)[0] == digests(house.whole)[0]
    assert digests(record)[1:] != digests(house.whole)[1:]
    [words] = [words for words in said if "differ from before" in words]
    assert f"the numeric environment is another (torch: {here['torch']} -> 9.9)" in words
    aside = tmp_path / ".out.damaged"
    assert str(aside) in words
    assert (aside / "step-000000.safetensors").exists()


def test_a_checkpoint_that_named_its_model_is_made_again_as_it_was(
    house: House, tmp_path: Path
) -> None:
    out = house.copy("finished", tmp_path / "out")
    older = []
    for stored in house.whole.checkpoints:
        (out / stored.file).write_bytes(with_name(out / stored.file, "tiny"))
        digest = sha256((out / stored.file).read_bytes()).hexdigest()
        older.append(stored.model_copy(update={"digest": digest}))
    whole = house.whole.model_copy(update={"checkpoints": older})
    RunFolder(out, manifest_digest(whole.manifest), Resources()).keep(whole)
    (out / "step-000003.safetensors").unlink()
    record, _ = house.train(out)
    assert record == whole
    assert is_intact(out / older[1].file, older[1].digest)


@pytest.mark.parametrize("content", [None, b"\xff\x00 no number", b""])
def test_a_damaged_lock_is_no_obstacle(house: House, tmp_path: Path, content: bytes | None) -> None:
    out = house.copy("interrupted", tmp_path / "out")
    path = lock_path(out)
    if content is None:
        path.mkdir()
        (path / "x").write_text("x")
    else:
        path.write_bytes(content)
    house.check(out)
    assert path.is_file()


def test_a_file_in_place_of_the_folder_is_set_aside(house: House, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.write_text("no folder")
    [words] = house.check(out)
    assert words == f"{out}: it is not a folder; set aside as out.damaged"


@pytest.mark.parametrize("is_folder", [False, True])
def test_half_written_parts_are_swept(house: House, tmp_path: Path, is_folder: bool) -> None:
    out = house.copy("interrupted", tmp_path / "out")
    part = out / ".resume.safetensors.0123.part"
    if is_folder:
        part.mkdir()
        (part / "x").write_text("x")
    else:
        part.write_bytes(b"half")
    house.check(out)


def test_what_is_damaged_twice_is_set_aside_twice(house: House, tmp_path: Path) -> None:
    out = house.copy("finished", tmp_path / "out")
    for number in ("", "-2"):
        DAMAGES["truncated"](out / "record.json", out)
        house.train(out)
        assert (out / f"record.json.damaged{number}").exists()


def test_a_training_continues_from_a_state_of_an_older_form(house: House, tmp_path: Path) -> None:
    out = house.copy("interrupted", tmp_path / "out")
    (out / "resume-before.safetensors").unlink()
    older_form(out / "resume.safetensors")
    seen: list[Progress] = []
    assert house.check(out, progress=seen.append) == []
    assert seen[0].step == 7


def test_a_damaged_state_of_an_older_form_is_seen(house: House, tmp_path: Path) -> None:
    out = house.copy("interrupted", tmp_path / "out")
    older_form(out / "resume.safetensors")
    DAMAGES["flipped at the head"](out / "resume.safetensors", out)
    [words] = house.check(out)
    assert words.endswith("; training continues from step 3")


def older_form(path: Path) -> None:
    """Write a state as versions before 0.3.0 did: with one digest of notes and tensors."""
    import json

    from safetensors import safe_open
    from safetensors.torch import load_file, save_file

    with safe_open(path, "pt") as file:
        notes = json.loads(file.metadata()["approx-build"])
    tensors = load_file(path)
    del notes["digest"], notes["tensors"]
    digest = sha256(json.dumps(notes).encode())
    for name in sorted(tensors):
        tensor = tensors[name]
        digest.update(f"{name} {tensor.dtype} {list(tensor.shape)}".encode())
        digest.update(tensor.numpy().tobytes())
    notes["digest"] = digest.hexdigest()
    save_file(tensors, path, metadata={"approx-build": json.dumps(notes)})
