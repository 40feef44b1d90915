from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import torch

from approx_build.errors import ConsentError, ModelError
from approx_build.machine import Available
from approx_build.training import gradients, run, session
from approx_build.training.checkpoint import read_checkpoint, read_metadata
from approx_build.training.ledger.record import TrainingRecord, manifest_digest, read_record
from approx_build.training.model import ModelSpec
from approx_build.training.optimizers import Muon
from approx_build.training.progress import Progress
from approx_build.training.state import STATE_NAME, load_state
from tests.corpus.sounds import small_corpus
from tests.training.models import TINY, tiny_model, trained


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    return small_corpus(tmp_path / "tones")


@pytest.fixture
def model(tmp_path: Path) -> ModelSpec:
    return tiny_model(tmp_path)


def digests(record: TrainingRecord) -> list[str]:
    return [stored.digest for stored in record.checkpoints]


def stop_at(step: int, number: int) -> Callable[[Progress], None]:
    def watch(progress: Progress) -> None:
        if progress.step == step:
            os.kill(os.getpid(), number)

    return watch


def test_a_run_leaves_its_checkpoints_and_their_record(
    model: ModelSpec, corpus: Path, tmp_path: Path
) -> None:
    seen: list[Progress] = []
    record = trained(model, corpus, tmp_path / "out", seen.append)
    assert [stored.step for stored in record.checkpoints] == [0, 12, 30, 40]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "record-copy.json",
        "record.json",
        *(stored.file for stored in record.checkpoints),
    ]
    assert read_record(tmp_path / "out") == record
    assert [progress.step for progress in seen] == list(range(1, 41))
    assert sorted(record.recordings) == ["tones/high", "tones/low"]
    assert record.manifest == model.manifest(record.corpus_digest)
    for stored in record.checkpoints:
        read_checkpoint(tmp_path / "out" / stored.file, model.network.tensor_shapes())


def test_the_loss_falls(model: ModelSpec, corpus: Path, tmp_path: Path) -> None:
    curve = trained(model, corpus, tmp_path / "out").curve
    assert curve[0].step == 0
    assert curve[0].train is None
    assert curve[0].held_out == pytest.approx(5.5, abs=0.5)
    assert curve[-1].held_out < curve[0].held_out - 0.1


def test_a_finished_run_is_not_repeated(model: ModelSpec, corpus: Path, tmp_path: Path) -> None:
    record = trained(model, corpus, tmp_path / "out")
    seen: list[Progress] = []
    assert trained(model, corpus, tmp_path / "out", seen.append) == record
    assert not seen


@pytest.mark.parametrize(
    ("number", "raised"), [(signal.SIGINT, KeyboardInterrupt), (signal.SIGTERM, SystemExit)]
)
def test_a_run_that_is_stopped_continues_to_the_same_bits(
    model: ModelSpec, corpus: Path, tmp_path: Path, number: int, raised: type[BaseException]
) -> None:
    whole = trained(model, corpus, tmp_path / "whole")
    for step in (3, 25, 34):
        with pytest.raises(raised):
            trained(model, corpus, tmp_path / "parts", stop_at(step, number))
        assert (tmp_path / "parts" / STATE_NAME).exists()
    parts = trained(model, corpus, tmp_path / "parts")
    assert digests(parts) == digests(whole)
    assert parts.curve == whole.curve
    assert not (tmp_path / "parts" / STATE_NAME).exists()


def test_a_run_that_is_killed_continues_from_its_last_state(
    model: ModelSpec, corpus: Path, tmp_path: Path
) -> None:
    class Killed(BaseException):
        pass

    def kill(progress: Progress) -> None:
        if progress.step == 25:
            raise Killed

    with pytest.raises(Killed):
        trained(model, corpus, tmp_path / "parts", kill)
    assert digests(trained(model, corpus, tmp_path / "parts")) == digests(
        trained(model, corpus, tmp_path / "whole")
    )


def test_threads_change_no_bit(model: ModelSpec, corpus: Path, tmp_path: Path) -> None:
    one = trained(model, corpus, tmp_path / "1", threads=1)
    three = trained(model, corpus, tmp_path / "3", threads=3)
    assert digests(one) == digests(three)


@pytest.mark.parametrize("change", ["seed: 4", "seed: 3\n  l2: 0.1", "seed: 3\n  ema: 0"])
def test_what_is_declared_changes_the_weights(
    model: ModelSpec, corpus: Path, tmp_path: Path, change: str
) -> None:
    other = tiny_model(tmp_path, TINY.replace("seed: 3", change))
    assert (
        digests(trained(other, corpus, tmp_path / "b"))[-1]
        != digests(trained(model, corpus, tmp_path / "a"))[-1]
    )


def test_every_optimizer_trains(corpus: Path, tmp_path: Path) -> None:
    for name, rate in (("adam", 5e-3), ("sgd", 0.5), ("rmsprop", 5e-3)):
        text = TINY.replace(
            "seed: 3", f"seed: 3\n  optimizer: {{ name: {name}, learning_rate: {rate} }}"
        )
        curve = trained(tiny_model(tmp_path, text), corpus, tmp_path / name).curve
        assert curve[-1].held_out < curve[0].held_out - 0.02, name


def test_the_state_of_another_training_is_set_aside(
    model: ModelSpec, corpus: Path, tmp_path: Path
) -> None:
    with pytest.raises(KeyboardInterrupt):
        trained(model, corpus, tmp_path / "out", stop_at(5, signal.SIGINT))
    other = tiny_model(tmp_path, TINY.replace("seed: 3", "seed: 4"))
    whole = trained(other, corpus, tmp_path / "whole")
    assert digests(trained(other, corpus, tmp_path / "out")) == digests(whole)
    aside = tmp_path / "out" / f"{STATE_NAME}.damaged"
    assert kept_manifest(aside)["training"]["seed"] == 3


def test_a_state_that_an_earlier_version_kept_continues_to_the_same_bits(
    model: ModelSpec, corpus: Path, tmp_path: Path
) -> None:
    whole, out = trained(model, corpus, tmp_path / "whole"), tmp_path / "parts"
    with pytest.raises(KeyboardInterrupt):
        trained(model, corpus, out, stop_at(24, signal.SIGINT))
    state = load_state(out, manifest_digest(whole.manifest))
    assert state is not None
    assert len(state.recent["loss"]) == 3
    state.recent = state.recent["loss"]  # type: ignore[assignment]  # as before players
    state.save(out)
    parts = trained(model, corpus, out)
    assert digests(parts) == digests(whole)
    assert parts.curve == whole.curve


def kept_manifest(path: Path) -> dict[str, Any]:
    manifest: dict[str, Any] = read_metadata(path)["about"]["manifest"]
    return manifest


def test_a_loss_that_is_no_number_stops_and_keeps_what_was_good(
    model: ModelSpec, corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    network, seen = model.network.network(), []

    def broken(weights: object, example: object) -> torch.Tensor:
        loss = type(network).loss(network, weights, example)  # type: ignore[arg-type]
        seen.append(0)
        return loss * float("nan") if len(seen) > 30 else loss

    monkeypatch.setattr(network, "loss", broken)
    monkeypatch.setattr(network, "gradients", lambda *_: None)
    monkeypatch.setattr(type(model.network), "network", lambda self, objective: network)
    with pytest.raises(
        ModelError,
        match=r"model 'tiny': at step \d+ the loss or gradients are not finite numbers "
        r"\(loss nan\); its windows were tones/",
    ):
        trained(model, corpus, tmp_path / "out")
    kept = tmp_path / "out" / "step-000000.safetensors"
    read_checkpoint(kept, model.network.tensor_shapes())


def test_without_consent_nothing_is_trained(model: ModelSpec, corpus: Path, tmp_path: Path) -> None:
    with pytest.raises(ConsentError, match="consent begins on 2020-01-02"):
        trained(model, corpus, tmp_path / "out", today=date(2019, 1, 1))
    (corpus / "consent.yaml").unlink()
    with pytest.raises(ConsentError, match=r"consent\.yaml:1:1: missing"):
        trained(model, corpus, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_the_state_is_kept_from_time_to_time(
    model: ModelSpec, corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "SAVE_EVERY_S", 0.0)
    kept: list[bool] = []
    trained(
        model,
        corpus,
        tmp_path / "out",
        lambda p: kept.append((tmp_path / "out" / STATE_NAME).exists()),
    )
    assert all(kept)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_a_cuda_device_trains_resumes_and_repeats_its_bits(
    model: ModelSpec, corpus: Path, tmp_path: Path
) -> None:
    whole = trained(model, corpus, tmp_path / "whole", device="cuda")
    with pytest.raises(KeyboardInterrupt):
        trained(model, corpus, tmp_path / "parts", stop_at(25, signal.SIGINT), device="cuda")
    parts = trained(model, corpus, tmp_path / "parts", device="cuda")
    assert digests(parts) == digests(whole)
    assert whole.environments[0]["device"] == "cuda"


def test_a_run_out_of_memory_keeps_its_state_and_says_what_is_smaller(
    model: ModelSpec, corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = trained(model, corpus, tmp_path / "whole")
    made = gradients.WindowWorkers.gradients
    calls = iter(range(100))

    def failing(self: gradients.WindowWorkers, *given: Any) -> Any:
        if next(calls) == 17:
            raise RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate")
        return made(self, *given)

    monkeypatch.setattr(gradients.WindowWorkers, "gradients", failing)
    said = (
        "model 'tiny', step 17 of 40: memory ran out; the state is saved; "
        "run again with `jobs=1` to continue, or train again with `window: 100`"
    )
    with pytest.raises(ModelError) as raised:
        trained(model, corpus, tmp_path / "parts", threads=3)
    assert str(raised.value) == said
    seen: list[Progress] = []
    parts = trained(model, corpus, tmp_path / "parts", seen.append)
    assert seen[0].step == 18
    assert digests(parts) == digests(whole)


def test_memory_that_runs_out_in_the_middle_of_a_step_does_not_keep_half_of_it(
    model: ModelSpec, corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = trained(model, corpus, tmp_path / "whole")
    update = Muon.update

    def failing(self: Muon, weights: Any, *given: Any) -> None:
        update(self, weights, *given)
        if given[-1].number == 20:
            raise MemoryError

    with monkeypatch.context() as patch:
        patch.setattr(Muon, "update", failing)
        with pytest.raises(ModelError, match=r"step 19 of 40: .*; the last saved state is"):
            trained(model, corpus, tmp_path / "parts")
    assert digests(trained(model, corpus, tmp_path / "parts")) == digests(whole)


def test_other_errors_of_a_step_are_bugs(
    model: ModelSpec, corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*_: Any) -> None:
        raise RuntimeError("sizes differ")

    monkeypatch.setattr(gradients.WindowWorkers, "gradients", failing)
    with pytest.raises(RuntimeError, match="sizes differ"):
        trained(model, corpus, tmp_path / "out")


def test_a_training_that_does_not_fit_is_refused_before_it_starts(
    model: ModelSpec, corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "memory_on", lambda device: Available(1000, "a test"))
    with pytest.raises(ModelError, match=r"needs .* of memory \(baseline .* are available"):
        trained(model, corpus, tmp_path / "out")
    assert not list((tmp_path / "out").iterdir())


LIMITED = """
import resource, sys
from pathlib import Path
import soundfile as sf
from tests.corpus.sounds import RATE, small_corpus, tone
from tests.training.models import TINY, tiny_model, trained
folder = Path(sys.argv[1])
model = tiny_model(folder, TINY.replace("window: 200", "window: 200000"))
corpus = small_corpus(folder / "tones")
sf.write(corpus / "long.wav", tone(110, 120), RATE)
used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + 300_000_000, used + 300_000_000))
trained(model, corpus, folder / "out")
"""


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="needs Linux")
def test_a_training_whose_address_space_ends_is_explained(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    last = done.stderr.strip().splitlines()[-1]
    assert re.search(r"ModelError: model 'tiny', step \d+ of 40: memory ran out; .* is", last), last
    assert (tmp_path / "out" / STATE_NAME).exists()


def test_compiled_gradients_train_as_autograd_does(
    model: ModelSpec, corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    compiled = trained(model, corpus, tmp_path / "compiled")
    monkeypatch.setenv("APPROX_KERNEL", "reference")
    by_autograd = trained(model, corpus, tmp_path / "autograd")
    assert by_autograd.environments[0]["training_kernel"] == "torch"
    for a, b in zip(compiled.curve, by_autograd.curve, strict=True):
        assert a.held_out == pytest.approx(b.held_out, abs=1e-4), a.step
