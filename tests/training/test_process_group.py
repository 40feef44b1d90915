"""One training by several processes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from approx_build.errors import ModelError
from approx_build.training import distributed
from approx_build.training.callbacks import Resources
from approx_build.training.checkpoint import is_intact, read_checkpoint
from approx_build.training.distributed import train_shared
from approx_build.training.process_group import ALONE, check_share
from tests.corpus.sounds import small_corpus
from tests.training.damages import DAMAGES
from tests.training.models import TINY, material_of, tiny_model
from tests.training.test_damage import Listening

TOLERANCE = 2e-3
"""Largest difference of weights after 40 steps, as a share of the largest weight: sums of three
windows rounded in another order."""


def test_alone_nothing_is_exchanged() -> None:
    gradients = {"a": torch.ones(2)}
    assert ALONE.summed({"loss": 1.5}, gradients, 2) == ({"loss": 1.5}, 2)
    assert gradients["a"].tolist() == [1.0, 1.0]


def test_a_batch_is_not_shared_by_more_processes_than_it_has_windows() -> None:
    check_share(2, 2)
    with pytest.raises(ModelError, match=r"a batch of 2 is too small for 3 processes"):
        check_share(2, 3)


@pytest.mark.slow
def test_two_processes_train_as_one_does(tmp_path: Path) -> None:
    corpus, model = small_corpus(tmp_path / "tones"), tiny_model(tmp_path)
    material = material_of(model, corpus)
    one = train_shared(model, material, tmp_path / "one", Resources(), 1)
    two = train_shared(model, material, tmp_path / "two", Resources(), 2)
    assert two.processes == 2
    assert two.environments[0]["processes"] == "2"
    assert [s.step for s in two.checkpoints] == [s.step for s in one.checkpoints]
    shapes = model.network.tensor_shapes()
    for mine, other in zip(one.checkpoints, two.checkpoints, strict=True):
        assert mine.loss == pytest.approx(other.loss, rel=1e-4)
        a = read_checkpoint(tmp_path / "one" / mine.file, shapes)
        b = read_checkpoint(tmp_path / "two" / other.file, shapes)
        for name in shapes:
            largest = float(np.abs(a[name]).max()) or 1.0
            assert float(np.abs(a[name] - b[name]).max()) <= TOLERANCE * largest, name
    # Shared again, the bits are the same; here to make a checkpoint again that was lost.
    for name in ("step-000030.safetensors", "record.json"):
        DAMAGES["flipped at the head"](tmp_path / "two" / name, tmp_path)
    again = train_shared(model, material, tmp_path / "two", Resources(), 2)
    assert again == two
    assert is_intact(tmp_path / "two" / two.checkpoint(30).file, two.checkpoint(30).digest)
    # One process alone rounds otherwise, so it trains anew.
    (tmp_path / "two" / two.checkpoint(12).file).unlink()
    callback = Listening()
    alone = train_shared(model, material, tmp_path / "two", Resources(callback=callback), 1)
    assert [s.digest for s in alone.checkpoints] == [s.digest for s in one.checkpoints]
    assert "the numeric environment is another (processes: 2 -> none)" in callback.said[-1]


@pytest.mark.slow
def test_a_process_that_dies_ends_the_training_and_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus, model = small_corpus(tmp_path / "tones"), tiny_model(tmp_path)
    material = material_of(model, corpus)
    good = distributed._task

    def bad(*given: object) -> dict[str, object]:
        task = good(*given)  # type: ignore[arg-type]
        task["stretches"][0]["path"] = str(tmp_path / "nowhere.wav")
        return task

    monkeypatch.setattr(distributed, "_task", bad)
    with pytest.raises(ModelError, match=r"process 1 of the training ended .*nowhere\.wav"):
        train_shared(model, material, tmp_path / "out", Resources(), 2)


@pytest.mark.slow
def test_a_batch_too_small_is_refused_before_anything_starts(tmp_path: Path) -> None:
    corpus = small_corpus(tmp_path / "tones")
    model = tiny_model(tmp_path, TINY.replace("batch: 3", "batch: 1"))
    material = material_of(model, corpus)
    with pytest.raises(ModelError, match="a batch of 1 is too small for 2 processes"):
        train_shared(model, material, tmp_path / "out", Resources(), 2)
